//! Invariants of the bytes on a connection between a replica and its master, under any network faults.

use std::collections::{BTreeMap, VecDeque};

use psyncscope_engine::ids::{NextByte, Offset, ReplId};
use psyncscope_rdb as rdb;
use psyncscope_resp::{Parsed, QueryBuf, parse_i64_strict};
use psyncscope_sim::frame::HostId;
use psyncscope_sim::{Captured, Flow, Side};

use super::Rule;
use super::histories::Histories;

type Fault = (Rule, String);

/// A connection: the host that opened it, the one that accepted it, and its number among those between them.
pub type LinkName = (HostId, HostId, u32);

/// What the master's side of a connection sends at present.
#[derive(Debug)]
enum Phase {
    /// Replies of the handshake, one line each.
    Lines,
    /// `+FULLRESYNC` was sent: keep-alive newlines, then `$<size>`.
    Announced(ReplId, Offset),
    /// The RDB file.
    Bulk { replid: ReplId, offset: Offset, left: usize },
    /// The RDB file, up to a mark after which nothing may come before the first ACK.
    Marked { replid: ReplId, offset: Offset, mark: Vec<u8> },
    /// The stream.
    Stream { replid: ReplId, next: NextByte },
}

/// One connection between two hosts.
#[derive(Debug)]
struct Link {
    /// Bytes in flight, sent by the opener and by the acceptor.
    in_flight: [VecDeque<u8>; 2],
    /// What the opener sends.
    requests: QueryBuf,
    /// The history and byte of its PSYNC.
    asked: Option<(Vec<u8>, NextByte)>,
    phase: Phase,
    /// An incomplete line of the acceptor, or the RDB file so far.
    pending: Vec<u8>,
    /// The byte of the stream that began it.
    began: Option<NextByte>,
    /// Its RDB ended with a mark.
    marked: bool,
}

impl Link {
    fn new() -> Self {
        Self {
            in_flight: [VecDeque::new(), VecDeque::new()],
            requests: QueryBuf::default(),
            asked: None,
            phase: Phase::Lines,
            pending: Vec::new(),
            began: None,
            marked: false,
        }
    }
}

/// All connections.
#[derive(Debug, Default)]
pub struct Links {
    links: BTreeMap<LinkName, Link>,
    streams: u64,
    marked: u64,
}

impl Links {
    /// Checks bytes that a process sent or received.
    ///
    /// # Errors
    /// The violated rule.
    pub fn see(&mut self, captured: &Captured, histories: &mut Histories) -> Result<(), Fault> {
        let name = (captured.opener, captured.acceptor, captured.nth);
        let link = self.links.entry(name).or_insert_with(Link::new);
        let way = match captured.flow {
            Flow::Up => 0,
            Flow::Down => 1,
        };
        match captured.side {
            Side::Received => link.received(way, &captured.bytes),
            Side::Sent => {
                link.in_flight[way].extend(&captured.bytes);
                match captured.flow {
                    Flow::Up => link.requested(&captured.bytes),
                    Flow::Down => {
                        let had = link.began.is_some();
                        let was_marked = link.marked;
                        let seen = link.answered(&captured.bytes, histories);
                        self.marked += u64::from(!was_marked && link.marked);
                        self.streams += u64::from(!had && link.began.is_some());
                        seen
                    }
                }
            }
        }
        .map_err(|(rule, why)| (rule, format!("connection {name:?}: {why}")))
    }

    /// How many RDBs ended with a mark.
    #[must_use]
    pub const fn marked(&self) -> u64 {
        self.marked
    }

    /// How many connections reached the stream.
    #[must_use]
    pub const fn streams(&self) -> u64 {
        self.streams
    }
}

impl Link {
    /// TCP's guarantee: what is received is what was sent, in order, once.
    fn received(&mut self, way: usize, bytes: &[u8]) -> Result<(), Fault> {
        let expected: Vec<u8> = {
            let n = bytes.len().min(self.in_flight[way].len());
            self.in_flight[way].drain(..n).collect()
        };
        if expected != bytes {
            let who = ["opener", "acceptor"][way];
            return Err((
                Rule::TcpIsReliable,
                format!("the {who} sent {:?}, but {:?} arrived", lossy(&expected), lossy(bytes)),
            ));
        }
        Ok(())
    }

    /// The replica's side: remembers PSYNC; an acknowledged offset must have been sent.
    fn requested(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.requests.push(bytes);
        loop {
            let argv = match self.requests.next() {
                Parsed::Command(argv) => argv,
                Parsed::NeedMore => return Ok(()),
                Parsed::Empty | Parsed::Newline => continue,
                Parsed::ProtocolError(error) => return Err((Rule::FollowsProtocol, error)),
            };
            match argv.as_slice() {
                [name, replid, offset] if name == b"PSYNC" => {
                    self.asked = parse_i64_strict(offset).map(|next| (replid.clone(), NextByte(next)));
                }
                [name, option, offset] if name == b"REPLCONF" && option == b"ACK" => {
                    let offset = parse_i64_strict(offset).map(Offset);
                    let (Phase::Stream { next, .. }, Some(began), Some(offset)) = (&self.phase, self.began, offset)
                    else {
                        return Err((Rule::AckWithinStream, format!("an ACK of {offset:?} before the stream")));
                    };
                    if offset < began.had() || offset > next.had() {
                        return Err((
                            Rule::AckWithinStream,
                            format!("an ACK of {offset}, but {began}..={} were sent", next.had()),
                        ));
                    }
                }
                _ => {}
            }
        }
    }

    /// The master's side.
    fn answered(&mut self, bytes: &[u8], histories: &mut Histories) -> Result<(), Fault> {
        let mut bytes = bytes;
        while !bytes.is_empty() {
            match &mut self.phase {
                Phase::Lines | Phase::Announced(..) => {
                    let end = bytes.iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |at| at + 1);
                    self.pending.extend_from_slice(&bytes[..end]);
                    bytes = &bytes[end..];
                    if self.pending.ends_with(b"\n") {
                        let line = std::mem::take(&mut self.pending);
                        self.line(line.trim_ascii_end())?;
                    }
                }
                Phase::Bulk { replid, offset, left } => {
                    let n = bytes.len().min(*left);
                    self.pending.extend_from_slice(&bytes[..n]);
                    *left -= n;
                    bytes = &bytes[n..];
                    if *left == 0 {
                        let file = std::mem::take(&mut self.pending);
                        let (replid, offset) = (*replid, *offset);
                        check_file(&file, replid, offset)?;
                        self.begin(replid, offset.next());
                    }
                }
                Phase::Marked { replid, offset, mark } => {
                    self.pending.extend_from_slice(bytes);
                    bytes = &[];
                    if let Some(file) = self.pending.strip_suffix(mark.as_slice()) {
                        let (replid, offset) = (*replid, *offset);
                        check_file(file, replid, offset)?;
                        self.pending.clear();
                        self.marked = true;
                        self.begin(replid, offset.next());
                    }
                }
                Phase::Stream { replid, next } => {
                    histories.record(replid, *next, bytes).map_err(|why| (Rule::StreamIsContiguous, why))?;
                    next.0 += bytes.len() as i64;
                    bytes = &[];
                }
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Fault> {
        let words: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
        let unexpected = || (Rule::FollowsProtocol, format!("the master sent {:?}", lossy(line)));
        match (&self.phase, words.as_slice()) {
            (Phase::Announced(replid, offset), [line]) if line.starts_with(b"$EOF:") => {
                let mark = line[5..].to_vec();
                if mark.len() != 40 {
                    return Err(unexpected());
                }
                self.phase = Phase::Marked { replid: *replid, offset: *offset, mark };
            }
            (Phase::Announced(replid, offset), [size]) if size.first() == Some(&b'$') => {
                let left = parse_i64_strict(&size[1..]).and_then(|size| usize::try_from(size).ok());
                let left = left.filter(|&left| left > 0).ok_or_else(unexpected)?;
                self.phase = Phase::Bulk { replid: *replid, offset: *offset, left };
            }
            (_, [b""]) => {}
            (Phase::Announced(..), _) => return Err(unexpected()),
            (_, [b"+FULLRESYNC", replid, offset]) => {
                let replid = ReplId::from_bytes(replid).ok_or_else(unexpected)?;
                let offset = parse_i64_strict(offset).ok_or_else(unexpected)?;
                self.phase = Phase::Announced(replid, Offset(offset));
            }
            (_, [b"+CONTINUE", replid]) => {
                let replid = ReplId::from_bytes(replid).ok_or_else(unexpected)?;
                let next = self.asked.as_ref().ok_or_else(unexpected)?.1;
                self.begin(replid, next);
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, replid: ReplId, next: NextByte) {
        self.phase = Phase::Stream { replid, next };
        self.began = Some(next);
    }
}

/// The RDB file of a full resync has exactly the history and offset of `+FULLRESYNC`.
fn check_file(file: &[u8], replid: ReplId, offset: Offset) -> Result<(), Fault> {
    let loaded = rdb::load(file, &rdb::LoadOptions::default())
        .map_err(|error| (Rule::RdbMatchesOffset, format!("the RDB file: {error}")))?;
    match loaded.repl {
        Some(info) if info.id == replid.as_bytes() && info.offset == offset.0 && loaded.bytes == file.len() => Ok(()),
        info => Err((
            Rule::RdbMatchesOffset,
            format!(
                "+FULLRESYNC {replid} {offset}, but the RDB file ({} bytes of {}) has {info:?}",
                loaded.bytes,
                file.len()
            ),
        )),
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invariants::histories::Process;
    use psyncscope_keyspace::Keyspace;
    use psyncscope_resp::encode_command;
    use psyncscope_sim::frame::SimTime;

    const ID: &[u8; 40] = b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn id() -> ReplId {
        ReplId::from_bytes(ID).unwrap()
    }

    /// A connection to a master whose history has 104 bytes, of which 51..=54 are `abcd`.
    struct TestLink {
        links: Links,
        histories: Histories,
    }

    impl TestLink {
        fn new() -> Self {
            let mut histories = Histories::new();
            let head = Process { host: HostId(0), boot: 0 };
            histories.begin(id(), head, None, Offset(0)).unwrap();
            histories.produce(&id(), head, NextByte(1), 104).unwrap();
            histories.record(&id(), NextByte(51), b"abcd").unwrap();
            Self { links: Links::default(), histories }
        }

        fn capture(&mut self, flow: Flow, side: Side, bytes: &[u8]) -> Option<Rule> {
            let captured = Captured {
                link: None,
                opener: HostId(1),
                acceptor: HostId(0),
                nth: 1,
                flow,
                side,
                at: SimTime(0),
                bytes: bytes.to_vec(),
            };
            self.links.see(&captured, &mut self.histories).err().map(|(rule, _)| rule)
        }

        fn replica(&mut self, words: &[&str]) -> Option<Rule> {
            self.capture(Flow::Up, Side::Sent, &encode_command(words))
        }

        fn master(&mut self, bytes: &[u8]) -> Option<Rule> {
            self.capture(Flow::Down, Side::Sent, bytes)
        }

        /// The replica had 50 bytes and continues with byte 51.
        fn resumed() -> Self {
            let mut talk = Self::new();
            assert_eq!(talk.master(b"+PONG\r\n+OK\r\n+O"), None);
            assert_eq!(talk.master(b"K\r\n"), None);
            assert_eq!(talk.replica(&["PSYNC", std::str::from_utf8(ID).unwrap(), "51"]), None);
            assert_eq!(talk.master(format!("+CONTINUE {}\r\n", id()).as_bytes()), None);
            assert_eq!(talk.links.streams(), 1);
            talk
        }
    }

    fn file(replid: ReplId, offset: i64) -> Vec<u8> {
        let repl = Some(rdb::ReplInfo { stream_db: 0, id: replid.as_bytes().to_vec(), offset });
        let info = rdb::SaveInfo { unix_s: 0, used_mem: 0, repl, scripts: Vec::new(), compress: true, checksum: true };
        rdb::SaveJob::new(&Keyspace::default(), info).run()
    }

    #[test]
    fn a_stream_begins_with_the_byte_asked_for() {
        let mut talk = TestLink::resumed();
        assert_eq!(talk.master(b"ab"), None);
        assert_eq!(talk.master(b"cd"), None);
        assert_eq!(talk.master(b"whatever comes, it is the first to be seen"), None);
        let mut talk = TestLink::resumed();
        assert_eq!(talk.master(b"bcd"), Some(Rule::StreamIsContiguous), "a byte too late");
        let mut talk = TestLink::resumed();
        assert_eq!(talk.master(b"\nabcd"), Some(Rule::StreamIsContiguous), "a keep-alive within the stream");
        let mut talk = TestLink::resumed();
        assert_eq!(talk.master(&[b'a'; 1]), None);
        assert_eq!(talk.master(&[b'x'; 60]), Some(Rule::StreamIsContiguous));
    }

    #[test]
    fn nothing_is_sent_that_was_not_produced() {
        let mut talk = TestLink::resumed();
        let mut rest = b"abcd".to_vec();
        rest.resize(54, b'.');
        assert_eq!(talk.master(&rest), None, "up to byte 104");
        assert_eq!(talk.master(b"."), Some(Rule::StreamIsContiguous));
    }

    #[test]
    fn an_acknowledged_offset_was_sent() {
        let mut talk = TestLink::resumed();
        assert_eq!(talk.replica(&["REPLCONF", "ACK", "50"]), None);
        assert_eq!(talk.master(b"abcd"), None);
        assert_eq!(talk.replica(&["REPLCONF", "ACK", "54"]), None);
        assert_eq!(talk.replica(&["REPLCONF", "ACK", "55"]), Some(Rule::AckWithinStream));
        assert_eq!(talk.replica(&["REPLCONF", "ACK", "49"]), Some(Rule::AckWithinStream));
        assert_eq!(TestLink::new().replica(&["REPLCONF", "ACK", "0"]), Some(Rule::AckWithinStream));
    }

    #[test]
    fn a_file_has_the_offset_of_fullresync() {
        let full = |rdb: &[u8]| {
            let mut talk = TestLink::new();
            assert_eq!(talk.replica(&["PSYNC", "?", "-1"]), None);
            assert_eq!(talk.master(format!("+FULLRESYNC {} 50\r\n\n\n${}\r\n", id(), rdb.len()).as_bytes()), None);
            let (one, two) = rdb.split_at(20);
            assert_eq!(talk.master(one), None);
            let mut last = two.to_vec();
            last.extend_from_slice(b"abc");
            let violation = talk.master(&last);
            (violation, talk)
        };
        let (violation, mut talk) = full(&file(id(), 50));
        assert_eq!(violation, None);
        assert_eq!(talk.master(b"d"), None, "the stream follows the file");
        assert_eq!(full(&file(id(), 51)).0, Some(Rule::RdbMatchesOffset));
        assert_eq!(full(&file(ReplId::NONE, 50)).0, Some(Rule::RdbMatchesOffset));
        let mut damaged = file(id(), 50);
        damaged[12] ^= 1;
        assert_eq!(full(&damaged).0, Some(Rule::RdbMatchesOffset));
    }

    #[test]
    fn what_arrives_is_what_was_sent() {
        let mut talk = TestLink::new();
        assert_eq!(talk.master(b"+PONG\r\n"), None);
        assert_eq!(talk.capture(Flow::Down, Side::Received, b"+PO"), None);
        assert_eq!(talk.capture(Flow::Down, Side::Received, b"NG"), None);
        let mut other = TestLink::new();
        assert_eq!(other.master(b"+PONG\r\n"), None);
        assert_eq!(other.capture(Flow::Down, Side::Received, b"PONG"), Some(Rule::TcpIsReliable));
        assert_eq!(talk.capture(Flow::Down, Side::Received, b"\r\n+OK"), Some(Rule::TcpIsReliable));
        assert_eq!(talk.capture(Flow::Up, Side::Received, b"x"), Some(Rule::TcpIsReliable));
    }

    #[test]
    fn both_sides_follow_the_protocol() {
        let mut talk = TestLink::new();
        let line = format!("+CONTINUE {}\r\n", id());
        assert_eq!(talk.master(line.as_bytes()), Some(Rule::FollowsProtocol), "without a PSYNC");
        let mut talk = TestLink::new();
        assert_eq!(talk.master(format!("+FULLRESYNC {} 50\r\n", id()).as_bytes()), None);
        assert_eq!(talk.master(b"+OK\r\n"), Some(Rule::FollowsProtocol));
        assert_eq!(TestLink::new().capture(Flow::Up, Side::Sent, b"*1\r\n+PING\r\n"), Some(Rule::FollowsProtocol));
    }
}
