//! Causes: from anything in the timeline back to the user's action or the timer that began it, and forward to what came
//! of it. Read from what the world noted where it happened ([`psyncscope_sim::Turn`]).

use psyncscope_engine::event::{CachedMasterChange, Event, PsyncOutcome, PsyncReply};
use psyncscope_sim::frame::{Entry, HostId, Power, SimTime, What};
use psyncscope_sim::{Began, TurnId};

use crate::Lab;
use crate::format::{self, escape};
use crate::lang::{Lang, bilingual};

/// How many characters of a command or a line are shown.
const SHOWN: usize = 60;

/// A link of a chain of causes: a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The turn.
    pub turn: TurnId,
    /// When.
    pub at: SimTime,
    /// On which host, if on one.
    pub host: Option<HostId>,
    /// What began it.
    pub began: Began,
    /// Of a user's action: its place in the log of actions. `None` for what the world began with.
    pub action: Option<usize>,
    /// The entry that tells most of it; `None` if it only sent bytes.
    pub entry: Option<usize>,
}

impl Lab {
    /// The turn that made this entry of the timeline, then the turn that caused that, and so on; the last one is a
    /// user's action or a timer. Empty if there is no such entry.
    #[must_use]
    pub fn causes(&self, entry: usize) -> Vec<Cause> {
        let mut chain = self.timeline().get(entry).map(|entry| self.causes_of_turn(entry.turn)).unwrap_or_default();
        if let Some(own) = chain.first_mut() {
            own.entry = Some(entry);
        }
        chain
    }

    /// As [`Lab::causes`], from a turn on: a packet names the one that sent it ([`PacketFrame::by`]).
    ///
    /// [`PacketFrame::by`]: psyncscope_sim::frame::PacketFrame::by
    #[must_use]
    pub fn causes_of_turn(&self, turn: TurnId) -> Vec<Cause> {
        let by = |turn: &TurnId| self.world().turns().get(turn.0 as usize)?.by();
        std::iter::successors(Some(turn), by).filter_map(|turn| self.cause(turn)).collect()
    }

    /// The turns that the turn of this entry caused: those that read what it sent, and whose children it started.
    #[must_use]
    pub fn effects(&self, entry: usize) -> Vec<Cause> {
        self.timeline().get(entry).map(|entry| self.effects_of_turn(entry.turn)).unwrap_or_default()
    }

    /// As [`Lab::effects`], of a turn.
    #[must_use]
    pub fn effects_of_turn(&self, turn: TurnId) -> Vec<Cause> {
        let later = self.world().turns().iter().enumerate().skip(turn.0 as usize + 1);
        let caused = later.filter(|(_, later)| later.by() == Some(turn));
        caused.filter_map(|(number, _)| self.cause(TurnId(number as u32))).collect()
    }

    fn cause(&self, turn: TurnId) -> Option<Cause> {
        let known = self.world().turns().get(turn.0 as usize)?;
        let entries = self.timeline().iter().enumerate().skip(known.first_entry());
        let own = entries.take_while(|(_, entry)| entry.turn == turn);
        // The last of those that tell most: SELECT comes before the command that it is for.
        let entry = own.max_by_key(|(_, entry)| std::cmp::Reverse(rank(&entry.what))).map(|(place, _)| place);
        let (at, host, began, action) = (known.at, known.host, known.began, known.action());
        Some(Cause { turn, at, host, began, action, entry })
    }
}

/// What tells most of a turn comes first.
const fn rank(what: &What) -> u8 {
    match what {
        What::Node(Event::Verdict { .. }) => 1,
        What::Node(Event::Command { .. }) => 2,
        What::Node(Event::Outcome(_)) => 3,
        What::Node(Event::ReplState { .. } | Event::ReplicaState { .. }) => 4,
        What::Node(Event::HandshakeSent { .. } | Event::HandshakeReceived { .. }) => 5,
        What::Node(Event::SaveEnded { .. } | Event::SaveStarted { .. } | Event::Loaded { .. }) => 5,
        What::Node(Event::Fed { .. }) => 6,
        What::Node(Event::Acked { .. }) => 7,
        What::Node(_) => 8,
        What::ConsoleReceived { .. } | What::TcpOpened { .. } | What::TcpClosed { .. } => 9,
        // What a user does, and faults.
        _ => 0,
    }
}

/// What began a turn, in words.
#[must_use]
pub const fn began_text(cause: &Cause, lang: Lang) -> &'static str {
    let text = match cause.began {
        Began::Action if cause.action.is_none() => bilingual("the world began", "世界开始"),
        Began::Action => bilingual("a user's action", "用户操作"),
        Began::Timer => bilingual("its timer fired", "定时器触发"),
        Began::Kernel => bilingual("its kernel's timer fired", "内核定时器触发"),
        Began::Packet => bilingual("a packet arrived", "数据包到达"),
        Began::Received => bilingual("it read what was sent to it", "读到发来的字节"),
        Began::Accepted => bilingual("a connection was opened to it", "收到新的连接"),
        Began::Connected => bilingual("its connection was established", "连接已建立"),
        Began::ConnectFailed => bilingual("its connection failed", "连接失败"),
        Began::Writable => bilingual("there was room to send", "又可以发送"),
        Began::Closed => bilingual("the other end closed the connection", "对端关闭了连接"),
        Began::ChildEnded => bilingual("its child ended", "子进程结束"),
        Began::FileRead => bilingual("it read a file", "读取了文件"),
        Began::Loading => bilingual("it loaded the next piece", "载入下一段数据"),
        Began::Restarted => bilingual("it was started again", "重新启动"),
        Began::Terminated => bilingual("it was told to end", "收到终止信号"),
    };
    text.get(lang)
}

/// An entry in a few words, which are Redis's own where there are any.
#[must_use]
pub fn entry_text(entry: &Entry, lang: Lang) -> String {
    let words = |en, zh| bilingual(en, zh).get(lang).to_owned();
    match &entry.what {
        What::Node(event) => event_text(event, lang),
        What::ConsoleSent { argv, .. } => format!("> {}", command(argv)),
        What::ConsoleReceived { bytes, .. } => format!("< {}", shortened(&escape(bytes))),
        What::ConsoleClosed { .. } => words("console closed", "控制台已关闭"),
        What::Power(power) => match power {
            Power::Running => words("running", "运行"),
            Power::Paused => words("paused", "暂停"),
            Power::Stopped => words("stopped", "停止"),
            Power::Off => words("off", "断电"),
        },
        What::Added => words("added", "加入"),
        What::Removed => words("removed", "移除"),
        What::Cut { .. } => words("wire cut", "线路切断"),
        What::Healed { .. } => words("wire mended", "线路修复"),
        What::WireSet { .. } => words("wire set", "线路设置"),
        What::ClockMoved { by_ms } => format!("{} {by_ms:+} ms", words("clock", "时钟")),
        What::TcpOpened { .. } => "TCP ESTABLISHED".to_owned(),
        What::TcpClosed { how, .. } => format!("{}{how}", words("TCP closed: ", "TCP 关闭：")),
        What::TcpRetransmitted { bytes, .. } => format!("{} {bytes} B", words("TCP retransmitted", "TCP 重传")),
        What::TcpRecovered { bytes, .. } => format!("{} {bytes} B", words("TCP recovered", "TCP 恢复")),
    }
}

fn event_text(event: &Event, lang: Lang) -> String {
    let words = |en, zh| bilingual(en, zh).get(lang).to_owned();
    match event {
        Event::Log { text, .. } => shortened(text),
        Event::Command { argv, .. } => command(argv),
        Event::ReplState { from, to, .. } => format!("{} → {}", from.name(), to.name()),
        Event::HandshakeSent { bytes, .. } | Event::HandshakeReceived { bytes, .. } => shortened(&escape(bytes)),
        Event::Verdict { verdict, .. } if verdict.is_continue() => "PSYNC: +CONTINUE".to_owned(),
        Event::Verdict { .. } => words("PSYNC: full resync", "PSYNC：全量同步"),
        Event::PsyncReplied { reply: PsyncReply::FullResync { offset, .. }, .. } => format!("+FULLRESYNC {offset}"),
        Event::PsyncReplied { .. } => "+CONTINUE".to_owned(),
        Event::Outcome(PsyncOutcome::FullResync { offset, .. }) => format!("+FULLRESYNC {offset}"),
        Event::Outcome(PsyncOutcome::Continue { .. }) => "+CONTINUE".to_owned(),
        Event::Outcome(PsyncOutcome::TryLater) => words("PSYNC: retry later", "PSYNC：稍后重试"),
        Event::Outcome(PsyncOutcome::NotSupported) => words("PSYNC not supported", "不支持 PSYNC"),
        Event::ReplicaState { to, .. } => to.name().to_owned(),
        Event::ReplicaGone { name, .. } => format!("{name} {}", words("gone", "离开")),
        Event::Ids { replid, .. } => format!("replid {}", replid.short()),
        Event::Fed { from, len, .. } => format!("{from}–{}", from.had().plus(*len)),
        Event::BacklogCreated { size, .. } => format!("repl_backlog {size} B"),
        Event::BacklogFreed => words("repl_backlog freed", "repl_backlog 已释放"),
        Event::CachedMaster { change, .. } => {
            let change = match change {
                CachedMasterChange::Cached => words("the lost link", "断开的连接"),
                CachedMasterChange::Synthesized => words("made from its own history", "由自身历史生成"),
                CachedMasterChange::Restored => words("read from the RDB file", "从 RDB 文件读取"),
                CachedMasterChange::Resurrected => words("active again", "重新启用"),
                CachedMasterChange::Discarded => words("discarded", "丢弃"),
            };
            format!("cached_master: {change}")
        }
        Event::Acked { offset, .. } => format!("REPLCONF ACK {offset}"),
        Event::SaveStarted { .. } => "BGSAVE".to_owned(),
        Event::SaveEnded { .. } => words("BGSAVE ended", "BGSAVE 结束"),
        Event::Loaded { keys } => match lang {
            Lang::En => format!("RDB loaded, {keys} keys"),
            Lang::Zh => format!("已载入 RDB，{keys} 个键"),
        },
        Event::Expired { key, .. } => format!("{} {}", words("expired", "过期"), escape(key)),
        Event::MasterCommandFailed { command, error, .. } => shortened(&format!("{command}: {error}")),
    }
}

/// A command's words.
fn command(argv: &[Vec<u8>]) -> String {
    shortened(&argv.iter().map(|word| escape(word)).collect::<Vec<_>>().join(" "))
}

fn shortened(text: &str) -> String {
    format::shortened(text, SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Action, examples};

    /// Whether these words are ours: what Redis calls its own is the same in both languages.
    const fn is_ours(what: &What) -> bool {
        match what {
            What::Power(_) | What::Added | What::Removed | What::ClockMoved { .. } => true,
            What::Cut { .. } | What::Healed { .. } | What::WireSet { .. } | What::ConsoleClosed { .. } => true,
            What::TcpClosed { .. } | What::TcpRetransmitted { .. } | What::TcpRecovered { .. } => true,
            What::Node(event) => match event {
                Event::Verdict { verdict, .. } => !verdict.is_continue(),
                Event::SaveEnded { .. } | Event::Loaded { .. } | Event::CachedMaster { .. } => true,
                Event::ReplicaGone { .. } | Event::BacklogFreed | Event::Expired { .. } => true,
                _ => false,
            },
            _ => false,
        }
    }

    #[test]
    fn words_of_ours_are_in_both_languages() {
        let mut lab = Lab::new(examples::opening().config).expect("the opening");
        lab.run_for(3_000_000);
        let node = || "b".to_owned();
        for action in [Action::Crash { node: node() }, Action::Restart { node: node() }] {
            lab.act(action).expect("it can be done");
            lab.run_for(3_000_000);
        }
        lab.act(Action::RemoveNode { node: node() }).expect("it is there");
        lab.run_for(1_000_000);
        let ours: Vec<&Entry> = lab.timeline().iter().filter(|entry| is_ours(&entry.what)).collect();
        assert!(ours.iter().any(|entry| matches!(entry.what, What::Removed)));
        assert!(ours.iter().any(|entry| matches!(entry.what, What::Node(Event::Verdict { .. }))));
        for entry in ours {
            let chinese = entry_text(entry, Lang::Zh);
            assert!(chinese.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{chinese}");
            assert_ne!(chinese, entry_text(entry, Lang::En));
        }
    }
}
