//! The handbook (`docs/`) is the same in both of its languages: the same chapters in the same order, and in each the same
//! headings, commands, frames, pictures, tables and links.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// The chapter that lists the others.
const SUMMARY: &str = "SUMMARY.md";
/// What the link of a frame in Chinese has more.
const IN_CHINESE: &str = " --lang zh-CN";
/// The language of a block whose text is not the same in both.
const TRANSLATED: &str = "text";

fn english() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

fn chinese() -> PathBuf {
    english().join("zh")
}

/// What a chapter has beside its words.
#[derive(Debug, Default, PartialEq, Eq)]
struct Chapter {
    headings: Vec<String>,
    blocks: Vec<String>,
    codes: BTreeSet<String>,
    frames: Vec<String>,
    pictures: Vec<String>,
    links: BTreeSet<String>,
    rows: usize,
}

impl Chapter {
    fn read(folder: &Path, name: &str) -> Self {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let mut chapter = Self::default();
        let mut block: Option<(String, String)> = None;
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Heading { level, .. }) => chapter.headings.push(level.to_string()),
                Event::Start(Tag::TableRow) => chapter.rows += 1,
                Event::Start(Tag::Image { dest_url, .. }) => chapter.pictures.push(dest_url.into_string()),
                Event::Start(Tag::Link { dest_url, .. }) => {
                    let path = dest_url.split('#').next().unwrap_or_default();
                    let is_elsewhere = path.contains("://") || path.is_empty();
                    assert!(is_elsewhere || folder.join(path).is_file(), "{name} in {folder:?}: {dest_url}");
                    chapter.links.insert(dest_url.trim_start_matches("../").to_owned());
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    block = Some((language.into_string(), String::new()));
                }
                Event::End(TagEnd::CodeBlock) => {
                    let (language, text) = block.take().unwrap_or_default();
                    chapter.blocks.push(match &*language {
                        TRANSLATED => language,
                        "sh" => without_comments(&text),
                        _ => text,
                    });
                }
                Event::Text(text) => {
                    if let Some((_, all)) = &mut block {
                        all.push_str(&text);
                    }
                }
                Event::Code(code) => drop(chapter.codes.insert(code.into_string())),
                Event::Html(html) => chapter.frames.extend(arguments(&html)),
                _ => {}
            }
        }
        chapter
    }
}

/// The commands of a block.
fn without_comments(block: &str) -> String {
    block.lines().map(|line| line.split(" #").next().unwrap_or_default().trim_end().to_owned() + "\n").collect()
}

/// What the frames in a piece of HTML show: the arguments of `psyncscope link`, without the language.
fn arguments(html: &str) -> impl Iterator<Item = String> {
    let all = html.split("data-link=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default());
    all.map(|arguments| arguments.replace(IN_CHINESE, "")).collect::<Vec<_>>().into_iter()
}

/// The chapters of a summary, in order, each with how far in it is.
fn chapters(folder: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(folder.join(SUMMARY)).unwrap();
    let line = |line: &str| {
        let (before, path) = line.split_once("](")?;
        Some((before.len() - before.trim_start().len(), path.split(')').next()?.to_owned()))
    };
    text.lines().filter_map(line).collect()
}

/// The names of the chapters that lie in a folder.
fn files(folder: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".md") && name != SUMMARY).collect()
}

#[test]
fn both_languages_have_the_same_chapters_and_the_summaries_all_of_them() {
    let all = chapters(&english());
    assert_eq!(all, chapters(&chinese()));
    let names: BTreeSet<String> = all.into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, files(&english()));
    assert_eq!(names, files(&chinese()));
}

#[test]
fn each_chapter_has_the_same_in_both_languages_and_its_links_lead_somewhere() {
    for name in files(&english()) {
        let (one, other) = (Chapter::read(&english(), &name), Chapter::read(&chinese(), &name));
        assert_eq!(one, other, "{name}: English first, then Chinese");
        assert!(!one.headings.is_empty(), "{name}");
    }
}

#[test]
fn a_frame_in_chinese_is_in_chinese() {
    for name in files(&chinese()) {
        let text = fs::read_to_string(chinese().join(&name)).unwrap();
        let frames = text.lines().filter(|line| line.contains("data-link=\""));
        for frame in frames {
            assert!(frame.contains(&format!("{IN_CHINESE}\"")), "{name}: {frame}");
        }
    }
}
