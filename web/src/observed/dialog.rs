//! The dialog for INFO and logs of real servers.

use std::rc::Rc;

use psyncscope_lab::observed::Observed;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::intent::Intent;
use crate::model::colours::ColourMap;
use crate::observed::findings::Findings;
use crate::observed::intent::ObservedIntent;
use crate::observed::report::Report;
use crate::ui::context::use_ui;
use crate::ui::dialog::Dialog;
use crate::ui::error::UiError;
use crate::ui::error_note::ErrorNote;
use crate::ui::field::Field;

/// Properties of [`ObservedDialog`].
#[derive(Properties, PartialEq)]
pub struct ObservedDialogProps {
    /// The text.
    pub text: AttrValue,
    /// What it says.
    pub observed: Option<Rc<Observed>>,
    /// The colours of its histories.
    pub colours: ColourMap,
    /// The question looked at: who asks whom.
    pub question: Option<(usize, usize)>,
    /// The node looked at.
    pub selected: Option<usize>,
    /// Why it says nothing, or why a run cannot be opened.
    pub error: Option<UiError>,
}

/// A field for the text, which is read as it is typed, and what it says.
#[component]
pub fn ObservedDialog(props: &ObservedDialogProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let oninput = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<HtmlTextAreaElement>() {
                dispatch.emit(Intent::Observed(ObservedIntent::Text(field.value())));
            }
        })
    };
    let report = props.observed.as_ref().map(|observed| {
        html! {
            <>
                if !observed.nodes.is_empty() {
                    <Report
                        observed={Rc::clone(observed)}
                        colours={props.colours.clone()}
                        question={props.question}
                        selected={props.selected}
                    />
                }
                <Findings observed={Rc::clone(observed)} />
            </>
        }
    });
    html! {
        <Dialog title={t.info_title} testid="observed-dialog" class="dialog observed">
            <p class="hint">{ t.info_hint }</p>
            <Field label={html! { { t.info_text } }}>
                <textarea
                    class="input"
                    rows="6"
                    spellcheck="false"
                    data-testid="observed-text"
                    value={props.text.clone()}
                    {oninput}
                />
            </Field>
            if let Some(error) = &props.error {
                <ErrorNote error={error.clone()} />
            }
            { report.unwrap_or_default() }
        </Dialog>
    }
}
