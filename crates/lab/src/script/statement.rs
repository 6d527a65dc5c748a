//! The statements of a script, each on its line. What they say of each other is not checked here.

use psyncscope_engine::replication::ReplState;
use psyncscope_sim::TcpSettings;
use psyncscope_sim::frame::WireSettings;
use winnow::Parser;
use winnow::ascii::digit1;
use winnow::combinator::{opt, preceded, terminated};
use winnow::error::EmptyError;
use winnow::token::take_while;

use super::Said;
use super::error::ScriptError;
use super::expect::{
    ANSWERS, Expectation, LINKS, NUMBERS, Number, OfNode, Operand, PROCESSES, RELATIONS, ROLES, WIRES,
};
use super::value::{BITS, BYTES, TIME, probability, quantity, speed};
use super::words::{Line, Word};
use crate::action::{Action, NodeSpec};
use crate::lang::Lang;

type Result<T> = std::result::Result<T, ScriptError>;

/// A moment of virtual time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    /// In microseconds.
    At(u64),
    /// So many microseconds after the line before it.
    Later(u64),
}

impl When {
    /// The moment in microseconds; that of the line before it is `last_us`.
    pub(crate) const fn after(self, last_us: u64) -> u64 {
        match self {
            Self::At(at_us) => at_us,
            Self::Later(by_us) => last_us.saturating_add(by_us),
        }
    }
}

/// What happens at a moment.
#[derive(Debug)]
pub(crate) enum Happens {
    Action(Action),
    Said(Said),
}

/// What begins a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    Version,
    Seed,
    Wire,
    Limits,
    Disk,
    Fork,
    Tcp,
    Main,
    Current,
    Node,
    At,
    Branch,
    End,
}

pub(crate) const KEYWORDS: [(&str, Keyword); 13] = [
    ("version", Keyword::Version),
    ("seed", Keyword::Seed),
    ("wire", Keyword::Wire),
    ("limits", Keyword::Limits),
    ("disk", Keyword::Disk),
    ("fork", Keyword::Fork),
    ("tcp", Keyword::Tcp),
    ("main", Keyword::Main),
    ("current", Keyword::Current),
    ("node", Keyword::Node),
    ("at", Keyword::At),
    ("branch", Keyword::Branch),
    ("end", Keyword::End),
];

#[derive(Clone, Copy)]
enum Verb {
    Cut,
    Heal,
    Wire,
    Crash,
    Terminate,
    Restart,
    Pause,
    Resume,
    PowerOff,
    Add,
    Remove,
    Configure,
    Clock,
    HangUp,
    Exec,
    Say,
    Expect,
}

const VERBS: [(&str, Verb); 17] = [
    ("cut", Verb::Cut),
    ("heal", Verb::Heal),
    ("wire", Verb::Wire),
    ("crash", Verb::Crash),
    ("terminate", Verb::Terminate),
    ("restart", Verb::Restart),
    ("pause", Verb::Pause),
    ("resume", Verb::Resume),
    ("power-off", Verb::PowerOff),
    ("add", Verb::Add),
    ("remove", Verb::Remove),
    ("configure", Verb::Configure),
    ("clock", Verb::Clock),
    ("hang-up", Verb::HangUp),
    ("exec", Verb::Exec),
    ("say", Verb::Say),
    ("expect", Verb::Expect),
];

const A_TIME: &str = "a time such as 3s, 2.5s, 150ms or 20us";
pub(crate) const A_TEXT: &str = "a text in straight quotes: \"…\"";
const A_NAME: &str = "the name of a node";

/// A time since the beginning, or since the line before.
pub(crate) fn when(line: &mut Line<'_>) -> Result<When> {
    let expected = "a time such as 3s, 2.5s or 150ms, or one after the line before: +500ms";
    line.value(expected, |text| match text.strip_prefix('+') {
        Some(later) => quantity(later, TIME).map(When::Later),
        None => quantity(text, TIME).map(When::At),
    })
}

pub(crate) fn time(line: &mut Line<'_>) -> Result<u64> {
    line.value(A_TIME, |text| quantity(text, TIME))
}

pub(crate) fn whole_number(line: &mut Line<'_>, expected: &str) -> Result<u64> {
    line.value(expected, |text| digit1::<_, EmptyError>.try_map(str::parse).parse(text).ok())
}

pub(crate) fn disk(line: &mut Line<'_>) -> Result<u64> {
    line.value("a speed such as 50MB/s or 200kB/s, or unlimited", |text| speed(text, BYTES))
}

/// Whether the limits are those of a classroom.
pub(crate) fn limits(line: &mut Line<'_>) -> Result<bool> {
    line.one_of("whose limits", &[("classroom", true), ("redis", false)])
}

/// The name of a branch.
pub(crate) fn branch_name(line: &mut Line<'_>) -> Result<Word> {
    line.text("the name of a branch in straight quotes: \"…\"")
}

/// The settings of a wire; what is not said is as in `settings`.
pub(crate) fn wire_settings(line: &mut Line<'_>, mut settings: WireSettings) -> Result<WireSettings> {
    #[derive(Clone, Copy)]
    enum Setting {
        Latency,
        Jitter,
        Bandwidth,
        Loss,
        Duplicate,
        Reorder,
        Default,
    }
    let known = [
        ("latency", Setting::Latency),
        ("jitter", Setting::Jitter),
        ("bandwidth", Setting::Bandwidth),
        ("loss", Setting::Loss),
        ("duplicate", Setting::Duplicate),
        ("reorder", Setting::Reorder),
        ("default", Setting::Default),
    ];
    let probability = |line: &mut Line<'_>| line.value("a probability such as 5% or 0.05", probability);
    let mut first = true;
    while first || !line.is_over() {
        match line.one_of("a setting of a wire", &known)? {
            Setting::Latency => settings.latency_us = time(line)?,
            Setting::Jitter => settings.jitter_us = time(line)?,
            Setting::Bandwidth => {
                settings.bandwidth_bps =
                    line.value("a bandwidth such as 10Mbit/s, or unlimited", |text| speed(text, BITS))?;
            }
            Setting::Loss => settings.loss = probability(line)?,
            Setting::Duplicate => settings.duplicate = probability(line)?,
            Setting::Reorder => settings.reorder = probability(line)?,
            // It stands alone.
            Setting::Default if first => return Ok(settings),
            Setting::Default => return Err(line.unexpected("another setting")),
        }
        first = false;
    }
    Ok(settings)
}

/// The settings of TCP; what is not said is as by default.
pub(crate) fn tcp_settings(line: &mut Line<'_>) -> Result<TcpSettings> {
    #[derive(Clone, Copy)]
    enum Setting {
        ReceiveBuffer,
        SendBuffer,
        Mtu,
        Backlog,
    }
    let known = [
        ("receive-buffer", Setting::ReceiveBuffer),
        ("send-buffer", Setting::SendBuffer),
        ("mtu", Setting::Mtu),
        ("backlog", Setting::Backlog),
    ];
    let mut settings = TcpSettings::default();
    let mut first = true;
    while first || !line.is_over() {
        let setting = line.one_of("a setting of TCP", &known)?;
        let value =
            line.value("a whole number", |text| digit1::<_, EmptyError>.try_map(str::parse).parse(text).ok())?;
        match setting {
            Setting::ReceiveBuffer => settings.receive_buffer = value,
            Setting::SendBuffer => settings.send_buffer = value,
            Setting::Mtu => settings.mtu = value,
            Setting::Backlog => settings.backlog = value,
        }
        first = false;
    }
    Ok(settings)
}

pub(crate) fn node_name(line: &mut Line<'_>) -> Result<String> {
    line.value(A_NAME, |text| Some(text.to_owned()))
}

/// What happens, behind the time. A wire's settings that are not said are as in `wire`.
pub(crate) fn happens(line: &mut Line<'_>, wire: &WireSettings) -> Result<Happens> {
    if let Some((node, console)) = line.prompt() {
        let command = line.verbatim();
        if command.is_empty() {
            return Err(line.unexpected("a command, as one types it in redis-cli"));
        }
        return Ok(Happens::Action(Action::Exec { node, console, command: command.to_owned() }));
    }
    let verb = line.one_of("a command (NODE> COMMAND) or one of these", &VERBS)?;
    let action = match verb {
        Verb::Say => {
            let lang = [("en", Lang::En), ("zh", Lang::Zh)].into_iter().find(|(tag, _)| line.take(tag));
            let text = line.text(A_TEXT)?.text;
            return Ok(Happens::Said(Said::Narration { lang: lang.map(|(_, lang)| lang), text }));
        }
        Verb::Expect => return Ok(Happens::Said(Said::Expectation(expectation(line)?))),
        Verb::Cut => {
            let (from, to, one_way) = ends(line)?;
            Action::Cut { from, to, one_way }
        }
        Verb::Heal => {
            let (from, to, one_way) = ends(line)?;
            Action::Heal { from, to, one_way }
        }
        Verb::Wire => {
            let (from, to, one_way) = ends(line)?;
            Action::SetWire { from, to, one_way, settings: wire_settings(line, *wire)? }
        }
        Verb::Crash => Action::Crash { node: node_name(line)? },
        Verb::Terminate => Action::Terminate { node: node_name(line)? },
        Verb::Restart => Action::Restart { node: node_name(line)? },
        Verb::Pause => Action::Pause { node: node_name(line)? },
        Verb::Resume => Action::Resume { node: node_name(line)? },
        Verb::PowerOff => Action::PowerOff { node: node_name(line)? },
        Verb::Remove => Action::RemoveNode { node: node_name(line)? },
        Verb::Add => {
            line.keyword("node")?;
            Action::AddNode { node: NodeSpec { name: node_name(line)?, config: Vec::new() } }
        }
        Verb::Configure => Action::Configure { node: NodeSpec { name: node_name(line)?, config: Vec::new() } },
        Verb::HangUp => {
            let (node, console) = node_console(line)?;
            Action::HangUp { node, console }
        }
        Verb::Clock => {
            let node = node_name(line)?;
            Action::MoveClock { node, by_ms: line.value("whole milliseconds with a sign: +5s, -200ms", clock_move)? }
        }
        Verb::Exec => {
            let (node, console) = node_console(line)?;
            Action::Exec { node, console, command: line.text("a command in straight quotes: \"…\"")?.text }
        }
    };
    Ok(Happens::Action(action))
}

/// A node, or one of its consoles.
fn node_console(line: &mut Line<'_>) -> Result<(String, u32)> {
    line.value("a node, or one of its consoles: a, a#1", |text| of_console.parse(text).ok())
}

fn clock_move(text: &str) -> Option<i64> {
    let (sign, by) = match text.strip_prefix('-') {
        Some(by) => (-1, by),
        None => (1, text.strip_prefix('+')?),
    };
    let us = quantity(by, TIME).filter(|us| us.is_multiple_of(1000))?;
    i64::try_from(us / 1000).ok().map(|ms| sign * ms)
}

/// The console of this number; 0 if there is none. One that is too large is refused with the others above the limit.
fn console(number: Option<&str>) -> u32 {
    number.map_or(0, |number| number.parse().unwrap_or(u32::MAX))
}

/// `a b`, or `a -> b` for one way.
fn ends(line: &mut Line<'_>) -> Result<(String, String, bool)> {
    let from = node_name(line)?;
    let one_way = line.take("->");
    Ok((from, node_name(line)?, one_way))
}

/// What is expected.
pub(crate) fn expectation(line: &mut Line<'_>) -> Result<Expectation> {
    match expectation_or::<()>(line, &[])? {
        ExpectationOr::Expectation(expectation) => Ok(expectation),
        ExpectationOr::Other(..) => Err(line.unexpected("what of the node")),
    }
}

/// What [`expectation_or`] reads.
pub(crate) enum ExpectationOr<T> {
    /// An expectation, whole.
    Expectation(Expectation),
    /// A node, and one of the other words.
    Other(String, T),
}

/// What is expected, or a node and one of other words behind it.
pub(crate) fn expectation_or<T: Copy>(line: &mut Line<'_>, others: &[(&'static str, T)]) -> Result<ExpectationOr<T>> {
    let node = line.value("the name of a node, or: rules hold", |text| Some(text.to_owned()))?;
    if node == "rules" && line.take("hold") {
        return Ok(ExpectationOr::Expectation(Expectation::RulesHold));
    }
    #[derive(Clone, Copy)]
    enum Property<T> {
        State,
        Role,
        Process,
        Number(Number),
        ReplId,
        Psync,
        Link,
        Wire,
        Key,
        No,
        Other(T),
    }
    let words = [
        ("state", Property::State),
        ("role", Property::Role),
        ("process", Property::Process),
        ("replid", Property::ReplId),
        ("psync", Property::Psync),
        ("link", Property::Link),
        ("wire", Property::Wire),
        ("key", Property::Key),
        ("no", Property::No),
    ];
    let numbers = NUMBERS.map(|(word, number)| (word, Property::Number(number)));
    let others = others.iter().map(|(word, other)| (*word, Property::Other(*other)));
    let known: Vec<(&str, Property<T>)> = words.into_iter().chain(numbers).chain(others).collect();
    let what = match line.one_of("what of the node", &known)? {
        Property::Other(other) => return Ok(ExpectationOr::Other(node, other)),
        Property::State => OfNode::State(line.one_of("a state", &ReplState::ALL.map(|state| (state.name(), state)))?),
        Property::Role => OfNode::Master(line.one_of("a role", &ROLES)?),
        Property::Process => OfNode::Process(line.one_of("what a process does", &PROCESSES)?),
        Property::Number(number) => {
            let relation = line.one_of("how it compares", &RELATIONS)?;
            OfNode::Number { number, relation, to: operand(line)? }
        }
        Property::ReplId => {
            let same = line.one_of("how it compares", &[("same", true), ("other", false)])?;
            line.keyword(if same { "as" } else { "than" })?;
            OfNode::ReplId { same, other: node_name(line)? }
        }
        Property::Link => OfNode::Link(line.one_of("master_link_status", &LINKS)?),
        Property::Wire => {
            let to = node_name(line)?;
            OfNode::Wire { to, cut: line.one_of("how the wire is", &WIRES)? }
        }
        Property::Psync => OfNode::Psync(line.one_of("the answer to its last PSYNC", &ANSWERS)?),
        Property::Key => {
            let (key, db) = key(line)?;
            let value = if line.take("=") { Some(line.expect("the key's value")?.text) } else { None };
            OfNode::Key { db, key, value }
        }
        Property::No => {
            line.keyword("key")?;
            let (key, db) = key(line)?;
            OfNode::NoKey { db, key }
        }
    };
    Ok(ExpectationOr::Expectation(Expectation::Node { node, what }))
}

/// What a number is compared to: `61`, `a offset`.
fn operand(line: &mut Line<'_>) -> Result<Operand> {
    let word =
        line.value("a whole number, or a node and one of its numbers: a offset", |text| Some(text.to_owned()))?;
    match word.parse() {
        Ok(value) => Ok(Operand::Value(value)),
        Err(_) if line.is_over() => Err(line.unexpected("one of its numbers, such as offset")),
        Err(_) => Ok(Operand::Of { node: word, number: line.one_of("a number of the node", &NUMBERS)? }),
    }
}

/// A key, and its database: `greeting`, `greeting in db 3`.
fn key(line: &mut Line<'_>) -> Result<(String, u32)> {
    let key = line.expect("the name of a key")?.text;
    let mut db = 0;
    if line.take("in") {
        line.keyword("db")?;
        db = line.value("the number of a database", |text| text.parse().ok())?;
    }
    Ok((key, db))
}

/// `a>`, `a#1>`: the node and its console.
pub(crate) fn prompt(input: &mut &str) -> std::result::Result<(String, u32), EmptyError> {
    terminated(of_console, '>').parse_next(input)
}

/// `a`, `a#1`.
fn of_console(input: &mut &str) -> std::result::Result<(String, u32), EmptyError> {
    let name = take_while(1.., |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    (name.map(str::to_owned), opt(preceded('#', digit1)).map(console)).parse_next(input)
}
