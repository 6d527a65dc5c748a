//! What is typed into the form for a new world.

use std::ops::RangeInclusive;

use psyncscope_lab::sim::frame::WireSettings;
use psyncscope_lab::{LabConfig, NodeSpec};
use web_sys::HtmlFormElement;

use crate::ui::dom;

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
pub(super) struct NewForm {
    seed: String,
    nodes: String,
    topology: Topology,
    backlog: String,
    latency: String,
}

impl NewForm {
    /// What stands in the form now.
    pub(super) fn read(form: &HtmlFormElement) -> Self {
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
    pub(super) fn config(&self) -> Result<LabConfig, RangeInclusive<u64>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> NewForm {
        NewForm {
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
        assert_eq!(NewForm { nodes: "0".into(), ..form() }.config(), Err(NODES));
        assert_eq!(NewForm { nodes: "10".into(), ..form() }.config(), Err(NODES));
        assert_eq!(NewForm { backlog: "15".into(), ..form() }.config(), Err(BACKLOG));
        assert_eq!(NewForm { latency: "fast".into(), ..form() }.config(), Err(LATENCY_MS));
    }
}
