//! The dialog that loads a saved run.

use web_sys::{HtmlFormElement, HtmlInputElement};
use yew::prelude::*;

use crate::intent::Intent;
use crate::ui::atoms::{div, field, para, submit, text};
use crate::ui::context::UiContext;
use crate::ui::dom;
use crate::ui::error::UiError;
use crate::ui::error_note::error_note;
use crate::ui::overlay::dialog;

/// The name of a run that came without one.
const PASTED: &str = "JSON";
/// The name of the field for a run's text, where the app also puts the text of a file.
pub const TEXT: &str = "run";

/// The dialog: a file, or text. A run that cannot be read changes nothing, and its text stays here to be mended. `error`
/// is why the last try failed.
pub fn load(error: Option<&UiError>, cx: &UiContext) -> Html {
    let t = cx.t();
    let dispatch = cx.dispatch.clone();
    let onchange = Callback::from(move |event: Event| {
        let file = event.target_dyn_into::<HtmlInputElement>().and_then(|i| i.files()?.get(0));
        if let Some(file) = file {
            dispatch.emit(Intent::LoadFile(file.into()));
        }
    });
    let dispatch = cx.dispatch.clone();
    let onsubmit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let form = event.target_dyn_into::<HtmlFormElement>();
        let run = form.map(|form| dom::field_value(&form, TEXT)).unwrap_or_default();
        dispatch.emit(Intent::Load(run, PASTED.to_owned()));
    });
    let file =
        html! { <input type="file" accept=".json,application/json,text/plain" data-testid="load-file" {onchange} /> };
    let run = html! { <textarea class="input" name={TEXT} rows="6" spellcheck="false" data-testid="load-text" /> };
    let form = html! {
        <form class="form" {onsubmit}>
            { para("hint", text(format!("{} {}", t.load_hint, t.new_keeps))) }
            { field(text(t.load_choose), file) }
            { field(text(t.load_or_paste), run) }
            { for error.map(|error| error_note(error, t.load_kept, cx)) }
            { div("form-end", submit("load-go", t.load_go)) }
        </form>
    };
    dialog(cx, t.load_title, "load-dialog", form)
}
