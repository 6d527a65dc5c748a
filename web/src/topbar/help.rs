//! Help: what the page is, and its keys.

use yew::prelude::*;

use crate::ui::atoms::{para, row, text};
use crate::ui::context::UiContext;
use crate::ui::el::el;
use crate::ui::overlay::dialog;

/// The dialog.
pub fn help(cx: &UiContext) -> Html {
    let t = cx.t();
    let keys = [
        ("Space", t.key_space),
        ("← →", t.key_arrows),
        ("Home End", t.key_home),
        ("c", t.key_console),
        ("1 … 9", t.key_digits),
        ("+ - 0", t.key_zoom),
        ("Shift ←↑→↓", t.key_card),
        ("m", t.key_menu),
        ("Tab", t.console_hint),
        ("?", t.key_help),
    ];
    let keys = keys.into_iter().map(|(keys, what)| {
        let keys = keys.split(' ').map(|key| el("kbd").text(key.to_owned()).html()).collect();
        el("div").put(el("dt").all(keys)).put(el("dd").text(what)).html()
    });
    let content = vec![
        para("", text(t.help_intro)),
        el("h3").text(t.help_keys).html(),
        el("dl").class("keys").all(keys.collect()).html(),
    ];
    dialog(cx, t.help_title, "help-dialog", row(content))
}
