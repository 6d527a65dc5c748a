//! The dialog that loads a saved run.

use gloo::file::callbacks::{FileReader, read_as_text};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::i18n::use_text;
use crate::intent::{Intent, use_desk};
use crate::ui::dialog::Dialog;
use crate::ui::trouble::{Trouble, TroubleNote};

/// The name of a run that came without one.
const PASTED: &str = "JSON";

/// Properties of [`Load`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// Why the last try failed.
    pub trouble: Option<Trouble>,
}

/// The dialog: a file, or text. A run that cannot be read changes nothing, and its text stays here to be mended.
#[component]
pub fn Load(props: &Props) -> Html {
    let t = use_text();
    let desk = use_desk();
    let text = use_state(String::new);
    let name = use_state(|| PASTED.to_owned());
    // A reader that is dropped stops reading.
    let reader = use_mut_ref(|| Option::<FileReader>::None);
    let onfile = {
        let (desk, text, name, reader) = (desk.clone(), text.clone(), name.clone(), reader);
        Callback::from(move |event: Event| {
            let file = event.target_dyn_into::<HtmlInputElement>().and_then(|i| i.files()?.get(0));
            let Some(file) = file.map(gloo::file::File::from) else { return };
            let file_name = file.name();
            let (desk, text, name) = (desk.clone(), text.clone(), name.clone());
            *reader.borrow_mut() = Some(read_as_text(&file, move |read| match read {
                Ok(read) => {
                    text.set(read.clone());
                    name.set(file_name.clone());
                    desk.ask(Intent::Load(read, file_name));
                }
                Err(_) => desk.ask(Intent::LoadFailed),
            }));
        })
    };
    let oninput = {
        let (text, name) = (text.clone(), name.clone());
        Callback::from(move |event: InputEvent| {
            if let Some(area) = event.target_dyn_into::<HtmlTextAreaElement>() {
                text.set(area.value());
                name.set(PASTED.to_owned());
            }
        })
    };
    let onsubmit = {
        let (desk, text, name) = (desk.clone(), text.clone(), name);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            desk.ask(Intent::Load((*text).clone(), (*name).clone()));
        })
    };
    html! {
        <Dialog title={t.load_title} testid="load-dialog" on_close={desk.on(|()| Intent::Close)}>
            <form class="form" {onsubmit}>
                <p class="hint">{ t.load_hint }{ " " }{ t.new_keeps }</p>
                <label class="field">
                    <span>{ t.load_choose }</span>
                    <input type="file" accept=".json,application/json,text/plain" data-testid="load-file" onchange={onfile} />
                </label>
                <label class="field">
                    <span>{ t.load_or_paste }</span>
                    <textarea class="input" rows="6" spellcheck="false" value={(*text).clone()} data-testid="load-text" {oninput} />
                </label>
                if let Some(trouble) = &props.trouble {
                    <TroubleNote trouble={trouble.clone()} after={t.load_kept} on_dismiss={desk.on(|()| Intent::DismissTrouble)} />
                }
                <div class="form-end">
                    <button type="submit" class="button primary" data-testid="load-go" disabled={text.trim().is_empty()}>{ t.load_go }</button>
                </div>
            </form>
        </Dialog>
    }
}
