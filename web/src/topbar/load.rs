//! The dialog that loads a saved run.

use web_sys::{HtmlFormElement, HtmlInputElement};
use yew::prelude::*;

use crate::intent::Intent;
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::dialog::Dialog;
use crate::ui::dom;
use crate::ui::error::UiError;
use crate::ui::error_note::ErrorNote;
use crate::ui::field::Field;

/// The name of a run that came without one.
const PASTED: &str = "JSON";
/// The name of the field for a run's text, where the app also puts the text of a file.
pub const TEXT: &str = "run";

/// Properties of [`LoadDialog`].
#[derive(Properties, PartialEq)]
pub struct LoadDialogProps {
    /// Why the last try failed.
    pub error: Option<UiError>,
}

/// The dialog: a file, or text. A run that cannot be read changes nothing, and its text stays here to be corrected.
#[component]
pub fn LoadDialog(props: &LoadDialogProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let onchange = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |event: Event| {
            let file = event.target_dyn_into::<HtmlInputElement>().and_then(|input| input.files()?.get(0));
            if let Some(file) = file {
                dispatch.emit(Intent::LoadFile(file.into()));
            }
        })
    };
    let onsubmit = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let form = event.target_dyn_into::<HtmlFormElement>();
            let run = form.map(|form| dom::field_value(&form, TEXT)).unwrap_or_default();
            dispatch.emit(Intent::Load(run, PASTED.to_owned()));
        })
    };
    html! {
        <Dialog title={t.load_title} testid="load-dialog">
            <form class="form" {onsubmit}>
                <p class="hint">{ format!("{} {}", t.load_hint, t.new_keeps) }</p>
                <Field label={html! { { t.load_choose } }}>
                    <input type="file" accept=".json,.psync,application/json,text/plain" data-testid="load-file" {onchange} />
                </Field>
                <Field label={html! { { t.load_or_paste } }}>
                    <textarea class="input" name={TEXT} rows="6" spellcheck="false" data-testid="load-text" />
                </Field>
                if let Some(error) = &props.error {
                    <ErrorNote error={error.clone()} after={t.load_kept} />
                }
                <div class="form-end">
                    <Button testid="load-info" onclick={ui.click(Intent::OpenInfo(None))}>{ t.info_open }</Button>
                    <button type="submit" class="button primary" data-testid="load-go">{ t.load_go }</button>
                </div>
            </form>
        </Dialog>
    }
}
