//! Two branches at the time shown: every node in both, what differs marked.

use std::rc::Rc;

use psyncscope_lab::compare::{Comparison, Field, Pair, Value};
use psyncscope_lab::format;
use psyncscope_lab::sim::frame::Power;
use yew::prelude::*;

use crate::i18n::{Messages, fill};
use crate::intent::Intent;
use crate::ui::chip::chip;
use crate::ui::context::{UiContext, use_ui};
use crate::ui::icon::Shape;
use crate::ui::icon_button::IconButton;
use crate::ui::select::Select;

/// Properties of [`CompareView`].
#[derive(Properties, PartialEq)]
pub struct CompareViewProps {
    /// The comparison.
    pub comparison: Rc<Comparison>,
    /// The names of all branches.
    pub names: Vec<AttrValue>,
    /// The two that are compared.
    pub pair: [usize; 2],
}

/// The view: two lines for each node, one for each branch, and the same for all nodes together.
#[component]
pub fn CompareView(props: &CompareViewProps) -> Html {
    let ui = use_ui();
    let t = ui.t();
    let CompareViewProps { comparison, names, pair } = props;
    let choose = |side: usize, label: &'static str, testid: &'static str| {
        let (dispatch, pair) = (ui.dispatch.clone(), *pair);
        let onselect = Callback::from(move |branch| {
            let mut pair = pair;
            pair[side] = branch;
            dispatch.emit(Intent::CompareBranches(Some(pair)));
        });
        html! { <Select {label} {testid} entries={names.clone()} selected={pair[side]} {onselect} /> }
    };
    let all = comparison.nodes.iter().flat_map(|node| &node.fields).chain(&comparison.totals);
    let different = all.filter(|pair| pair.differs()).count();
    let count = fill(t.compare_count, &[("n", &different.to_string())]);
    let at = fill(t.compare_at, &[("at", &format::clock(comparison.at))]);
    let ended = comparison.ended.iter().zip(pair).filter_map(|(ended, branch)| {
        let name = names.get(*branch)?.to_string();
        Some(fill(t.compare_ended, &[("name", &name), ("at", &format::clock((*ended)?))]))
    });
    let ended: Vec<String> = ended.collect();
    let columns = comparison.nodes.first().map(|node| node.fields.iter().map(|pair| pair.field).collect::<Vec<_>>());
    let head = |field: &Field| html! { <th scope="col">{ field_name(*field, t) }</th> };
    let lines = |fields: &[Pair], title: &str| {
        [0, 1]
            .map(|side| {
                let name = names.get(pair[side]).cloned().unwrap_or_default();
                html! {
                    <tr class={if side == 0 { "side-a" } else { "side-b" }}>
                        if side == 0 {
                            <th scope="rowgroup" rowspan="2">{ title.to_owned() }</th>
                        }
                        <th scope="row" title={name.clone()}>{ name }</th>
                        { for fields.iter().map(|pair| cell(pair, side, t, &ui)) }
                    </tr>
                }
            })
            .into_iter()
            .collect::<Html>()
    };
    html! {
        <section class="compare" aria-label={t.compare} data-testid="compare" data-different={different.to_string()}>
            <header class="compare-head">
                { choose(0, t.compare_first, "compare-a") }
                { choose(1, t.compare_second, "compare-b") }
                // Only the number is announced when it changes: the time changes all the while.
                <span class="compare-count" role="status">{ count }</span>
                <span class="num">{ at }</span>
                { for ended.iter().map(|words| html! { <span class="faint">{ words.clone() }</span> }) }
                <IconButton
                    testid="compare-close"
                    shape={Shape::Cross}
                    label={t.close}
                    onclick={ui.click(Intent::CompareBranches(None))}
                />
            </header>
            <div class="compare-table" tabindex="0" role="group" aria-label={t.compare}>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{ t.compare_node }</th>
                            <th scope="col">{ t.compare_branch }</th>
                            { for columns.iter().flatten().map(head) }
                        </tr>
                    </thead>
                    { for comparison.nodes.iter().map(|node| html! {
                        <tbody key={node.name.to_string()} data-testid={format!("compare-{}", node.name)}>
                            { lines(&node.fields, &node.name) }
                        </tbody>
                    }) }
                </table>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{ t.compare_totals }</th>
                            <th scope="col">{ t.compare_branch }</th>
                            { for comparison.totals.iter().map(|pair| head(&pair.field)) }
                        </tr>
                    </thead>
                    <tbody data-testid="compare-totals">{ lines(&comparison.totals, t.compare_all) }</tbody>
                </table>
            </div>
        </section>
    }
}

/// One value; one that differs is marked by a sign too, not by its colour alone.
fn cell(pair: &Pair, side: usize, t: &Messages, ui: &UiContext) -> Html {
    let value = match &pair.values[side] {
        None => html! { <span class="faint">{ "–" }</span> },
        Some(Value::Process(power)) => html! { { process(*power, t) } },
        Some(Value::Name(name)) => html! { { name.to_string() } },
        Some(Value::Id(id)) => chip(id, ui),
        Some(Value::Number(n)) if pair.field == Field::Lag => html! { { format!("{n} s") } },
        Some(Value::Number(n)) => html! { { n.to_string() } },
        Some(Value::Backlog(compared)) => {
            let backlog = &compared.0.0;
            let (off, histlen, size) = (backlog.off().0, backlog.histlen(), backlog.size());
            let last = off.saturating_add_unsigned(histlen as u64).saturating_sub(1);
            let range = if histlen == 0 { String::new() } else { format!("{off}–{last} · ") };
            html! { { format!("{range}{histlen}/{size}") } }
        }
    };
    let differs = pair.differs();
    html! {
        <td class={classes!("num", differs.then_some("differs"))} data-field={format!("{:?}", pair.field)}>
            if differs {
                <span class="differs-sign" role="img" aria-label={t.compare_differs}>{ "≠ " }</span>
            }
            { value }
        </td>
    }
}

const fn process(power: Power, t: &Messages) -> &'static str {
    match power {
        Power::Running => t.compare_runs,
        Power::Paused => t.compare_paused,
        Power::Stopped => t.compare_stopped,
        Power::Off => t.compare_off,
    }
}

const fn field_name(field: Field, t: &Messages) -> &'static str {
    match field {
        Field::Process => t.compare_process,
        Field::Master => t.compare_master,
        Field::LinkState => "repl_state",
        Field::ReplId => "replid",
        Field::ReplId2 => "replid2",
        Field::Offset => t.offset,
        Field::Backlog => t.compare_ring,
        Field::Lag => t.compare_lag,
        Field::Keys => t.compare_keys,
        Field::FullSyncs => t.compare_full,
        Field::PartialSyncs => t.compare_partial,
        Field::BytesSent => t.compare_bytes,
    }
}
