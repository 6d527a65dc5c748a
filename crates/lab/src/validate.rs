//! Checks of values that need no world: names, lines, quoting, numbers, sizes.

use psyncscope_engine::Config;
use psyncscope_engine::config::Limits;
use psyncscope_resp::split_args;
use psyncscope_sim::TcpSettings;
use psyncscope_sim::frame::WireSettings;

use crate::action::{Action, LabConfig, NodeSpec};
use crate::console;
use crate::error::{ErrorCode, LabError};
use crate::format::shown_name;
use crate::limits;

/// Checks what a world starts as; the nodes' configurations too.
pub(crate) fn config(config: &LabConfig) -> Result<(), LabError> {
    if config.nodes.len() > limits::NODES_MAX {
        let message = format!("{} nodes; at most {} at a time", config.nodes.len(), limits::NODES_MAX);
        return Err(field(ErrorCode::TooMuch, message, "config.nodes"));
    }
    for (index, spec) in config.nodes.iter().enumerate() {
        node_config(spec, config.classroom_limits)?;
        if config.nodes[..index].iter().any(|other| other.name == spec.name) {
            let message = format!("two nodes have the name {}", spec.name);
            return Err(LabError::new(ErrorCode::DuplicateNode, message).of_node(&spec.name));
        }
    }
    wire(&config.wire)?;
    tcp(&config.tcp)?;
    if config.fork_us > limits::FORK_MAX_US {
        let message = format!("a fork takes at most {} microseconds", limits::FORK_MAX_US);
        return Err(field(ErrorCode::TooMuch, message, "config.fork_us"));
    }
    Ok(())
}

/// Checks an action's own values, not the names in it, and says how many bytes of commands it has.
pub(crate) fn action(action: &Action) -> Result<usize, LabError> {
    match action {
        Action::Exec { command, console, node } => {
            self::console(node, *console)?;
            words(command)?;
            return Ok(command.len());
        }
        Action::HangUp { console, node } => self::console(node, *console)?,
        Action::SetWire { settings, .. } => wire(settings)?,
        Action::MoveClock { by_ms, .. } if by_ms.unsigned_abs() > limits::CLOCK_MOVE_MAX_MS.unsigned_abs() => {
            let message = format!("a clock moves by at most {} milliseconds", limits::CLOCK_MOVE_MAX_MS);
            return Err(field(ErrorCode::TooMuch, message, "by_ms"));
        }
        // The lines are checked when the node is made, where the limits that apply are known.
        Action::AddNode { node } | Action::Configure { node } => name(&node.name)?,
        _ => {}
    }
    Ok(0)
}

/// Checks the number of a console.
fn console(node: &str, console: u32) -> Result<(), LabError> {
    if console < limits::CONSOLES_MAX {
        return Ok(());
    }
    let message = format!("console {console}: their numbers lie below {}", limits::CONSOLES_MAX);
    Err(LabError::new(ErrorCode::TooMuch, message).of_node(node))
}

/// The words of a command line, at least one.
pub(crate) fn words(command: &str) -> Result<Vec<Vec<u8>>, LabError> {
    if command.len() > limits::COMMAND_BYTES_MAX {
        let message = format!("a command line of {} bytes; at most {}", command.len(), limits::COMMAND_BYTES_MAX);
        return Err(field(ErrorCode::TooMuch, message, "command"));
    }
    let words = console::split(command)
        .map_err(|unbalanced| field(ErrorCode::BadCommand, unbalanced.to_string(), "command"))?;
    if words.is_empty() {
        return Err(field(ErrorCode::BadCommand, "the command line is empty", "command"));
    }
    Ok(words)
}

/// Checks a node's name.
pub(crate) fn name(name: &str) -> Result<(), LabError> {
    let good = (1..=16).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        // Names that REPLICAOF would take for something else.
        && !name.bytes().all(|byte| byte.is_ascii_digit())
        && !name.eq_ignore_ascii_case("localhost");
    if good {
        return Ok(());
    }
    let shown = shown_name(name);
    let message = format!("a node's name has 1 to 16 letters, digits, - and _, not digits alone: not \"{shown}\"");
    Err(LabError::new(ErrorCode::BadNodeName, message).of_node(name))
}

/// Makes a node's configuration from its lines.
pub(crate) fn node_config(spec: &NodeSpec, classroom_limits: bool) -> Result<Config, LabError> {
    name(&spec.name)?;
    let mut config = Config::default();
    if classroom_limits {
        config.limits = Limits::classroom();
    }
    if spec.config.len() > limits::CONFIG_LINES_MAX {
        let message = format!("node {}: at most {} lines of configuration", spec.name, limits::CONFIG_LINES_MAX);
        return Err(LabError::new(ErrorCode::TooMuch, message).of_node(&spec.name));
    }
    for (index, line) in spec.config.iter().enumerate() {
        directive(&mut config, line).map_err(|reason| {
            let number = index + 1;
            let message = format!("node {}, line {number} of its configuration: {reason}", spec.name);
            LabError::new(ErrorCode::BadConfig, message).place(|at| {
                at.node = Some(spec.name.clone());
                at.line = Some(number);
            })
        })?;
    }
    Ok(config)
}

/// Sets one line of redis.conf; empty lines and comments set nothing (`loadServerConfigFromString`).
fn directive(config: &mut Config, line: &str) -> Result<(), String> {
    if line.len() > limits::CONFIG_LINE_BYTES_MAX {
        return Err(format!("{} bytes; at most {}", line.len(), limits::CONFIG_LINE_BYTES_MAX));
    }
    if line.contains(['\n', '\r', '\0']) {
        return Err("one line holds one directive".to_owned());
    }
    let line = line.trim_matches([' ', '\t']);
    if line.is_empty() || line.starts_with('#') {
        return Ok(());
    }
    let words = split_args(line.as_bytes()).ok_or("Unbalanced quotes in configuration line")?;
    let words: Vec<&str> = words
        .iter()
        .map(|word| std::str::from_utf8(word))
        .collect::<Result<_, _>>()
        .map_err(|_| "a configuration line is text")?;
    let (name, args) = words.split_first().ok_or("the directive has no name")?;
    config.set_directive(name, args)
}

/// Checks a wire's settings.
pub(crate) fn wire(settings: &WireSettings) -> Result<(), LabError> {
    for (name, us) in [("latency_us", settings.latency_us), ("jitter_us", settings.jitter_us)] {
        if us > limits::WIRE_DELAY_MAX_US {
            let message = format!("{name} is {us}; at most {}", limits::WIRE_DELAY_MAX_US);
            return Err(field(ErrorCode::TooMuch, message, name));
        }
    }
    for (name, chance) in [("loss", settings.loss), ("duplicate", settings.duplicate), ("reorder", settings.reorder)] {
        // Written so that NaN is refused too.
        if !(0.0..=1.0).contains(&chance) {
            let message = format!("{name} is a probability from 0 to 1, not {chance}");
            return Err(field(ErrorCode::BadValue, message, name));
        }
    }
    Ok(())
}

/// Checks the settings of TCP.
pub(crate) fn tcp(settings: &TcpSettings) -> Result<(), LabError> {
    let TcpSettings { receive_buffer, send_buffer, mtu, backlog } = *settings;
    for (name, value, allowed) in [
        ("receive_buffer", receive_buffer, limits::TCP_BUFFER),
        ("send_buffer", send_buffer, limits::TCP_BUFFER),
        ("mtu", mtu, limits::TCP_MTU),
        ("backlog", backlog, limits::TCP_BACKLOG),
    ] {
        if !allowed.contains(&value) {
            let message = format!("{name} lies from {} to {}, not at {value}", allowed.start(), allowed.end());
            return Err(field(ErrorCode::BadValue, message, "config.tcp"));
        }
    }
    Ok(())
}

/// Checks how far a world may run.
pub(crate) fn end(end_us: u64) -> Result<(), LabError> {
    if end_us <= limits::END_MAX_US {
        return Ok(());
    }
    let message = format!("a world runs for at most {} microseconds, not {end_us}", limits::END_MAX_US);
    Err(LabError::new(ErrorCode::TooMuch, message))
}

fn field(code: ErrorCode, message: impl Into<String>, field: &str) -> LabError {
    LabError::new(code, message).place(|at| at.field = Some(field.to_owned()))
}
