//! The dialog that chooses what to run until.

use psyncscope_lab::Until;
use psyncscope_lab::engine::event::ReplicaState;
use psyncscope_lab::engine::replication::ReplState;
use psyncscope_lab::engine::steps::Function;
use web_sys::HtmlFormElement;
use yew::prelude::*;

use crate::intent::Intent;
use crate::ui::context::use_ui;
use crate::ui::dialog::Dialog;
use crate::ui::dom;
use crate::ui::error::UiError;
use crate::ui::error_note::ErrorNote;
use crate::ui::field::Field;
use crate::ui::select::Select;

/// The name of the field for an offset.
const OFFSET: &str = "offset";

/// What can be waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Verdict,
    ReplState,
    ReplicaState,
    Offset,
    Function,
    Broken,
}

const KINDS: [Kind; 6] =
    [Kind::Verdict, Kind::ReplState, Kind::ReplicaState, Kind::Offset, Kind::Function, Kind::Broken];

/// Properties of [`RunUntilDialog`].
#[derive(Properties)]
pub struct RunUntilDialogProps {
    /// The names of the nodes, and the offset that each is at. They are read once, when the dialog opens.
    pub nodes: Vec<(AttrValue, i64)>,
    /// The place in that list of the node that was selected then.
    pub selected: usize,
    /// Why the last try failed.
    pub error: Option<UiError>,
}

impl PartialEq for RunUntilDialogProps {
    /// Offsets grow while time passes: the dialog is not rendered for them.
    fn eq(&self, other: &Self) -> bool {
        self.error == other.error
    }
}

/// The dialog: what, at which node, and which state, offset or function.
#[component]
pub fn RunUntilDialog(props: &RunUntilDialogProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let kind = use_state(|| 0);
    let nodes = use_state(|| props.nodes.clone());
    let node = use_state(|| props.selected);
    let link_state = use_state(|| ReplState::ALL.len() - 1);
    let replica_state = use_state(|| ReplicaState::ALL.len() - 1);
    let function = use_state(|| 0);
    // 0: on any node.
    let entered_on = use_state(|| 0_usize);
    let is = KINDS.get(*kind).copied().unwrap_or(Kind::Verdict);
    let choose = |state: &UseStateHandle<usize>| {
        let state = state.clone();
        Callback::from(move |index| state.set(index))
    };
    let names: Vec<AttrValue> = nodes.iter().map(|(name, _)| name.clone()).collect();
    let any_or_names = std::iter::once(AttrValue::from(t.steps_any_node)).chain(names.iter().cloned()).collect();
    let (name, offset) = nodes.get(*node).or_else(|| nodes.first()).cloned().unwrap_or_default();
    let onsubmit = {
        let dispatch = ui.dispatch.clone();
        let node = name.to_string();
        let (link_state, replica_state, function) = (*link_state, *replica_state, *function);
        let entered_on = (*entered_on).checked_sub(1).and_then(|nth| nodes.get(nth)).map(|(name, _)| name.to_string());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let node = node.clone();
            let until = match is {
                Kind::Verdict => Until::Verdict,
                Kind::Broken => Until::Broken,
                Kind::ReplState => Until::ReplState { node, state: ReplState::ALL[link_state] },
                Kind::ReplicaState => Until::ReplicaState { node, state: ReplicaState::ALL[replica_state] },
                Kind::Offset => {
                    let form = event.target_dyn_into::<HtmlFormElement>();
                    let text = form.map(|form| dom::field_value(&form, OFFSET)).unwrap_or_default();
                    match text.trim().parse() {
                        Ok(offset) => Until::Offset { node, offset },
                        Err(_) => {
                            let range = vec![("low", "0".to_owned()), ("high", i64::MAX.to_string())];
                            dispatch.emit(Intent::Refuse(UiError::Page(|t| t.bad_number, range)));
                            return;
                        }
                    }
                }
                Kind::Function => Until::Function { function: Function::ALL[function], node: entered_on.clone() },
            };
            dispatch.emit(Intent::RunUntil(until));
        })
    };
    let select = |label: &'static str, testid: &'static str, entries: Vec<AttrValue>, state: &UseStateHandle<usize>| {
        html! {
            <Field label={html! { { label } }}>
                <Select {label} {testid} {entries} selected={**state} onselect={choose(state)} />
            </Field>
        }
    };
    let words = |names: Vec<&'static str>| names.into_iter().map(AttrValue::from).collect::<Vec<_>>();
    let kinds = words(vec![
        t.until_verdict,
        t.until_link_state,
        t.until_replica_state,
        t.until_offset,
        t.until_function,
        t.until_broken,
    ]);
    html! {
        <Dialog title={t.run_until} testid="until-dialog">
            <form class="form" {onsubmit}>
                <p class="hint">{ t.until_hint }</p>
                { select(t.until_what, "until-kind", kinds, &kind) }
                if matches!(is, Kind::ReplState | Kind::ReplicaState | Kind::Offset) {
                    { select(t.until_node, "until-node", names, &node) }
                }
                if is == Kind::ReplState {
                    { select(t.until_state, "until-state", words(ReplState::ALL.iter().map(|s| s.name()).collect()), &link_state) }
                }
                if is == Kind::ReplicaState {
                    { select(t.until_state, "until-state", words(ReplicaState::ALL.iter().map(|s| s.name()).collect()), &replica_state) }
                }
                if is == Kind::Offset {
                    <Field label={html! { { t.offset } }}>
                        <input
                            class="input num"
                            name={OFFSET}
                            key={name.to_string()}
                            inputmode="numeric"
                            ~defaultValue={(offset + 1).to_string()}
                            data-testid="until-offset"
                        />
                    </Field>
                }
                if is == Kind::Function {
                    { select(t.until_node, "until-entered-on", any_or_names, &entered_on) }
                    { select(t.until_function, "until-function", words(Function::ALL.iter().map(|f| f.name()).collect()), &function) }
                }
                if let Some(error) = &props.error {
                    <ErrorNote error={error.clone()} />
                }
                <div class="form-end">
                    <button type="submit" class="button primary" data-testid="until-go">{ t.until_go }</button>
                </div>
            </form>
        </Dialog>
    }
}
