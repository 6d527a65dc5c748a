//! `psyncscope`: the lab without a browser. It replays a saved run and prints its log; `psyncscope serve` is the
//! engine on real TCP.
//!
//! **This crate contains no rules of Redis: every line printed comes from the lab, every byte sent from the engine.**

#![allow(clippy::print_stdout, reason = "printing is what a command-line program is for")]

mod args;
mod branches;
mod compare;
mod export;
mod grade;
mod info;
mod lesson;
mod log_lines;
mod script;
mod serve;
mod show;
mod sweep;
mod trace;
mod why;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use args::{Command, Drawing, ExportKind, RunFile, USAGE};
use psyncscope_lab::diagram::{Diagram, Stretch};
use psyncscope_lab::index::Index;
use psyncscope_lab::link::View;
use psyncscope_lab::narration::Note;
use psyncscope_lab::sim::frame::{HostId, SimTime};
use psyncscope_lab::{ActionLog, Branches, Lab, LabError, Lang, Lesson, Link, Opened, Script, Source, examples};

/// A dataset is millions of small allocations: a file of them loads in half the time that glibc's allocator takes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    match words.next() {
        // The remaining arguments are those of redis-server.
        Some(word) if word == "serve" => return serve::run(words.collect()),
        Some(word) if word == "sweep" => return sweep::run(words.collect()),
        _ => {}
    }
    let command = match args::parse(std::env::args_os().skip(1)) {
        Ok(command) => command,
        Err(error) => return failed(&error),
    };
    match text_of(command) {
        Ok(text) => match io::stdout().write_all(text.as_bytes()) {
            // Whoever reads, such as `head`, has seen enough.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => failed(&error.to_string()),
            _ => ExitCode::SUCCESS,
        },
        Err(error) => failed(&error),
    }
}

fn failed(error: &str) -> ExitCode {
    eprintln!("psyncscope: {error}");
    ExitCode::FAILURE
}

/// What a command prints.
fn text_of(command: Command) -> Result<String, String> {
    Ok(match command {
        Command::Help => format!("{USAGE}\n"),
        Command::Version => format!("psyncscope {}\n", env!("CARGO_PKG_VERSION")),
        Command::Example => examples::opening().to_json() + "\n",
        Command::Branches { file } => branches::text(&read(&file)?.0),
        Command::Compare { file, branches: [first, second], at } => {
            let (session, view) = read(&file)?;
            let replayed = |name: &str| session.find(name).and_then(|branch| session.replay(branch));
            let one = replayed(&first).map_err(in_file(&file))?;
            // A branch beside itself is replayed once.
            let other = (second != first).then(|| replayed(&second)).transpose().map_err(in_file(&file))?;
            let labs = [&one, other.as_ref().unwrap_or(&one)];
            let at = at.or(view.at).unwrap_or_else(|| labs[0].now().min(labs[1].now()));
            compare::text(&psyncscope_lab::compare::compare(labs, at), [&first, &second])
        }
        Command::Run { run, digest_only } => {
            let lab = replay(&run)?;
            let lines = log_lines::lines(&lab).filter(|_| !digest_only);
            let digest = format!("digest {}", lab.digest());
            lines.chain([digest]).map(|line| line + "\n").collect()
        }
        Command::Narrate { run, lang } => {
            let mut index = Index::default();
            let lab = replay(&run)?;
            index.extend(&lab);
            let line = |note: &Note| format!("{:>9.3} s  {}\n", note.at.0 as f64 / 1e6, note.text(lang));
            index.narration().map(|(_, note)| line(note)).collect()
        }
        Command::Show { run, view, at } => {
            let (lab, at) = replay_to(&run, at)?;
            show::text(&lab, at, &view)?
        }
        Command::Diagram { run, wanted } => diagram(&replay(&run)?, &wanted)?,
        Command::Export { run, out, kind, at } => {
            let (lab, at) = replay_to(&run, at)?;
            let bytes = match kind {
                ExportKind::Packets => lab.pcap().map_err(in_file(&run.file))?,
                ExportKind::Mermaid(wanted) => diagram(&lab, &wanted)?.into_bytes(),
                ExportKind::Svg(picture) => export::svg(&lab, &picture, at)?.into_bytes(),
                ExportKind::Png(picture) => export::png(&export::svg(&lab, &picture, at)?)?,
                ExportKind::Steps => lab.trace_json().map_err(in_file(&run.file))?.into_bytes(),
            };
            std::fs::write(&out, &bytes).map_err(|error| format!("{}: {error}", out.display()))?;
            format!("{}: {} bytes\n", out.display(), bytes.len())
        }
        Command::Why { run, node, at, lang } => {
            let (lab, at) = replay_to(&run, at)?;
            why::text(&lab, node.as_deref(), at, lang)?
        }
        Command::Check { run, lang } => check(&run, lang)?,
        Command::Script { file } => read_script(&file)?.script.to_text(),
        Command::Link { run, view } => link(&run, view)?.to_text() + "\n",
        Command::Info(wanted) => info::text(&wanted)?,
        Command::Grade(wanted) => grade::text(&wanted)?,
        Command::Trace { run, wanted } => trace::text(&replay(&run)?, &wanted)?,
    })
}

/// The sequence diagram of a run, as a picture or as text.
fn diagram(lab: &Lab, wanted: &Drawing) -> Result<String, String> {
    let &Drawing { detail, from, to, lang, mermaid } = wanted;
    if from.is_some_and(|from| from > lab.now()) {
        return Err(format!("--from lies beyond the end of the run, {} seconds", lab.now().0 as f64 / 1e6));
    }
    let mut index = Index::default();
    index.extend(lab);
    let stretch = Stretch { from: from.unwrap_or_default(), to: to.unwrap_or_else(|| lab.now()), detail };
    let diagram = Diagram::new(lab, &index, stretch, lang);
    Ok(if mermaid { diagram.mermaid() } else { diagram.svg() })
}

/// Checks a run; of a script, all branches unless one is named.
fn check(run: &RunFile, lang: Lang) -> Result<String, String> {
    let text = text_in(&run.file)?;
    if Source::of(&text) == Source::Lesson {
        return lesson::check(&lesson_of(&text, &run.file)?, &run.file);
    }
    let Opened { source, script, .. } = opened(&text, &run.file)?;
    let session = script.session();
    let branches = match &run.branch {
        Some(name) => vec![session.find(name).map_err(in_file(&run.file))?],
        None if source == Source::Script => (0..session.list().len()).collect(),
        None => vec![session.current()],
    };
    script::check(&script, &branches, &run.file, lang)
}

/// Reads a saved session, the log of a single run, a script, or a link. Only a link says what is shown.
fn read(file: &Path) -> Result<(Branches, View), String> {
    read_script(file).map(|source| (source.script.into_session(), source.view))
}

/// As [`read`], with what a script says and expects.
fn read_script(file: &Path) -> Result<Opened, String> {
    opened(&text_in(file)?, file)
}

/// The text of a file, or the link that stands for one.
fn text_in(file: &Path) -> Result<String, String> {
    if let Some(link) = as_link(file) {
        return Ok(link.to_owned());
    }
    std::fs::read_to_string(file)
        .map_err(|error| format!("{}: {error}; give the path of a saved run or a script, or a link", file.display()))
}

/// Opens a text; what is wrong with a script or a lesson is told a line each.
fn opened(text: &str, file: &Path) -> Result<Opened, String> {
    match Source::of(text) {
        Source::Script => {
            let script = Script::parse(text).map_err(|errors| script::errors_text(&errors, file))?;
            Ok(Opened { source: Source::Script, script, view: View::default() })
        }
        Source::Lesson => Opened::of_lesson(&lesson_of(text, file)?).map_err(in_file(file)),
        Source::Link | Source::Saved => Opened::read(text).map_err(in_file(file)),
    }
}

fn lesson_of(text: &str, file: &Path) -> Result<Lesson, String> {
    Lesson::parse(text).map_err(|errors| script::errors_text(&errors, file))
}

fn as_link(file: &Path) -> Option<&str> {
    file.to_str().filter(|text| Link::is_link(text))
}

/// Reads the run of a file: its branch is the current one.
fn session(RunFile { file, branch }: &RunFile) -> Result<(Branches, View), String> {
    let (mut session, mut view) = read(file)?;
    if let Some(name) = branch {
        let branch = session.find(name).map_err(in_file(file))?;
        if branch != session.current() {
            // What a link shows is of its own branch.
            view = View::default();
        }
        session.switch_to(branch).map_err(in_file(file))?;
    }
    Ok((session, view))
}

/// The log of the run of a file.
fn log(run: &RunFile) -> Result<ActionLog, String> {
    let (session, _) = session(run)?;
    session.log(session.current()).map_err(in_file(&run.file))
}

/// Replays the run of a file to its end.
fn replay(run: &RunFile) -> Result<Lab, String> {
    Lab::replay(&log(run)?).map_err(in_file(&run.file))
}

/// Replays the run of a file to its end. Also says which moment is meant: this one, a link's, or the end.
fn replay_to(run: &RunFile, at: Option<SimTime>) -> Result<(Lab, SimTime), String> {
    let (session, view) = session(run)?;
    let lab = session.replay(session.current()).map_err(in_file(&run.file))?;
    let at = at.or(view.at).unwrap_or_else(|| lab.now());
    Ok((lab, at))
}

/// A link to the run of a file. What is not said of the view is as in the link that the file may be.
fn link(run: &RunFile, View { at, node, panel, lang }: View) -> Result<Link, String> {
    let (session, view) = session(run)?;
    let view =
        View { at: at.or(view.at), node: node.or(view.node), panel: panel.or(view.panel), lang: lang.or(view.lang) };
    Link::new(session, view).map_err(in_file(&run.file))
}

/// Says of an error in which file it is.
fn in_file(file: &Path) -> impl Fn(LabError) -> String {
    let name = as_link(file).map_or_else(|| file.display().to_string(), |_| "the link".to_owned());
    move |error| format!("{name}: {error}")
}

/// The host of this name, which may have been removed.
fn host_named(lab: &Lab, name: &str) -> Result<HostId, String> {
    lab.host_ever(name).ok_or_else(|| format!("there was never a node {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn file() -> PathBuf {
        [env!("CARGO_MANIFEST_DIR"), "../lab/tests/logs/version-2.json"].iter().collect()
    }

    #[test]
    fn a_diagram_from_beyond_the_end_is_refused() {
        let diagram = |from_us: u64| {
            let run = RunFile { file: file(), branch: Some("main".to_owned()) };
            let wanted = Drawing { from: Some(SimTime(from_us)), mermaid: true, ..Drawing::default() };
            text_of(Command::Diagram { run, wanted })
        };
        assert!(diagram(6_000_000).expect("the end itself is there").starts_with("sequenceDiagram"));
        assert_eq!(diagram(6_000_001), Err("--from lies beyond the end of the run, 6 seconds".to_owned()));
    }

    fn text_for(words: &[&str]) -> Result<String, String> {
        text_of(args::parse(words.iter().map(Into::into))?)
    }

    #[test]
    fn a_link_stands_for_the_file_that_it_was_made_of() {
        let file = file();
        let file = file.to_str().expect("UTF-8");
        let link = text_for(&["link", file, "--at", "4.1", "--node", "b", "--panel", "handshake"]).expect("a link");
        let link = link.trim_end();
        let address = format!("https://example.org/{link}");
        for rest in [&["run"][..], &["run", "--branch", "main", "--digest"], &["branches"], &["narrate"]] {
            let of = |file: &str| text_for(&[rest, &[file]].concat()).expect("a run");
            assert_eq!((of(link), of(&address)), (of(file), of(file)), "{rest:?}");
        }
        // The moment is the link's, on its own branch.
        let shown = |file: &str, more: &[&str]| text_for(&[&["show", file, "ruler"], more].concat()).expect("a moment");
        assert_eq!(shown(link, &[]), shown(file, &["--at", "4.1"]));
        assert_ne!(shown(link, &[]), shown(file, &[]));
        assert_eq!(shown(link, &["--branch", "main"]), shown(file, &["--branch", "main"]));
        // So is what another link does not say.
        let again = text_for(&["link", link, "--lang", "zh-CN"]).expect("a link");
        let view = Link::parse(again.trim_end()).expect("its own writing").into_parts().1;
        assert_eq!((view.at, view.node.as_deref(), view.lang), (Some(SimTime(4_100_000)), Some("b"), Some(Lang::Zh)));
    }

    #[test]
    fn what_a_link_cannot_show_is_said() {
        let file = file();
        let file = file.to_str().expect("UTF-8");
        let late = text_for(&["link", file, "--at", "4.6"]).expect_err("the branch is over");
        assert!(late.contains("version-2.json: bad-time: 4600000 lies after"), "{late}");
        let unknown = text_for(&["link", file, "--node", "z"]).expect_err("no such node");
        assert!(unknown.contains("no node z"), "{unknown}");
        let damaged = text_for(&["run", "#v1.ab%c"]).expect_err("damaged");
        assert!(
            damaged.starts_with("the link: bad-link: '%' cannot be") && damaged.contains("character 7"),
            "{damaged}"
        );
    }

    fn example(name: &str) -> String {
        format!("{}/../lab/examples/scripts/{name}", env!("CARGO_MANIFEST_DIR"))
    }

    #[test]
    fn a_session_as_a_script_is_the_same_run() {
        let file = file();
        let file = file.to_str().expect("UTF-8");
        let path = std::env::temp_dir().join(format!("psyncscope-{}.psync", std::process::id()));
        std::fs::write(&path, text_for(&["script", file]).expect("a session")).expect("a place for it");
        let script = path.to_str().expect("UTF-8");
        for rest in [&["run", "--digest"][..], &["run", "--branch", "main"], &["branches"], &["link"], &["script"]] {
            let of = |file: &str| text_for(&[rest, &[file]].concat()).expect("a run");
            assert_eq!(of(script), of(file), "{rest:?}");
        }
        std::fs::remove_file(&path).expect("it is there");
    }

    #[test]
    fn all_branches_of_a_script_are_checked() {
        let file = example("cut-too-long.psync");
        let all = text_for(&["check", &file]).expect("it holds");
        assert!(all.contains("branch \"a short text\"\n✓ ") && all.ends_with("all 9 expectations are met\n"), "{all}");
        let main = text_for(&["check", &file, "--branch", "main"]).expect("it holds");
        assert!(!main.contains("branch \"") && main.ends_with("all 5 expectations are met\n"), "{main}");
    }

    #[test]
    fn an_expectation_that_is_not_met_is_told_with_its_line() {
        let text = std::fs::read_to_string(example("first-sync.psync")).expect("an example");
        let path = std::env::temp_dir().join(format!("psyncscope-unmet-{}.psync", std::process::id()));
        let told = |text: String| {
            std::fs::write(&path, text).expect("a place for it");
            text_for(&["check", path.to_str().expect("UTF-8")]).expect_err("it is wrong")
        };
        let unmet = told(text.replace("offset = 61", "offset = 62"));
        let line = ".psync:21: at 4.000 s: expected b offset = 62: offset of b is 61";
        assert!(unmet.starts_with("1 of 9 expectations are not met\n") && unmet.ends_with(line), "{unmet}");
        let wrong = told(text.replace("node b", "nodw b").replace("end 5s", "end 5"));
        let lines: Vec<&str> = wrong.lines().collect();
        assert!(
            lines[0].contains(".psync: line 8, column 1: found nodw, ") && lines[0].ends_with("did you mean node?")
        );
        assert!(lines.len() == 2 && lines[1].contains("line 23, column 5: found 5, expected a time"), "{wrong}");
        std::fs::remove_file(&path).expect("it is there");
    }

    #[test]
    fn branches_are_compared_by_their_names() {
        let compare = |second: &str| {
            let branches = ["main".to_owned(), second.to_owned()];
            text_of(Command::Compare { file: file(), branches, at: None })
        };
        let itself = compare("main").expect("it is there");
        assert!(itself.starts_with("at 6.000 s\n") && !itself.contains("\n* "), "{itself}");
        assert!(compare("b as master").expect("it is there").contains("\n* "));
        let unknown = compare("nobody").expect_err("no such branch");
        assert!(
            unknown.contains("version-2.json: ") && unknown.contains("\"nobody\": there are \"main\", "),
            "{unknown}"
        );
    }
}
