//! The dialog: every branch with its name, its first difference and the number of its actions; and earlier sessions.

use std::rc::Rc;

use psyncscope_lab::format;
use yew::prelude::*;

use crate::app::branches::{BranchRow, SessionRow};
use crate::branches::row::BranchItem;
use crate::i18n::fill;
use crate::intent::Intent;
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::dialog::Dialog;
use crate::ui::error::UiError;
use crate::ui::error_note::ErrorNote;

/// Properties of [`BranchesDialog`].
#[derive(Properties, PartialEq)]
pub struct BranchesDialogProps {
    /// The branches.
    pub rows: Rc<[BranchRow]>,
    /// Sessions that were left.
    pub sessions: Vec<SessionRow>,
    /// Why the last try failed.
    pub error: Option<UiError>,
}

/// The dialog.
#[component]
pub fn BranchesDialog(props: &BranchesDialogProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let extent_us = props.rows.iter().map(|row| row.lane.end.0).max().unwrap_or(0).max(1);
    // With the one on the page; that one with its parent.
    let current = props.rows.iter().find(|row| row.current);
    let compare_with = |row: &BranchRow| match current {
        Some(current) if current.index != row.index => Some(current.index),
        Some(current) => current.lane.parent_lane.and_then(|lane| props.rows.get(lane)).map(|row| row.index),
        None => None,
    };
    let session = |(nth, row): (usize, &SessionRow)| {
        let about = row.origin.words(ui.lang).unwrap_or_else(|| fill(t.seed, &[("seed", &row.seed.to_string())]));
        let left = fill(t.session_left, &[("n", &row.branches.to_string()), ("at", &format::clock(row.left_at))]);
        html! {
            <li key={nth}>
                <Button
                    class="button wide session"
                    testid={format!("session-{nth}")}
                    onclick={ui.click(Intent::ReturnToSession(nth))}
                >
                    <span class="session-about">{ about }</span>
                    <span class="faint">{ left }</span>
                </Button>
            </li>
        }
    };
    html! {
        <Dialog title={t.branches} testid="branches-dialog">
            <p class="hint">{ t.branches_hint }</p>
            if let Some(error) = &props.error {
                <ErrorNote error={error.clone()} />
            }
            <ul class="branch-list">
                { for props.rows.iter().map(|row| html! {
                    <BranchItem key={row.index} row={row.clone()} {extent_us} compare_with={compare_with(row)} />
                }) }
            </ul>
            if !props.sessions.is_empty() {
                <h3>{ t.other_sessions }</h3>
                <ul class="branch-list">{ for props.sessions.iter().enumerate().map(session) }</ul>
            }
        </Dialog>
    }
}
