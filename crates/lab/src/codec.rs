//! What a log is made of, to and from [`Json`].

use psyncscope_sim::frame::WireSettings;

use crate::action::{Action, ActionLog, LabConfig, NodeSpec, TimedAction};
use crate::error::LabError;
use crate::json::{At, Json, Object};

type Result<T> = std::result::Result<T, LabError>;

/// Which members each action has beside `do`.
const MEMBERS: &[(&str, &[&str])] = &[
    ("exec", &["node", "console", "command"]),
    ("add-node", &["name", "config"]),
    ("remove-node", &["node"]),
    ("cut", &["from", "to", "one_way"]),
    ("heal", &["from", "to", "one_way"]),
    ("set-wire", &["from", "to", "one_way", "settings"]),
    ("crash", &["node"]),
    ("pause", &["node"]),
    ("resume", &["node"]),
    ("power-off", &["node"]),
    ("restart", &["node"]),
    ("move-clock", &["node", "by_ms"]),
];

const NODE: &[&str] = &["name", "config"];
const WIRE: &[&str] = &["latency_us", "jitter_us", "bandwidth_bps", "loss", "duplicate", "reorder"];
const CONFIG: &[&str] = &["seed", "nodes", "wire", "classroom_limits", "disk_bps", "fork_us"];
const LOG: &[&str] = &["version", "config", "actions", "end_us"];

pub(crate) fn read_log(at: At<'_>) -> Result<ActionLog> {
    let object = at.object(LOG)?;
    Ok(ActionLog {
        version: object.need("version", |at| at.small())?,
        config: object.need("config", read_config)?,
        actions: object.need("actions", |at| at.list(read_timed))?,
        end_us: object.need("end_us", |at| at.unsigned())?,
    })
}

pub(crate) fn read_config(at: At<'_>) -> Result<LabConfig> {
    let object = at.object(CONFIG)?;
    let default = LabConfig::default();
    Ok(LabConfig {
        seed: object.or("seed", default.seed, |at| at.unsigned())?,
        nodes: object.or("nodes", default.nodes, |at| at.list(read_node))?,
        wire: object.or("wire", default.wire, read_wire)?,
        classroom_limits: object.or("classroom_limits", default.classroom_limits, |at| at.boolean())?,
        disk_bps: object.or("disk_bps", default.disk_bps, |at| at.unsigned())?,
        fork_us: object.or("fork_us", default.fork_us, |at| at.unsigned())?,
    })
}

fn read_node(at: At<'_>) -> Result<NodeSpec> {
    read_node_members(&at.object(NODE)?)
}

fn read_node_members(object: &Object<'_>) -> Result<NodeSpec> {
    Ok(NodeSpec {
        name: object.need("name", |at| at.text())?,
        config: object.or("config", Vec::new(), |at| at.list(|line| line.text()))?,
    })
}

fn read_wire(at: At<'_>) -> Result<WireSettings> {
    let object = at.object(WIRE)?;
    let default = WireSettings::default();
    Ok(WireSettings {
        latency_us: object.or("latency_us", default.latency_us, |at| at.unsigned())?,
        jitter_us: object.or("jitter_us", default.jitter_us, |at| at.unsigned())?,
        bandwidth_bps: object.or("bandwidth_bps", default.bandwidth_bps, |at| at.unsigned())?,
        loss: object.or("loss", default.loss, |at| at.number())?,
        duplicate: object.or("duplicate", default.duplicate, |at| at.number())?,
        reorder: object.or("reorder", default.reorder, |at| at.number())?,
    })
}

fn read_timed(at: At<'_>) -> Result<TimedAction> {
    let object = at.any_object()?;
    let at_us = object.need("at_us", |at| at.unsigned())?;
    Ok(TimedAction { at_us, action: read_members(&object, &["at_us", "do"])? })
}

pub(crate) fn read_action(at: At<'_>) -> Result<Action> {
    read_members(&at.any_object()?, &["do"])
}

/// An action's members, beside those that its place adds.
fn read_members(object: &Object<'_>, beside: &[&str]) -> Result<Action> {
    let (verb, members) = object.need("do", |at| {
        let verb = at.text()?;
        let known = MEMBERS.iter().find(|(known, _)| *known == verb);
        known.copied().ok_or_else(|| {
            let verbs: Vec<&str> = MEMBERS.iter().map(|(verb, _)| *verb).collect();
            at.wrong(format!("unknown variant `{verb}`, expected one of {}", verbs.join(", ")))
        })
    })?;
    object.only(&[beside, members].concat())?;
    let node = || object.need("node", |at| at.text());
    let from = || object.need("from", |at| at.text());
    let to = || object.need("to", |at| at.text());
    let one_way = || object.or("one_way", false, |at| at.boolean());
    Ok(match verb {
        "exec" => Action::Exec {
            node: node()?,
            console: object.or("console", 0, |at| at.small())?,
            command: object.need("command", |at| at.text())?,
        },
        "add-node" => Action::AddNode { node: read_node_members(object)? },
        "remove-node" => Action::RemoveNode { node: node()? },
        "cut" => Action::Cut { from: from()?, to: to()?, one_way: one_way()? },
        "heal" => Action::Heal { from: from()?, to: to()?, one_way: one_way()? },
        "set-wire" => Action::SetWire {
            from: from()?,
            to: to()?,
            one_way: one_way()?,
            settings: object.need("settings", read_wire)?,
        },
        "crash" => Action::Crash { node: node()? },
        "pause" => Action::Pause { node: node()? },
        "resume" => Action::Resume { node: node()? },
        "power-off" => Action::PowerOff { node: node()? },
        "restart" => Action::Restart { node: node()? },
        // The last of MEMBERS, which has no others.
        _ => Action::MoveClock { node: node()?, by_ms: object.need("by_ms", |at| at.signed())? },
    })
}

fn text(text: &str) -> Json {
    Json::Text(text.to_owned())
}

fn object(members: Vec<(&str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn node_members(node: &NodeSpec) -> Vec<(&'static str, Json)> {
    vec![("name", text(&node.name)), ("config", Json::List(node.config.iter().map(|line| text(line)).collect()))]
}

fn write_wire(wire: &WireSettings) -> Json {
    object(vec![
        ("latency_us", Json::Unsigned(wire.latency_us)),
        ("jitter_us", Json::Unsigned(wire.jitter_us)),
        ("bandwidth_bps", Json::Unsigned(wire.bandwidth_bps)),
        ("loss", Json::Float(wire.loss)),
        ("duplicate", Json::Float(wire.duplicate)),
        ("reorder", Json::Float(wire.reorder)),
    ])
}

pub(crate) fn write_config(config: &LabConfig) -> Json {
    object(vec![
        ("seed", Json::Unsigned(config.seed)),
        ("nodes", Json::List(config.nodes.iter().map(|node| object(node_members(node))).collect())),
        ("wire", write_wire(&config.wire)),
        ("classroom_limits", Json::Bool(config.classroom_limits)),
        ("disk_bps", Json::Unsigned(config.disk_bps)),
        ("fork_us", Json::Unsigned(config.fork_us)),
    ])
}

pub(crate) fn write_timed(timed: &TimedAction) -> Json {
    let ends = |from: &str, to: &str, one_way: bool| {
        vec![("from", text(from)), ("to", text(to)), ("one_way", Json::Bool(one_way))]
    };
    let only = |node: &str| vec![("node", text(node))];
    let (verb, members) = match &timed.action {
        Action::Exec { node, console, command } => (
            "exec",
            vec![("node", text(node)), ("console", Json::Unsigned(u64::from(*console))), ("command", text(command))],
        ),
        Action::AddNode { node } => ("add-node", node_members(node)),
        Action::RemoveNode { node } => ("remove-node", only(node)),
        Action::Cut { from, to, one_way } => ("cut", ends(from, to, *one_way)),
        Action::Heal { from, to, one_way } => ("heal", ends(from, to, *one_way)),
        Action::SetWire { from, to, one_way, settings } => {
            let mut members = ends(from, to, *one_way);
            members.push(("settings", write_wire(settings)));
            ("set-wire", members)
        }
        Action::Crash { node } => ("crash", only(node)),
        Action::Pause { node } => ("pause", only(node)),
        Action::Resume { node } => ("resume", only(node)),
        Action::PowerOff { node } => ("power-off", only(node)),
        Action::Restart { node } => ("restart", only(node)),
        Action::MoveClock { node, by_ms } => {
            let by_ms = u64::try_from(*by_ms).map_or(Json::Negative(*by_ms), Json::Unsigned);
            ("move-clock", vec![("node", text(node)), ("by_ms", by_ms)])
        }
    };
    let mut all = vec![("at_us", Json::Unsigned(timed.at_us)), ("do", text(verb))];
    all.extend(members);
    object(all)
}
