//! XCLAIM, and how what consumers get is propagated.

use std::sync::Arc;

use psyncscope_keyspace::{Group, Pending, Stream, StreamId};
use psyncscope_resp::{Reply, parse_i64_strict};

use super::groups::no_group;
use super::id::{parse, strict_id};
use super::{change_unsignalled, push_entry, push_id};
use crate::call::Call;

/// The options of XCLAIM.
#[derive(Default)]
struct Options {
    force: bool,
    justid: bool,
    /// IDLE or TIME: when the entries were delivered, in milliseconds since the Unix epoch.
    delivered_ms: Option<i64>,
    /// RETRYCOUNT, unless it is negative.
    deliveries: Option<u64>,
    /// LASTID.
    last_id: StreamId,
}

/// `streamPropagateXCLAIM`: what makes an entry pending for a consumer at replicas, and tells them the last ID of the
/// group.
pub(super) fn propagate_claim(
    call: &mut Call<'_>,
    key: &[u8],
    group: &[u8],
    id: &[u8],
    pending: &Pending,
    last_id: StreamId,
) {
    let (time, count) = (pending.delivered_ms.to_string(), (pending.deliveries as i64).to_string());
    call.propagate_at_once(&[
        b"XCLAIM",
        key,
        group,
        &pending.consumer,
        b"0",
        id,
        b"TIME",
        time.as_bytes(),
        b"RETRYCOUNT",
        count.as_bytes(),
        b"FORCE",
        b"JUSTID",
        b"LASTID",
        last_id.to_string().as_bytes(),
    ]);
}

/// `streamPropagateGroupID`.
pub(super) fn propagate_group_id(call: &mut Call<'_>, key: &[u8], group: &[u8], last_id: StreamId) {
    call.propagate_at_once(&[b"XGROUP", b"SETID", key, group, last_id.to_string().as_bytes()]);
}

/// XCLAIM key group consumer min-idle-time id \[id ...\] \[IDLE ms\] \[TIME ms\] \[RETRYCOUNT count\] \[FORCE\] \[JUSTID\]
/// \[LASTID id\]: the entries that are the consumer's now.
pub fn xclaim(call: &mut Call<'_>) {
    claim(call, false);
}

/// XCLAIM. As in Redis 7, entries that were deleted can be `dropped` instead of claimed.
pub(crate) fn claim(call: &mut Call<'_>, dropped: bool) {
    let argv = call.argv;
    let [_, key, name, consumer, idle, ..] = argv else { return };
    let Ok(stream) = call.read::<Stream>(key) else { return };
    if stream.is_none_or(|stream| stream.group(name).is_none()) {
        return no_group(call, key, name);
    }
    let Some(idle_min) = option(call, idle, "min-idle-time argument") else { return };
    let ids: Vec<(StreamId, &[u8])> =
        argv[5..].iter().map_while(|word| Some((parse(word, 0)?, word.as_slice()))).collect();
    let Some(options) = options(call, &argv[5 + ids.len()..]) else { return };
    let now_ms = call.now_ms;
    let delivered_ms = options.delivered_ms.filter(|time| (0..=now_ms).contains(time)).unwrap_or(now_ms);
    let (mut claimed, mut gone) = (Vec::new(), Vec::new());
    let mut reply = Reply::default();
    let moved = change_unsignalled(call, key, |stream| {
        let existing: Vec<bool> = ids.iter().map(|(id, _)| stream.get(*id).is_some()).collect();
        let moved = stream.change_group(name, |group| {
            let moved = options.last_id > group.last_id;
            group.last_id = group.last_id.max(options.last_id);
            for ((id, word), exists) in ids.iter().zip(existing) {
                if dropped && !exists {
                    if group.acknowledge(*id) {
                        gone.push(*word);
                    }
                    continue;
                }
                let exists = exists && options.force;
                let claim = Claim { id: *id, exists, consumer, idle_min: idle_min.max(0), now_ms, delivered_ms };
                if let Some(pending) = claim.take(group, &options) {
                    claimed.push((*id, *word, pending, group.last_id));
                }
            }
            moved
        });
        for (id, ..) in &claimed {
            match stream.get(*id) {
                _ if options.justid => push_id(&mut reply, *id),
                Some(fields) => push_entry(&mut reply, *id, fields),
                None => reply.null(),
            }
        }
        moved
    });
    call.reply.array(claimed.len());
    call.reply.raw(reply.take());
    call.dirty += claimed.len() as u64 + gone.len() as u64;
    for word in &gone {
        call.propagate_at_once(&[b"XACK", key, name, word]);
    }
    match (claimed.as_slice(), moved.flatten()) {
        ([], Some(true)) => {
            propagate_group_id(call, key, name, options.last_id);
            call.dirty += 1;
        }
        _ => {
            for (_, word, pending, last_id) in &claimed {
                propagate_claim(call, key, name, word, pending, *last_id);
            }
        }
    }
    call.prevented = true;
}

/// One entry that is claimed.
struct Claim<'a> {
    id: StreamId,
    /// FORCE is given and the entry is in the stream, so it need not be pending.
    exists: bool,
    consumer: &'a [u8],
    idle_min: i64,
    now_ms: i64,
    delivered_ms: i64,
}

impl Claim<'_> {
    /// Makes the entry the consumer's, if it can be claimed.
    fn take(&self, group: &mut Group, options: &Options) -> Option<Pending> {
        let old = group.pending(self.id);
        let deliveries = match old {
            Some(old) if self.idle_min > 0 && self.now_ms.saturating_sub(old.delivered_ms) < self.idle_min => {
                return None;
            }
            Some(old) => old.deliveries,
            None if self.exists => 1,
            None => return None,
        };
        let more = u64::from(!options.justid);
        let deliveries = options.deliveries.unwrap_or_else(|| deliveries.wrapping_add(more));
        let consumer = Arc::clone(&group.see_consumer(self.consumer, self.now_ms));
        let pending = Pending { delivered_ms: self.delivered_ms, deliveries, consumer };
        group.assign(self.id, pending.clone());
        Some(pending)
    }
}

/// The integer of an option. `None` if it is none and an error was replied.
fn option(call: &mut Call<'_>, word: &[u8], name: &str) -> Option<i64> {
    let value = parse_i64_strict(word);
    if value.is_none() {
        call.reply.error(format!("ERR Invalid {name} for XCLAIM"));
    }
    value
}

fn options(call: &mut Call<'_>, words: &[Vec<u8>]) -> Option<Options> {
    let mut options = Options::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match (word.to_ascii_lowercase().as_slice(), words.as_slice().first()) {
            (b"force", _) => options.force = true,
            (b"justid", _) => options.justid = true,
            (b"idle", Some(idle)) => {
                let idle = option(call, idle, "IDLE option argument")?;
                options.delivered_ms = Some(call.now_ms.wrapping_sub(idle));
                words.next();
            }
            (b"time", Some(time)) => {
                options.delivered_ms = Some(option(call, time, "TIME option argument")?);
                words.next();
            }
            (b"retrycount", Some(count)) => {
                options.deliveries = u64::try_from(option(call, count, "RETRYCOUNT option argument")?).ok();
                words.next();
            }
            (b"lastid", Some(id)) => {
                options.last_id = strict_id(call, id)?;
                words.next();
            }
            _ => {
                call.reply.error([b"ERR Unrecognized XCLAIM option '", word.as_slice(), b"'"].concat());
                return None;
            }
        }
    }
    Some(options)
}
