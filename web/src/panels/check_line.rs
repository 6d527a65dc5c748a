//! A line of a list of conditions: its sign says whether it holds.

use yew::prelude::*;

use crate::ui::context::use_ui;

/// How a line is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The condition holds.
    Holds,
    /// It does not.
    Fails,
    /// It was not looked at.
    NotReached,
}

/// Properties of [`CheckLine`].
#[derive(Properties, PartialEq)]
pub struct CheckLineProps {
    /// Its sign.
    pub mark: Mark,
    /// Why it was not looked at, if it was not.
    pub not_reached: &'static str,
    /// The name that tests find it by.
    #[prop_or_default]
    pub testid: Option<AttrValue>,
    /// The condition.
    pub children: Html,
}

/// The line, with what the sign means for those who do not see it.
#[component]
pub fn CheckLine(props: &CheckLineProps) -> Html {
    let t = use_ui().t();
    let (class, sign, meaning) = match props.mark {
        Mark::Holds => ("check-holds", "✓", t.passed),
        Mark::Fails => ("check-fails", "✗", t.failed),
        Mark::NotReached => ("check-not-reached", "·", props.not_reached),
    };
    html! {
        <li {class} data-testid={props.testid.clone()} title={meaning}>
            <span class="check-sign" role="img" aria-label={meaning}>{ sign }</span>
            { props.children.clone() }
        </li>
    }
}
