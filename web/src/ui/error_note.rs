//! An error, shown where it was caused.

use yew::prelude::*;

use crate::intent::Intent;
use crate::ui::context::use_ui;
use crate::ui::error::UiError;
use crate::ui::icon::Shape;
use crate::ui::icon_button::IconButton;

/// Properties of [`ErrorNote`].
#[derive(Properties, PartialEq)]
pub struct ErrorNoteProps {
    /// The error.
    pub error: UiError,
    /// A sentence to add, such as "nothing was changed".
    #[prop_or_default]
    pub after: AttrValue,
}

/// An error in words, announced by screen readers, with a button that dismisses it.
#[component]
pub fn ErrorNote(props: &ErrorNoteProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    html! {
        <div class="error-note" role="alert" data-testid="error">
            <div class="error-words">
                <p>{ format!("{} {}", props.error.sentence(t), props.after) }</p>
                if let Some(detail) = props.error.detail() {
                    <p class="error-detail" lang="en">{ detail.to_owned() }</p>
                }
            </div>
            <IconButton shape={Shape::Cross} label={t.dismiss} onclick={ui.click(Intent::DismissError)} />
        </div>
    }
}
