//! What stands in the top bar's place while the page is embedded in another one.

use yew::prelude::*;

use crate::intent::Intent;
use crate::ui::context::use_ui;
use crate::ui::dom;

/// A link to the page itself, which then shows what is shown here.
#[component]
pub fn EmbeddedBar() -> Html {
    let ui = use_ui();
    let onclick = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |event: MouseEvent| {
            // The address with the instant is made when somebody wants it.
            event.prevent_default();
            dispatch.emit(Intent::OpenInPage);
        })
    };
    html! {
        <header class="embedded-bar">
            <h1 class="visually-hidden">{ "psyncscope" }</h1>
            <a href={dom::page_address()} target="_blank" rel="noopener" data-testid="open-in-page" {onclick}>
                { ui.t().open_in_page }
            </a>
        </header>
    }
}
