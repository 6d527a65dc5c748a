//! One branch in the dialog.

use psyncscope_lab::format;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::app::branches::BranchRow;
use crate::i18n::fill;
use crate::intent::Intent;
use crate::ui::button::Button;
use crate::ui::context::use_ui;
use crate::ui::icon::{Icon, Shape};

/// Properties of [`BranchItem`].
#[derive(Properties, PartialEq)]
pub struct BranchItemProps {
    /// The branch.
    pub row: BranchRow,
    /// The length of the axis, in microseconds.
    pub extent_us: u64,
    /// The branch that this one can be compared with.
    pub compare_with: Option<usize>,
}

/// A branch: its name, which can be changed in place, where it lies in time, and what is different in it.
#[component]
pub fn BranchItem(props: &BranchItemProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let row = &props.row;
    let editing = use_state(|| false);
    let field = use_node_ref();
    {
        let field = field.clone();
        use_effect_with(*editing, move |editing| {
            if let (true, Some(field)) = (*editing, field.cast::<HtmlInputElement>()) {
                // A field that has just been made takes the focus.
                let _ = field.focus();
                field.select();
            }
        });
    }
    let edit = {
        let editing = editing.clone();
        Callback::from(move |_: MouseEvent| editing.set(true))
    };
    let commit = {
        let (dispatch, editing, field, index) = (ui.dispatch.clone(), editing.clone(), field.clone(), row.index);
        let old = row.name.clone();
        Callback::from(move |()| {
            if let Some(field) = field.cast::<HtmlInputElement>().filter(|field| field.value() != old) {
                dispatch.emit(Intent::RenameBranch(index, field.value()));
            }
            editing.set(false);
        })
    };
    let onsubmit = {
        let commit = commit.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            commit.emit(());
        })
    };
    let onkeydown = {
        let editing = editing.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                // The name stays as it was, and the dialog stays open.
                event.prevent_default();
                event.stop_propagation();
                editing.set(false);
            }
        })
    };
    let share = |us: u64| us as f64 * 100.0 / props.extent_us as f64;
    let begins = share(row.lane.begins.0);
    let width = (share(row.lane.end.0) - begins).max(0.5);
    let rename = fill(t.branch_rename, &[("name", &row.name)]);
    html! {
        <li class={classes!("branch-item", row.current.then_some("is-current"))} data-testid={format!("branch-{}", row.index)}
            style={format!("--depth:{}", row.lane.depth)}>
            <div class="branch-head">
                if *editing {
                    <form class="branch-form" {onsubmit}>
                        <input
                            ref={field}
                            class="input"
                            ~defaultValue={row.name.clone()}
                            maxlength="80"
                            aria-label={rename.clone()}
                            data-testid="branch-name"
                            {onkeydown}
                        />
                        <button type="submit" class="button primary">{ t.branch_rename_go }</button>
                    </form>
                } else {
                    <button
                        type="button"
                        class="button branch-go"
                        aria-current={row.current.then_some("true")}
                        data-testid={format!("branch-go-{}", row.index)}
                        onclick={ui.click(Intent::SwitchBranch(row.index))}
                    >
                        <Icon shape={Shape::Fork} />
                        <span>{ &row.name }</span>
                    </button>
                    <Button testid={format!("branch-rename-{}", row.index)} label={rename} onclick={edit}>
                        { t.branch_rename_short }
                    </Button>
                    if let Some(other) = props.compare_with {
                        <Button
                            testid={format!("branch-compare-{}", row.index)}
                            label={fill(t.branch_compare, &[("name", &row.name)])}
                            onclick={ui.click(Intent::CompareBranches(Some([other, row.index])))}
                        >
                            { t.branch_compare_short }
                        </Button>
                    }
                }
            </div>
            <div class="branch-bar" aria-hidden="true">
                <i style={format!("left:{begins:.1}%;width:{width:.1}%")}></i>
            </div>
            <p class="branch-about">{ about(row, t) }</p>
        </li>
    }
}

/// Where the branch leaves its parent, what is different in it first, and how much was done in it.
fn about(row: &BranchRow, t: &crate::i18n::Messages) -> Html {
    let end = format::clock(row.lane.end);
    let count = fill(t.branch_actions, &[("n", &row.actions.to_string()), ("at", &end)]);
    let leaves = row
        .parent
        .as_ref()
        .map(|parent| fill(t.branch_leaves, &[("name", parent), ("at", &format::clock(row.lane.begins))]));
    let first = row.first.as_ref().map(|first| fill(t.branch_first, &[("what", &first.words())]));
    let instead = row.instead.as_ref().map(|instead| fill(t.branch_instead, &[("what", &instead.words())]));
    let here = row.current.then(|| t.branch_here.to_owned());
    [here, leaves, first, instead, Some(count)]
        .into_iter()
        .flatten()
        .map(|words| html! { <span>{ words }</span> })
        .collect()
}
