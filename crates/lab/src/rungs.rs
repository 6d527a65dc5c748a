//! Within one turn of a replica a handshake goes several steps: it reads an answer, passes a state, and sends the next
//! request. Here each is a moment of its own, for whoever shows one after the other.

use std::sync::Arc;

use psyncscope_engine::event::Event;
use psyncscope_engine::replication::ReplState;
use psyncscope_sim::frame::{Entry, Frame, HostFrame, HostId, What};

/// Whether a handshake has gone one step there: it has sent a request, and stands in the state for that, or it has left
/// another state. It leaves the state for a request when that is sent: then this was the step.
fn is_step(what: &What) -> bool {
    use ReplState as State;
    match what {
        What::Node(Event::HandshakeSent { .. }) => true,
        What::Node(Event::ReplState { from, to, .. }) => match (from, to) {
            // Nothing was to be sent.
            (State::SendAuth, State::SendPort) | (State::SendIp, State::SendCapa) => true,
            (State::Connecting | State::SendAuth | State::SendPort | State::SendIp, _) => false,
            (State::SendCapa | State::SendPsync, _) => false,
            (_, to) => *to > State::Connecting,
        },
        _ => false,
    }
}

/// The steps of handshakes in `timeline[from..to]`: for each, the node, and how many entries had happened after it.
#[must_use]
pub fn steps(timeline: &[Entry], from: usize, to: usize) -> Vec<(HostId, usize)> {
    let step = |(index, entry): (usize, &Entry)| Some((entry.host.filter(|_| is_step(&entry.what))?, from + index + 1));
    timeline.get(from..to).unwrap_or_default().iter().enumerate().filter_map(step).collect()
}

/// A frame as it was when only the first `entries` entries had happened: within its turn, links were in earlier states.
#[must_use]
pub fn within(frame: &Arc<Frame>, timeline: &[Entry], entries: usize) -> Arc<Frame> {
    let later = timeline.get(entries..frame.entries).unwrap_or_default();
    if later.is_empty() {
        return Arc::clone(frame);
    }
    let hosts = frame.hosts.iter().map(|host| host_within(host, later)).collect();
    Arc::new(Frame { entries, hosts, ..Frame::clone(frame) })
}

/// The host before what happened later.
fn host_within(host: &Arc<HostFrame>, later: &[Entry]) -> Arc<HostFrame> {
    let state = later.iter().find_map(|entry| match &entry.what {
        What::Node(Event::ReplState { from, .. }) if entry.host == Some(host.id) => Some(*from),
        _ => None,
    });
    let (Some(state), mut host) = (state, Arc::clone(host)) else { return Arc::clone(host) };
    if let Some(node) = &mut Arc::make_mut(&mut host).node {
        let node = Arc::make_mut(node);
        if let Some(upstream) = &mut node.upstream {
            Arc::make_mut(upstream).state = state;
        }
        if let (Some(info), Some(upstream)) = (&mut node.info.replication.upstream, &node.upstream) {
            info.view = Arc::clone(upstream);
        }
    }
    host
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Index;
    use crate::ladder::Status;
    use crate::{Lab, examples, topology};

    #[test]
    fn each_rung_of_the_ladder_fills_by_itself() {
        let mut lab = Lab::new(examples::opening().config).expect("a world");
        lab.run_for(3_000_000);
        let mut index = Index::default();
        index.extend(&lab);
        let b = lab.host("b").expect("a node");
        let (mut seq, mut before, mut passed, mut told) = (0, 0, Vec::new(), Vec::new());
        while let Some(frame) = lab.frame(seq) {
            let steps = steps(lab.timeline(), before, frame.entries);
            for (_, entries) in steps.into_iter().chain([(b, frame.entries)]).filter(|(host, _)| *host == b) {
                let within = within(&frame, lab.timeline(), entries);
                let Some(host) = topology::host(&within, b) else { continue };
                let ladder = index.ladder(&lab, &within, host);
                let now: Vec<ReplState> = ladder
                    .rungs
                    .iter()
                    .filter(|rung| rung.status == Status::Passed && rung.state > ReplState::Connect)
                    .map(|rung| rung.state)
                    .collect();
                assert!(now.len() <= passed.len() + 1, "{passed:?}, and at once {now:?}");
                passed = now;
                let caption = index.caption(entries);
                let words = caption.detail.or(caption.headline).map(|note| note.text(crate::Lang::En));
                told.extend(words.filter(|words| Some(words) != told.last()));
            }
            (seq, before) = (seq + 1, frame.entries);
        }
        let about_b = told.iter().filter(|words| words.starts_with("b ") && !words.starts_with("b and "));
        let said: Vec<&str> = about_b.map(|words| words.split(['.', ':']).next().unwrap_or_default()).collect();
        assert_eq!(
            said,
            [
                "b opens a TCP connection to a",
                "b is connected",
                "b gets +PONG from a in RECEIVE_PONG",
                "b has no password to send (masterauth)",
                "b tells a which port to list",
                "b gets +OK from a in RECEIVE_PORT",
                "b has no address of its own to announce (replica-announce-ip)",
                "b tells a the capabilities of a replica",
                "b gets +OK from a in RECEIVE_CAPA",
                "b has no history yet and PSYNC ? -1 asks a for everything",
                "b waits for the snapshot of a",
                "b is in sync with a",
            ],
            "{told:#?}"
        );
    }
}
