//! A new version of the page.

use yew::prelude::*;

use crate::intent::Intent;
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::icon::Shape;
use crate::ui::icon_button::IconButton;

/// What there is to say about a new version of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// It waits.
    Ready,
    /// It was asked for, but not all that is on the page comes along: the reader is asked once more.
    Loses,
    /// It was asked for, but the page is open elsewhere too, and no two versions are open at once.
    Elsewhere,
}

/// Properties of [`UpdateNotice`].
#[derive(Properties, PartialEq)]
pub struct UpdateNoticeProps {
    /// What there is to say.
    pub update: Update,
}

/// Says that there is a new version, with a button that loads it.
#[component]
pub fn UpdateNotice(props: &UpdateNoticeProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let words = match props.update {
        Update::Ready => t.update_ready,
        Update::Loses => t.update_loses,
        Update::Elsewhere => t.update_elsewhere,
    };
    html! {
        <div class="notice" role="status" data-testid="update">
            <span>{ words }</span>
            <Button class="button small" testid="update-load" onclick={ui.click(Intent::LoadUpdate)}>
                { t.update_load }
            </Button>
            <IconButton shape={Shape::Cross} label={t.dismiss} onclick={ui.click(Intent::DismissUpdate)} />
        </div>
    }
}
