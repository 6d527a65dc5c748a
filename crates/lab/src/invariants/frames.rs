//! The rules, checked on recorded frames and on what happened between two of them.

use psyncscope_engine::event::{Event, FeedKind, IdChange};
use psyncscope_engine::ids::NextByte;
use psyncscope_engine::replication::ReplState;
use psyncscope_engine::replication::backlog::Backlog;
use psyncscope_engine::replication::psync::{BacklogWindow, Decision, History};
use psyncscope_engine::view::NodeView;
use psyncscope_sim::frame::{Entry, Frame, HostFrame, HostId, PacketFrame, Power, What};

use super::{Finding, NodeSeen, Rule};
use crate::lang::{Bilingual, bilingual};
use crate::topology;

/// Every rule about one moment: of each node, and of each two.
#[must_use]
pub fn of_frame(frame: &Frame) -> Vec<Finding> {
    let mut found = Vec::new();
    for (host, node) in nodes(frame) {
        found.extend(of_node(host.id, node));
        for (other, twin) in nodes(frame).filter(|(other, _)| other.id > host.id) {
            found.extend(same_bytes(host.id, node, other.id, twin, NextByte(i64::MIN)));
            found.extend(same_data(host, node, other, twin));
        }
    }
    found.extend(behind_masters(frame));
    found
}

/// Every rule about what happened between two moments, of which `entries` is the timeline, and those about the second
/// moment where something changed.
#[must_use]
pub fn between(before: &Frame, after: &Frame, entries: &[Entry]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (host, node) in nodes(after) {
        let last = topology::host(before, host.id);
        if last.is_some_and(|last| std::sync::Arc::ptr_eq(last, host)) {
            continue;
        }
        found.extend(of_node(host.id, node));
        let last = last.filter(|last| last.power == host.power).and_then(|last| last.node.as_ref());
        let new = last.map_or(NextByte(i64::MIN), |last| last.master_repl_offset.next());
        let fed =
            last.is_none_or(|last| last.master_repl_offset != node.master_repl_offset || last.replid != node.replid);
        for (other, twin) in nodes(after).filter(|(other, _)| other.id != host.id) {
            if fed {
                let from = if last.is_some_and(|last| last.replid == node.replid) { new } else { NextByte(i64::MIN) };
                found.extend(same_bytes(host.id, node, other.id, twin, from));
            }
            found.extend(same_data(host, node, other, twin));
        }
        if let Some(last) = last {
            found.extend(offset_moved(host.id, last, node, entries));
            found.extend(fed_by_role(host.id, last, node, entries));
        }
    }
    found.extend(entries.iter().filter_map(resync));
    for packet in after.packets.iter().filter(|packet| packet.sent == after.at) {
        found.extend(stream(after, packet));
    }
    found.extend(behind_masters(after));
    found
}

/// The hosts whose process runs, and its node.
fn nodes(frame: &Frame) -> impl Iterator<Item = (&std::sync::Arc<HostFrame>, &NodeView)> {
    let runs = |host: &&std::sync::Arc<HostFrame>| matches!(host.power, Power::Running | Power::Paused);
    frame.hosts.iter().filter(runs).filter_map(|host| Some((host, &**host.node.as_ref()?)))
}

fn finding(
    rule: Rule,
    host: HostId,
    other: Option<HostId>,
    holds: bool,
    words: Bilingual,
    numbers: &[(&'static str, &dyn std::fmt::Display)],
) -> Finding {
    let numbers = numbers.iter().map(|(name, number)| (*name, number.to_string())).collect();
    Finding { rule, host, other, holds, words, numbers }
}

/// The rules about the numbers of one node.
fn of_node(host: HostId, node: &NodeView) -> Vec<Finding> {
    let seen = NodeSeen::of_view(node);
    let History { replid, replid2, second_replid_offset, master_repl_offset } = seen.history;
    let mut found = Vec::new();
    if let (Some(link), ReplState::Connected) = (seen.link, seen.state) {
        let words = bilingual(
            "its link is at {reploff} of {link}, the node at {offset} of {replid}; {read} bytes were received",
            "链接在 {link} 的 {reploff}，节点在 {replid} 的 {offset}；已收到 {read} 字节",
        );
        found.push(finding(
            Rule::LinkAgrees,
            host,
            None,
            seen.check_link().is_ok(),
            words,
            &[
                ("reploff", &link.reploff),
                ("link", &link.replid.short()),
                ("offset", &master_repl_offset),
                ("replid", &replid.short()),
                ("read", &link.read_reploff),
            ],
        ));
    } else if let Err(why) = seen.check_link() {
        let words = bilingual("{why}", "{why}");
        found.push(finding(Rule::LinkAgrees, host, None, false, words, &[("why", &why)]));
    }
    if let Some(backlog) = seen.backlog {
        let (BacklogWindow { off, histlen, .. }, end) = (backlog, backlog.end());
        let words = bilingual(
            "off {off} + histlen {histlen} = {end}; the offset {offset} + 1 = {next}",
            "off {off} + histlen {histlen} = {end}；偏移量 {offset} + 1 = {next}",
        );
        found.push(finding(
            Rule::BacklogEndsAtOffset,
            host,
            None,
            seen.backlog_ends_at_offset(),
            words,
            &[
                ("off", &off),
                ("histlen", &histlen),
                ("end", &end),
                ("offset", &master_repl_offset),
                ("next", &master_repl_offset.next()),
            ],
        ));
    }
    if !replid2.is_none() || !seen.second_history_is_in_past() {
        let words = bilingual(
            "second_replid_offset {second} of {replid2}, and the offset {offset} + 1 = {next}",
            "{replid2} 的 second_replid_offset {second}，而偏移量 {offset} + 1 = {next}",
        );
        found.push(finding(
            Rule::SecondHistoryInPast,
            host,
            None,
            seen.second_history_is_in_past(),
            words,
            &[
                ("second", &second_replid_offset),
                ("replid2", &replid2.short()),
                ("offset", &master_repl_offset),
                ("next", &master_repl_offset.next()),
            ],
        ));
    }
    found
}

/// Two backlogs of one history have the same bytes, from `from` on.
fn same_bytes(host: HostId, node: &NodeView, other: HostId, twin: &NodeView, from: NextByte) -> Option<Finding> {
    if node.replid != twin.replid {
        return None;
    }
    let (one, two) = (&node.backlog.as_ref()?.0, &twin.backlog.as_ref()?.0);
    let from = from.max(one.off()).max(two.off());
    let to = one.end().min(two.end());
    if from >= to {
        return None;
    }
    let byte = |backlog: &Backlog, at| backlog.index_of(NextByte(at)).map(|index| backlog.byte_at(index));
    let differs = (from.0..to.0).find(|&at| byte(one, at) != byte(two, at));
    Some(match differs {
        None => {
            let words = bilingual(
                "bytes {from} to {to} of {replid} are the same at both",
                "{replid} 的第 {from} 到 {to} 字节两边相同",
            );
            let numbers: [(&'static str, &dyn std::fmt::Display); 3] =
                [("from", &from), ("to", &to.had()), ("replid", &node.replid.short())];
            finding(Rule::BytesAgree, host, Some(other), true, words, &numbers)
        }
        Some(at) => {
            let words = bilingual(
                "byte {byte} of {replid} is {here} here and {there} there",
                "{replid} 的第 {byte} 字节在此是 {here}，在彼是 {there}",
            );
            let shown = |backlog| byte(backlog, at).map_or_else(String::new, crate::format::byte_name);
            finding(
                Rule::BytesAgree,
                host,
                Some(other),
                false,
                words,
                &[("byte", &at), ("replid", &node.replid.short()), ("here", &shown(one)), ("there", &shown(two))],
            )
        }
    })
}

/// Two nodes at the same place of a history have as many keys in each database.
fn same_data(host: &HostFrame, node: &NodeView, other: &HostFrame, twin: &NodeView) -> Option<Finding> {
    // Without a live link or a backlog a dataset may have changed, or been dropped, without the offset; a replica that
    // takes writes has its own.
    let follows = |node: &NodeView| match &node.upstream {
        None => true,
        Some(upstream) => {
            let read_only = node.info.replication.upstream.as_ref().is_some_and(|upstream| upstream.read_only);
            upstream.state == ReplState::Connected && read_only
        }
    };
    let comparable = |node: &NodeView| node.backlog.is_some() && node.loading.is_none() && follows(node);
    if (node.replid, node.master_repl_offset) != (twin.replid, twin.master_repl_offset)
        || !comparable(node)
        || !comparable(twin)
    {
        return None;
    }
    let keys = |node: &NodeView| node.keyspace.iter().map(|(db, keys, _)| (*db, *keys)).collect::<Vec<_>>();
    let shown = |node: &NodeView| {
        let each: Vec<String> = node.keyspace.iter().map(|(db, keys, _)| format!("db{db}: {keys}")).collect();
        if each.is_empty() { "0".to_owned() } else { each.join(", ") }
    };
    let words = bilingual(
        "at offset {offset} the keys are {here} here and {there} there",
        "偏移量 {offset} 处，此处的键为 {here}，彼处为 {there}",
    );
    Some(finding(
        Rule::DataAgrees,
        host.id,
        Some(other.id),
        keys(node) == keys(twin),
        words,
        &[("offset", &node.master_repl_offset), ("here", &shown(node)), ("there", &shown(twin))],
    ))
}

/// No replica is ahead of the master that it has the same history as.
fn behind_masters(frame: &Frame) -> Vec<Finding> {
    let masters = topology::masters(frame);
    let node = |id| nodes(frame).find(|(host, _)| host.id == id).map(|(_, node)| node);
    let pairs = masters.iter().filter_map(|(&replica, &master)| Some((replica, node(replica)?, master, node(master)?)));
    pairs
        .filter(|(_, replica, _, master)| {
            let connected = replica.upstream.as_ref().is_some_and(|up| up.state == ReplState::Connected);
            connected && replica.replid == master.replid
        })
        .map(|(replica, follower, master, head)| {
            let words = bilingual("offset {offset}, its master's is {master}", "偏移量 {offset}，其主节点为 {master}");
            let holds = follower.master_repl_offset <= head.master_repl_offset;
            finding(
                Rule::OnlyHeadProduces,
                replica,
                Some(master),
                holds,
                words,
                &[("offset", &follower.master_repl_offset), ("master", &head.master_repl_offset)],
            )
        })
        .collect()
}

/// A host's events of a stretch of the timeline.
fn events(host: HostId, entries: &[Entry]) -> impl Iterator<Item = &Event> {
    entries.iter().filter(move |entry| entry.host == Some(host)).filter_map(|entry| match &entry.what {
        What::Node(event) => Some(event),
        _ => None,
    })
}

/// An offset moved by the bytes that were fed.
fn offset_moved(host: HostId, before: &NodeView, after: &NodeView, entries: &[Entry]) -> Option<Finding> {
    let resets = |event: &Event| match event {
        Event::Ids { why, .. } => matches!(why, IdChange::Startup | IdChange::FullResync | IdChange::Restored),
        Event::Loaded { .. } => true,
        _ => false,
    };
    let started = entries.iter().any(|entry| entry.host == Some(host) && matches!(entry.what, What::Power(_)));
    if started || events(host, entries).any(resets) {
        return None;
    }
    let fed: usize = events(host, entries).map(|event| if let Event::Fed { len, .. } = event { *len } else { 0 }).sum();
    let (from, to) = (before.master_repl_offset, after.master_repl_offset);
    if fed == 0 && from == to {
        return None;
    }
    let words = bilingual(
        "offset {from} + {fed|byte|bytes} fed = {sum}; it is {to}",
        "偏移量 {from} + 写入的 {fed} 字节 = {sum}；现为 {to}",
    );
    Some(finding(
        Rule::OffsetMovesByBytes,
        host,
        None,
        from.plus(fed) == to,
        words,
        &[("from", &from), ("fed", &fed), ("sum", &from.plus(fed)), ("to", &to)],
    ))
}

/// A master produces, a replica forwards.
fn fed_by_role(host: HostId, before: &NodeView, after: &NodeView, entries: &[Entry]) -> Option<Finding> {
    let is_replica = after.upstream.is_some();
    if before.upstream.is_some() != is_replica {
        return None;
    }
    let wrong = events(host, entries).find_map(|event| match event {
        Event::Fed { from, kind, .. } if (*kind == FeedKind::Proxied) != is_replica => Some((*from, *kind)),
        _ => None,
    });
    let (from, kind) = wrong?;
    let words = if is_replica {
        bilingual("a replica produced byte {from} itself ({kind})", "副本自己产生了第 {from} 字节（{kind}）")
    } else {
        bilingual("a master forwarded byte {from} ({kind})", "主节点转发了第 {from} 字节（{kind}）")
    };
    Some(finding(Rule::OnlyHeadProduces, host, None, false, words, &[("from", &from), ("kind", &format!("{kind:?}"))]))
}

/// A partial resync sends exactly what is missing.
fn resync(entry: &Entry) -> Option<Finding> {
    let What::Node(Event::Verdict { verdict, .. }) = &entry.what else { return None };
    let Decision::Continue { bytes, .. } = verdict.decision else { return None };
    let (offset, next) = (verdict.history.master_repl_offset, verdict.request.next?);
    let missing = offset.next().0 - next.0;
    let words = bilingual(
        "{bytes|byte|bytes} sent; offset {offset} + 1 - {asked} asked for = {missing}",
        "发送 {bytes} 字节；偏移量 {offset} + 1 − 请求的 {asked} = {missing}",
    );
    Some(finding(
        Rule::ResyncIsExact,
        entry.host?,
        None,
        bytes as i64 == missing,
        words,
        &[("bytes", &bytes), ("offset", &offset), ("asked", &next), ("missing", &missing)],
    ))
}

/// A packet of a stream has the bytes of its sender's backlog.
fn stream(frame: &Frame, packet: &PacketFrame) -> Option<Finding> {
    let stream = packet.stream?;
    let sender = topology::host(frame, packet.from)?.node.as_ref()?;
    let backlog = &sender.backlog.as_ref()?.0;
    if sender.replid != stream.replid {
        return None;
    }
    // Before the stream come the last bytes of the handshake.
    let bytes = &packet.payload[packet.payload.len().saturating_sub(stream.count() as usize)..];
    let (from, to) = (stream.from.0, stream.to.0);
    let kept = |at: i64| backlog.index_of(NextByte(at)).map(|index| backlog.byte_at(index));
    let wrong = bytes.iter().zip(from..).find(|&(&byte, at)| {
        let beyond = at >= backlog.end().0;
        beyond || kept(at).is_some_and(|kept| kept != byte)
    });
    Some(match wrong {
        None => {
            let words = bilingual(
                "bytes {from} to {to} were sent as they are in the backlog",
                "第 {from} 到 {to} 字节按缓冲区原样发出",
            );
            finding(
                Rule::StreamIsContiguous,
                packet.from,
                Some(packet.to),
                true,
                words,
                &[("from", &from), ("to", &to)],
            )
        }
        Some((&byte, at)) => {
            let words = bilingual(
                "byte {at} was sent as {sent}, in the backlog it is {kept}",
                "第 {at} 字节发送为 {sent}，缓冲区中为 {kept}",
            );
            let kept = kept(at).map_or_else(|| "-".to_owned(), crate::format::byte_name);
            finding(
                Rule::StreamIsContiguous,
                packet.from,
                Some(packet.to),
                false,
                words,
                &[("at", &at), ("sent", &crate::format::byte_name(byte)), ("kept", &kept)],
            )
        }
    })
}
