//! [`Dialog`] for code that is not a component.

use yew::prelude::*;

use crate::ui::context::UiContext;
use crate::ui::dialog::Dialog;

/// A modal dialog.
pub fn dialog(_: &UiContext, title: &'static str, testid: &'static str, children: Html) -> Html {
    html! { <Dialog key={testid} {title} {testid}>{ children }</Dialog> }
}
