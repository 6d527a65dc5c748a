//! `cargo xtask book`: the handbook beside the page, in `dist/handbook`.
//!
//! mdBook makes it of `docs/`. Its frames show the page that is built, its pictures are taken of it
//! (`tests/browser/handbook.mjs`), and every link within the book must lead somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::dist;
use crate::error::{Error, Result, ResultExt};
use crate::project::BROWSER_DIR;
use crate::setup::{self, CHROMIUM, spec_browser};
use crate::shell::Shell;

/// Where it goes below the site.
const FOLDER: &str = "handbook";
/// Where its text lies, and where that goes below the handbook: a book for each language, the one around the other first,
/// since mdBook empties the folder.
const BOOKS: [(&str, &str); 2] = [("docs", ""), ("docs/zh", "zh")];

/// Builds the handbook, and the page first if there is none.
pub fn run(shell: &mut Shell) -> Result<()> {
    setup::prepare(shell, setup::BOOK)?;
    let built = shell.project.dist().join("index.html").is_file();
    build(shell, built)?;
    println!("\nThe handbook is in {}.", shell.project.dist().join(FOLDER).display());
    Ok(())
}

/// Builds the handbook; the tools must be there. `page` says whether the page is there too.
pub fn build(shell: &Shell, page: bool) -> Result<()> {
    if !page {
        dist::build(shell)?;
    }
    let book = shell.project.dist().join(FOLDER);
    for (source, folder) in BOOKS {
        let mut mdbook = shell.command("mdbook");
        mdbook.args(["build", source, "--dest-dir"]).arg(book.join(folder));
        shell.run(&mut mdbook, "see its message above")?;
    }
    let mut pictures = shell.command("node");
    pictures
        .arg("handbook.mjs")
        .arg(&book)
        .current_dir(shell.project.root.join(BROWSER_DIR))
        .env("PSYNCSCOPE_DIST", shell.project.dist())
        .env(CHROMIUM.variable, spec_browser(shell)?);
    shell.run(&mut pictures, "see its message above")?;
    let site = shell.project.dist();
    BOOKS.iter().try_for_each(|(_, folder)| check_links(&site, &book.join(folder)))
}

/// Fails if a link within the book leads nowhere.
fn check_links(site: &Path, book: &Path) -> Result<()> {
    let mut broken = Vec::new();
    for entry in fs::read_dir(book).context("reading the handbook", "build it again")? {
        let path = entry.context("reading the handbook", "build it again")?.path();
        // Made for search engines and for printing: all chapters in one, whose links are those of the others.
        let is_chapter = path.extension().is_some_and(|ending| ending == "html") && !path.ends_with("print.html");
        if !is_chapter || path.ends_with("404.html") {
            continue;
        }
        let text = fs::read_to_string(&path).context("reading a chapter", "build it again")?;
        for link in links(&text) {
            if !leads_somewhere(site, &path, link) {
                let chapter = path.file_name().unwrap_or_default().to_string_lossy();
                broken.push(format!("{chapter}: {link}"));
            }
        }
    }
    if broken.is_empty() {
        return Ok(());
    }
    Err(Error::new(format!("links of the handbook lead nowhere:\n  {}", broken.join("\n  ")), "correct them in docs/"))
}

/// What the elements of a page link to, each once.
fn links(page: &str) -> BTreeSet<&str> {
    let values = |attribute| page.split(attribute).skip(1).filter_map(|rest| rest.split('"').next());
    values(" href=\"").chain(values(" src=\"")).collect()
}

fn leads_somewhere(site: &Path, page: &Path, link: &str) -> bool {
    if link.contains("://") || link.starts_with("mailto:") || link.starts_with("data:") {
        return true;
    }
    let (path, fragment) = link.split_once('#').map_or((link, None), |(path, fragment)| (path, Some(fragment)));
    let path = path.split('?').next().unwrap_or_default();
    let mut file = if path.is_empty() { page.to_path_buf() } else { within(page.parent().unwrap_or(page), path) };
    if file.is_dir() {
        file.push("index.html");
    }
    // Of the page itself a fragment is a link to an instant, which its own program reads.
    let fragment = fragment.filter(|fragment| !fragment.is_empty() && file.parent() != Some(site));
    match fragment {
        _ if !file.starts_with(site) || !file.is_file() => false,
        None => true,
        Some(name) => fs::read_to_string(&file).is_ok_and(|text| text.contains(&format!("id=\"{name}\""))),
    }
}

/// A relative path from a folder, without its `..`.
fn within(folder: &Path, path: &str) -> PathBuf {
    let mut found = folder.to_path_buf();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => drop(found.pop()),
            Component::CurDir => {}
            part => found.push(part),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_file_and_to_a_place_in_it() {
        let site = std::env::temp_dir().join(format!("psyncscope-book-{}", std::process::id()));
        let book = site.join(FOLDER);
        fs::create_dir_all(&book).unwrap();
        fs::write(site.join("index.html"), "the page").unwrap();
        fs::write(book.join("other.html"), "<h2 id=\"there\">").unwrap();
        let page = "<a href=\"other.html#there\"><iframe src=\"../?embed#v1.abc\"><a href=\"https://example.org/\">\
                    <a href=\"#here\" id=\"here\">";
        fs::write(book.join("one.html"), page).unwrap();
        assert_eq!(check_links(&site, &book), Ok(()));
        for wrong in ["other.html#nowhere", "none.html", "../../outside.html", "images/none.png", "#nowhere"] {
            fs::write(book.join("one.html"), format!("<a href=\"{wrong}\">")).unwrap();
            let error = check_links(&site, &book).unwrap_err();
            assert!(error.what().contains(&format!("one.html: {wrong}")), "{error}");
        }
        fs::remove_dir_all(site).unwrap();
    }
}
