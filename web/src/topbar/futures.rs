//! The futures that were left when somebody acted in the past.

use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::intent::Intent;
use crate::model::time;
use crate::ui::atoms::{button, row, span_of};
use crate::ui::context::UiContext;
use crate::ui::el::el;
use crate::ui::icon::{Shape, icon};
use crate::ui::overlay::dialog;
use crate::ui::rich::{Fill, rich};

/// The dialog: one button for each future; `kept` says where it was left and how far it had run.
pub fn futures(kept: &[(SimTime, SimTime)], cx: &UiContext) -> Html {
    let t = cx.t();
    let entries = kept.iter().enumerate().map(|(i, &(left, end))| {
        let words = rich(t.future_from, &|name| Fill::Text(time::clock(if name == "at" { left } else { end })));
        let content = row(vec![icon(Shape::Fork), span_of("", words)]);
        el("li").put(button("button wide", format!("future-{i}"), None, cx.click(Intent::Return(i)), content)).html()
    });
    dialog(cx, t.earlier_futures, "futures-dialog", el("ul").class("futures").all(entries.collect()).html())
}
