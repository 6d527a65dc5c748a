//! What each node would answer each other's PSYNC.

use psyncscope_engine::replication::psync::{Decision, HistoryMatch, PsyncVerdict, Refusal, decide};

use super::node::{Follows, NodeInfo, follows};
use super::text::Said;
use crate::explain::{Counterfactual, explain};

/// What one node would answer another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Who would ask: its place in the list.
    pub from: usize,
    /// Who would be asked.
    pub to: usize,
    /// What it would answer.
    pub answer: Answer,
}

/// An answer, as far as INFO tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This decision.
    Decided(PsyncVerdict),
    /// Nothing is decided as the node is: this is why; the decision that it would make otherwise.
    NotNow(Said, PsyncVerdict),
    /// It cannot be told.
    Unknown(Said),
}

impl Answer {
    /// The decision, if it is made.
    #[must_use]
    pub const fn decision(&self) -> Option<Decision> {
        match self {
            Self::Decided(verdict) => Some(verdict.decision),
            Self::NotNow(..) | Self::Unknown(_) => None,
        }
    }

    /// The decision that would be made, the node being ready or not.
    #[must_use]
    pub const fn verdict(&self) -> Option<&PsyncVerdict> {
        match self {
            Self::Decided(verdict) | Self::NotNow(_, verdict) => Some(verdict),
            Self::Unknown(_) => None,
        }
    }
}

/// For every ordered pair of different nodes: what would happen if the first asked the second now.
#[must_use]
pub fn answers(nodes: &[NodeInfo]) -> Vec<Cell> {
    let follows = follows(nodes);
    let mut cells = Vec::new();
    for (from, asker) in nodes.iter().enumerate() {
        for (to, asked) in nodes.iter().enumerate().filter(|&(to, _)| to != from) {
            let is_linked = |a: usize, b: usize| {
                follows[a] == Follows::Node(b) && nodes[a].upstream.as_ref().is_some_and(|upstream| upstream.link_up)
            };
            cells.push(Cell { from, to, answer: answer(asker, asked, is_linked(from, to)) });
        }
    }
    cells
}

fn answer(asker: &NodeInfo, asked: &NodeInfo, linked: bool) -> Answer {
    let (request, history) = match (asker.request(), asked.history()) {
        (Ok(request), Ok(history)) => (request, history),
        (Err(why), _) | (_, Err(why)) => return Answer::Unknown(why),
    };
    let verdict = decide(request, history, asked.window());
    let names: [(&str, &dyn std::fmt::Display); 2] = [("from", &asker.name), ("to", &asked.name)];
    // Over a link that is up, a replica never has a byte that its master has not produced.
    if linked && verdict.decision == Decision::Full(Refusal::Future) {
        return Answer::Unknown(Said::new(
            "Cannot be told: INFO of {from} was taken after that of {to}. Its link to {to} is up, and yet it has bytes that \
             {to} does not have in its INFO.",
            "无法判断：{from} 的 INFO 是在 {to} 之后取的。它到 {to} 的连接正常，却有 {to} 的 INFO 里还没有的字节。",
            &[names[0], names[1]],
        ));
    }
    match not_now(asked) {
        Some(why) => Answer::NotNow(why, verdict),
        None => Answer::Decided(verdict),
    }
}

/// Why a node answers no PSYNC as it is: what `syncCommand` looks at first.
fn not_now(asked: &NodeInfo) -> Option<Said> {
    let said = |en, zh| Some(Said::new(en, zh, &[("to", &asked.name)]));
    if asked.loading {
        return said(
            "{to} is loading its dataset: it answers -LOADING until that is done.",
            "{to} 正在载入数据集：完成之前它答复 -LOADING。",
        );
    }
    if asked.failover.as_deref() == Some("failover-in-progress") {
        return said(
            "{to} is failing over: it answers -NOMASTERLINK until that is done.",
            "{to} 正在故障转移：完成之前它答复 -NOMASTERLINK。",
        );
    }
    if asked.upstream.as_ref().is_some_and(|upstream| !upstream.link_up) {
        return said(
            "{to} is a replica whose own link is down: it answers -NOMASTERLINK until it is up, or until {to} is promoted.",
            "{to} 是副本，且自己的连接断开：连接恢复或 {to} 被提升之前，它答复 -NOMASTERLINK。",
        );
    }
    None
}

/// The reason for an answer, and the smallest change that would turn it.
#[must_use]
pub fn advice(cell: &Cell, nodes: &[NodeInfo]) -> Vec<Said> {
    let (Some(asker), Some(asked)) = (nodes.get(cell.from), nodes.get(cell.to)) else { return Vec::new() };
    let (mut said, verdict) = match &cell.answer {
        Answer::Unknown(why) => return vec![why.clone()],
        Answer::NotNow(why, verdict) => (vec![why.clone()], verdict),
        Answer::Decided(verdict) => (Vec::new(), verdict),
    };
    said.push(reason(verdict, &asker.name, &asked.name));
    let explanation = explain(verdict);
    let changes = std::iter::once(&explanation.counterfactual).chain(&explanation.further);
    said.extend(changes.filter_map(|change| turned(change, verdict, &asker.name, &asked.name)));
    said
}

/// Why this was decided, in a sentence.
fn reason(verdict: &PsyncVerdict, from: &str, to: &str) -> Said {
    let next = verdict.request.next.map_or_else(|| "-1".to_owned(), |next| next.to_string());
    let history = &verdict.history;
    let off = verdict.backlog.map_or(0, |window| window.off.0);
    let asked = String::from_utf8_lossy(&verdict.request.replid).into_owned();
    let mut bytes = 0;
    let (en, zh) = match verdict.decision {
        Decision::Continue { matched, bytes: follow } => {
            bytes = follow;
            match matched {
                HistoryMatch::Current => (
                    "Partial: {to} is in the history that {from} asks for and its backlog has byte {n}, so {bytes|byte follows|bytes follow}.",
                    "部分同步：{to} 就在 {from} 所请求的历史中，积压缓冲区里有字节 {n}，随后发送 {bytes} 字节。",
                ),
                HistoryMatch::Previous => (
                    "Partial: {to} shares the history that {from} asks for up to byte {second} (master_replid2) and its \
                     backlog has byte {n}, so {bytes|byte follows|bytes follow}.",
                    "部分同步：{to} 与 {from} 所请求的历史共有到字节 {second}（master_replid2），积压缓冲区里有字节 {n}，\
                     随后发送 {bytes} 字节。",
                ),
            }
        }
        Decision::Full(Refusal::BadOffset) => {
            ("Full resync: the offset asked for is no number.", "全量同步：所请求的偏移量不是数字。")
        }
        Decision::Full(Refusal::FullRequested) => (
            "Full resync: {from} has neither a link nor a cached master (slave_repl_offset is 1), so it asks for everything.",
            "全量同步：{from} 既没有连接也没有缓存的主节点（slave_repl_offset 为 1），所以请求全部数据。",
        ),
        Decision::Full(Refusal::IdMismatch) => (
            "Full resync: {from} is in history {asked}, {to} in {replid}, and master_replid2 of {to} is not it either.",
            "全量同步：{from} 在历史 {asked} 中，{to} 在 {replid} 中，{to} 的 master_replid2 也不是它。",
        ),
        Decision::Full(Refusal::PastSecondOffset) => (
            "Full resync: {to} left the history of {from} at byte {second}, and {from} wants byte {n}: it has bytes of its \
             own behind that point.",
            "全量同步：{to} 在字节 {second} 处离开了 {from} 的历史，而 {from} 要字节 {n}：它在此之后还有自己的字节。",
        ),
        Decision::Full(Refusal::NoBacklog) => (
            "Full resync: {to} keeps no backlog (repl_backlog_active is 0).",
            "全量同步：{to} 没有积压缓冲区（repl_backlog_active 为 0）。",
        ),
        Decision::Full(Refusal::Overwritten) => (
            "Full resync: {from} wants byte {n}, and the backlog of {to} begins at byte {off}.",
            "全量同步：{from} 要字节 {n}，而 {to} 的积压缓冲区从字节 {off} 开始。",
        ),
        Decision::Full(Refusal::Future) => (
            "Full resync: {from} wants byte {n}, and {to} is at {offset}: {from} has bytes that {to} never had.",
            "全量同步：{from} 要字节 {n}，而 {to} 只到 {offset}：{from} 有 {to} 从未有过的字节。",
        ),
    };
    let values: [(&str, &dyn std::fmt::Display); 9] = [
        ("from", &from),
        ("to", &to),
        ("n", &next),
        ("bytes", &bytes),
        ("second", &history.second_replid_offset),
        ("asked", &asked),
        ("replid", &history.replid),
        ("off", &off),
        ("offset", &history.master_repl_offset),
    ];
    Said::new(en, zh, &values)
}

/// The change of a configuration or of the order of things that would have turned a decision; `None` where the reason
/// says all.
fn turned(change: &Counterfactual, verdict: &PsyncVerdict, from: &str, to: &str) -> Option<Said> {
    let (en, zh, number, size) = match change {
        Counterfactual::LargerBacklog { size, byte, .. } => (
            "With repl-backlog-size {size} (at least {n} bytes) on {to} before, it would be partial: {missing|byte is|bytes \
             are} missing. Setting it now helps the next time: these bytes are gone.",
            "若此前 {to} 的 repl-backlog-size 为 {size}（至少 {n} 字节），就是部分同步：缺 {missing} 字节。\
             现在设置只对下一次有用：这些字节已经没有了。",
            *size,
            (*size, verdict.backlog.map_or(0, |window| window.off.0.saturating_sub(byte.0).max(0))),
        ),
        Counterfactual::EarlierBacklog { byte, off } => (
            "No size would help: the backlog of {to} is not full. It was made, or emptied by CONFIG SET repl-backlog-size, \
             when byte {n} was gone already.",
            "大小无济于事：{to} 的积压缓冲区未满。它创建时，或被 CONFIG SET repl-backlog-size 清空时，字节 {n} 早已过去。",
            byte.0.max(0) as u64,
            (0, off.0.saturating_sub(byte.0)),
        ),
        Counterfactual::FewerBytesApplied { bytes, .. } => (
            "{n|byte|bytes} of {from} are in no common history: a full resync throws them away. Promoted in place of {to}, \
             {from} would keep them.",
            "{from} 有 {n} 字节不在共同历史中：全量同步会丢弃它们。若提升的是 {from} 而不是 {to}，它们就能保留。",
            *bytes,
            (0, 0),
        ),
        Counterfactual::HaveBacklog => (
            "{to} makes a backlog when its first replica attaches; repl-backlog-ttl 0 keeps it after the last one has left.",
            "{to} 在第一个副本接入时创建积压缓冲区；repl-backlog-ttl 0 使它在最后一个副本离开后仍保留。",
            0,
            (0, 0),
        ),
        Counterfactual::MasterAhead { bytes } => (
            "{to} lacks {n|byte|bytes} that {from} has. Promoted in place of {to}, {from} would keep them.",
            "{to} 缺少 {from} 所有的 {n} 字节。若提升的是 {from} 而不是 {to}，它们就能保留。",
            *bytes,
            (0, 0),
        ),
        Counterfactual::MoreWrites { spare, .. } => {
            ("It stays so for {n|more byte|more bytes} of writes.", "再写入 {n} 字节之前都是如此。", *spare, (0, 0))
        }
        Counterfactual::OtherHistory { .. } => (
            "No setting turns this: only a node that is or was in the same history can send what is missing.",
            "没有设置能改变它：只有处于或曾处于同一历史的节点才能补发所缺的数据。",
            0,
            (0, 0),
        ),
        Counterfactual::ReadableOffset | Counterfactual::AskWithHistory | Counterfactual::AskFromOne => return None,
    };
    let (wanted, missing) = size;
    let size = shown_size(wanted);
    Some(Said::new(en, zh, &[("from", &from), ("to", &to), ("n", &number), ("size", &size), ("missing", &missing)]))
}

/// A size to set, as redis.conf writes it: at least `bytes`, rounded up to a power of two or half as much again.
///
/// Worked example: 1,500,000 bytes are `1536kb`; 40,000,000 are `48mb`.
#[must_use]
pub fn shown_size(bytes: u64) -> String {
    /// Redis's own minimum, `CONFIG_REPL_BACKLOG_MIN_SIZE`.
    const LEAST: u64 = 16 * 1024;
    let mut size = LEAST;
    while size < bytes && size < 1 << 61 {
        size = if size.is_power_of_two() { size / 2 * 3 } else { size / 3 * 4 };
    }
    match size {
        size if size % (1 << 30) == 0 => format!("{}gb", size >> 30),
        size if size % (1 << 20) == 0 => format!("{}mb", size >> 20),
        size => format!("{}kb", size >> 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_to_set_are_round_and_enough() {
        for (bytes, shown) in [
            (0, "16kb"),
            (16_384, "16kb"),
            (16_385, "24kb"),
            (24_577, "32kb"),
            (1_048_577, "1536kb"),
            (40_000_000, "48mb"),
            (3 << 30, "3gb"),
        ] {
            assert_eq!(shown_size(bytes), shown, "{bytes}");
        }
    }
}
