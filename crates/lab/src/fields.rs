//! How actions are read: `{"at_us":1,"do":"crash","node":"a"}`.
//!
//! serde can read a tagged enum by itself, but does so from a buffer in which the path of a field is lost.
//! So the fields of all actions are read side by side first, each with its type and its place; then those of one action
//! are taken.

use psyncscope_sim::frame::WireSettings;
use serde::Deserialize;
use serde::de::{Error as _, value::Error};

use crate::action::{Action, NodeSpec, TimedAction};
use crate::read::{Object, Optional};

/// The fields of all actions.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ActionFields {
    at_us: Optional<u64>,
    r#do: Optional<Verb>,
    node: Optional<String>,
    console: Optional<u32>,
    command: Optional<String>,
    name: Optional<String>,
    config: Optional<Vec<String>>,
    from: Optional<String>,
    to: Optional<String>,
    one_way: Optional<bool>,
    settings: Optional<Object<WireSettings>>,
    by_ms: Optional<i64>,
}

/// The values of `do`.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Verb {
    Exec,
    AddNode,
    RemoveNode,
    Cut,
    Heal,
    SetWire,
    Crash,
    Terminate,
    Pause,
    Resume,
    PowerOff,
    Restart,
    Configure,
    HangUp,
    MoveClock,
}

impl TryFrom<ActionFields> for Action {
    type Error = Error;

    fn try_from(mut fields: ActionFields) -> Result<Self, Error> {
        let verb = fields.r#do.require("do")?;
        let action = match verb {
            Verb::Exec => Self::Exec {
                node: fields.node()?,
                console: fields.console.0.take().unwrap_or_default(),
                command: fields.command.require("command")?,
            },
            Verb::AddNode => Self::AddNode { node: fields.spec()? },
            Verb::RemoveNode => Self::RemoveNode { node: fields.node()? },
            Verb::Cut => {
                let (from, to, one_way) = fields.wire()?;
                Self::Cut { from, to, one_way }
            }
            Verb::Heal => {
                let (from, to, one_way) = fields.wire()?;
                Self::Heal { from, to, one_way }
            }
            Verb::SetWire => {
                let (from, to, one_way) = fields.wire()?;
                let Object(settings) = fields.settings.require("settings")?;
                Self::SetWire { from, to, one_way, settings }
            }
            Verb::Crash => Self::Crash { node: fields.node()? },
            Verb::Terminate => Self::Terminate { node: fields.node()? },
            Verb::Pause => Self::Pause { node: fields.node()? },
            Verb::Resume => Self::Resume { node: fields.node()? },
            Verb::PowerOff => Self::PowerOff { node: fields.node()? },
            Verb::Restart => Self::Restart { node: fields.node()? },
            Verb::Configure => Self::Configure { node: fields.spec()? },
            Verb::HangUp => Self::HangUp { node: fields.node()?, console: fields.console.0.take().unwrap_or_default() },
            Verb::MoveClock => Self::MoveClock { node: fields.node()?, by_ms: fields.by_ms.require("by_ms")? },
        };
        fields.refuse_others()?;
        Ok(action)
    }
}

impl TryFrom<ActionFields> for TimedAction {
    type Error = Error;

    fn try_from(mut fields: ActionFields) -> Result<Self, Error> {
        Ok(Self { at_us: fields.at_us.require("at_us")?, action: fields.try_into()? })
    }
}

impl ActionFields {
    fn node(&mut self) -> Result<String, Error> {
        self.node.require("node")
    }

    /// A node with its configuration: the action's own fields.
    fn spec(&mut self) -> Result<NodeSpec, Error> {
        let config = self.config.0.take().unwrap_or_default();
        Ok(NodeSpec { name: self.name.require("name")?, config })
    }

    fn wire(&mut self) -> Result<(String, String, bool), Error> {
        let one_way = self.one_way.0.take().unwrap_or_default();
        Ok((self.from.require("from")?, self.to.require("to")?, one_way))
    }

    /// Refuses what was not taken: fields of other actions.
    fn refuse_others(&self) -> Result<(), Error> {
        let fields = [
            ("at_us", self.at_us.0.is_some()),
            ("node", self.node.0.is_some()),
            ("console", self.console.0.is_some()),
            ("command", self.command.0.is_some()),
            ("name", self.name.0.is_some()),
            ("config", self.config.0.is_some()),
            ("from", self.from.0.is_some()),
            ("to", self.to.0.is_some()),
            ("one_way", self.one_way.0.is_some()),
            ("settings", self.settings.0.is_some()),
            ("by_ms", self.by_ms.0.is_some()),
        ];
        match fields.into_iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((name, _)) => Err(Error::custom(format_args!("unknown field `{name}`: this action has none"))),
        }
    }
}
