//! The dialog for a new world.

use std::ops::RangeInclusive;

use psyncscope_lab::sim::frame::WireSettings;
use psyncscope_lab::{LabConfig, NodeSpec};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::i18n::use_text;
use crate::intent::{Intent, use_desk};
use crate::ui::dialog::Dialog;
use crate::ui::trouble::{Trouble, TroubleNote};

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

/// Properties of [`New`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The seed of the present world: the next one is offered.
    pub seed: u64,
    /// Why the last try failed.
    pub trouble: Option<Trouble>,
}

/// The dialog.
#[component]
pub fn New(props: &Props) -> Html {
    let t = use_text();
    let desk = use_desk();
    let seed = props.seed;
    let form = use_state(|| Form {
        seed: seed.wrapping_add(1).to_string(),
        nodes: "3".to_owned(),
        topology: Topology::Star,
        backlog: "64".to_owned(),
        latency: "150".to_owned(),
    });
    let wrong = use_state(|| Option::<RangeInclusive<u64>>::None);
    let field = |label: &'static str, testid: &'static str, value: &str, set: fn(&mut Form, String)| {
        let form = form.clone();
        let oninput = Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                let mut next = (*form).clone();
                set(&mut next, input.value());
                form.set(next);
            }
        });
        html! {
            <label class="field">
                <span>{ label }</span>
                <input class="input num" inputmode="numeric" autocomplete="off" value={value.to_owned()} data-testid={testid} {oninput} />
            </label>
        }
    };
    let on_topology = {
        let form = form.clone();
        Callback::from(move |event: Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>().and_then(|s| s.value().parse::<usize>().ok());
            if let Some(&topology) = chosen.and_then(|i| TOPOLOGIES.get(i)) {
                form.set(Form { topology, ..(*form).clone() });
            }
        })
    };
    let onsubmit = {
        let (desk, form, wrong) = (desk.clone(), form.clone(), wrong.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match form.config() {
                Ok(config) => {
                    wrong.set(None);
                    desk.ask(Intent::New(config));
                }
                Err(range) => wrong.set(Some(range)),
            }
        })
    };
    let trouble = match &*wrong {
        Some(range) => Some(Trouble::Page(
            |t| t.bad_number,
            vec![("low", range.start().to_string()), ("high", range.end().to_string())],
        )),
        None => props.trouble.clone(),
    };
    let dismiss = {
        let (wrong, desk) = (wrong.clone(), desk.clone());
        Callback::from(move |()| {
            wrong.set(None);
            desk.ask(Intent::DismissTrouble);
        })
    };
    let topology_name = |topology| match topology {
        Topology::Star => t.topology_star,
        Topology::Chain => t.topology_chain,
        Topology::Alone => t.topology_alone,
    };
    html! {
        <Dialog title={t.new_title} testid="new-dialog" on_close={desk.on(|()| Intent::Close)}>
            <form class="form" {onsubmit}>
                <div class="form-row">
                    { field(t.new_nodes, "new-nodes", &form.nodes, |f, v| f.nodes = v) }
                    <label class="field">
                        <span>{ t.new_topology }</span>
                        <select class="select" data-testid="new-topology" onchange={on_topology}>
                            { for TOPOLOGIES.iter().enumerate().map(|(i, &topology)| html! {
                                <option value={i.to_string()} selected={topology == form.topology}>{ topology_name(topology) }</option>
                            }) }
                        </select>
                    </label>
                </div>
                <div class="form-row">
                    { field(t.new_backlog, "new-backlog", &form.backlog, |f, v| f.backlog = v) }
                    { field(t.new_latency, "new-latency", &form.latency, |f, v| f.latency = v) }
                </div>
                <p class="hint">{ t.new_backlog_hint }</p>
                { field(t.new_seed, "new-seed", &form.seed, |f, v| f.seed = v) }
                <p class="hint">{ t.new_seed_hint }</p>
                if let Some(trouble) = trouble {
                    <TroubleNote {trouble} on_dismiss={dismiss} />
                }
                <div class="form-end">
                    <span class="hint">{ t.new_keeps }</span>
                    <button type="submit" class="button primary" data-testid="new-go">{ t.new_create }</button>
                </div>
            </form>
        </Dialog>
    }
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
