//! What stands beside a host: an event in a few words, Redis's own where it has some.

use std::collections::VecDeque;
use std::ops::Range;

use psyncscope_engine::ConnId;
use psyncscope_engine::event::{CachedMasterChange, Event, IdChange, NextRequest, PsyncReply, ReplicaState};
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::replication::psync::{Decision, PsyncVerdict, Refusal};
use psyncscope_sim::frame::{Entry, Frame, HostId, Power, What};

use crate::diagram::{Detail, Mark};
use crate::format::{duration, escape, shortened, size};
use crate::index::Index;
use crate::lang::bilingual;
use crate::narration::Tone;
use crate::stream_bytes;
use crate::{Lab, Lang, topology};

/// The longest command that a mark shows, in characters.
const COMMAND_MAX: usize = 24;

/// The marks of a part of the timeline. When the part moves on, only its new entries are looked at.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// In order of their entries.
    marks: VecDeque<Mark>,
    /// The entries that were looked at.
    entries: Range<usize>,
    /// How, and in which language.
    kind: Option<(Detail, Lang)>,
}

impl Marks {
    /// The marks of these entries. `lab` is always the same one, and `index` is its index, which has read them.
    pub fn within(&mut self, lab: &Lab, index: &Index, wanted: Range<usize>, detail: Detail, lang: Lang) -> Vec<Mark> {
        let kind = Some((detail, lang));
        if self.kind != kind || wanted.start < self.entries.start || wanted.start > self.entries.end {
            *self = Self { marks: VecDeque::new(), entries: wanted.start..wanted.start, kind };
        }
        // An entry of the present instant may get another beside it, which changes its words.
        let present = lab.timeline().partition_point(|entry| entry.at < lab.now());
        let settled = wanted.end.min(present).max(self.entries.end);
        let mark = |place| mark(lab, index, place, detail, lang);
        self.marks.extend((self.entries.end..settled).filter_map(mark));
        self.entries = wanted.start..settled;
        while self.marks.pop_front_if(|mark| mark.entry < wanted.start).is_some() {}
        let known = self.marks.iter().take_while(|mark| mark.entry < wanted.end).cloned();
        known.chain((settled..wanted.end).filter_map(mark)).collect()
    }
}

/// The mark of the entry at `place` of the timeline, if it has one at this level.
fn mark(lab: &Lab, index: &Index, place: usize, detail: Detail, lang: Lang) -> Option<Mark> {
    let entry = lab.timeline().get(place)?;
    let all = detail != Detail::Overview;
    let (label, tone) = match &entry.what {
        What::Node(event) => {
            let (text, tone, great) = of_event(event, |conn| peer(lab, entry, place, conn), lang)?;
            if !great && !all {
                return None;
            }
            (text, tone)
        }
        What::ConsoleSent { argv, .. } => {
            let words: Vec<String> = argv.iter().map(|word| escape(word)).collect();
            (format!("> {}", shortened(&words.join(" "), COMMAND_MAX)), Tone::Command)
        }
        What::TcpOpened { .. } if all => ("TCP: established".to_owned(), Tone::State),
        What::TcpClosed { how, .. } if all => (format!("TCP: {how}"), Tone::Fault),
        What::TcpRetransmitted { .. } if !all => return None,
        _ => {
            // Where both directions of a wire change at once, one of them has the note.
            let tone = index.note_at(place)?.tone;
            (of_world(lab, entry, place, lang)?, tone)
        }
    };
    let (host, other) = ends(entry)?;
    let stream = stream_bytes::of_entry(lab, index, place);
    Some(Mark { at: entry.at, last: entry.at, entry: place, host, other, count: 1, label, tone, stream })
}

/// The name of the host at the other end of a connection.
fn peer(lab: &Lab, entry: &Entry, place: usize, conn: ConnId) -> String {
    let found = |frame: &Frame| Some(topology::name(frame, topology::peer(frame, entry.host?, conn)?));
    let after = lab.frame_after(place, entry.at);
    // A connection that ended is in the frame before.
    let before = || after.seq.checked_sub(1).and_then(|seq| lab.frame(seq));
    let name = found(&after).or_else(|| found(&*before()?));
    name.map_or_else(|| "?".to_owned(), |name| name.as_ref().to_owned())
}

/// What happened to a host or a wire.
fn of_world(lab: &Lab, entry: &Entry, place: usize, lang: Lang) -> Option<String> {
    let words = |en, zh| bilingual(en, zh).get(lang).to_owned();
    Some(match &entry.what {
        What::Power(Power::Running) => words("started", "启动"),
        What::Power(Power::Paused) => "SIGSTOP".to_owned(),
        What::Power(Power::Stopped) => words("process ended", "进程结束"),
        What::Power(Power::Off) => words("power off", "断电"),
        What::Added => words("added", "加入"),
        What::Removed => words("removed", "移除"),
        What::ClockMoved { by_ms } => format!("{} {by_ms:+} ms", words("clock", "时钟")),
        What::Cut { from, to } => words("cut", "切断") + &direction(lab, entry, place, *from, *to),
        What::Healed { from, to } => words("mended", "修复") + &direction(lab, entry, place, *from, *to),
        What::TcpRetransmitted { bytes, .. } => format!("TCP ↻ {}", size(*bytes)),
        What::TcpRecovered { bytes, waited_us, .. } => {
            format!("TCP ✓ {} ({})", size(*bytes), duration(*waited_us))
        }
        _ => return None,
    })
}

/// Which direction of a wire, unless it is both.
fn direction(lab: &Lab, entry: &Entry, place: usize, from: HostId, to: HostId) -> String {
    let timeline = lab.timeline();
    let beside = [place.checked_sub(1), Some(place + 1)].into_iter().flatten().filter_map(|at| timeline.get(at));
    let back = |other: &Entry| match (&other.what, &entry.what) {
        (What::Cut { from: f, to: t }, What::Cut { .. }) | (What::Healed { from: f, to: t }, What::Healed { .. }) => {
            (*f, *t) == (to, from)
        }
        _ => false,
    };
    if beside.filter(|other| other.at == entry.at).any(back) {
        return String::new();
    }
    format!(" {} → {}", lab.name_of(from), lab.name_of(to))
}

/// Beside which host it stands, and up to which other one.
fn ends(entry: &Entry) -> Option<(HostId, Option<HostId>)> {
    match (&entry.what, entry.host) {
        (What::Cut { from, to } | What::Healed { from, to }, _) => Some((*from, Some(*to))),
        (What::TcpRetransmitted { peer, .. } | What::TcpRecovered { peer, .. }, Some(host)) => {
            Some((host, Some(*peer)))
        }
        (_, host) => Some((host?, None)),
    }
}

/// The words for an event, its kind, and whether the overview has it.
fn of_event(event: &Event, peer: impl Fn(ConnId) -> String, lang: Lang) -> Option<(String, Tone, bool)> {
    Some(match event {
        Event::ReplState { from, to, .. } => {
            let failed = *to == ReplState::Connect && *from > ReplState::Connect;
            let tone = match to {
                ReplState::Connected => Tone::Good,
                _ if failed => Tone::Fault,
                _ => Tone::State,
            };
            (to.name().to_owned(), tone, failed || *to == ReplState::Connected)
        }
        Event::Verdict { verdict, .. } => verdict_text(verdict, lang),
        Event::PsyncReplied { conn, reply } => {
            let tone = if matches!(reply, PsyncReply::Continue { .. }) { Tone::Good } else { Tone::Full };
            let text = match reply {
                PsyncReply::FullResync { replid, offset } => {
                    format!("{}: +FULLRESYNC {} {offset}", peer(*conn), replid.short())
                }
                PsyncReply::Continue { bytes, .. } => format!("{}: +CONTINUE, {}", peer(*conn), size(*bytes as u64)),
            };
            (text, tone, false)
        }
        Event::ReplicaState { conn, to, .. } => {
            let online = *to == ReplicaState::Online;
            let tone = if online { Tone::Good } else { Tone::State };
            (format!("{}: {}", peer(*conn), to.name()), tone, online)
        }
        Event::ReplicaGone { conn, .. } => (format!("{}: −", peer(*conn)), Tone::Fault, false),
        Event::Ids { why: IdChange::Startup, .. } => return None,
        Event::Ids { replid, replid2, second_replid_offset, .. } => {
            let mut text = format!("replid {}", replid.short());
            if !replid2.is_none() {
                text.push_str(&format!(", replid2 {} < {second_replid_offset}", replid2.short()));
            }
            (text, Tone::State, true)
        }
        Event::BacklogCreated { size: bytes, .. } => (format!("backlog {}", size(*bytes as u64)), Tone::State, true),
        Event::BacklogFreed => ("backlog 0".to_owned(), Tone::State, true),
        Event::CachedMaster { change, next_request } => (cached_master(*change, *next_request), Tone::State, true),
        Event::SaveStarted { .. } => ("BGSAVE".to_owned(), Tone::State, false),
        Event::SaveEnded { result: Ok(bytes) } => (format!("RDB {}", size(*bytes)), Tone::State, false),
        Event::SaveEnded { result: Err(why) } => (format!("RDB: {why}"), Tone::Fault, true),
        Event::MasterCommandFailed { command, .. } => (command.to_ascii_uppercase(), Tone::Fault, true),
        Event::Log { .. }
        | Event::Command { .. }
        | Event::HandshakeSent { .. }
        | Event::HandshakeReceived { .. }
        | Event::Outcome(_)
        | Event::Fed { .. }
        | Event::Acked { .. }
        | Event::Loaded { .. }
        | Event::Expired { .. } => return None,
    })
}

fn cached_master(change: CachedMasterChange, next: Option<NextRequest>) -> String {
    match (change, next) {
        (CachedMasterChange::Cached | CachedMasterChange::Synthesized | CachedMasterChange::Restored, Some(next)) => {
            format!("cached_master {}:{}", next.replid.short(), next.next)
        }
        (CachedMasterChange::Resurrected, _) => "cached_master → master".to_owned(),
        _ => "cached_master −".to_owned(),
    }
}

fn verdict_text(verdict: &PsyncVerdict, lang: Lang) -> (String, Tone, bool) {
    match verdict.decision {
        Decision::Continue { bytes, .. } => (format!("PSYNC ✓ {}", size(bytes as u64)), Tone::Good, true),
        Decision::Full(refusal) => {
            let why = match refusal {
                Refusal::BadOffset => bilingual("no number", "偏移量不是数字"),
                Refusal::FullRequested => bilingual("wants all", "请求全部数据"),
                Refusal::IdMismatch => bilingual("unknown ID", "ID 不认识"),
                Refusal::PastSecondOffset => bilingual("past second_replid_offset", "超过 second_replid_offset"),
                Refusal::NoBacklog => bilingual("no backlog", "没有积压缓冲区"),
                Refusal::Overwritten => bilingual("overwritten", "已被覆盖"),
                Refusal::Future => bilingual("not written yet", "尚未写入"),
            };
            let why = why.get(lang);
            (format!("PSYNC ✗ {why}"), Tone::Full, true)
        }
    }
}
