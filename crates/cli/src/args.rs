//! The command line.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use lexopt::prelude::{Long, Short, Value};
use psyncscope_lab::Lang;
use psyncscope_lab::diagram::Detail;
use psyncscope_lab::engine::steps::Function;
use psyncscope_lab::limits::END_MAX_US;
use psyncscope_lab::link::{self, Panel};
use psyncscope_lab::sim::frame::SimTime;

use crate::grade;
use crate::info;
use crate::trace::Wanted;

/// What `--help` prints.
pub const USAGE: &str = "\
Redis replication, running for real in a virtual world.

psyncscope run FILE [--digest]   replay a saved run; print what happened, then the world's digest
psyncscope branches FILE         the branches of a saved session: where each leaves its parent, and what is different in
                                 it first
psyncscope compare FILE BRANCH BRANCH [--at SECONDS]
                                 two branches at one moment (the end of the shorter one unless given), side by side; *
                                 marks what differs
psyncscope narrate FILE [--lang en|zh-CN]
                                 replay a saved run; print what happened in sentences, as the page says it
psyncscope show FILE WHAT [--node NAME] [--at SECONDS]
                                 what the page shows at a moment (the run's end unless given); WHAT is one of
                                 topology, ruler, matrix, and of a node: ladder, ring
psyncscope trace FILE [--function NAME] [--node NAME] [--lang en|zh-CN | --json]
                                 replay a saved run; print the steps that the functions of replication take, with the
                                 values that they compare and change; as JSON, one object a line
psyncscope diagram FILE [--detail overview|messages|segments] [--from SECONDS] [--to SECONDS] [--lang en|zh-CN] [--mermaid]
                                 replay a saved run; print its sequence diagram, hosts as columns and time downwards, as
                                 an SVG picture or as text for Mermaid
psyncscope why FILE [--node NAME] [--at SECONDS] [--lang en|zh-CN]
                                 why the newest thing happened that the page tells of at a moment (the run's end unless
                                 given): back to the action or the timer that began it, and what it led to; of a
                                 refused PSYNC also what would have turned it
psyncscope check FILE [--lang en|zh-CN]
                                 replay a saved run; check what always holds of replication after each event, in the nodes
                                 and in every byte between them; of a script, play all branches and check what its expect
                                 lines say too; a lesson is taken, answering right and wrong (docs/lesson.md): exit
                                 status 1 if something does not hold
psyncscope script FILE           a saved session as a script, to be edited and run; a script in its usual form, without its
                                 comments
psyncscope link FILE [--at SECONDS] [--node NAME] [--panel NAME] [--lang en|zh-CN]
                                 a link to a moment of a saved session (its end unless given), to put behind the page's
                                 address: it opens there, with that node, panel and language
psyncscope export FILE OUT [--picture diagram|stage|ring] [--node NAME] [--at SECONDS] [--detail LEVEL] [--lang en|zh-CN]
                                 replay a saved run; write what the ending of OUT says: .pcap, its packets, for Wireshark;
                                 .svg or .png, a picture: its sequence diagram unless given, or the stage or a node's
                                 backlog at a moment; .mmd, the diagram for Mermaid; .jsonl, the steps that trace --json
                                 prints
psyncscope info FILE... [--lang en|zh-CN | --json]
                                 what INFO of real servers, Redis 4 to 8 or Valkey, says, and their logs ('-' is standard
                                 input): the nodes, which could continue from which and why, the smallest change that would
                                 make it so, and whom to promote
psyncscope grade FILE... [--lesson FILE]... [--lang en|zh-CN | --csv | --json]
                                 what students' reports of lessons are worth: their sessions are replayed, their answers
                                 graded from what the nodes did; lessons that are not of the course are given by --lesson
psyncscope example               print the run that the page opens with, as a file to start from
psyncscope sweep --seeds FROM..TO [--shard K/N] [--minutes M] [--json]
                                 random worlds made from seeds, and what always holds of each checked after each event;
                                 see psyncscope sweep --help
psyncscope serve [redis.conf] [--directive value ...]
                                 a server on real TCP, with redis-server's command line; see psyncscope serve --help
psyncscope --help | --version

A FILE is a saved run or session, a script (docs/script.md), a lesson (the session of who does everything right), or a
link to an instant: '#v1.…', or the page's whole address with it. Of a link, show, why, export and compare take its moment unless --at is given.

Of a saved session, run, narrate, show, trace, diagram, export, why, check and link take the current branch, or with
--branch NAME the branch of that name.";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Print [`USAGE`].
    Help,
    /// Print the version.
    Version,
    /// Print the opening example.
    Example,
    /// Replay a saved run.
    Run {
        /// The run.
        run: RunFile,
        /// Print nothing but the digest.
        digest_only: bool,
    },
    /// Print the branches of a saved session.
    Branches {
        /// The file.
        file: PathBuf,
    },
    /// Print two branches of a saved session side by side.
    Compare {
        /// The file.
        file: PathBuf,
        /// The names of the branches.
        branches: [String; 2],
        /// The moment; the end of the shorter one unless given.
        at: Option<SimTime>,
    },
    /// Replay a saved run and print the narration.
    Narrate {
        /// The run.
        run: RunFile,
        /// The language.
        lang: Lang,
    },
    /// Replay a saved run and print what the page shows at a moment.
    Show {
        /// The run.
        run: RunFile,
        /// What to show.
        view: View,
        /// The moment; the end unless given.
        at: Option<SimTime>,
    },
    /// Replay a saved run and print its sequence diagram.
    Diagram {
        /// The run.
        run: RunFile,
        /// What to draw.
        wanted: Drawing,
    },
    /// Replay a saved run and write it as a file of another kind.
    Export {
        /// The run.
        run: RunFile,
        /// The file to write.
        out: PathBuf,
        /// The kind.
        kind: ExportKind,
        /// The moment of a picture; the end unless given.
        at: Option<SimTime>,
    },
    /// Replay a saved run and print why something happened.
    Why {
        /// The run.
        run: RunFile,
        /// On this node.
        node: Option<String>,
        /// Until this moment; the end unless given.
        at: Option<SimTime>,
        /// The language.
        lang: Lang,
    },
    /// Replay a saved run and check every rule.
    Check {
        /// The run.
        run: RunFile,
        /// The language.
        lang: Lang,
    },
    /// Print a saved session as a script.
    Script {
        /// The file.
        file: PathBuf,
    },
    /// Print a link to a moment of a saved session.
    Link {
        /// The run.
        run: RunFile,
        /// What is shown of it.
        view: link::View,
    },
    /// Print what INFO and logs of real servers say.
    Info(info::Wanted),
    /// Grade students' reports.
    Grade(grade::Wanted),
    /// Replay a saved run and print the steps of its functions.
    Trace {
        /// The run.
        run: RunFile,
        /// What to print.
        wanted: Wanted,
    },
}

/// What `diagram` draws.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawing {
    /// How much.
    pub detail: Detail,
    /// From here; the beginning unless given.
    pub from: Option<SimTime>,
    /// Up to here; the run's end unless given.
    pub to: Option<SimTime>,
    /// The language of what is no word of Redis's.
    pub lang: Lang,
    /// As text for Mermaid.
    pub mermaid: bool,
}

/// What `export` writes.
#[derive(Debug, PartialEq, Eq)]
pub enum ExportKind {
    /// The packets.
    Packets,
    /// The sequence diagram as text for Mermaid.
    Mermaid(Drawing),
    /// A picture.
    Svg(Picture),
    /// The same as PNG.
    Png(Picture),
    /// The steps, one JSON object a line.
    Steps,
}

/// A picture.
#[derive(Debug, PartialEq, Eq)]
pub enum Picture {
    /// The sequence diagram.
    Diagram(Drawing),
    /// The stage, in this language.
    Stage(Lang),
    /// The backlog of this node; of the first unless given.
    Ring(Option<String>),
}

/// What `--picture` names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum PictureName {
    #[default]
    Diagram,
    Stage,
    Ring,
}

/// A saved run.
#[derive(Debug, PartialEq, Eq)]
pub struct RunFile {
    /// The file, or a link.
    pub file: PathBuf,
    /// The branch; the current one unless given.
    pub branch: Option<String>,
}

/// What `show` shows.
#[derive(Debug, PartialEq, Eq)]
pub enum View {
    /// Who follows whom.
    Topology,
    /// Every node's offsets.
    Ruler,
    /// What every node would answer every other.
    Matrix,
    /// The handshake of this node.
    Ladder(String),
    /// The backlog of this node.
    Ring(String),
}

/// Reads the arguments that follow the program's name.
///
/// # Errors
/// What is wrong, and what would be right.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut parser = lexopt::Parser::from_args(args);
    let mut words: Vec<OsString> = Vec::new();
    let mut digest_only = false;
    let mut json = false;
    let mut mermaid = false;
    let mut csv = false;
    let mut lessons: Vec<PathBuf> = Vec::new();
    let (mut lang, mut node, mut at, mut function, mut branch) = (None, None, None, None, None);
    let (mut detail, mut from, mut to, mut panel, mut picture) = (None, None, None, None, None);
    while let Some(arg) = parser.next().map_err(|error| error.to_string())? {
        match arg {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Long("digest") => digest_only = true,
            Long("lang") => lang = Some(language(&value(&mut parser)?)?),
            Long("branch") => branch = Some(value(&mut parser)?),
            Long("node") => node = Some(value(&mut parser)?),
            Long("json") => json = true,
            Long("csv") => csv = true,
            Long("lesson") => lessons.push(PathBuf::from(value(&mut parser)?)),
            Long("function") => function = Some(self::function(&value(&mut parser)?)?),
            Long("at") => at = Some(seconds("--at", &value(&mut parser)?)?),
            Long("detail") => detail = Some(self::detail(&value(&mut parser)?)?),
            Long("from") => from = Some(seconds("--from", &value(&mut parser)?)?),
            Long("to") => to = Some(seconds("--to", &value(&mut parser)?)?),
            Long("mermaid") => mermaid = true,
            Long("picture") => picture = Some(picture_name(&value(&mut parser)?)?),
            Long("panel") => panel = Some(self::panel(&value(&mut parser)?)?),
            Value(word) => words.push(word),
            other => return Err(format!("{}; see psyncscope --help", other.unexpected())),
        }
    }
    let word = |n: usize| words.get(n).and_then(|word| word.to_str());
    let file = || PathBuf::from(&words[1]);
    let given = [
        ("--branch", branch.is_some()),
        ("--digest", digest_only),
        ("--lang", lang.is_some()),
        ("--node", node.is_some()),
        ("--at", at.is_some()),
        ("--function", function.is_some()),
        ("--json", json),
        ("--csv", csv),
        ("--lesson", !lessons.is_empty()),
        ("--detail", detail.is_some()),
        ("--from", from.is_some()),
        ("--to", to.is_some()),
        ("--mermaid", mermaid),
        ("--panel", panel.is_some()),
        ("--picture", picture.is_some()),
    ];
    let only = |allowed: &[&str]| match given.iter().find(|(name, given)| *given && !allowed.contains(name)) {
        Some((name, _)) => {
            Err(format!("{name} says nothing to {}; see psyncscope --help", word(0).unwrap_or_default()))
        }
        None => Ok(()),
    };
    match word(0) {
        Some("run") => only(&["--branch", "--digest"])?,
        Some("compare") => only(&["--at"])?,
        Some("info") => only(&["--lang", "--json"])?,
        Some("grade") => only(&["--lang", "--json", "--csv", "--lesson"])?,
        Some("narrate") => only(&["--branch", "--lang"])?,
        Some("show") => only(&["--branch", "--node", "--at"])?,
        Some("diagram") => only(&["--branch", "--detail", "--from", "--to", "--lang", "--mermaid"])?,
        Some("trace") => only(&["--branch", "--function", "--node", "--lang", "--json"])?,
        Some("export") => only(&["--branch", "--detail", "--lang", "--picture", "--node", "--at"])?,
        Some("why") => only(&["--branch", "--node", "--at", "--lang"])?,
        Some("check") => only(&["--branch", "--lang"])?,
        Some("link") => only(&["--branch", "--at", "--node", "--panel", "--lang"])?,
        _ => only(&[])?,
    }
    let run = || RunFile { file: file(), branch: branch.clone() };
    match (word(0), words.len()) {
        (Some("run"), 2) => Ok(Command::Run { run: run(), digest_only }),
        (Some("branches"), 2) => Ok(Command::Branches { file: file() }),
        (Some("branches"), _) => Err("branches takes one file: psyncscope branches FILE".into()),
        (Some("compare"), 4) => {
            let name = |n: usize| words[n].to_str().map(str::to_owned).ok_or("a branch's name is UTF-8");
            Ok(Command::Compare { file: file(), branches: [name(2)?, name(3)?], at })
        }
        (Some("compare"), _) => {
            Err("compare takes a file and two branches: psyncscope compare FILE BRANCH BRANCH".into())
        }
        (Some("narrate"), 2) => Ok(Command::Narrate { run: run(), lang: lang.unwrap_or_default() }),
        (Some("narrate"), _) => Err("narrate takes one file: psyncscope narrate FILE [--lang en|zh-CN]".into()),
        (Some("why"), 2) => Ok(Command::Why { run: run(), node, at, lang: lang.unwrap_or_default() }),
        (Some("why"), _) => Err("why takes one file: psyncscope why FILE [--node NAME] [--at SECONDS]".into()),
        (Some("check"), 2) => Ok(Command::Check { run: run(), lang: lang.unwrap_or_default() }),
        (Some("check"), _) => Err("check takes one file: psyncscope check FILE".into()),
        (Some("script"), 2) => Ok(Command::Script { file: file() }),
        (Some("script"), _) => Err("script takes one file: psyncscope script FILE".into()),
        (Some("link"), 2) => Ok(Command::Link { run: run(), view: link::View { at, node, panel, lang } }),
        (Some("link"), _) => Err("link takes one file: psyncscope link FILE [--at SECONDS] [--panel NAME]".into()),
        (Some("show"), 3) => Ok(Command::Show { run: run(), view: view(&words[2], node)?, at }),
        (Some("show"), _) => Err("show takes a file and what to show: psyncscope show FILE WHAT".into()),
        (Some("diagram"), 2) if from > to && to.is_some() => Err("--from lies after --to".into()),
        (Some("diagram"), 2) => {
            let (detail, lang) = (detail.unwrap_or_default(), lang.unwrap_or_default());
            Ok(Command::Diagram { run: run(), wanted: Drawing { detail, from, to, lang, mermaid } })
        }
        (Some("diagram"), _) => Err("diagram takes one file: psyncscope diagram FILE [--detail LEVEL]".into()),
        (Some("export"), 3) => {
            let out = PathBuf::from(&words[2]);
            let kind = export_kind(&out, Wishes { picture, node, at, detail, lang })?;
            Ok(Command::Export { run: run(), out, kind, at })
        }
        (Some("export"), _) => Err("export takes two files: psyncscope export FILE OUT".into()),
        (Some("trace"), 2) if json && lang.is_some() => Err("--json has no language: leave --lang out".into()),
        (Some("trace"), 2) => {
            let lang = (!json).then(|| lang.unwrap_or_default());
            Ok(Command::Trace { run: run(), wanted: Wanted { function, node, lang } })
        }
        (Some("trace"), _) => Err("trace takes one file: psyncscope trace FILE [--function NAME] [--node NAME]".into()),
        (Some("run"), _) => Err("run takes one file: psyncscope run FILE [--digest]".into()),
        (Some("info"), 2..) if json && lang.is_some() => Err("--json has no language: leave --lang out".into()),
        (Some("info"), 2..) => {
            let files = words[1..].iter().map(PathBuf::from).collect();
            Ok(Command::Info(info::Wanted { files, lang: (!json).then(|| lang.unwrap_or_default()) }))
        }
        (Some("info"), _) => Err("info takes files with INFO or a log: psyncscope info FILE...".into()),
        (Some("grade"), 2..) if usize::from(json) + usize::from(csv) + usize::from(lang.is_some()) > 1 => {
            Err("one of --json, --csv and --lang, not several".into())
        }
        (Some("grade"), 2..) => {
            let files = words[1..].iter().map(PathBuf::from).collect();
            let form = match (json, csv) {
                (true, _) => grade::Form::Json,
                (_, true) => grade::Form::Csv,
                _ => grade::Form::Table(lang.unwrap_or_default()),
            };
            Ok(Command::Grade(grade::Wanted { files, lessons, form }))
        }
        (Some("grade"), _) => Err("grade takes students' reports: psyncscope grade FILE...".into()),
        (Some("example"), 1) => Ok(Command::Example),
        (None, 0) => Ok(Command::Help),
        _ => {
            let shown: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
            Err(format!("I do not know '{}'; see psyncscope --help", shown.join(" ")))
        }
    }
}

fn value(parser: &mut lexopt::Parser) -> Result<String, String> {
    let value = parser.value().map_err(|error| error.to_string())?;
    value.into_string().map_err(|value| format!("{} is no UTF-8", value.display()))
}

fn language(tag: &str) -> Result<Lang, String> {
    Lang::of_tag(tag).ok_or_else(|| format!("--lang {tag}: the languages are en and zh-CN"))
}

fn function(name: &str) -> Result<Function, String> {
    Function::named(name).ok_or_else(|| {
        let names: Vec<&str> = Function::ALL.iter().map(|function| function.name()).collect();
        format!("--function {name}: there are {}", names.join(", "))
    })
}

fn panel(name: &str) -> Result<Panel, String> {
    Panel::named(name).ok_or_else(|| {
        let names = Panel::ALL.map(Panel::name);
        format!("--panel {name}: there are {}", names.join(", "))
    })
}

fn detail(name: &str) -> Result<Detail, String> {
    let known = Detail::ALL.into_iter().find(|detail| detail.name() == name);
    known.ok_or_else(|| format!("--detail {name}: overview, messages or segments"))
}

fn picture_name(name: &str) -> Result<PictureName, String> {
    match name {
        "diagram" => Ok(PictureName::Diagram),
        "stage" => Ok(PictureName::Stage),
        "ring" => Ok(PictureName::Ring),
        _ => Err(format!("--picture {name}: diagram, stage or ring")),
    }
}

/// What is said of a file that is exported.
struct Wishes {
    picture: Option<PictureName>,
    node: Option<String>,
    at: Option<SimTime>,
    detail: Option<Detail>,
    lang: Option<Lang>,
}

impl Wishes {
    /// Refuses whatever says nothing to `what`.
    fn only(&self, what: &str, allowed: &[&str]) -> Result<(), String> {
        let given = [
            ("--picture", self.picture.is_some()),
            ("--node", self.node.is_some()),
            ("--at", self.at.is_some()),
            ("--detail", self.detail.is_some()),
            ("--lang", self.lang.is_some()),
        ];
        match given.iter().find(|(name, given)| *given && !allowed.contains(name)) {
            Some((name, _)) => Err(format!("{name} says nothing to {what}")),
            None => Ok(()),
        }
    }
}

/// What the ending of a file's name asks for.
fn export_kind(out: &Path, wishes: Wishes) -> Result<ExportKind, String> {
    let shown = out.display();
    let drawing = |wishes: &Wishes, mermaid| {
        let (detail, lang) = (wishes.detail.unwrap_or_default(), wishes.lang.unwrap_or_default());
        Drawing { detail, lang, mermaid, ..Drawing::default() }
    };
    let picture = |wishes: Wishes| match wishes.picture.unwrap_or_default() {
        PictureName::Diagram => {
            wishes.only("a diagram", &["--picture", "--detail", "--lang"])?;
            Ok::<_, String>(Picture::Diagram(drawing(&wishes, false)))
        }
        PictureName::Stage => {
            wishes.only("a picture of the stage", &["--picture", "--at", "--lang"])?;
            Ok(Picture::Stage(wishes.lang.unwrap_or_default()))
        }
        PictureName::Ring => {
            wishes.only("a picture of a ring", &["--picture", "--at", "--node"])?;
            Ok(Picture::Ring(wishes.node))
        }
    };
    match out.extension().and_then(OsStr::to_str) {
        Some("pcap") => wishes.only(&format!("{shown}: it has all packets"), &[]).map(|()| ExportKind::Packets),
        Some("jsonl") => wishes.only(&format!("{shown}: it has all steps"), &[]).map(|()| ExportKind::Steps),
        Some("mmd") => {
            wishes.only("a diagram", &["--detail", "--lang"])?;
            Ok(ExportKind::Mermaid(drawing(&wishes, true)))
        }
        Some("svg") => picture(wishes).map(ExportKind::Svg),
        Some("png") => picture(wishes).map(ExportKind::Png),
        _ => Err(format!("{shown}: the ending says what to write: .pcap, .svg, .png, .mmd or .jsonl")),
    }
}

fn seconds(option: &str, text: &str) -> Result<SimTime, String> {
    let seconds: Option<f64> = text.parse().ok().filter(|s| (0.0..=END_MAX_US as f64 / 1e6).contains(s));
    match seconds {
        Some(seconds) => Ok(SimTime((seconds * 1e6).round() as u64)),
        None => Err(format!("{option} {text}: seconds from 0 to {}", END_MAX_US / 1_000_000)),
    }
}

fn view(what: &OsStr, node: Option<String>) -> Result<View, String> {
    match (what.to_str(), node) {
        (Some("topology"), None) => Ok(View::Topology),
        (Some("ruler"), None) => Ok(View::Ruler),
        (Some("matrix"), None) => Ok(View::Matrix),
        (Some(what @ ("topology" | "ruler" | "matrix")), Some(_)) => {
            Err(format!("{what} is of all nodes: leave --node out"))
        }
        (Some("ladder"), Some(node)) => Ok(View::Ladder(node)),
        (Some("ring"), Some(node)) => Ok(View::Ring(node)),
        (Some(what @ ("ladder" | "ring")), None) => Err(format!("{what} is of one node: add --node NAME")),
        _ => Err(format!("I cannot show '{}': topology, ruler, matrix, ladder or ring", what.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expect: Result<Command, &str>) {
        let got = parse(line.split_whitespace().map(OsString::from));
        match (got, expect) {
            (Ok(got), Ok(expect)) => assert_eq!(got, expect),
            (Err(got), Err(part)) => assert!(got.contains(part), "{got:?} does not say {part:?}"),
            (got, expect) => panic!("{line:?}: {got:?} instead of {expect:?}"),
        }
    }

    #[test]
    fn valid_and_invalid_command_lines() {
        check("", Ok(Command::Help));
        check("--help", Ok(Command::Help));
        check("-V", Ok(Command::Version));
        check("example", Ok(Command::Example));
        let of = |branch: Option<&str>| RunFile { file: "a.json".into(), branch: branch.map(str::to_owned) };
        check("run a.json", Ok(Command::Run { run: of(None), digest_only: false }));
        check("run --digest a.json", Ok(Command::Run { run: of(None), digest_only: true }));
        check("run a.json --branch main", Ok(Command::Run { run: of(Some("main")), digest_only: false }));
        check("branches a.json", Ok(Command::Branches { file: "a.json".into() }));
        check("branches a.json --branch main", Err("--branch says nothing to branches"));
        let compare = |at| {
            let branches = ["main".to_owned(), "other".to_owned()];
            Ok(Command::Compare { file: "a.json".into(), branches, at })
        };
        check("compare a.json main other", compare(None));
        check("compare a.json main other --at 2", compare(Some(SimTime(2_000_000))));
        check("compare a.json main", Err("compare takes a file and two branches"));
        check("branches", Err("branches takes one file"));
        check("run", Err("one file"));
        check("narrate a.json", Ok(Command::Narrate { run: of(None), lang: Lang::En }));
        check("narrate a.json --lang zh-CN", Ok(Command::Narrate { run: of(None), lang: Lang::Zh }));
        check("narrate a.json --lang fr", Err("the languages are"));
        check("narrate --digest a.json", Err("--digest says nothing to narrate"));
        let show = |view, at| Ok(Command::Show { run: of(None), view, at });
        check("show a.json topology", show(View::Topology, None));
        check("show a.json ring --node a --at 1.5", show(View::Ring("a".into()), Some(SimTime(1_500_000))));
        check("show a.json ladder --node b", show(View::Ladder("b".into()), None));
        check("show a.json ladder", Err("add --node"));
        check("show a.json ruler --node b", Err("leave --node out"));
        check("show a.json matrix", show(View::Matrix, None));
        check("show a.json matrix --node b", Err("leave --node out"));
        check("show a.json moon", Err("'moon'"));
        check("show a.json", Err("what to show"));
        check("show a.json ruler --at -1", Err("--at -1"));
        let trace = |function, node: Option<&str>, lang| {
            let wanted = Wanted { function, node: node.map(str::to_owned), lang };
            Ok(Command::Trace { run: of(None), wanted })
        };
        check("trace a.json", trace(None, None, Some(Lang::En)));
        check("trace a.json --lang zh-CN", trace(None, None, Some(Lang::Zh)));
        let of_cron = "trace a.json --function REPLICATIONCRON --node b --json";
        check(of_cron, trace(Some(Function::ReplicationCron), Some("b"), None));
        check("trace a.json --json --lang en", Err("leave --lang out"));
        check("trace a.json --function main", Err("replicationUnsetMaster, shiftReplicationId"));
        check("check a.json", Ok(Command::Check { run: of(None), lang: Lang::En }));
        check("check", Err("check takes one file"));
        let info = |files: &[&str], lang| {
            Ok(Command::Info(info::Wanted { files: files.iter().map(Into::into).collect(), lang }))
        };
        check("info a.txt - --lang zh-CN", info(&["a.txt", "-"], Some(Lang::Zh)));
        check("info a.txt --json", info(&["a.txt"], None));
        check("info", Err("info takes files"));
        check("info a.txt --at 1", Err("--at says nothing to info"));
        check("script a.json", Ok(Command::Script { file: "a.json".into() }));
        check("script a.json --branch main", Err("--branch says nothing to script"));
        check("script", Err("script takes one file"));
        check("why", Err("why takes one file"));
        let why = Command::Why { run: of(None), node: Some("b".into()), at: Some(SimTime(2_000_000)), lang: Lang::Zh };
        check("why a.json --node b --at 2 --lang zh-CN", Ok(why));
        let view = link::View {
            at: Some(SimTime(2_000_000)),
            node: Some("b".into()),
            panel: Some(Panel::Log),
            lang: Some(Lang::Zh),
        };
        let link = "link a.json --at 2 --node b --panel log --lang zh-CN";
        check(link, Ok(Command::Link { run: of(None), view }));
        check("link a.json", Ok(Command::Link { run: of(None), view: link::View::default() }));
        check("link a.json --panel moon", Err("--panel moon: there are backlog, handshake, "));
        check("link", Err("link takes one file"));
        check("run a.json --panel log", Err("--panel says nothing to run"));
        check("trace", Err("trace takes one file"));
        check("trace a.json --at 1", Err("--at says nothing to trace"));
        let diagram = |wanted| Ok(Command::Diagram { run: of(None), wanted });
        check("diagram a.json", diagram(Drawing::default()));
        let drawing = Drawing {
            detail: Detail::Segments,
            from: Some(SimTime(1_000_000)),
            to: Some(SimTime(2_000_000)),
            lang: Lang::Zh,
            mermaid: true,
        };
        check("diagram a.json --mermaid --from 1 --to 2 --detail segments --lang zh-CN", diagram(drawing));
        check("diagram a.json --from 2 --to 1", Err("--from lies after --to"));
        check("diagram a.json --detail all", Err("overview, messages or segments"));
        check("diagram a.json --to x", Err("--to x"));
        check("diagram", Err("diagram takes one file"));
        let export = |out: &str, kind| Ok(Command::Export { run: of(None), out: out.into(), kind, at: None });
        check("export a.json a.pcap", export("a.pcap", ExportKind::Packets));
        check("export a.json a.jsonl", export("a.jsonl", ExportKind::Steps));
        let whole = || Picture::Diagram(Drawing::default());
        check("export a.json a.svg", export("a.svg", ExportKind::Svg(whole())));
        check("export a.json a.png --picture diagram", export("a.png", ExportKind::Png(whole())));
        let ring = Picture::Ring(Some("b".to_owned()));
        check("export a.json a.svg --picture ring --node b", export("a.svg", ExportKind::Svg(ring)));
        let (run, at) = (of(None), Some(SimTime(4_000_000)));
        let stage = Command::Export { run, out: "a.png".into(), kind: ExportKind::Png(Picture::Stage(Lang::Zh)), at };
        check("export a.json a.png --picture stage --at 4 --lang zh-CN", Ok(stage));
        let mermaid = Drawing { detail: Detail::Overview, lang: Lang::Zh, mermaid: true, ..Drawing::default() };
        let line = "export a.json a.mmd --detail overview --lang zh-CN";
        check(line, export("a.mmd", ExportKind::Mermaid(mermaid)));
        check("export a.json a.pcap --lang en", Err("--lang says nothing to a.pcap: it has all packets"));
        check("export a.json a.svg --at 1", Err("--at says nothing to a diagram"));
        check(
            "export a.json a.svg --picture ring --detail overview",
            Err("--detail says nothing to a picture of a ring"),
        );
        check("export a.json a.svg --picture moon", Err("diagram, stage or ring"));
        check("export a.json a.gif", Err("a.gif: the ending says"));
        check("export a.json a", Err(".pcap, .svg, .png, .mmd or .jsonl"));
        check("export a.json", Err("export takes two files"));
        check("run a.json --mermaid", Err("--mermaid says nothing to run"));
        check("example --at 1", Err("--at says nothing to example"));
        check("run a b", Err("one file"));
        check("fly", Err("I do not know 'fly'"));
        check("--fly", Err("see psyncscope --help"));
    }
}
