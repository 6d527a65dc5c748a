//! The panel with the script.

use std::rc::Rc;

use psyncscope_lab::script::EXAMPLES;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::intent::{Intent, SavedFile};
use crate::script::document::Document;
use crate::script::editor::Editor;
use crate::script::findings::Findings;
use crate::script::intent::ScriptIntent;
use crate::ui::button::Button;
use crate::ui::context::use_ui;

/// Properties of [`ScriptPanel`].
#[derive(Properties)]
pub struct ScriptPanelProps {
    /// The script.
    pub document: Rc<Document>,
    /// The last line that has happened at the moment shown.
    pub now: Option<usize>,
}

impl PartialEq for ScriptPanelProps {
    /// What did not change is the same document as before, so the pointer tells.
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.document, &other.document) && self.now == other.now
    }
}

/// The script, what is wrong with it, and whether what it expects is so.
#[component]
pub fn ScriptPanel(props: &ScriptPanelProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let document = &props.document;
    let onchange = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |event: Event| {
            let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            let chosen = usize::try_from(select.selected_index()).ok().and_then(|entry| entry.checked_sub(1));
            // It is a menu: the same example can be chosen again.
            select.set_selected_index(0);
            if let Some(example) = chosen {
                dispatch.emit(Intent::Script(ScriptIntent::Example(example)));
            }
        })
    };
    html! {
        <div class="script">
            <div class="script-bar">
                <select class="select" aria-label={t.script_examples} data-testid="script-examples" {onchange}>
                    <option>{ t.script_examples }</option>
                    { for EXAMPLES.iter().map(|example| html! {
                        <option key={example.file}>{ example.title.get(ui.lang) }</option>
                    }) }
                </select>
                <Button
                    class="button small"
                    testid="script-save"
                    label={t.script_save_hint}
                    onclick={ui.click(Intent::Save(SavedFile::Script))}
                >
                    { t.save_run }
                </Button>
            </div>
            <p class="hint" id="script-hint">{ t.script_hint }</p>
            if document.parted {
                <div class="script-parted" role="status" data-testid="script-parted">
                    <span>{ t.script_parted }</span>
                    <Button
                        class="button small"
                        testid="script-anew"
                        onclick={ui.click(Intent::Script(ScriptIntent::WriteAnew))}
                    >
                        { t.script_anew }
                    </Button>
                </div>
            }
            <Editor
                text={document.text.clone()}
                marks={document.marks()}
                now={props.now}
                label={t.tab_script}
                onedit={ui.dispatch.reform(|text| Intent::Script(ScriptIntent::Edit(text)))}
                ongo={ui.dispatch.reform(|line| Intent::Script(ScriptIntent::GoTo(line)))}
            />
            <Findings
                text={document.text.clone()}
                errors={document.errors.clone()}
                unmet={document.unmet().cloned().collect::<Vec<_>>()}
                expectations={document.expectations_checked()}
            />
        </div>
    }
}
