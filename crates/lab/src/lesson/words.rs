//! Conditions in the words of readers.

use std::fmt::Write as _;

use super::condition::{Condition, Happening, State};
use crate::lang::{Bilingual, Lang, bilingual};
use crate::script::Expectation;
use crate::script::expect::{Answer, Number, OfNode, Operand, Relation};
use crate::template::fill;
use psyncscope_sim::frame::Power;

impl Condition {
    /// The condition as a sentence: `b has the key k`.
    #[must_use]
    pub fn words(&self, lang: Lang) -> String {
        match self {
            Self::Is(Expectation::RulesHold) => {
                bilingual("everything that always holds does", "始终成立的规则都成立").get(lang).to_owned()
            }
            Self::Is(Expectation::Node { node, what }) => of_node(node, what, lang),
            Self::Happened { node, what } => happened(node, what, lang),
        }
    }
}

fn of_node(node: &str, what: &OfNode, lang: Lang) -> String {
    let say = |words: Bilingual, values: &[(&str, &str)]| {
        let all: Vec<(&str, &str)> = [("node", node)].into_iter().chain(values.iter().copied()).collect();
        fill(words.get(lang), &all)
    };
    match what {
        OfNode::State(state) => {
            say(bilingual("the link of {node} is in {state}", "{node} 的连接处于 {state}"), &[("state", state.name())])
        }
        OfNode::Master(true) => say(bilingual("{node} is a master", "{node} 是主节点"), &[]),
        OfNode::Master(false) => say(bilingual("{node} is a replica", "{node} 是副本"), &[]),
        OfNode::Process(power) => say(
            match power {
                Power::Running => bilingual("{node} runs", "{node} 正在运行"),
                Power::Paused => bilingual("{node} is paused", "{node} 已暂停"),
                Power::Stopped => bilingual("{node}'s process has ended", "{node} 的进程已结束"),
                Power::Off => bilingual("{node} has no power", "{node} 已断电"),
            },
            &[],
        ),
        OfNode::Number { number, relation, to } => {
            let other = match to {
                Operand::Value(value) => value.to_string(),
                Operand::Of { node, number } => number_of(node, *number, lang),
            };
            let relation = match relation {
                Relation::Equal => bilingual("{number} is {other}", "{number}等于 {other}"),
                Relation::AtLeast => bilingual("{number} is {other} or more", "{number}至少是 {other}"),
                Relation::AtMost => bilingual("{number} is {other} or less", "{number}至多是 {other}"),
            };
            fill(relation.get(lang), &[("number", &number_of(node, *number, lang)), ("other", &other)])
        }
        OfNode::ReplId { same: true, other } => {
            let words =
                bilingual("{node} and {other} have the same replication ID", "{node} 与 {other} 的复制 ID 相同");
            say(words, &[("other", other)])
        }
        OfNode::ReplId { same: false, other } => {
            let words =
                bilingual("{node} and {other} have different replication IDs", "{node} 与 {other} 的复制 ID 不同");
            say(words, &[("other", other)])
        }
        OfNode::Psync(answer) => say(
            match answer {
                Answer::Partial => bilingual("{node}'s last resync was partial", "{node} 最近一次是部分重同步"),
                Answer::Full => bilingual("{node}'s last resync was a full one", "{node} 最近一次是全量重同步"),
                Answer::None => bilingual("{node} has not asked for a resync", "{node} 还没有请求过重同步"),
            },
            &[],
        ),
        OfNode::Link(true) => say(bilingual("{node}'s link to its master is up", "{node} 到主节点的连接正常"), &[]),
        OfNode::Link(false) => say(bilingual("{node}'s link to its master is down", "{node} 到主节点的连接断开"), &[]),
        OfNode::Wire { to, cut: true } => {
            say(bilingual("the wire from {node} to {to} is cut", "从 {node} 到 {to} 的线路已切断"), &[("to", to)])
        }
        OfNode::Wire { to, cut: false } => {
            say(bilingual("the wire from {node} to {to} is whole", "从 {node} 到 {to} 的线路完好"), &[("to", to)])
        }
        OfNode::Key { db, key, value } => {
            let key = in_db(key, *db, lang);
            match value {
                Some(value) => say(
                    bilingual("{node} has {key} = {value}", "{node} 有 {key} = {value}"),
                    &[("key", &key), ("value", value)],
                ),
                None => say(bilingual("{node} has the key {key}", "{node} 有键 {key}"), &[("key", &key)]),
            }
        }
        OfNode::NoKey { db, key } => {
            say(bilingual("{node} has no key {key}", "{node} 没有键 {key}"), &[("key", &in_db(key, *db, lang))])
        }
    }
}

fn in_db(key: &str, db: u32, lang: Lang) -> String {
    let mut text = key.to_owned();
    if db > 0 {
        let words = bilingual(" in database {db}", "（{db} 号库）");
        let _ = write!(text, "{}", fill(words.get(lang), &[("db", &db.to_string())]));
    }
    text
}

/// `b's offset`.
fn number_of(node: &str, number: Number, lang: Lang) -> String {
    let words = match number {
        Number::Offset => bilingual("{node}'s offset", "{node} 的偏移量"),
        Number::SecondOffset => bilingual("{node}'s second_repl_offset", "{node} 的 second_repl_offset "),
        Number::Keys => bilingual("{node}'s number of keys", "{node} 的键数"),
        Number::Replicas => bilingual("{node}'s number of replicas", "{node} 的副本数"),
        Number::FullResyncs => bilingual("the number of {node}'s full resyncs", "{node} 的全量重同步次数"),
        Number::PartialResyncs => bilingual("the number of {node}'s partial resyncs", "{node} 的部分重同步次数"),
        Number::RefusedResyncs => bilingual("the number of {node}'s refusals", "{node} 的拒绝次数"),
        Number::Next => bilingual("the byte that {node} asks for next", "{node} 下次请求的字节"),
        Number::Asked => bilingual("the byte that {node} asked for", "{node} 请求过的字节"),
        Number::BacklogSize => bilingual("the size of {node}'s backlog", "{node} 的积压缓冲区大小"),
        Number::Histlen => bilingual("{node}'s histlen", "{node} 的 histlen "),
        Number::FirstByte => bilingual("the oldest byte in {node}'s backlog", "{node} 的积压缓冲区中最旧的字节"),
        Number::Idx => bilingual("{node}'s idx", "{node} 的 idx "),
    };
    fill(words.get(lang), &[("node", node)])
}

fn happened(node: &str, what: &Happening, lang: Lang) -> String {
    let (words, value) = match what {
        Happening::Answers(None) => (bilingual("{node} answers a PSYNC", "{node} 回答了 PSYNC"), String::new()),
        Happening::Answers(Some(Answer::Partial)) => {
            (bilingual("{node} grants a partial resync", "{node} 同意了部分重同步"), String::new())
        }
        Happening::Answers(Some(_)) => {
            (bilingual("{node} answers with a full resync", "{node} 以全量重同步回答"), String::new())
        }
        Happening::Enters(state) => {
            let name = match state {
                State::Link(state) => state.name(),
                State::Replica(state) => state.name(),
            };
            (bilingual("{node}'s link comes to {value}", "{node} 的连接到达 {value}"), name.to_owned())
        }
        Happening::LosesLink => (bilingual("{node} loses its link", "{node} 失去连接"), String::new()),
        Happening::CreatesBacklog => {
            (bilingual("{node} allocates its backlog", "{node} 分配积压缓冲区"), String::new())
        }
        Happening::FreesBacklog => (bilingual("{node} frees its backlog", "{node} 释放积压缓冲区"), String::new()),
        Happening::ChangesReplId => {
            (bilingual("{node}'s replication IDs change", "{node} 的复制 ID 改变"), String::new())
        }
        Happening::LoadsRdb => (bilingual("{node} loads an RDB file", "{node} 载入 RDB 文件"), String::new()),
        Happening::Saves => (bilingual("{node} has saved", "{node} 保存完成"), String::new()),
        Happening::Executes(command) => {
            (bilingual("{node} executes {value}", "{node} 执行 {value}"), command.join(" "))
        }
        Happening::Logs(text) => (bilingual("{node} logs “{value}”", "{node} 的日志出现“{value}”"), text.clone()),
        Happening::Replies(text) => (bilingual("{node} answers {value}", "{node} 回答 {value}"), text.clone()),
        Happening::Resends => (bilingual("{node} sends lost bytes again", "{node} 重发丢失的字节"), String::new()),
        Happening::Expires(key) => (bilingual("{value} expires at {node}", "{value} 在 {node} 上过期"), key.clone()),
    };
    fill(words.get(lang), &[("node", node), ("value", &value)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::{BlockKind, Lesson};

    #[test]
    fn conditions_are_sentences() {
        let goals = [
            ("b key k = two", "b has k = two", "b 有 k = two"),
            ("a wire b cut", "the wire from a to b is cut", "从 a 到 b 的线路已切断"),
            ("b offset = a offset", "b's offset is a's offset", "b 的偏移量等于 a 的偏移量"),
            ("b loses link", "b loses its link", "b 失去连接"),
            ("a executes SET k", "a executes SET k", "a 执行 SET k"),
            ("b enters ONLINE", "b's link comes to ONLINE", "b 的连接到达 ONLINE"),
            ("a answers partial", "a grants a partial resync", "a 同意了部分重同步"),
            ("b no key k in db 3", "b has no key k in database 3", "b 没有键 k（3 号库）"),
            ("a replid other than b", "a and b have different replication IDs", "a 与 b 的复制 ID 不同"),
        ];
        let lines: String = goals.iter().map(|(goal, ..)| format!("  goal {goal}\n")).collect();
        let text =
            format!("lesson x\n  title en T\nnode a\nnode b\ntask\n  en W\n{lines}  solution\n    at +1s a> PING\n");
        let lesson = Lesson::parse(&text).expect("a lesson");
        let BlockKind::Task(task) = &lesson.blocks[0].kind else { panic!("a task") };
        for (goal, (_, en, zh)) in task.goals.iter().zip(goals) {
            assert_eq!((goal.words(Lang::En).as_str(), goal.words(Lang::Zh).as_str()), (en, zh));
        }
    }
}
