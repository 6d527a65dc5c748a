//! What else the numbers of INFO say.

use std::fmt::Display;

use psyncscope_engine::ids::ReplId;
use psyncscope_engine::replication::psync::{Decision, PsyncRequest, decide};

use super::log::Severity;
use super::node::{Backlog, Follows, NodeInfo, Upstream, follows};
use super::text::Said;

/// Seconds without an acknowledgement that are worth a word: replicas send one each second.
const LAG_S: i64 = 10;

/// An observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The node that it is about; `None` if about all.
    pub node: Option<usize>,
    /// How much it matters.
    pub severity: Severity,
    /// The observation.
    pub said: Said,
}

/// Everything that is worth a sentence, about all nodes and then node by node.
#[must_use]
pub fn remarks(nodes: &[NodeInfo]) -> Vec<Remark> {
    let mut all = Remarks { list: Vec::new(), node: None };
    all.histories(nodes);
    for (place, (node, follows)) in nodes.iter().zip(follows(nodes)).enumerate() {
        all.node = Some(place);
        if let Some(upstream) = &node.upstream {
            all.upstream(node, upstream, follows, nodes);
        }
        all.backlog(node);
        all.replicas(node, place, nodes);
        all.counters(node);
    }
    all.list
}

struct Remarks {
    list: Vec<Remark>,
    node: Option<usize>,
}

impl Remarks {
    fn say(&mut self, severity: Severity, en: &'static str, zh: &'static str, values: &[(&'static str, &dyn Display)]) {
        self.list.push(Remark { node: self.node, severity, said: Said::new(en, zh, values) });
    }

    fn histories(&mut self, nodes: &[NodeInfo]) {
        let mut ids: Vec<ReplId> = Vec::new();
        for id in nodes.iter().filter_map(|node| node.replid) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        if ids.len() > 1 {
            self.say(
                Severity::Warning,
                "The nodes are in {n|history|histories}: a replica continues only from a node of its own, or from one that \
                 names it as master_replid2.",
                "这些节点处于 {n} 段历史中：副本只能从同一历史的节点，或从以 master_replid2 记着它的节点继续。",
                &[("n", &ids.len())],
            );
        }
        let masters = nodes.iter().filter(|node| node.is_master()).count();
        if masters > 1 {
            self.say(
                Severity::Warning,
                "{n|node is a master|nodes are masters}: each takes writes of its own, unless one is meant to be alone.",
                "{n} 个节点是主节点：各自接受自己的写入，除非其中有本来就独立的。",
                &[("n", &masters)],
            );
        }
    }

    fn upstream(&mut self, node: &NodeInfo, upstream: &Upstream, follows: Follows, nodes: &[NodeInfo]) {
        let name = &node.name;
        let master = match follows {
            Follows::Node(place) => nodes[place].name.clone(),
            _ => format!("{}:{}", upstream.host, upstream.port.unwrap_or_default()),
        };
        if upstream.syncing {
            self.say(
                Severity::Warning,
                "{node} is receiving everything from {master}.",
                "{node} 正在从 {master} 接收全部数据。",
                &[("node", name), ("master", &master)],
            );
        } else if !upstream.link_up {
            match upstream.down_s.filter(|&seconds| seconds >= 0) {
                Some(seconds) => self.say(
                    Severity::Problem,
                    "{node} lost its link to {master} {n|second|seconds} ago.",
                    "{node} 到 {master} 的连接已断开 {n} 秒。",
                    &[("node", name), ("master", &master), ("n", &seconds)],
                ),
                None => self.say(
                    Severity::Problem,
                    "{node} has no link to {master}, and never had one since it follows it.",
                    "{node} 没有到 {master} 的连接，自跟随它以来从未有过。",
                    &[("node", name), ("master", &master)],
                ),
            }
        } else if let Some(seconds) = upstream.last_io_s.filter(|&seconds| seconds > LAG_S) {
            self.say(
                Severity::Warning,
                "{node} has heard nothing of {master} for {n|second|seconds}, although the link counts as up.",
                "{node} 已有 {n} 秒没有收到 {master} 的数据，尽管连接仍算正常。",
                &[("node", name), ("master", &master), ("n", &seconds)],
            );
        }
        let waiting = upstream.received.zip(upstream.applied).map_or(0, |(got, had)| got.0.saturating_sub(had.0));
        if upstream.link_up && waiting > 0 {
            self.say(
                Severity::Note,
                "{node} has received {n|byte|bytes} that it has not applied: if the link broke now, it would ask for them \
                 again.",
                "{node} 已收到但尚未执行 {n} 字节：若连接现在断开，它会重新请求这些字节。",
                &[("node", name), ("n", &waiting)],
            );
        }
        if node.connected.unwrap_or_default() > 0 {
            self.say(
                Severity::Note,
                "{node} is a replica with replicas of its own ({n}): they follow the same stream through it, and a full resync \
                 of {node} disconnects them.",
                "{node} 是副本，自己还有 {n} 个副本：它们经由它跟随同一个流，{node} 全量同步时会断开它们。",
                &[("node", name), ("n", &node.connected.unwrap_or_default())],
            );
        }
    }

    fn backlog(&mut self, node: &NodeInfo) {
        let (Some(Backlog { active, size, first, histlen }), Some(offset)) = (node.backlog, node.offset) else {
            return;
        };
        let name = &node.name;
        if !active {
            self.say(
                Severity::Warning,
                "{node} keeps no backlog: whoever asks it gets everything. A master makes one for its first replica, and frees \
                 it repl-backlog-ttl seconds (3600) after the last one has left.",
                "{node} 没有积压缓冲区：谁来请求都是全量同步。主节点为第一个副本创建它，最后一个副本离开 repl-backlog-ttl 秒（3600）后释放它。",
                &[("node", name)],
            );
            return;
        }
        let end = first.0.saturating_add_unsigned(histlen);
        if end != offset.next().0 {
            self.say(
                Severity::Warning,
                "The backlog of {node} ends before byte {end}, and its offset is {offset}: the numbers do not fit together. Are \
                 they of one INFO?",
                "{node} 的积压缓冲区到字节 {end} 之前为止，而偏移量是 {offset}：数字互相矛盾。它们出自同一次 INFO 吗？",
                &[("node", name), ("end", &end), ("offset", &offset)],
            );
        }
        if let Some((before, uptime)) = node.earlier
            && let Some(seconds) = node.uptime_s.map(|now| now - uptime).filter(|&seconds| seconds > 0)
            && offset > before
        {
            let rate = ((offset.0 - before.0) / seconds).max(1) as u64;
            self.say(
                Severity::Note,
                "{node} produced {rate|byte|bytes} a second between its two INFOs: its backlog of {size} bytes covers an outage \
                 of {n|second|seconds}.",
                "{node} 在两次 INFO 之间每秒产生 {rate} 字节：{size} 字节的积压缓冲区能覆盖 {n} 秒的中断。",
                &[("node", name), ("rate", &rate), ("size", &size), ("n", &(size / rate))],
            );
        }
    }

    /// Replicas that a node lists. Those whose INFO is there speak for themselves.
    fn replicas(&mut self, node: &NodeInfo, place: usize, nodes: &[NodeInfo]) {
        let followers = follows(nodes).iter().filter(|follows| **follows == Follows::Node(place)).count();
        for replica in &node.replicas {
            let peer = format!("{}:{}", replica.ip, replica.port);
            if replica.state != "online" {
                self.say(
                    Severity::Warning,
                    "{node} lists {peer} as {state}: a full resync is under way.",
                    "{node} 列出的 {peer} 处于 {state}：正在全量同步。",
                    &[("node", &node.name), ("peer", &peer), ("state", &replica.state)],
                );
                continue;
            }
            if let Some(seconds) = replica.lag_s.filter(|&seconds| seconds > LAG_S) {
                self.say(
                    Severity::Warning,
                    "{node} has had no acknowledgement of {peer} for {n|second|seconds}; after repl-timeout (60) it drops it.",
                    "{node} 已有 {n} 秒没有收到 {peer} 的确认；超过 repl-timeout（60）就会断开它。",
                    &[("node", &node.name), ("peer", &peer), ("n", &seconds)],
                );
            }
            let Ok(history) = node.history() else { continue };
            let request =
                PsyncRequest { replid: history.replid.as_bytes().to_vec(), next: Some(replica.offset.next()) };
            let behind = history.master_repl_offset.0.saturating_sub(replica.offset.0);
            match decide(request, history, node.window()).decision {
                Decision::Full(_) if replica.offset.0 > 0 => self.say(
                    Severity::Problem,
                    "{peer} has acknowledged {offset}, {n|byte|bytes} behind {node}: further than the backlog reaches. If its \
                     link broke now, it would need everything.",
                    "{peer} 确认到 {offset}，落后 {node} {n} 字节：超出积压缓冲区。若连接现在断开，它需要全量同步。",
                    &[("peer", &peer), ("offset", &replica.offset), ("n", &behind), ("node", &node.name)],
                ),
                Decision::Continue { .. } if followers == 0 => self.say(
                    Severity::Note,
                    "{peer} (its INFO is not here) has acknowledged {offset}, {n|byte|bytes} behind {node}: within the backlog.",
                    "{peer}（没有它的 INFO）确认到 {offset}，落后 {node} {n} 字节：在积压缓冲区之内。",
                    &[("peer", &peer), ("offset", &replica.offset), ("n", &behind), ("node", &node.name)],
                ),
                _ => {}
            }
        }
    }

    fn counters(&mut self, node: &NodeInfo) {
        if let Some(refused) = node.sync_refused.filter(|&refused| refused > 0) {
            self.say(
                Severity::Note,
                "Since its start {node} has refused {n|partial resync|partial resyncs} and served {full|full one|full ones}.",
                "{node} 自启动以来拒绝了 {n} 次部分同步，进行了 {full} 次全量同步。",
                &[("node", &node.name), ("n", &refused), ("full", &node.sync_full.unwrap_or_default())],
            );
        }
        if let (Some(id), Some(second)) = (node.replid2, node.second.filter(|second| second.0 > 0)) {
            self.say(
                Severity::Note,
                "{node} was in history {id} before byte {n}: replicas of that history that have no more than that can continue \
                 from it.",
                "{node} 在字节 {n} 之前处于历史 {id}：该历史中没有超出此处的副本可以从它继续。",
                &[("node", &node.name), ("id", &id.short()), ("n", &second)],
            );
        }
    }
}
