//! Notes about processes, wires, TCP and consoles.

use std::sync::Arc;

use psyncscope_sim::frame::{Power, SimTime, What};

use crate::format;
use crate::format::escape;
use crate::narration::{MessageKey, NamedSlot, Note, Slot, Tone, Weight};

/// The note about what happened to a host. `follows` says that the host is a replica of `peer`.
pub(super) fn of_host(
    at: SimTime,
    name: &Arc<str>,
    peer: Option<&Arc<str>>,
    follows: bool,
    what: &What,
) -> Option<Note> {
    let node = ("node", Slot::Node(Arc::clone(name)));
    let peer = ("peer", peer.map_or_else(|| Slot::Code("?".to_owned()), |peer| Slot::Node(Arc::clone(peer))));
    match what {
        // A world begins with its nodes running: the page says so in its own words.
        What::Power(_) | What::Added if at.0 == 0 => None,
        What::Power(power) => Some(of_power(at, *power, node)),
        What::Added => Some(Note::new(at, Weight::Great, Tone::State, |t| t.added, vec![node])),
        What::Removed => Some(Note::new(at, Weight::Great, Tone::Fault, |t| t.removed, vec![node])),
        What::ClockMoved { by_ms } => {
            let slots = vec![node, ("ms", Slot::Number(*by_ms))];
            Some(Note::new(at, Weight::Great, Tone::Fault, |t| t.clock_moved, slots))
        }
        What::ConsoleSent { argv, .. } => {
            let words: Vec<String> = argv.iter().map(|word| escape(word)).collect();
            let slots = vec![node, ("command", Slot::Code(words.join(" ")))];
            Some(Note::new(at, Weight::Small, Tone::Command, |t| t.typed, slots))
        }
        What::TcpRetransmitted { bytes, .. } => {
            let slots = vec![node, peer, ("bytes", number(*bytes))];
            Some(Note::new(at, Weight::Small, Tone::Fault, |t| t.retransmitted, slots))
        }
        What::TcpRecovered { bytes, waited_us, cut, .. } => {
            let slots =
                vec![node, peer, ("bytes", number(*bytes)), ("time", Slot::Words(format::duration(*waited_us)))];
            let key: MessageKey = if *cut { |t| t.recovered_cut } else { |t| t.recovered };
            // A cut is something that the user did and waits to see the end of; chance losses are everyday.
            let weight = if *cut && !follows { Weight::Great } else { Weight::Small };
            Some(Note::new(at, weight, Tone::Good, key, slots))
        }
        _ => None,
    }
}

fn number(n: u64) -> Slot {
    Slot::Number(i64::try_from(n).unwrap_or(i64::MAX))
}

fn of_power(at: SimTime, power: Power, node: NamedSlot) -> Note {
    let (tone, key): (Tone, MessageKey) = match power {
        Power::Running => (Tone::Good, |t| t.running),
        Power::Paused => (Tone::Fault, |t| t.paused),
        Power::Stopped => (Tone::Fault, |t| t.stopped),
        Power::Off => (Tone::Fault, |t| t.off),
    };
    Note::new(at, Weight::Great, tone, key, vec![node])
}

/// The note about one direction of a wire.
pub(super) fn of_wire(at: SimTime, cut: bool, ends: Vec<NamedSlot>) -> Note {
    let (tone, key): (Tone, MessageKey) = if cut { (Tone::Fault, |t| t.cut) } else { (Tone::Good, |t| t.healed) };
    Note::new(at, Weight::Great, tone, key, ends)
}
