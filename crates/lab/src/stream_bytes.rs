//! Which bytes of a history something is about: an entry of the timeline, a line of a handshake, a value of a step. The
//! numbers are those that the engine reported. Of a line of the log only its kind is read from its words.

use psyncscope_engine::event::{Event, PsyncOutcome, PsyncReply};
use psyncscope_engine::ids::{NextByte, Offset, ReplId};
use psyncscope_engine::replication::psync::{Decision, PsyncVerdict};
#[cfg(feature = "steps")]
use psyncscope_engine::steps::{Field, StepValue, Value};
use psyncscope_sim::frame::{Entry, HostId, StreamBytes, What};

use crate::index::Index;
use crate::lab::Lab;
use crate::ring::Eras;

/// How many entries after a typed command its execution is looked for in: it follows at once, unless the process is
/// paused.
const TYPED_WITHIN: usize = 2000;

/// Whether an event is of some kind.
type IsKind = fn(&Event) -> bool;

/// What begins the line of the log, and whether an event of the same turn has the numbers that the line tells.
const TOLD_BY: [(&str, IsKind); 8] = [
    ("Partial resynchronization request from ", |event| matches!(event, Event::Verdict { .. })),
    ("Partial resynchronization not accepted: ", |event| matches!(event, Event::Verdict { .. })),
    ("Unable to partial resync ", |event| matches!(event, Event::Verdict { .. })),
    ("Trying a partial resynchronization ", |event| matches!(event, Event::HandshakeSent { .. })),
    ("Full resync from master: ", |event| matches!(event, Event::Outcome(_))),
    ("Successful partial resynchronization ", |event| matches!(event, Event::Outcome(_))),
    ("MASTER <-> REPLICA sync: Master accepted ", |event| matches!(event, Event::Outcome(_))),
    ("Setting secondary replication ID ", |event| matches!(event, Event::Ids { .. })),
];

/// The bytes that an entry of the timeline is about: those that it put into the stream, asked for, answered with or
/// acknowledged. Of an offset it is the byte with that number. `index` is that of the lab's timeline.
#[must_use]
pub fn of_entry(lab: &Lab, index: &Index, place: usize) -> Option<StreamBytes> {
    let entry = lab.timeline().get(place)?;
    match &entry.what {
        What::Node(event) => of_event(lab, index, place, entry.host?, event),
        What::ConsoleSent { argv, .. } => of_typed(lab, index, place, entry, argv),
        _ => None,
    }
}

fn of_event(lab: &Lab, index: &Index, place: usize, host: HostId, event: &Event) -> Option<StreamBytes> {
    let eras = || index.eras(host, place);
    match event {
        Event::Fed { from, len, .. } => stretch(&eras()?, *from, from.had().plus(*len)),
        Event::Command { from_master: false, .. } => fed(lab, index, place),
        Event::Acked { offset, .. } => byte(&eras()?, NextByte(offset.0)),
        Event::Verdict { verdict, .. } => of_verdict(verdict),
        Event::PsyncReplied { reply: PsyncReply::FullResync { replid, offset }, .. } => {
            one(*replid, NextByte(offset.0))
        }
        Event::PsyncReplied { reply: PsyncReply::Continue { .. }, .. } => {
            of_turn(lab, index, place, |event| matches!(event, Event::Verdict { .. }))
        }
        Event::Outcome(PsyncOutcome::FullResync { replid, offset }) => one((*replid)?, NextByte(offset.0)),
        Event::Outcome(PsyncOutcome::Continue { new_replid }) => {
            let asked = last_asked(lab, index, host, place)?;
            Some(StreamBytes { replid: new_replid.unwrap_or(asked.replid), ..asked })
        }
        Event::HandshakeSent { bytes, .. } => asked(bytes),
        Event::HandshakeReceived { bytes, .. } => {
            answered(bytes, bytes.starts_with(b"+CONTINUE").then(|| last_asked(lab, index, host, place)).flatten())
        }
        Event::Ids { replid, second_replid_offset, .. } => one(*replid, *second_replid_offset),
        Event::CachedMaster { next_request, .. } => next_request.and_then(|request| one(request.replid, request.next)),
        Event::MasterCommandFailed { after, .. } => byte(&eras()?, after.next()),
        Event::BacklogCreated { off, .. } => byte(&eras()?, *off),
        Event::Log { text, .. } => {
            let (_, told) = TOLD_BY.iter().find(|(begins, _)| text.starts_with(begins))?;
            of_turn(lab, index, place, told)
        }
        _ => None,
    }
}

/// The bytes of the first event of this entry's turn that fits.
fn of_turn(lab: &Lab, index: &Index, place: usize, fits: impl Fn(&Event) -> bool) -> Option<StreamBytes> {
    let turn = lab.timeline().get(place)?.turn;
    let first = lab.world().turns().get(turn.0 as usize)?.first_entry();
    let of_turn = lab.timeline().iter().enumerate().skip(first).take_while(|(_, entry)| entry.turn == turn);
    let mut fitting = of_turn.filter(|(_, entry)| matches!(&entry.what, What::Node(event) if fits(event)));
    fitting.find_map(|(place, _)| of_entry(lab, index, place))
}

/// What the command of this entry put into the stream: what was fed in its turn before the next command.
fn fed(lab: &Lab, index: &Index, place: usize) -> Option<StreamBytes> {
    let turn = lab.timeline().get(place)?.turn;
    let later = lab.timeline().iter().enumerate().skip(place + 1).take_while(|(_, entry)| entry.turn == turn);
    let own = later.take_while(|(_, entry)| !matches!(entry.what, What::Node(Event::Command { .. })));
    all_fed(lab, index, own)
}

/// What a command typed at a console put into the stream: everything fed in the turn in which it was executed.
fn of_typed(lab: &Lab, index: &Index, place: usize, typed: &Entry, argv: &[Vec<u8>]) -> Option<StreamBytes> {
    let turns = lab.world().turns();
    let is_it = |entry: &Entry| {
        let caused = turns.get(entry.turn.0 as usize).and_then(|turn| turn.by()) == Some(typed.turn);
        let executed = matches!(&entry.what, What::Node(Event::Command { argv: words, .. }) if words == argv);
        entry.host == typed.host && caused && executed
    };
    let near = || lab.timeline().iter().enumerate().skip(place + 1).take(TYPED_WITHIN);
    let (executed, turn) = near().find(|(_, entry)| is_it(entry)).map(|(place, entry)| (place, entry.turn))?;
    let of_turn = lab.timeline().iter().enumerate().skip(executed + 1).take_while(|(_, entry)| entry.turn == turn);
    all_fed(lab, index, of_turn)
}

/// All bytes fed by these entries, which follow each other.
fn all_fed<'a>(lab: &Lab, index: &Index, entries: impl Iterator<Item = (usize, &'a Entry)>) -> Option<StreamBytes> {
    let fed = entries.filter(|(_, entry)| matches!(entry.what, What::Node(Event::Fed { .. })));
    let bytes = fed.filter_map(|(place, _)| of_entry(lab, index, place));
    bytes.reduce(|first, next| if next.replid == first.replid { StreamBytes { to: next.to, ..first } } else { first })
}

/// What the last PSYNC before this entry asked for.
fn last_asked(lab: &Lab, index: &Index, host: HostId, place: usize) -> Option<StreamBytes> {
    let sent = index.handshake(host, place).iter().rev().filter_map(|&place| lab.timeline().get(place));
    let mut requests = sent.filter_map(|entry| match &entry.what {
        What::Node(Event::HandshakeSent { bytes, .. }) => asked(bytes),
        _ => None,
    });
    requests.next()
}

/// Those that follow if a PSYNC is granted; the one asked for if it is not.
fn of_verdict(verdict: &PsyncVerdict) -> Option<StreamBytes> {
    let next = verdict.request.next?;
    match verdict.decision {
        Decision::Continue { bytes, .. } => {
            let history = &verdict.history;
            let replid2 = (!history.replid2.is_none()).then_some(history.replid2);
            let eras = Eras { replid: history.replid, replid2, second: history.second_replid_offset };
            stretch(&eras, next, next.had().plus(bytes.max(1)))
        }
        Decision::Full(_) => one(ReplId::from_bytes(&verdict.request.replid)?, next),
    }
}

/// The byte that a PSYNC asks for, from the request as it was sent: `PSYNC replid offset` as an array of RESP.
#[must_use]
pub fn asked(request: &[u8]) -> Option<StreamBytes> {
    let mut lines = request.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let [b"*3", b"$5", b"PSYNC", _, replid, _, next] = std::array::from_fn(|_| lines.next().unwrap_or_default()) else {
        return None;
    };
    one(ReplId::from_bytes(replid)?, NextByte(number(next)?))
}

/// The byte that the answer to a PSYNC is about: the last one of `+FULLRESYNC`'s RDB, or, of `+CONTINUE`, the one that
/// was `asked` for, in the history that the answer names.
#[must_use]
pub fn answered(line: &[u8], asked: Option<StreamBytes>) -> Option<StreamBytes> {
    let mut words = line.trim_ascii_end().split(|&byte| byte == b' ');
    match words.next()? {
        b"+FULLRESYNC" => {
            let (replid, offset) = (ReplId::from_bytes(words.next()?)?, number(words.next()?)?);
            one(replid, NextByte(offset))
        }
        b"+CONTINUE" => {
            let replid = words.next().and_then(ReplId::from_bytes);
            asked.map(|asked| StreamBytes { replid: replid.unwrap_or(asked.replid), ..asked })
        }
        _ => None,
    }
}

/// The byte that a value of a step names, or the bytes that it grew by. `all` are the values of the step, `eras` those of
/// its node: the ID is that which the step names beside the offset, or that of the node's byte with this number.
#[cfg(feature = "steps")]
#[must_use]
pub fn of_value(value: &StepValue, all: &[StepValue], eras: &Eras) -> Option<StreamBytes> {
    let now = |value: &StepValue| value.changed_to.clone().unwrap_or_else(|| value.value.clone());
    let other = |field| all.iter().find(|value| value.field == field).map(now);
    let Value::Number(offset) = now(value) else { return None };
    let beside = match value.field {
        Field::AskedOffset | Field::Reploff => other(Field::AskedReplid),
        Field::MasterInitialOffset => other(Field::MasterReplid),
        Field::MasterReplOffset
        | Field::SecondReplidOffset
        | Field::ReplBacklogOff
        | Field::BacklogEnd
        | Field::PsyncInitialOffset
        | Field::ReplAckOff
        | Field::WaitOffset => None,
        _ => return None,
    };
    if let Some(id) = beside {
        let Value::Text(id) = id else { return None };
        return one(ReplId::from_bytes(id.as_bytes())?, NextByte(offset));
    }
    match (&value.value, other(Field::Bytes)) {
        (Value::Number(before), Some(Value::Number(count)))
            if value.field == Field::MasterReplOffset && *before >= 0 && before.checked_add(count) == Some(offset) =>
        {
            stretch(eras, Offset(*before).next(), Offset(offset))
        }
        _ => byte(eras, NextByte(offset)),
    }
}

fn number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// One byte of a history. Bytes count from 1.
fn one(replid: ReplId, byte: NextByte) -> Option<StreamBytes> {
    (byte.0 > 0).then_some(StreamBytes { replid, from: byte, to: Offset(byte.0) })
}

/// A byte of a node's stream.
fn byte(eras: &Eras, byte: NextByte) -> Option<StreamBytes> {
    one(eras.id_at(byte), byte)
}

/// Bytes of a node's stream, as far as they belong to one history.
fn stretch(eras: &Eras, from: NextByte, to: Offset) -> Option<StreamBytes> {
    let replid = eras.id_at(from);
    let to = if eras.id_at(NextByte(to.0)) == replid { to } else { eras.second.had() };
    (from.0 > 0 && to > from.had()).then_some(StreamBytes { replid, from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "8f2c1d0e8f2c1d0e8f2c1d0e8f2c1d0e8f2c1d0e";

    fn bytes(id: &str, from: i64, to: i64) -> StreamBytes {
        StreamBytes { replid: ReplId::from_bytes(id.as_bytes()).expect("an ID"), from: NextByte(from), to: Offset(to) }
    }

    #[test]
    fn a_request_and_its_answers_name_bytes() {
        let request = format!("*3\r\n$5\r\nPSYNC\r\n$40\r\n{ID}\r\n$3\r\n215\r\n");
        let asked_for = asked(request.as_bytes());
        assert_eq!(asked_for, Some(bytes(ID, 215, 215)));
        for other in
            ["*1\r\n$4\r\nPING\r\n", "*3\r\n$5\r\nPSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n", "", "*3\r\n$5\r\nPSYNC\r\n"]
        {
            assert_eq!(asked(other.as_bytes()), None, "{other:?}");
        }
        let other = ID.replace('8', "9");
        let line = |text: &str| text.as_bytes().to_vec();
        assert_eq!(answered(&line(&format!("+FULLRESYNC {ID} 14\r\n")), None), Some(bytes(ID, 14, 14)));
        assert_eq!(answered(&line(&format!("+FULLRESYNC {ID} 0\r\n")), None), None, "an empty history");
        assert_eq!(answered(&line("+CONTINUE\r\n"), asked_for), asked_for);
        assert_eq!(answered(&line(&format!("+CONTINUE {other}\r\n")), asked_for), Some(bytes(&other, 215, 215)));
        assert_eq!(answered(&line("+PONG\r\n"), asked_for), None);
    }

    #[test]
    fn a_stretch_ends_with_its_history() {
        let other = ID.replace('8', "9");
        let id = |text: &str| ReplId::from_bytes(text.as_bytes()).expect("an ID");
        let eras = Eras { replid: id(&other), replid2: Some(id(ID)), second: NextByte(11) };
        assert_eq!(stretch(&eras, NextByte(5), Offset(20)), Some(bytes(ID, 5, 10)));
        assert_eq!(stretch(&eras, NextByte(11), Offset(20)), Some(bytes(&other, 11, 20)));
        assert_eq!(stretch(&eras, NextByte(11), Offset(10)), None);
        assert_eq!(byte(&eras, NextByte(0)), None);
    }

    #[cfg(feature = "steps")]
    #[test]
    fn values_of_steps_name_bytes() {
        let eras =
            Eras { replid: ReplId::from_bytes(ID.as_bytes()).expect("an ID"), replid2: None, second: NextByte(-1) };
        let value = |field, value: i64| StepValue { field, value: Value::Number(value), changed_to: None };
        let text = |field, text: &str| StepValue { field, value: Value::Text(text.to_owned()), changed_to: None };
        let grown = StepValue { changed_to: Some(Value::Number(43)), ..value(Field::MasterReplOffset, 14) };
        let all = [grown.clone(), value(Field::Bytes, 29)];
        assert_eq!(of_value(&grown, &all, &eras), Some(bytes(ID, 15, 43)));
        assert_eq!(of_value(&all[1], &all, &eras), None);
        // Adopted, not grown.
        assert_eq!(of_value(&grown, &[], &eras), Some(bytes(ID, 43, 43)));
        let other = ID.replace('8', "9");
        let asked = value(Field::AskedOffset, 7);
        assert_eq!(of_value(&asked, &[text(Field::AskedReplid, &other)], &eras), Some(bytes(&other, 7, 7)));
        assert_eq!(of_value(&asked, &[text(Field::AskedReplid, "?")], &eras), None);
        assert_eq!(of_value(&asked, &[], &eras), Some(bytes(ID, 7, 7)));
        assert_eq!(of_value(&value(Field::ReplBacklogIdx, 7), &[], &eras), None);
        assert_eq!(of_value(&value(Field::AskedOffset, -1), &[], &eras), None);
    }
}
