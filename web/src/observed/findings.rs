//! What a log says, and what was not understood.

use std::rc::Rc;

use psyncscope_lab::observed::{Finding, Group, Observed, groups};
use yew::prelude::*;

use crate::i18n::fill;
use crate::intent::Intent;
use crate::observed::intent::ObservedIntent;
use crate::observed::report::severity_class;
use crate::ui::button::Button;
use crate::ui::context::{UiContext, use_ui};

/// Lines of one kind that are shown.
const SHOWN: usize = 3;

/// Properties of [`Findings`].
#[derive(Properties, PartialEq)]
pub struct FindingsProps {
    /// What was read.
    pub observed: Rc<Observed>,
}

/// The lines of a log by what they mean, each with a run that shows it; then what was not understood, and how much else
/// there was.
#[component]
pub fn Findings(props: &FindingsProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let Observed { findings, unread, unread_more, other_fields, other_log_lines, .. } = &*props.observed;
    let others = [("fields", other_fields.to_string()), ("lines", other_log_lines.to_string())];
    let others = others.each_ref().map(|(name, value)| (*name, value.as_str()));
    html! {
        <>
            if !findings.is_empty() {
                <section class="observed-section" data-testid="observed-log">
                    <h3>{ t.info_log }</h3>
                    <ul class="observed-log">{ for groups(findings).iter().map(|group| lines(group, &ui)) }</ul>
                </section>
            }
            if !unread.is_empty() {
                <section class="observed-section" data-testid="observed-unread">
                    <h3>{ t.info_unread }</h3>
                    <ul>
                        { for unread.iter().map(|unread| html! {
                            <li class="severity-warning">
                                { fill(t.info_line, &[("n", &unread.line.to_string())]) }
                                { " " }<code>{ unread.text.clone() }</code>{ " " }
                                { unread.why.text(ui.lang) }
                            </li>
                        }) }
                        if *unread_more > 0 {
                            <li>{ fill(t.info_unread_more, &[("n", &unread_more.to_string())]) }</li>
                        }
                    </ul>
                </section>
            }
            if other_fields + other_log_lines > 0 {
                <p class="hint">{ fill(t.info_others, &others) }</p>
            }
        </>
    }
}

/// The lines of one kind.
fn lines(group: &Group<'_>, ui: &UiContext) -> Html {
    let t = ui.t();
    let kind = group.kind;
    let place = |finding: &Finding| {
        let line = fill(t.info_line, &[("n", &finding.line.to_string())]);
        let parts = [Some(line), finding.node.clone(), finding.time.clone()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let more = group.findings.get(SHOWN..).and_then(<[_]>::last).map(|last| {
        let count = (group.findings.len() - SHOWN).to_string();
        fill(t.info_more, &[("n", &count), ("line", &last.line.to_string())])
    });
    html! {
        <li key={kind.name} class={severity_class(kind.severity)} data-kind={kind.name}>
            { for group.findings.iter().take(SHOWN).map(|finding| html! {
                <p>
                    { finding.said.text(ui.lang) }{ " " }
                    <span class="faint num">{ place(finding) }</span>
                </p>
            }) }
            if let Some(more) = more {
                <p class="faint">{ more }</p>
            }
            <p class="observed-shown">
                <code class="verdict-function">{ kind.written_by }</code>
                if kind.is_shown() {
                    <Button
                        class="button small"
                        testid={format!("show-{}", kind.name)}
                        onclick={ui.click(Intent::Observed(ObservedIntent::ShowOne(kind)))}
                    >
                        { t.steps_show_one }
                    </Button>
                }
            </p>
        </li>
    }
}
