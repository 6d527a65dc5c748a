//! The dialog for a new world.

use web_sys::HtmlFormElement;
use yew::prelude::*;

use crate::intent::Intent;
use crate::topbar::new_form::NewForm;
use crate::ui::context::use_ui;
use crate::ui::dialog::Dialog;
use crate::ui::error::UiError;
use crate::ui::error_note::ErrorNote;
use crate::ui::field::Field;

/// Properties of [`NewDialog`].
#[derive(Properties, PartialEq)]
pub struct NewDialogProps {
    /// The seed of the present world; the next one is offered.
    pub seed: u64,
    /// Why the last try failed.
    pub error: Option<UiError>,
}

/// The dialog.
#[component]
pub fn NewDialog(props: &NewDialogProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let onsubmit = {
        let dispatch = ui.dispatch.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(form) = event.target_dyn_into::<HtmlFormElement>() else { return };
            dispatch.emit(match NewForm::read(&form).config() {
                Ok(config) => Intent::New(config),
                Err(range) => {
                    let ends = vec![("low", range.start().to_string()), ("high", range.end().to_string())];
                    Intent::Refuse(UiError::Page(|t| t.bad_number, ends))
                }
            });
        })
    };
    let number = |label: &'static str, name: &'static str, value: String| {
        html! {
            <Field label={html! { { label } }}>
                <input
                    class="input num"
                    {name}
                    inputmode="numeric"
                    autocomplete="off"
                    ~defaultValue={value}
                    data-testid={format!("new-{name}")}
                />
            </Field>
        }
    };
    let topologies = [t.topology_star, t.topology_chain, t.topology_alone];
    let option = |(i, words): (usize, &'static str)| {
        html! { <option value={i.to_string()} selected={i == 0}>{ words }</option> }
    };
    html! {
        <Dialog title={t.new_title} testid="new-dialog">
            <form class="form" {onsubmit}>
                <div class="form-row">
                    { number(t.new_nodes, "nodes", "3".to_owned()) }
                    <Field label={html! { { t.new_topology } }}>
                        <select class="select" name="topology" data-testid="new-topology">
                            { for topologies.into_iter().enumerate().map(option) }
                        </select>
                    </Field>
                </div>
                <div class="form-row">
                    { number(t.new_backlog, "backlog", "64".to_owned()) }
                    { number(t.new_latency, "latency", "150".to_owned()) }
                </div>
                <p class="hint">{ t.new_backlog_hint }</p>
                { number(t.new_seed, "seed", props.seed.wrapping_add(1).to_string()) }
                <p class="hint">{ t.new_seed_hint }</p>
                if let Some(error) = &props.error {
                    <ErrorNote error={error.clone()} />
                }
                <div class="form-end">
                    <span class="hint">{ t.new_keeps }</span>
                    <button type="submit" class="button primary" data-testid="new-go">{ t.new_create }</button>
                </div>
            </form>
        </Dialog>
    }
}
