//! The text of a script, with its lines' numbers.

use litemap::LiteMap;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::script::gutter::{Gutter, Mark};

/// The editor's element.
pub const ID: &str = "script-text";

/// Properties of [`Editor`].
#[derive(Properties, PartialEq)]
pub struct EditorProps {
    /// The text.
    pub text: AttrValue,
    /// What its lines are.
    pub marks: LiteMap<usize, Mark>,
    /// The last line that has happened at the moment shown.
    pub now: Option<usize>,
    /// What the text is called.
    pub label: AttrValue,
    /// Called with another text.
    pub onedit: Callback<String>,
    /// Called with the line whose moment is to be shown.
    pub ongo: Callback<usize>,
}

/// The text: as high and as wide as it is, in an element that scrolls, so that numbers and text stay beside each other.
#[component]
pub fn Editor(props: &EditorProps) -> Html {
    // A text that ends with a line feed has one more line to write in.
    let lines = props.text.split('\n').count();
    let columns = props.text.split('\n').map(|line| line.chars().count()).max().unwrap_or(0);
    let oninput = {
        let onedit = props.onedit.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(area) = event.target_dyn_into::<HtmlTextAreaElement>() {
                onedit.emit(area.value());
            }
        })
    };
    let onkeydown = {
        let ongo = props.ongo.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() != "Enter" || !(event.ctrl_key() || event.meta_key()) {
                return;
            }
            event.prevent_default();
            if let Some(area) = event.target_dyn_into::<HtmlTextAreaElement>() {
                ongo.emit(line_of_caret(&area));
            }
        })
    };
    html! {
        <div class="script-editor" data-testid="script-editor">
            <Gutter {lines} marks={props.marks.clone()} now={props.now} />
            <textarea
                id={ID}
                class="script-text"
                style={format!("min-width:calc({columns}ch + 24px)")}
                rows={lines.to_string()}
                wrap="off"
                spellcheck="false"
                autocomplete="off"
                autocapitalize="off"
                aria-label={props.label.clone()}
                aria-describedby="script-hint"
                data-testid="script-text"
                value={props.text.clone()}
                {oninput}
                {onkeydown}
            />
        </div>
    }
}

/// The line that the caret is in, from 1.
fn line_of_caret(area: &HtmlTextAreaElement) -> usize {
    let caret = area.selection_start().ok().flatten().unwrap_or(0) as usize;
    let before = area.value().encode_utf16().take(caret).filter(|&unit| unit == u16::from(b'\n')).count();
    before + 1
}

/// Puts the caret at a line and column, both from 1, of a text, and the focus there.
pub fn place_caret(text: &str, line: usize, column: usize) {
    let Some(area) = crate::ui::dom::by_id::<HtmlTextAreaElement>(ID) else { return };
    let before: usize = text.split('\n').take(line - 1).map(|line| line.encode_utf16().count() + 1).sum();
    let within: String = text.split('\n').nth(line - 1).unwrap_or_default().chars().take(column - 1).collect();
    let caret = u32::try_from(before + within.encode_utf16().count()).unwrap_or(u32::MAX);
    // A text area can take both.
    let _ = area.focus();
    let _ = area.set_selection_range(caret, caret);
    if let Ok(Some(scroller)) = area.closest(".script-editor") {
        let all = text.split('\n').count().max(1) as f64;
        let top = f64::from(area.client_height()) * (line as f64 - 3.0) / all;
        scroller.set_scroll_top(top.max(0.0) as i32);
        scroller.set_scroll_left(0);
    }
}
