//! What would follow if one of the nodes were promoted.

use psyncscope_engine::ids::ReplId;
use psyncscope_engine::replication::psync::{Decision, History, decide};

use super::node::NodeInfo;
use super::text::Said;

/// A node as the master of all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// Its place in the list.
    pub node: usize,
    /// Whether it is a master already.
    pub is_master: bool,
    /// Those that could continue from it.
    pub partial: Vec<usize>,
    /// Those that would need everything.
    pub full: Vec<usize>,
    /// Those of which it cannot be told.
    pub unknown: Vec<usize>,
    /// How many bytes of its history others have that it lacks: they would be lost.
    pub lost: u64,
    /// Whether its configuration forbids Sentinel to promote it: `slave_priority` is 0.
    pub forbidden: bool,
}

/// Every node as the master of all others, the best first: those that may be promoted, the most that could continue, the
/// fewest bytes lost, a master before a replica.
#[must_use]
pub fn promotions(nodes: &[NodeInfo]) -> Vec<Promotion> {
    let mut all: Vec<Promotion> = (0..nodes.len()).map(|node| promotion(nodes, node)).collect();
    all.sort_by_key(|p| (p.forbidden, std::cmp::Reverse(p.partial.len()), p.lost, !p.is_master, p.node));
    all
}

fn promotion(nodes: &[NodeInfo], node: usize) -> Promotion {
    let candidate = &nodes[node];
    let is_master = candidate.is_master();
    let history = candidate.history().map(|history| if is_master { history } else { shifted(history) });
    let (mut partial, mut full, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for (place, other) in nodes.iter().enumerate().filter(|&(place, _)| place != node) {
        let verdict = match (other.request(), &history) {
            (Ok(request), Ok(history)) => Some(decide(request, *history, candidate.window())),
            _ => None,
        };
        match verdict.map(|verdict| verdict.decision) {
            Some(Decision::Continue { .. }) => partial.push(place),
            Some(Decision::Full(_)) => full.push(place),
            None => unknown.push(place),
        }
    }
    let same = nodes.iter().filter(|other| other.replid.is_some() && other.replid == candidate.replid);
    let most = same.filter_map(NodeInfo::has).max();
    let lost = most.zip(candidate.has()).map_or(0, |(most, has)| most.0.saturating_sub(has.0).max(0) as u64);
    let forbidden = candidate.upstream.as_ref().is_some_and(|upstream| upstream.priority == Some(0));
    Promotion { node, is_master, partial, full, unknown, lost, forbidden }
}

/// `shiftReplicationId`: the histories after REPLICAOF NO ONE. The new ID is not known yet, so nobody can name it.
const fn shifted(history: History) -> History {
    History {
        replid: ReplId::EMPTY,
        replid2: history.replid,
        second_replid_offset: history.master_repl_offset.next(),
        master_repl_offset: history.master_repl_offset,
    }
}

impl Promotion {
    /// What would follow, in sentences.
    #[must_use]
    pub fn said(&self, nodes: &[NodeInfo]) -> Vec<Said> {
        let name = |place: &usize| nodes.get(*place).map_or("", |node| node.name.as_str());
        let names = |places: &[usize]| places.iter().map(name).collect::<Vec<_>>().join(", ");
        let node = name(&self.node);
        let mut said = Vec::new();
        let mut group = |places: &[usize], en, zh| {
            if !places.is_empty() {
                said.push(Said::new(en, zh, &[("node", &node), ("others", &names(places))]));
            }
        };
        group(&self.partial, "Could continue from {node}: {others}.", "能从 {node} 继续：{others}。");
        group(&self.full, "Would need everything from {node}: {others}.", "需要从 {node} 全量同步：{others}。");
        group(&self.unknown, "Cannot be told: {others}.", "无法判断：{others}。");
        if self.lost > 0 {
            said.push(Said::new(
                "{n|byte|bytes} of writes that others have would be lost.",
                "其他节点已有的 {n} 字节写入会丢失。",
                &[("n", &self.lost)],
            ));
        }
        if self.forbidden {
            said.push(Said::new(
                "Its priority is 0: Sentinel never promotes it.",
                "它的优先级为 0：Sentinel 不会提升它。",
                &[],
            ));
        }
        said
    }
}
