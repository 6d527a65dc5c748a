//! What one node would answer another, with the numbers that it would compare.

use std::rc::Rc;
use std::sync::Arc;

use psyncscope_lab::engine::replication::psync::PsyncVerdict;
use yew::prelude::*;

use crate::i18n::fill;
use crate::panels::verdict::request;
use crate::panels::verdict_conditions::VerdictConditions;
use crate::ui::context::use_ui;

/// Properties of [`MatrixAnswer`].
#[derive(Properties, PartialEq)]
pub struct MatrixAnswerProps {
    /// Who would ask.
    pub asker: Arc<str>,
    /// Who would be asked.
    pub asked: Arc<str>,
    /// Who of them does not run.
    pub down: Option<Arc<str>>,
    /// Whether the one that is asked has no link to its own master.
    pub no_master_link: bool,
    /// What it would decide.
    pub verdict: PsyncVerdict,
}

/// The question, the answer and its conditions.
#[component]
pub fn MatrixAnswer(props: &MatrixAnswerProps) -> Html {
    let t = use_ui().t();
    let MatrixAnswerProps { asker, asked, down, no_master_link, verdict } = props;
    let title = fill(t.matrix_asks, &[("from", asker), ("to", asked)]);
    let before = match down {
        Some(down) => Some(fill(t.matrix_is_down, &[("node", down)])),
        None => no_master_link.then(|| fill(t.matrix_has_no_link, &[("node", asked)])),
    };
    html! {
        <div class="box verdict" data-testid="matrix-answer">
            <header class="verdict-head">
                <h3>{ title }</h3>
                <code class="verdict-function">{ request(verdict) }</code>
            </header>
            if let Some(before) = before {
                <p>{ before }</p>
            }
            <VerdictConditions verdict={Rc::new(verdict.clone())} />
        </div>
    }
}
