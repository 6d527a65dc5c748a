//! Files that import each other in a circle can only be read together, so no crate has a large circle.
//!
//! `cargo test -p psyncscope-tests --test import_circles -- --nocapture` prints the largest circle of each crate.
//!
//! A file imports another if a path in it leads there that begins with `crate`, `self`, `super` or a module declared in it,
//! in a `use` or in code. `mod` by itself is no import, calling a method is none either, and modules named `tests` do not count.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The most files in a circle.
const CIRCLE_MAX: usize = 10;

/// A module that is a file: its path within the crate, empty for the root.
type Module = Vec<String>;

/// The files of a crate: each module with its source.
type Sources = BTreeMap<Module, String>;

fn read(folder: &Path, module: &[String], sources: &mut Sources) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            read(&path, &[module, &[name]].concat(), sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let is_root = module.is_empty() && matches!(name.as_str(), "lib" | "main");
            let own = if is_root || name == "mod" { module.to_vec() } else { [module, &[name]].concat() };
            // A package with a library and a program has two roots.
            sources.entry(own).or_default().push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

fn is_path_separator(tokens: &[TokenTree]) -> bool {
    let is_colon = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':');
    matches!(tokens, [first, second, ..] if is_colon(first) && is_colon(second))
}

/// Passes each path in `tokens` to `found`, with the modules inside the file that it is in.
fn paths(tokens: TokenStream, within: &[String], found: &mut dyn FnMut(&[String], &[String])) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at..] {
            [TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Group(body), ..] if word == "mod" => {
                if name != "tests" {
                    paths(body.stream(), &[within, &[name.to_string()]].concat(), found);
                }
                at += 3;
            }
            [TokenTree::Ident(_), rest @ ..] if is_path_separator(rest) => {
                at += path(&tokens[at..], &[], &mut |path| found(path, within));
            }
            [TokenTree::Group(body), ..] => {
                paths(body.stream(), within, found);
                at += 1;
            }
            _ => at += 1,
        }
    }
}

/// Passes the path that `tokens` begin with to `found`, or each path of a `use` with braces. Returns its length.
fn path(tokens: &[TokenTree], prefix: &[String], found: &mut dyn FnMut(&[String])) -> usize {
    let (mut segments, mut at) = (prefix.to_vec(), 0);
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(word)) => segments.push(word.to_string()),
            Some(TokenTree::Group(list)) if list.delimiter() == Delimiter::Brace => {
                let list: Vec<TokenTree> = list.stream().into_iter().collect();
                let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
                for item in list.split(is_comma).filter(|item| !item.is_empty()) {
                    path(item, &segments, found);
                }
                return at + 1;
            }
            _ => break,
        }
        at += 1;
        if !is_path_separator(&tokens[at..]) {
            break;
        }
        at += 2;
    }
    found(&segments);
    at.max(1)
}

/// The file that a path leads to, if it is one of this crate.
fn resolve<'a>(sources: &'a Sources, base: &[String], path: &[String]) -> Option<&'a Module> {
    let (mut base, mut rest) = (base.to_vec(), path);
    match path.first()?.as_str() {
        "crate" => (base, rest) = (Vec::new(), &path[1..]),
        "self" => rest = &path[1..],
        "super" => {
            while let [first, after @ ..] = rest
                && first == "super"
            {
                base.pop();
                rest = after;
            }
        }
        child if sources.contains_key(&[&base, &[child.to_owned()][..]].concat()) => {}
        _ => return None,
    }
    base.extend_from_slice(rest);
    (0..=base.len()).rev().find_map(|len| sources.get_key_value(&base[..len])).map(|(module, _)| module)
}

/// The files that `from` imports, and those that they import.
fn reached<'a>(imports: &BTreeMap<&'a Module, BTreeSet<&'a Module>>, from: &'a Module) -> BTreeSet<&'a Module> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(module) = open.pop() {
        open.extend(imports[module].iter().filter(|next| reached.insert(**next)));
    }
    reached
}

/// The circles of two files or more, the largest first.
fn circles(sources: &Sources) -> Vec<BTreeSet<&Module>> {
    let mut imports: BTreeMap<&Module, BTreeSet<&Module>> = BTreeMap::new();
    for (module, source) in sources {
        let imported = imports.entry(module).or_default();
        paths(source.parse().unwrap(), &[], &mut |path, within| {
            imported.extend(resolve(sources, &[module, within].concat(), path));
        });
    }
    let reached: BTreeMap<&Module, BTreeSet<&Module>> =
        sources.keys().map(|module| (module, reached(&imports, module))).collect();
    let circle =
        |module: &&Module| reached[module].iter().copied().filter(|other| reached[*other].contains(*module)).collect();
    let distinct: BTreeSet<BTreeSet<&Module>> = sources.keys().map(|module| circle(&module)).collect();
    let mut circles: Vec<_> = distinct.into_iter().filter(|circle| circle.len() > 1).collect();
    circles.sort_by_key(|circle| std::cmp::Reverse(circle.len()));
    circles
}

fn shown(circle: &BTreeSet<&Module>) -> String {
    let names = circle.iter().map(|module| if module.is_empty() { "the root".into() } else { module.join("::") });
    names.collect::<Vec<String>>().join(", ")
}

#[test]
fn no_crate_has_a_large_circle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut packages: Vec<PathBuf> = ["web", "tests", "xtask"].map(|name| root.join(name)).into();
    packages.extend(std::fs::read_dir(root.join("crates")).unwrap().map(|entry| entry.unwrap().path()));
    packages.sort();
    let mut too_large = Vec::new();
    for package in packages {
        let mut sources = Sources::new();
        read(&package.join("src"), &[], &mut sources);
        let (circles, name) = (circles(&sources), package.file_name().unwrap().to_string_lossy().into_owned());
        let largest =
            circles.first().map_or_else(|| "none".into(), |circle| format!("{}: {}", circle.len(), shown(circle)));
        println!("{name}, {} files, largest circle {largest}", sources.len());
        too_large
            .extend(circles.iter().filter(|circle| circle.len() > CIRCLE_MAX).map(|_| format!("{name}: {largest}")));
    }
    assert!(too_large.is_empty(), "circles of more than {CIRCLE_MAX} files:\n{}", too_large.join("\n"));
}

/// The circles of a crate with these files.
fn of(files: &[(&str, &str)]) -> Vec<String> {
    let module = |name: &str| name.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let sources = files.iter().map(|(name, source)| (module(name), (*source).to_owned())).collect();
    circles(&sources).iter().map(shown).collect()
}

#[test]
fn circles_are_found() {
    assert_eq!(of(&[("a", "use crate::b::B;"), ("b", "fn f() { crate::a::f() }")]), ["a, b"]);
    assert_eq!(of(&[("", "mod a; use a::A;"), ("a", "use super::*;")]), ["the root, a"]);
    let through_braces =
        [("a", "use crate::{c::{self, C}, d};"), ("c", "use std::fmt;"), ("d", "use super::{x, a::A as B};")];
    assert_eq!(of(&through_braces), ["a, d"]);
    let nested = [("a", "mod b { use super::super::c; }"), ("c", "println!(\"{}\", crate::a::b::X)")];
    assert_eq!(of(&nested), ["a, c"]);
}

#[test]
fn what_is_no_import_makes_no_circle() {
    assert!(of(&[("a", "use crate::b;"), ("b", "mod tests { use crate::a; }")]).is_empty());
    assert!(
        of(&[("a", "use crate::b;"), ("b", "/// [`crate::a`]\nconst A: &str = \"crate::a\"; // crate::a")]).is_empty()
    );
    assert!(of(&[("", "mod a;"), ("a", "use super::X; use std::a;")]).is_empty());
}
