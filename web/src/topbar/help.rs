//! Help: what the page is, and its keys.

use yew::prelude::*;

use crate::ui::context::use_ui;
use crate::ui::dialog::Dialog;

/// The dialog.
#[component]
pub fn HelpDialog() -> Html {
    let t = use_ui().t();
    let keys = [
        ("Space", t.key_space),
        ("← →", t.key_arrows),
        ("Home End", t.key_home),
        ("c", t.key_console),
        ("g", t.run_until),
        ("1 … 9", t.key_digits),
        ("+ - 0", t.key_zoom),
        ("s", t.key_steps),
        ("i o u b", t.key_walk),
        ("r R", t.key_run),
        ("n p", t.key_lesson),
        ("Shift ←↑→↓", t.key_card),
        ("m", t.key_menu),
        ("Tab", t.console_hint),
        ("?", t.key_help),
    ];
    let row = |(keys, what): (&'static str, &'static str)| {
        html! {
            <div>
                <dt>{ for keys.split(' ').map(|key| html! { <kbd>{ key }</kbd> }) }</dt>
                <dd>{ what }</dd>
            </div>
        }
    };
    html! {
        <Dialog title={t.help_title} testid="help-dialog">
            <p>{ t.help_intro }</p>
            <h3>{ t.help_keys }</h3>
            <dl class="keys">{ for keys.into_iter().map(row) }</dl>
        </Dialog>
    }
}
