//! What the opening invites its reader to do, and where to look.

use psyncscope_lab::invitation::{COMMAND, Invitation, MASTER, REPLICA};
use yew::prelude::*;

use crate::intent::{ErrorSite, Intent};
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::icon::Shape;
use crate::ui::icon_button::IconButton;
use crate::ui::rich::{Fill, rich};

/// Properties of [`InvitationBar`].
#[derive(Properties, PartialEq)]
pub struct InvitationBarProps {
    /// What there is to do.
    pub invitation: Invitation,
}

/// A line below the stage with the button that does it.
#[component]
pub fn InvitationBar(props: &InvitationBarProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let (words, go) = match props.invitation {
        Invitation::Watch => (t.invite_watch, ""),
        Invitation::Cut => (t.invite_cut, t.invite_cut_go),
        Invitation::Write => (t.invite_write, COMMAND),
        Invitation::Mend { .. } => (t.invite_mend, t.heal),
    };
    let words = rich(words, &|slot| match (slot, props.invitation) {
        ("n", Invitation::Mend { master, .. }) => Fill::from(master.0),
        ("m", Invitation::Mend { replica, .. }) => Fill::from(replica.0),
        (slot, _) => Fill::Html(html! { <b>{ if slot == "a" { MASTER } else { REPLICA } }</b> }),
    });
    let act = props.invitation.action().map(|action| ui.click(Intent::Act(vec![action], ErrorSite::Stage)));
    html! {
        <div class="invitation" role="status" data-testid="invitation">
            <span>{ words }</span>
            if let Some(onclick) = act {
                <Button class="button small primary" testid="invited" {onclick}>{ go }</Button>
            }
            <IconButton
                class="icon-button small"
                shape={Shape::Cross}
                label={t.dismiss}
                onclick={ui.click(Intent::DismissInvitation)}
            />
        </div>
    }
}
