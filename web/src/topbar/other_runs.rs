//! The runs that were left when somebody acted in the past.

use psyncscope_lab::format;
use psyncscope_lab::sim::frame::SimTime;
use yew::prelude::*;

use crate::intent::Intent;
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::dialog::Dialog;
use crate::ui::icon::{Icon, Shape};
use crate::ui::rich::{Fill, rich};

/// Properties of [`OtherRunsDialog`].
#[derive(Properties, PartialEq)]
pub struct OtherRunsDialogProps {
    /// For each run, when it was left and how far it had run.
    pub spans: Vec<(SimTime, SimTime)>,
}

/// The dialog: one button for each run.
#[component]
pub fn OtherRunsDialog(props: &OtherRunsDialogProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let entry = |(i, &(left, end)): (usize, &(SimTime, SimTime))| {
        let words = rich(t.future_from, &|name| Fill::Text(format::clock(if name == "at" { left } else { end })));
        html! {
            <li key={i}>
                <Button class="button wide" testid={format!("future-{i}")} onclick={ui.click(Intent::Return(i))}>
                    <Icon shape={Shape::Fork} />
                    <span>{ words }</span>
                </Button>
            </li>
        }
    };
    html! {
        <Dialog title={t.earlier_futures} testid="futures-dialog">
            <ul class="futures">{ for props.spans.iter().enumerate().map(entry) }</ul>
        </Dialog>
    }
}
