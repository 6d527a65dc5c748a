//! INFO and logs of real servers: what they say, what each node would answer the others, and what would turn it.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use psyncscope_lab::engine::replication::psync::Decision;
use psyncscope_lab::limits::OBSERVED_BYTES_MAX;
use psyncscope_lab::observed::{
    Answer, Cell, NodeInfo, Observed, Severity, advice, answers, groups, promotions, remarks,
};
use psyncscope_lab::{Bilingual, Lang};
use serde_json::{Value, json};

/// Occurrences of one line of a log that are printed.
const OCCURRENCES: usize = 3;

/// What is printed.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Where the texts are; `-` is standard input.
    pub files: Vec<PathBuf>,
    /// The language; `None` for JSON.
    pub lang: Option<Lang>,
}

/// What the texts of these files say.
///
/// # Errors
/// A file cannot be read, or they say nothing of replication.
pub fn text(wanted: &Wanted) -> Result<String, String> {
    let texts = Texts::read(&wanted.files)?;
    let observed = Observed::read(&texts.text).map_err(|error| texts.told(&error.message))?;
    Ok(match wanted.lang {
        Some(lang) => Report { observed: &observed, texts: &texts, lang }.text(),
        None => format!("{:#}\n", as_json(&observed, &texts)),
    })
}

/// The texts of files, one after the other.
struct Texts {
    text: String,
    /// The first line of each file, from 1.
    files: Vec<(usize, PathBuf)>,
}

impl Texts {
    fn read(files: &[PathBuf]) -> Result<Self, String> {
        let mut all = Self { text: String::new(), files: Vec::new() };
        for file in files {
            let in_file = |error: std::io::Error| format!("{}: {error}", file.display());
            // More than is taken need not be read: that there is more is refused.
            let limit = OBSERVED_BYTES_MAX as u64 + 1;
            let mut bytes = Vec::new();
            let source: Box<dyn std::io::Read> = if file == Path::new("-") {
                Box::new(std::io::stdin())
            } else {
                Box::new(std::fs::File::open(file).map_err(in_file)?)
            };
            source.take(limit).read_to_end(&mut bytes).map_err(in_file)?;
            all.files.push((all.text.split('\n').count() + usize::from(files.len() > 1), file.clone()));
            if files.len() > 1 {
                // The node of a file without a heading is called after the file.
                let _ = writeln!(all.text, "==> {} <==", file.display());
            }
            all.text.push_str(&String::from_utf8_lossy(&bytes));
            if files.len() > 1 {
                all.text.push('\n');
            }
        }
        Ok(all)
    }

    /// The file and the line in it.
    fn place(&self, line: usize) -> String {
        let file = self.files.iter().rev().find(|(first, _)| *first <= line).or(self.files.first());
        file.map_or_else(String::new, |(first, file)| {
            format!("{}:{}", file.display(), (line + 1).saturating_sub(*first))
        })
    }

    fn told(&self, message: &str) -> String {
        match &self.files[..] {
            [(_, file)] => format!("{}: {message}", file.display()),
            _ => message.to_owned(),
        }
    }
}

/// The headings of the parts.
struct Words {
    nodes: Bilingual,
    asks: Bilingual,
    promoted: Bilingual,
    remarks: Bilingual,
    log: Bilingual,
    more: Bilingual,
    unread: Bilingual,
    ignored: Bilingual,
}

const WORDS: Words = Words {
    nodes: Bilingual { en: "nodes", zh: "节点" },
    asks: Bilingual { en: "if each asked each other", zh: "若每个节点向其他节点请求" },
    promoted: Bilingual {
        en: "as the master of all, the best first", zh: "作为其他所有节点的主节点，最好的在前"
    },
    remarks: Bilingual { en: "worth knowing", zh: "值得留意" },
    log: Bilingual { en: "in the log", zh: "日志中" },
    more: Bilingual { en: "more, the last at", zh: "次，最后一次在" },
    unread: Bilingual { en: "not understood", zh: "未能理解" },
    ignored: Bilingual {
        en: "other fields of INFO and other lines of a log", zh: "其他 INFO 字段与其他日志行"
    },
};

struct Report<'a> {
    observed: &'a Observed,
    texts: &'a Texts,
    lang: Lang,
}

impl Report<'_> {
    fn text(&self) -> String {
        let Observed { nodes, findings, unread, unread_more, .. } = self.observed;
        let mut out = String::new();
        if !nodes.is_empty() {
            self.heading(&mut out, WORDS.nodes);
            nodes.iter().for_each(|node| node_lines(&mut out, node));
        }
        if nodes.len() > 1 {
            self.heading(&mut out, WORDS.asks);
            answers(nodes).iter().for_each(|cell| self.cell(&mut out, cell));
            self.heading(&mut out, WORDS.promoted);
            for promotion in promotions(nodes) {
                let said: Vec<String> = promotion.said(nodes).iter().map(|said| said.text(self.lang)).collect();
                let _ = writeln!(out, "{}  {}", nodes[promotion.node].name, said.join(self.space()));
            }
        }
        let remarks = remarks(nodes);
        if !remarks.is_empty() {
            self.heading(&mut out, WORDS.remarks);
            for remark in remarks {
                let _ = writeln!(out, "{} {}", mark(remark.severity), remark.said.text(self.lang));
            }
        }
        if !findings.is_empty() {
            self.heading(&mut out, WORDS.log);
            self.findings(&mut out);
        }
        if !unread.is_empty() {
            self.heading(&mut out, WORDS.unread);
            for line in unread {
                let _ = writeln!(out, "{}: {}: {}", self.texts.place(line.line), line.text, line.why.text(self.lang));
            }
            if *unread_more > 0 {
                let _ = writeln!(out, "+ {unread_more}");
            }
        }
        let ignored = [self.observed.other_fields, self.observed.other_log_lines];
        if ignored != [0, 0] {
            self.heading(&mut out, WORDS.ignored);
            let _ = writeln!(out, "{} + {}", ignored[0], ignored[1]);
        }
        out
    }

    fn heading(&self, out: &mut String, words: Bilingual) {
        let _ = writeln!(out, "{}{}", if out.is_empty() { "" } else { "\n" }, words.get(self.lang));
    }

    /// What is between two sentences.
    const fn space(&self) -> &'static str {
        match self.lang {
            Lang::En => " ",
            Lang::Zh => "",
        }
    }

    fn cell(&self, out: &mut String, cell: &Cell) {
        let nodes = &self.observed.nodes;
        let name = |place: usize| &nodes[place].name;
        let asked = cell.answer.verdict().map_or_else(
            || "?".to_owned(),
            |verdict| {
                let next = verdict.request.next.map_or(-1, |next| next.0);
                format!("{} {next}", String::from_utf8_lossy(&verdict.request.replid))
            },
        );
        let _ = writeln!(out, "{} -> {}  PSYNC {asked}  {}", name(cell.from), name(cell.to), short(&cell.answer));
        let said: Vec<String> = advice(cell, nodes).iter().map(|said| said.text(self.lang)).collect();
        let _ = writeln!(out, "   {}", said.join(self.space()));
    }

    fn findings(&self, out: &mut String) {
        for group in groups(&self.observed.findings) {
            let all = &group.findings;
            for finding in all.iter().take(OCCURRENCES) {
                let time = finding.time.as_deref().unwrap_or("-");
                let said = finding.said.text(self.lang);
                let place = self.texts.place(finding.line);
                let _ =
                    writeln!(out, "{} {place}  {time}  {}: {said}", mark(group.kind.severity), group.kind.written_by);
            }
            if let Some(last) = all.get(OCCURRENCES..).and_then(<[_]>::last) {
                let more = all.len() - OCCURRENCES;
                let _ = writeln!(out, "  + {more} {} {}", WORDS.more.get(self.lang), self.texts.place(last.line));
            }
        }
    }
}

fn node_lines(out: &mut String, node: &NodeInfo) {
    let role = match &node.upstream {
        None => "master".to_owned(),
        Some(upstream) => {
            let port = upstream.port.map_or_else(|| "?".to_owned(), |port| port.to_string());
            format!("replica of {}:{port} ({})", upstream.host, if upstream.link_up { "up" } else { "down" })
        }
    };
    let _ = writeln!(out, "{}  {role}  {}", node.name, node.version.as_deref().unwrap_or_default());
    let number = |n: Option<i64>| n.map_or_else(|| "?".to_owned(), |n| n.to_string());
    let id = node.replid.map_or_else(|| "?".to_owned(), |id| id.to_string());
    let _ = writeln!(out, "   offset {}  of {id}", number(node.has().map(|offset| offset.0)));
    if let Some(id) = node.replid2 {
        let _ = writeln!(out, "   before {}  {id}", number(node.second.map(|second| second.0)));
    }
    if let Some(window) = node.window() {
        let _ = writeln!(out, "   backlog {}-{}  size {}", window.off, window.end().had(), window.size);
    }
}

const fn mark(severity: Severity) -> char {
    match severity {
        Severity::Note => ' ',
        Severity::Warning => '*',
        Severity::Problem => '!',
    }
}

/// The answer in Redis's words.
const fn short(answer: &Answer) -> &'static str {
    match answer {
        Answer::Unknown(_) => "?",
        Answer::NotNow(..) => "-ERR",
        Answer::Decided(verdict) => match verdict.decision {
            Decision::Continue { .. } => "+CONTINUE",
            Decision::Full(_) => "+FULLRESYNC",
        },
    }
}

fn as_json(observed: &Observed, texts: &Texts) -> Value {
    let nodes = &observed.nodes;
    let names = |places: &[usize]| places.iter().map(|&place| &nodes[place].name).collect::<Vec<_>>();
    let cell = |cell: &Cell| {
        let said: Vec<String> = advice(cell, nodes).iter().map(|said| said.text(Lang::En)).collect();
        let answer = match &cell.answer {
            Answer::Unknown(_) => "unknown",
            Answer::NotNow(..) => "not-now",
            Answer::Decided(verdict) if verdict.is_continue() => "partial",
            Answer::Decided(_) => "full",
        };
        let verdict = cell.answer.verdict();
        json!({ "from": nodes[cell.from].name, "to": nodes[cell.to].name, "answer": answer, "verdict": verdict, "said": said })
    };
    let promotion = |p: &psyncscope_lab::observed::Promotion| {
        json!({
            "node": nodes[p.node].name, "is_master": p.is_master, "partial": names(&p.partial), "full": names(&p.full),
            "unknown": names(&p.unknown), "lost_bytes": p.lost, "forbidden": p.forbidden,
        })
    };
    let remark = |remark: &psyncscope_lab::observed::Remark| {
        let node = remark.node.map(|place| &nodes[place].name);
        json!({ "node": node, "severity": remark.severity, "said": remark.said.text(Lang::En) })
    };
    let finding = |finding: &psyncscope_lab::observed::Finding| {
        json!({
            "place": texts.place(finding.line), "node": finding.node, "time": finding.time, "kind": finding.kind.name,
            "severity": finding.kind.severity, "function": finding.kind.written_by, "said": finding.said.text(Lang::En),
        })
    };
    let unread = |unread: &psyncscope_lab::observed::Unread| json!({ "place": texts.place(unread.line), "text": unread.text, "why": unread.why.text(Lang::En) });
    json!({
        "nodes": nodes,
        "answers": answers(nodes).iter().map(cell).collect::<Vec<_>>(),
        "promotions": promotions(nodes).iter().map(promotion).collect::<Vec<_>>(),
        "remarks": remarks(nodes).iter().map(remark).collect::<Vec<_>>(),
        "log": observed.findings.iter().map(finding).collect::<Vec<_>>(),
        "other_fields": observed.other_fields,
        "other_log_lines": observed.other_log_lines,
        "unread": observed.unread.iter().map(unread).collect::<Vec<_>>(),
        "unread_more": observed.unread_more,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(name: &str) -> PathBuf {
        [env!("CARGO_MANIFEST_DIR"), "../lab/tests/observed", name].iter().collect()
    }

    #[test]
    fn nodes_answers_and_what_the_log_tells_are_printed() {
        let files = vec![fixture("redis-7.0-info.txt"), fixture("redis-7.0-log.txt")];
        let text = |lang| text(&Wanted { files: files.clone(), lang }).expect("it says something");
        let en = text(Some(Lang::En));
        for part in [
            "127.0.0.1:7003  replica of 127.0.0.1:7999 (down)  Redis 7.0.15\n   offset 81  of b5c2",
            "   backlog 20441-41335  size 16384\n",
            " 82  +FULLRESYNC\n   Full resync: 127.0.0.1:7003 wants byte 82",
            "as the master of all, the best first\n127.0.0.1:7001  Could continue from 127.0.0.1:7001: ",
            "! 127.0.0.1:7003 lost its link",
            "redis-7.0-log.txt:",
            "masterTryPartialResynchronization: A replica (127.0.0.1:7003) came back",
            " more, the last at ",
        ] {
            assert!(en.contains(part), "{part:?} is missing in\n{en}");
        }
        let log = std::fs::read_to_string(&files[1]).expect("a log");
        let line = log.lines().position(|line| line.contains("lack of backlog")).expect("it is there") + 1;
        assert!(en.contains(&format!("redis-7.0-log.txt:{line}  30 Nov")), "line {line} of the second file\n{en}");
        assert!(text(Some(Lang::Zh)).contains("全量同步"));
        let json: Value = serde_json::from_str(&text(None)).expect("JSON");
        assert_eq!(json["nodes"].as_array().map(Vec::len), Some(4));
        let refused = json["answers"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|cell| cell["from"] == "127.0.0.1:7003" && cell["to"] == "127.0.0.1:7001");
        assert_eq!(refused.expect("a pair")["answer"], "full");
        assert_eq!(json["promotions"][0]["lost_bytes"], 0);
        assert!(json["log"].as_array().is_some_and(|log| log.iter().any(|line| line["kind"] == "lack-of-backlog")));
    }

    #[test]
    fn a_file_without_replication_is_told_with_its_name() {
        let files = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))];
        let error = text(&Wanted { files, lang: None }).expect_err("it is none");
        assert!(error.contains("Cargo.toml: no field of INFO replication"), "{error}");
        let error = text(&Wanted { files: vec!["/nowhere".into()], lang: None }).expect_err("it is not there");
        assert!(error.starts_with("/nowhere: "), "{error}");
    }
}
