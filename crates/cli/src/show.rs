//! What the page shows at a moment, as text.

use std::fmt::Write as _;

use psyncscope_lab::Lab;
use psyncscope_lab::engine::ids::NextByte;
use psyncscope_lab::engine::replication::psync::{Decision, Refusal};
use psyncscope_lab::explain::{MatrixCell, psync_matrix};
use psyncscope_lab::format::{byte_name, escape};
use psyncscope_lab::index::Index;
use psyncscope_lab::ladder::Status;
use psyncscope_lab::ring::readers::{Standing, groups, readers};
use psyncscope_lab::ring::{Eras, commands, offset_at};
use psyncscope_lab::ruler::{Asks, Piece, ruler};
use psyncscope_lab::sim::frame::{Frame, HostFrame, SimTime};
use psyncscope_lab::topology::{self, Carries};

use crate::args::View;

/// The largest ring that is printed byte by byte.
const BYTES_MAX: usize = 128;

/// The view at a moment.
///
/// # Errors
/// There is no such node at that moment.
pub fn text(lab: &Lab, at: SimTime, view: &View) -> Result<String, String> {
    let frame = lab.frame_at(at);
    Ok(match view {
        View::Topology => topology_text(&frame),
        View::Ruler => ruler_text(&frame),
        View::Matrix => matrix_text(&frame),
        View::Ladder(node) => ladder_text(lab, &frame, host(&frame, node)?),
        View::Ring(node) => ring_text(&frame, host(&frame, node)?),
    })
}

fn host<'a>(frame: &'a Frame, name: &str) -> Result<&'a HostFrame, String> {
    topology::host_named(frame, name).map(AsRef::as_ref).ok_or_else(|| {
        let names: Vec<&str> = frame.hosts.iter().map(|host| &*host.name).collect();
        format!("there is no node {name} at that moment; there are {}", names.join(", "))
    })
}

fn topology_text(frame: &Frame) -> String {
    let mut out = String::new();
    for (&replica, &master) in topology::masters(frame).iter() {
        let _ = writeln!(out, "{} follows {}", topology::name(frame, replica), topology::name(frame, master));
    }
    for wire in topology::wires(frame, None) {
        let carries = match wire.carries {
            Carries::Stream => "an established replication link",
            Carries::Handshake => "a handshake or a transfer",
            Carries::Disconnected => "nothing, although a replica is to follow",
            Carries::Other => "no replication",
        };
        let cut = match (wire.cut_ab, wire.cut_ba) {
            (true, true) => "; cut".to_owned(),
            (true, false) => format!("; cut towards {}", wire.b_name),
            (false, true) => format!("; cut towards {}", wire.a_name),
            (false, false) => String::new(),
        };
        let _ = writeln!(out, "{}: {carries}{cut}", wire.key());
    }
    out
}

fn ruler_text(frame: &Frame) -> String {
    let pieces = |pieces: &[Piece]| -> String {
        let piece = |p: &Piece| format!("{}-{} of {}", p.from + 1, p.to, p.id);
        pieces.iter().map(piece).collect::<Vec<_>>().join(", ")
    };
    let ruler = ruler(frame);
    let mut out = format!("axis {} to {}\n", ruler.axis.lo, ruler.axis.hi);
    for row in ruler.rows {
        let _ = writeln!(out, "{}  offset {}{}", row.name, row.offset, if row.dead { "  (not running)" } else { "" });
        let _ = writeln!(out, "   history  {}", pieces(&row.history));
        let _ = writeln!(out, "   backlog  {}", pieces(&row.backlog));
        match row.asks {
            Some(Asks::Byte(id, byte)) => {
                let _ = writeln!(out, "   asks for  PSYNC {id} {byte}");
            }
            Some(Asks::Everything) => out.push_str("   asks for  PSYNC ? -1\n"),
            None => {}
        }
    }
    out
}

fn matrix_text(frame: &Frame) -> String {
    let mut out = String::new();
    let number = |byte: Option<NextByte>| byte.map_or_else(|| "-".to_owned(), |byte| byte.to_string());
    for MatrixCell { from, to, not_running, no_master_link, verdict } in psync_matrix(frame) {
        let name = |host| topology::name(frame, host);
        let answer = match (not_running, verdict.decision) {
            (Some(down), _) => format!("nothing: {} does not run", name(down)),
            (None, _) if no_master_link => "-NOMASTERLINK: its own link is not up".to_owned(),
            (None, Decision::Continue { bytes, .. }) => format!("+CONTINUE, {bytes} bytes"),
            (None, Decision::Full(refusal)) => format!("full resync: {}", refusal_text(refusal)),
        };
        let asked = String::from_utf8_lossy(&verdict.request.replid).into_owned();
        let next = number(verdict.request.next);
        let _ = writeln!(out, "{} asks {}  PSYNC {asked} {next}  ->  {answer}", name(from), name(to));
    }
    out
}

const fn refusal_text(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::BadOffset => "the offset is no number",
        Refusal::FullRequested => "it has no history to go on with",
        Refusal::IdMismatch => "another history",
        Refusal::PastSecondOffset => "it has bytes from after the histories parted",
        Refusal::NoBacklog => "there is no backlog",
        Refusal::Overwritten => "the byte is not in the backlog any more",
        Refusal::Future => "the byte was never written here",
    }
}

fn ladder_text(lab: &Lab, frame: &Frame, host: &HostFrame) -> String {
    let mut index = Index::default();
    index.extend(lab);
    let ladder = index.ladder(lab, frame, host);
    let mut out = format!("attempts to connect: {}\n", ladder.attempts);
    for rung in &ladder.rungs {
        let mark = match rung.status {
            Status::Passed => "x",
            Status::Current => ">",
            Status::Failed => "!",
            Status::Skipped => "-",
            Status::Pending => " ",
        };
        let at = rung.at.map_or_else(String::new, |at| format!("  {:.3} s", at.0 as f64 / 1e6));
        let _ = writeln!(out, "{mark} {:2} {}{at}", rung.state as usize, rung.state.name());
        for said in &rung.sent {
            let _ = writeln!(out, "      sent  {}", escape(&said.bytes));
        }
        for said in &rung.received {
            let _ = writeln!(out, "      read  {}", escape(&said.bytes));
        }
        if let Some(failed) = &rung.failed {
            let _ = writeln!(out, "      ended at {:.3} s: {}", failed.at.0 as f64 / 1e6, failed.why);
        }
    }
    out
}

fn ring_text(frame: &Frame, host: &HostFrame) -> String {
    let Some(node) = &host.node else { return "the node never ran\n".to_owned() };
    let Some(backlog) = node.backlog.as_ref().map(|backlog| &backlog.0) else { return "no backlog\n".to_owned() };
    let eras = Eras::of(node);
    let mut out = format!(
        "size {}  idx {}  histlen {}  off {}\n",
        backlog.size(),
        backlog.idx(),
        backlog.histlen(),
        backlog.off()
    );
    for group in groups(backlog, &readers(frame, host)) {
        let standing = match group.standing {
            Standing::Served => "can be served",
            Standing::TooFarBack => "what it lacks was overwritten",
            Standing::Ahead => "has bytes that were never here",
        };
        let _ = writeln!(out, "{} up to byte {}: {standing}", group.names.join(", "), group.has);
    }
    if backlog.size() <= BYTES_MAX {
        for index in 0..backlog.size() {
            let _ = match offset_at(backlog, index) {
                Some(offset) => writeln!(
                    out,
                    "{index:4}  byte {offset}  {}  {}",
                    byte_name(backlog.byte_at(index)),
                    eras.id_at(offset)
                ),
                None => writeln!(out, "{index:4}  empty"),
            };
        }
    } else if let Some(spans) = commands::commands(backlog) {
        for span in spans {
            let label = span.label.unwrap_or_else(|| "the end of a command".to_owned());
            let _ = writeln!(out, "byte {}, {} bytes  {label}", span.from, span.len);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use psyncscope_lab::examples;

    #[track_caller]
    fn check(view: &View, parts: &[&str]) {
        let mut lab = Lab::replay(&examples::opening()).expect("the opening");
        lab.run_for(5_000_000);
        let text = text(&lab, lab.now(), view).expect("a text");
        for part in parts {
            assert!(text.contains(part), "{part:?} is missing in:\n{text}");
        }
    }

    #[test]
    fn every_view_shows_the_opening() {
        check(&View::Topology, &["b follows a\n", "c follows a\n", "a-b: an established replication link\n"]);
        check(&View::Ruler, &["axis ", "a  offset 200\n", "   backlog  105-200 of "]);
        check(&View::Matrix, &["b asks a  PSYNC ", " 201  ->  +CONTINUE, 0 bytes\n"]);
        check(&View::Ladder("b".into()), &["attempts to connect: 1\n", "sent  *1\\r\\n$4\\r\\nPING", "> 15 "]);
        check(&View::Ring("a".into()), &["size ", "b, c up to byte "]);
    }

    #[test]
    fn a_node_that_is_not_there_is_named() {
        let lab = Lab::replay(&examples::opening()).expect("the opening");
        let error = text(&lab, lab.now(), &View::Ring("z".into())).expect_err("no such node");
        assert!(error.contains("no node z") && error.contains("a, b, c"), "{error}");
    }
}
