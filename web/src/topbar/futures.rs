//! The futures that were left when somebody acted in the past.

use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::i18n::use_text;
use crate::intent::{Intent, use_desk};
use crate::model::time;
use crate::ui::dialog::Dialog;
use crate::ui::icon::{Icon, Shape};
use crate::ui::rich::{Fill, rich};

/// Properties of [`Futures`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// For each, where it was left and how far it had run.
    pub kept: Vec<(SimTime, SimTime)>,
}

/// The dialog: one button for each future.
#[component]
pub fn Futures(props: &Props) -> Html {
    let t = use_text();
    let desk = use_desk();
    html! {
        <Dialog title={t.earlier_futures} testid="futures-dialog" on_close={desk.on(|()| Intent::Close)}>
            <ul class="futures">
                { for props.kept.iter().enumerate().map(|(i, &(left, end))| html! {
                    <li key={i}>
                        <button type="button" class="button wide" data-testid={format!("future-{i}")}
                            onclick={desk.on(move |_: MouseEvent| Intent::Return(i))}>
                            <Icon shape={Shape::Fork} />
                            <span>
                                { rich(t.future_from, |name| Fill::Text(time::clock(if name == "at" { left } else { end }))) }
                            </span>
                        </button>
                    </li>
                }) }
            </ul>
        </Dialog>
    }
}
