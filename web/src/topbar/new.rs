//! The dialog for a new world.

use std::ops::RangeInclusive;

use psyncscope_lab::sim::frame::WireSettings;
use psyncscope_lab::{LabConfig, NodeSpec};
use web_sys::HtmlFormElement;
use yew::prelude::*;

use crate::intent::Intent;
use crate::ui::atoms::{div, field, options, para, row, span, submit, text};
use crate::ui::context::UiContext;
use crate::ui::dom;
use crate::ui::error::UiError;
use crate::ui::error_note::error_note;
use crate::ui::overlay::dialog;

/// Whom the nodes follow at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topology {
    /// The first node.
    Star,
    /// The node before.
    Chain,
    /// Nobody.
    Alone,
}

const TOPOLOGIES: [Topology; 3] = [Topology::Star, Topology::Chain, Topology::Alone];
const NODES: RangeInclusive<u64> = 1..=9;
const BACKLOG: RangeInclusive<u64> = 16..=1_048_576;
const LATENCY_MS: RangeInclusive<u64> = 0..=10_000;
const SEED: RangeInclusive<u64> = 0..=u64::MAX;

/// What is typed into the form.
#[derive(Clone, Debug, PartialEq)]
struct Form {
    seed: String,
    nodes: String,
    topology: Topology,
    backlog: String,
    latency: String,
}

impl Form {
    /// What stands in the form now.
    fn read(form: &HtmlFormElement) -> Self {
        let value = |name| dom::field_value(form, name);
        let chosen = value("topology").parse::<usize>().ok().and_then(|i| TOPOLOGIES.get(i).copied());
        Self {
            seed: value("seed"),
            nodes: value("nodes"),
            topology: chosen.unwrap_or(Topology::Star),
            backlog: value("backlog"),
            latency: value("latency"),
        }
    }

    /// The world that the form describes, or the range that a number is outside of.
    fn config(&self) -> Result<LabConfig, RangeInclusive<u64>> {
        let number = |text: &str, range: RangeInclusive<u64>| {
            text.trim().parse::<u64>().ok().filter(|n| range.contains(n)).ok_or(range)
        };
        let seed = number(&self.seed, SEED)?;
        let nodes = number(&self.nodes, NODES)?;
        let backlog = number(&self.backlog, BACKLOG)?;
        let latency_us = number(&self.latency, LATENCY_MS)? * 1000;
        let names: Vec<String> = ('a'..='z').take(nodes as usize).map(String::from).collect();
        let nodes = names.iter().enumerate().map(|(i, name)| {
            let mut config = vec![format!("repl-backlog-size {backlog}")];
            match (self.topology, i) {
                (Topology::Alone, _) | (_, 0) => {}
                (Topology::Star, _) => config.push(format!("replicaof {} 6379", names[0])),
                (Topology::Chain, i) => config.push(format!("replicaof {} 6379", names[i - 1])),
            }
            NodeSpec { name: name.clone(), config }
        });
        let wire = WireSettings { latency_us, ..WireSettings::default() };
        Ok(LabConfig { seed, nodes: nodes.collect(), wire, ..LabConfig::default() })
    }
}

/// The dialog. `seed` is that of the present world: the next one is offered. `error` is why the last try failed.
pub fn new(seed: u64, error: Option<&UiError>, cx: &UiContext) -> Html {
    let t = cx.t();
    let dispatch = cx.dispatch.clone();
    let onsubmit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let Some(form) = event.target_dyn_into::<HtmlFormElement>() else { return };
        dispatch.emit(match Form::read(&form).config() {
            Ok(config) => Intent::New(config),
            Err(range) => {
                let ends = vec![("low", range.start().to_string()), ("high", range.end().to_string())];
                Intent::Refuse(UiError::Page(|t| t.bad_number, ends))
            }
        });
    });
    let number = |label: &'static str, name: &'static str, value: String| {
        let input = html! {
            <input class="input num" {name} inputmode="numeric" autocomplete="off" ~value={value}
                data-testid={format!("new-{name}")} />
        };
        field(text(label), input)
    };
    let topologies = [t.topology_star, t.topology_chain, t.topology_alone];
    let topologies = topologies.into_iter().enumerate().map(|(i, words)| (words.into(), i == 0)).collect();
    let topology = html! {
        <select class="select" name="topology" data-testid="new-topology">{ options(topologies) }</select>
    };
    let two = |a, b| div("form-row", row(vec![a, b]));
    let form = html! {
        <form class="form" {onsubmit}>
            { two(number(t.new_nodes, "nodes", "3".to_owned()), field(text(t.new_topology), topology)) }
            { two(number(t.new_backlog, "backlog", "64".to_owned()), number(t.new_latency, "latency", "150".to_owned())) }
            { para("hint", text(t.new_backlog_hint)) }
            { number(t.new_seed, "seed", seed.wrapping_add(1).to_string()) }
            { para("hint", text(t.new_seed_hint)) }
            { for error.map(|error| error_note(error, "", cx)) }
            { div("form-end", row(vec![span("hint", t.new_keeps), submit("new-go", t.new_create)])) }
        </form>
    };
    dialog(cx, t.new_title, "new-dialog", form)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        Form {
            seed: "7".into(),
            nodes: "3".into(),
            topology: Topology::Chain,
            backlog: " 64 ".into(),
            latency: "0".into(),
        }
    }

    #[test]
    fn a_form_makes_a_world() {
        let config = form().config().unwrap();
        assert_eq!(config.seed, 7);
        assert_eq!(config.nodes[2].config, ["repl-backlog-size 64", "replicaof b 6379"]);
        assert!(psyncscope_lab::Lab::new(config).is_ok());
    }

    #[test]
    fn numbers_out_of_range_name_the_range() {
        assert_eq!(Form { nodes: "0".into(), ..form() }.config(), Err(NODES));
        assert_eq!(Form { nodes: "10".into(), ..form() }.config(), Err(NODES));
        assert_eq!(Form { backlog: "15".into(), ..form() }.config(), Err(BACKLOG));
        assert_eq!(Form { latency: "fast".into(), ..form() }.config(), Err(LATENCY_MS));
    }
}
