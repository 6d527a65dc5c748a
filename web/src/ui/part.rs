//! Parts of the page that are drawn anew only when their data changed.
//!
//! One component draws them all. A component of its own for each part would say the same, but Yew makes several kilobytes
//! of code for every component type, and a phone has to download them.

use std::any::Any;
use std::rc::Rc;

use yew::prelude::*;

use crate::ui::context::UiContext;

/// Data that can be drawn.
pub trait Part: PartialEq + 'static {
    /// The data as HTML.
    fn draw(&self, cx: &UiContext) -> Html;
}

/// A part of any type.
trait AnyPart {
    fn draw_any(&self, cx: &UiContext) -> Html;
    fn is_same(&self, other: &dyn AnyPart) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<P: Part> AnyPart for P {
    fn draw_any(&self, cx: &UiContext) -> Html {
        self.draw(cx)
    }

    fn is_same(&self, other: &dyn AnyPart) -> bool {
        other.as_any().downcast_ref::<P>() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Clone, Properties)]
struct Props {
    part: Rc<dyn AnyPart>,
    cx: UiContext,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.part.is_same(&*other.part) && self.cx == other.cx
    }
}

/// The component. Yew calls `view` again only for properties that differ.
struct Memo;

impl Component for Memo {
    type Message = ();
    type Properties = Props;

    fn create(_: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        ctx.props().part.draw_any(&ctx.props().cx)
    }
}

/// The part, drawn anew only if it or what is around it changed. `key` tells it from others at the same place.
pub fn part(key: impl Into<yew::virtual_dom::Key>, part: impl Part, cx: &UiContext) -> Html {
    memo(key.into(), Rc::new(part), cx.clone())
}

fn memo(key: yew::virtual_dom::Key, part: Rc<dyn AnyPart>, cx: UiContext) -> Html {
    html! { <Memo {key} {part} {cx} /> }
}
