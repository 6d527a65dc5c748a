//! Help: what the page is, and its keys.

use yew::prelude::*;

use crate::i18n::use_text;
use crate::intent::{Intent, use_desk};
use crate::ui::dialog::Dialog;

/// The dialog.
#[component]
pub fn Help() -> Html {
    let t = use_text();
    let desk = use_desk();
    let keys: [(&[&str], &str); 9] = [
        (&["Space"], t.key_space),
        (&["←", "→"], t.key_arrows),
        (&["Home", "End"], t.key_home),
        (&["c"], t.key_console),
        (&["1", "…", "9"], t.key_digits),
        (&["Shift", "←↑→↓"], t.key_card),
        (&["m"], t.key_menu),
        (&["Tab"], t.console_hint),
        (&["?"], t.key_help),
    ];
    html! {
        <Dialog title={t.help_title} testid="help-dialog" on_close={desk.on(|()| Intent::Close)}>
            <p>{ t.help_intro }</p>
            <h3>{ t.help_keys }</h3>
            <dl class="keys">
                { for keys.iter().map(|(keys, what)| html! {
                    <div>
                        <dt>{ for keys.iter().map(|key| html! { <kbd>{ *key }</kbd> }) }</dt>
                        <dd>{ *what }</dd>
                    </div>
                }) }
            </dl>
        </Dialog>
    }
}
