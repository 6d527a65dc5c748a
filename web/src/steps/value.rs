//! The values of a step.

use psyncscope_lab::engine::ids::ReplId;
use psyncscope_lab::engine::steps::{Field, StepValue, Value};
use psyncscope_lab::format::escape;
use psyncscope_lab::ring::Eras;
use psyncscope_lab::stream_bytes;
use yew::prelude::*;

use crate::i18n::Messages;
use crate::ui::chip::chip;
use crate::ui::context::UiContext;
use crate::ui::lit_bytes::LitBytes;

/// The longest text that is shown whole, in characters.
const TEXT_MAX: usize = 72;

/// A value: an ID in its colour, anything else as Redis would write it.
pub fn value_html(value: &Value, cx: &UiContext) -> Html {
    let t = cx.t();
    match value {
        Value::Nothing => html! { <i>{ t.steps_none }</i> },
        Value::Flag(flag) => html! { <span>{ truth(*flag, t) }</span> },
        Value::Number(number) => html! { <span class="num">{ number.to_string() }</span> },
        Value::Text(text) => match ReplId::from_bytes(text.as_bytes()) {
            Some(id) => chip(&id, cx),
            None => {
                let shown = escape(text.as_bytes());
                if shown.chars().count() > TEXT_MAX {
                    let short: String = shown.chars().take(TEXT_MAX).collect();
                    html! { <code title={shown}>{ format!("{short}…") }</code> }
                } else {
                    html! { <code>{ shown }</code> }
                }
            }
        },
    }
}

/// A value of a step, `field = value` or `field: before → after`; one that names bytes of a stream lights them. `all` are
/// the values of the step, `eras` the histories of its node.
pub fn step_value_html(value: &StepValue, all: &[StepValue], eras: Option<&Eras>, cx: &UiContext) -> Html {
    let bytes = eras.and_then(|eras| stream_bytes::of_value(value, all, eras));
    html! { <LitBytes {bytes}>{ plain_html(value, cx) }</LitBytes> }
}

fn plain_html(value: &StepValue, cx: &UiContext) -> Html {
    match &value.changed_to {
        Some(after) => change_html(value.field, &value.value, after, cx),
        None => html! {
            <span class="step-value">
                <code class="step-field">{ value.field.name() }</code>{ " = " }{ value_html(&value.value, cx) }
            </span>
        },
    }
}

/// `field: before → after`.
pub fn change_html(field: Field, before: &Value, after: &Value, cx: &UiContext) -> Html {
    html! {
        <span class="step-value step-change">
            <code class="step-field">{ field.name() }</code>{ ": " }
            <s>{ value_html(before, cx) }</s>
            <span aria-label={cx.t().steps_becomes} role="img">{ " → " }</span>
            <b>{ value_html(after, cx) }</b>
        </span>
    }
}

/// A flag in words.
#[must_use]
pub const fn truth(flag: bool, t: &Messages) -> &'static str {
    if flag { t.steps_true } else { t.steps_false }
}
