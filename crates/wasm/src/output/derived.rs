//! What the lab derives from frames and the timeline, as plain objects: the narration, the handshake's ladder, the
//! offset ruler, the backlog's ring, and who follows whom.

use psyncscope_lab::narration::{self, Note};
use psyncscope_lab::ring::readers::{ReaderGroup, groups, readers};
use psyncscope_lab::ring::{Eras, arcs, commands, offset_at};
use psyncscope_lab::sim::frame::{Frame, HostFrame};
use psyncscope_lab::{Lang, ladder, ruler, topology};
use serde::Serialize;
use serde_bytes::Bytes;
use tsify::Tsify;

use super::names::{Carries, ReplState, RungStatus, Standing, Tone, Weight};
use super::{ReplId, ms};

/// A sentence or two about something that happened, as the page's caption shows it.
#[derive(Serialize, Tsify)]
pub struct Narrated {
    at_ms: f64,
    /// The index of its timeline entry.
    entry: usize,
    weight: Weight,
    tone: Tone,
    text: String,
}

impl Narrated {
    pub fn of(entry: usize, note: &Note, lang: Lang) -> Self {
        Self { at_ms: ms(note.at), entry, weight: note.weight.into(), tone: note.tone.into(), text: note.text(lang) }
    }
}

/// What the page says at one moment.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct Caption {
    /// The last note of great weight.
    headline: Option<String>,
    /// The newest note, if it is a small one that came after the headline.
    detail: Option<String>,
}

impl Caption {
    pub fn of(notes: &narration::CaptionNotes, lang: Lang) -> Self {
        let text = |note: &Option<Note>| note.as_ref().map(|note| note.text(lang));
        Self { headline: text(&notes.headline), detail: text(&notes.detail) }
    }
}

/// The sixteen states of a replica's link, and what the attempt under way has seen of them.
#[derive(Serialize, Tsify)]
pub struct Ladder<'a> {
    rungs: Vec<Rung<'a>>,
    /// Attempts to connect so far.
    attempts: usize,
}

/// One state.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
struct Rung<'a> {
    state: ReplState,
    status: RungStatus,
    /// When the attempt came here.
    at_ms: Option<f64>,
    sent: Vec<HandshakeBytes<'a>>,
    received: Vec<HandshakeBytes<'a>>,
    /// The last attempt that ended here.
    failed: Option<Failure>,
}

/// Bytes of the handshake, and when they were sent or read.
#[derive(Serialize, Tsify)]
struct HandshakeBytes<'a> {
    at_ms: f64,
    #[tsify(type = "Uint8Array")]
    bytes: &'a Bytes,
}

/// An attempt that ended.
#[derive(Serialize, Tsify)]
struct Failure {
    at_ms: f64,
    why: String,
}

impl<'a> Ladder<'a> {
    pub fn of(ladder: &'a ladder::Ladder) -> Self {
        let said = |said: &'a [ladder::Said]| -> Vec<HandshakeBytes<'a>> {
            said.iter().map(|said| HandshakeBytes { at_ms: ms(said.at), bytes: Bytes::new(&said.bytes) }).collect()
        };
        let rung = |rung: &'a ladder::Rung| Rung {
            state: rung.state.into(),
            status: rung.status.into(),
            at_ms: rung.at.map(ms),
            sent: said(&rung.sent),
            received: said(&rung.received),
            failed: rung.failed.as_ref().map(|failed| Failure { at_ms: ms(failed.at), why: failed.why.to_string() }),
        };
        Self { rungs: ladder.rungs.iter().map(rung).collect(), attempts: ladder.attempts }
    }
}

/// One axis of absolute offsets, on which every node's history and backlog lie.
#[derive(Serialize, Tsify)]
pub struct Ruler<'a> {
    /// Where the axis begins; no history is listed before it.
    lo: f64,
    /// Where the axis ends.
    hi: f64,
    rows: Vec<RulerRow<'a>>,
    /// Where histories part, each once.
    partings: Vec<Parting>,
}

/// A node's line on the ruler.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
struct RulerRow<'a> {
    node: &'a str,
    /// Whether its process is gone.
    dead: bool,
    /// The last byte that it has.
    offset: f64,
    history: Vec<HistoryPiece>,
    /// What its backlog holds.
    backlog: Vec<HistoryPiece>,
    /// What it asks for while it is not connected.
    asks: Option<Asks>,
}

/// Bytes of one history: those behind `from` up to and including `to`.
#[derive(Serialize, Tsify)]
struct HistoryPiece {
    from: f64,
    to: f64,
    replid: ReplId,
}

/// The first byte that a `replid2` does not share.
#[derive(Serialize, Tsify)]
struct Parting {
    second_replid_offset: f64,
    replid: ReplId,
}

/// `PSYNC replid offset`; both are `null` for `PSYNC ? -1`.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
struct Asks {
    replid: Option<ReplId>,
    offset: Option<f64>,
}

impl<'a> Ruler<'a> {
    pub fn of(ruler: &'a ruler::Ruler) -> Self {
        let pieces = |pieces: &[ruler::Piece]| -> Vec<HistoryPiece> {
            let piece = |p: &ruler::Piece| HistoryPiece { from: p.from as f64, to: p.to as f64, replid: p.id.into() };
            pieces.iter().map(piece).collect()
        };
        let row = |row: &'a ruler::Row| RulerRow {
            node: &row.name,
            dead: row.dead,
            offset: row.offset.0 as f64,
            history: pieces(&row.history),
            backlog: pieces(&row.backlog),
            asks: row.asks.map(|asks| match asks {
                ruler::Asks::Byte(id, byte) => Asks { replid: Some(id.into()), offset: Some(byte.0 as f64) },
                ruler::Asks::Everything => Asks { replid: None, offset: None },
            }),
        };
        let parting = |p: &ruler::Parting| Parting { second_replid_offset: p.second.0 as f64, replid: p.id.into() };
        Self {
            lo: ruler.axis.lo as f64,
            hi: ruler.axis.hi as f64,
            rows: ruler.rows.iter().map(row).collect(),
            partings: ruler.partings.iter().map(parting).collect(),
        }
    }
}

/// A node's backlog as the circular buffer that it is.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct Ring {
    size: usize,
    /// Where the next byte is written.
    idx: usize,
    histlen: usize,
    /// The first byte held.
    off: f64,
    /// The held bytes by history; an arc ends at the buffer's end at the latest.
    arcs: Vec<RingArc>,
    /// The held bytes cut where commands begin, oldest first; `null` if there are too many or none can be told.
    commands: Option<Vec<RingCommand>>,
    /// Where the replicas stand.
    readers: Vec<RingReaders>,
    /// The offset that each index holds; `null` where nothing was written yet.
    #[tsify(type = "(number | null)[]")]
    offsets: Vec<Option<f64>>,
}

/// Indices `from` to before `to` of the buffer.
#[derive(Serialize, Tsify)]
struct RingArc {
    from: usize,
    to: usize,
    replid: ReplId,
}

/// A command in the backlog.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
struct RingCommand {
    /// The offset of its first byte that is held.
    off: f64,
    /// How many of its bytes are held.
    len: usize,
    /// The command in a few words; `null` if its beginning was overwritten.
    label: Option<String>,
}

/// Replicas with the same last byte.
#[derive(Serialize, Tsify)]
struct RingReaders {
    nodes: Vec<String>,
    /// The last byte that they have.
    has: f64,
    /// The index of the byte that they want next.
    idx: usize,
    standing: Standing,
}

impl Ring {
    /// The ring of a node; `None` if it has no backlog.
    pub fn of(frame: &Frame, host: &HostFrame) -> Option<Self> {
        let node = host.node.as_ref()?;
        let backlog = &node.backlog.as_ref()?.0;
        let (size, eras) = (backlog.size(), Eras::of(node));
        let index = |turn: f64| (turn * size as f64).round() as usize;
        let arc = |arc: psyncscope_lab::ring::Arc| RingArc {
            from: index(arc.from),
            to: index(arc.to),
            replid: eras.id(arc.era).into(),
        };
        let reader = |group: ReaderGroup| RingReaders {
            nodes: group.names.iter().map(ToString::to_string).collect(),
            has: group.has.0 as f64,
            idx: index(group.turn) % size,
            standing: group.standing.into(),
        };
        let command =
            |span: commands::CommandSpan| RingCommand { off: span.from.0 as f64, len: span.len, label: span.label };
        Some(Self {
            size,
            idx: backlog.idx(),
            histlen: backlog.histlen(),
            off: backlog.off().0 as f64,
            arcs: arcs(backlog, &eras).into_iter().map(arc).collect(),
            commands: commands::commands(backlog).map(|spans| spans.into_iter().map(command).collect()),
            readers: groups(backlog, &readers(frame, host)).into_iter().map(reader).collect(),
            offsets: (0..size).map(|index| offset_at(backlog, index).map(|offset| offset.0 as f64)).collect(),
        })
    }
}

/// Who follows whom, and which wires matter.
#[derive(Serialize, Tsify)]
pub struct Topology {
    links: Vec<Link>,
    wires: Vec<TopologyWire>,
}

/// A replica and the master that it is told to follow.
#[derive(Serialize, Tsify)]
struct Link {
    replica: String,
    master: String,
}

/// A wire that carries something, or is cut.
#[derive(Serialize, Tsify)]
struct TopologyWire {
    a: String,
    b: String,
    carries: Carries,
    /// Whether packets from `a` vanish.
    cut_ab: bool,
    /// Whether packets from `b` vanish.
    cut_ba: bool,
}

impl Topology {
    pub fn of(frame: &Frame) -> Self {
        let name = |id| topology::name(frame, id).to_string();
        Self {
            links: topology::masters(frame)
                .iter()
                .map(|(&replica, &master)| Link { replica: name(replica), master: name(master) })
                .collect(),
            wires: topology::wires(frame, None)
                .into_iter()
                .map(|wire| TopologyWire {
                    a: wire.a_name.to_string(),
                    b: wire.b_name.to_string(),
                    carries: wire.carries.into(),
                    cut_ab: wire.cut_ab,
                    cut_ba: wire.cut_ba,
                })
                .collect(),
        }
    }
}
