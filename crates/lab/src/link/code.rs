//! The numbers that stand for actions, panels and languages. They stay: links have them.

use serde::{Deserialize, Serialize};

use crate::lang::Lang;

/// What an action is; wires in both directions or in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// In console 0.
    Exec,
    ExecInConsole,
    AddNode,
    RemoveNode,
    Cut,
    CutOneWay,
    Heal,
    HealOneWay,
    SetWire,
    SetWireOneWay,
    Crash,
    Pause,
    Resume,
    PowerOff,
    Restart,
    MoveClock,
    Terminate,
    HangUp,
    Configure,
}

impl Verb {
    pub(super) const CODES: [(Self, u64); 19] = [
        (Self::Exec, 0),
        (Self::ExecInConsole, 1),
        (Self::AddNode, 2),
        (Self::RemoveNode, 3),
        (Self::Cut, 4),
        (Self::CutOneWay, 5),
        (Self::Heal, 6),
        (Self::HealOneWay, 7),
        (Self::SetWire, 8),
        (Self::SetWireOneWay, 9),
        (Self::Crash, 10),
        (Self::Pause, 11),
        (Self::Resume, 12),
        (Self::PowerOff, 13),
        (Self::Restart, 14),
        (Self::MoveClock, 15),
        (Self::Terminate, 16),
        (Self::HangUp, 17),
        (Self::Configure, 18),
    ];
}

/// A panel of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tsify", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Panel {
    /// The ring and the last decision.
    Backlog,
    /// The states of the handshake.
    Handshake,
    /// The sequence diagram.
    Diagram,
    /// What each node would answer each other, and what always holds.
    Why,
    /// The log.
    Log,
    /// INFO.
    Info,
    /// The steps of the functions of replication.
    Steps,
    /// The console.
    Console,
    /// The offset ruler.
    Ruler,
    /// The script.
    Script,
}

impl Panel {
    const CODES: [(Self, u64); 10] = [
        (Self::Backlog, 0),
        (Self::Handshake, 1),
        (Self::Diagram, 2),
        (Self::Why, 3),
        (Self::Log, 4),
        (Self::Info, 5),
        (Self::Steps, 6),
        (Self::Console, 7),
        (Self::Ruler, 8),
        (Self::Script, 9),
    ];

    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Backlog,
        Self::Handshake,
        Self::Diagram,
        Self::Why,
        Self::Log,
        Self::Info,
        Self::Steps,
        Self::Console,
        Self::Ruler,
        Self::Script,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Backlog => "backlog",
            Self::Handshake => "handshake",
            Self::Diagram => "diagram",
            Self::Why => "why",
            Self::Log => "log",
            Self::Info => "info",
            Self::Steps => "steps",
            Self::Console => "console",
            Self::Ruler => "ruler",
            Self::Script => "script",
        }
    }

    /// The panel of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|panel| panel.name() == name)
    }
}

/// What has numbers in links.
pub(super) trait Coded: Copy + PartialEq + 'static {
    /// Everything and its number.
    const TABLE: &'static [(Self, u64)];

    /// Its number. Everything is in the table: a test says so.
    fn code(self) -> u64 {
        Self::TABLE.iter().find(|(known, _)| *known == self).map_or(u64::MAX, |(_, code)| *code)
    }

    /// What has this number.
    fn of_code(code: u64) -> Option<Self> {
        Self::TABLE.iter().find(|(_, known)| *known == code).map(|(known, _)| *known)
    }
}

impl Coded for Verb {
    const TABLE: &'static [(Self, u64)] = &Self::CODES;
}

impl Coded for Panel {
    const TABLE: &'static [(Self, u64)] = &Self::CODES;
}

impl Coded for Lang {
    const TABLE: &'static [(Self, u64)] = &[(Self::En, 0), (Self::Zh, 1)];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_panel_and_language_has_a_number_and_a_name() {
        for panel in Panel::ALL {
            assert_eq!((Panel::of_code(panel.code()), Panel::named(panel.name())), (Some(panel), Some(panel)));
            assert_eq!(serde_json::to_value(panel).expect("a name"), panel.name());
        }
        for lang in Lang::ALL {
            assert_eq!(Lang::of_code(lang.code()), Some(lang));
        }
        assert_eq!((Panel::of_code(10), Lang::of_code(2), Panel::named("moon")), (None, None, None));
    }
}
