//! JSON as a plain tree, and strict readers of its objects.
//!
//! One type to parse into, instead of a parser for each type of a log: the page downloads what is here, and derived
//! readers of tagged and flattened types were a tenth of it.

use std::fmt;

use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::error::{ErrorCode, LabError};

/// A JSON value; objects keep the order of their members.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Unsigned(u64),
    Negative(i64),
    Float(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// What it is, in words.
    const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Unsigned(_) | Self::Negative(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Tree;
        impl<'de> Visitor<'de> for Tree {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
                Ok(Json::Bool(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
                Ok(Json::Unsigned(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
                Ok(Json::Negative(value))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
                Ok(Json::Float(value))
            }

            fn visit_str<E>(self, value: &str) -> Result<Json, E> {
                Ok(Json::Text(value.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Json::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
                let mut members: Vec<(String, Json)> = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if members.iter().any(|(known, _)| *known == name) {
                        return Err(de::Error::custom(format_args!("duplicate field `{name}`")));
                    }
                    members.push((name, map.next_value()?));
                }
                Ok(Json::Object(members))
            }
        }
        d.deserialize_any(Tree)
    }
}

impl fmt::Display for Json {
    /// Compact JSON. Numbers as Rust writes them, which is JSON too: another way to print them would be 10 KB of tables.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Unsigned(value) => write!(f, "{value}"),
            Self::Negative(value) => write!(f, "{value}"),
            // A whole number keeps its point, so that it comes back as what it was.
            Self::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => write!(f, "{value:.1}"),
            Self::Float(value) => write!(f, "{value}"),
            Self::Text(text) => quoted(f, text),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma}{item}")?;
                }
                f.write_str("]")
            }
            Self::Object(members) => {
                f.write_str("{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { "," })?;
                    quoted(f, name)?;
                    write!(f, ":{value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    // Text always serialises.
    f.write_str(&serde_json::to_string(text).unwrap_or_default())
}

/// A value and where it is, such as `actions[3].settings`.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    value: &'a Json,
    path: &'a Path<'a>,
}

/// A way from the root.
pub(crate) enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(Self::Root, name) => f.write_str(name),
            Self::Member(path, name) => write!(f, "{path}.{name}"),
            Self::Item(path, index) => write!(f, "{path}[{index}]"),
        }
    }
}

impl<'a> At<'a> {
    /// The value at a path.
    pub(crate) const fn new(value: &'a Json, path: &'a Path<'a>) -> Self {
        Self { value, path }
    }

    pub(crate) fn wrong(&self, reason: String) -> LabError {
        error_at(ErrorCode::BadValue, self.path, &reason)
    }

    fn expected(&self, what: &str) -> LabError {
        match self.value {
            Json::Unsigned(_) | Json::Negative(_) | Json::Float(_) => {
                self.wrong(format!("invalid value: {}, expected {what}", self.value))
            }
            other => self.wrong(format!("invalid type: {}, expected {what}", other.kind())),
        }
    }

    pub(crate) fn text(&self) -> Result<String, LabError> {
        match self.value {
            Json::Text(text) => Ok(text.clone()),
            _ => Err(self.expected("a string")),
        }
    }

    pub(crate) fn boolean(&self) -> Result<bool, LabError> {
        match self.value {
            Json::Bool(value) => Ok(*value),
            _ => Err(self.expected("a boolean")),
        }
    }

    pub(crate) fn unsigned(&self) -> Result<u64, LabError> {
        match self.value {
            Json::Unsigned(value) => Ok(*value),
            _ => Err(self.expected("a whole number from 0 on")),
        }
    }

    pub(crate) fn small(&self) -> Result<u32, LabError> {
        u32::try_from(self.unsigned()?).map_err(|_| self.expected("a whole number below 2^32"))
    }

    pub(crate) fn signed(&self) -> Result<i64, LabError> {
        match self.value {
            Json::Negative(value) => Ok(*value),
            Json::Unsigned(value) => i64::try_from(*value).map_err(|_| self.expected("a whole number below 2^63")),
            _ => Err(self.expected("a whole number")),
        }
    }

    pub(crate) fn number(&self) -> Result<f64, LabError> {
        match self.value {
            Json::Float(value) => Ok(*value),
            Json::Unsigned(value) => Ok(*value as f64),
            Json::Negative(value) => Ok(*value as f64),
            _ => Err(self.expected("a number")),
        }
    }

    /// Each item of an array, read by `read`.
    pub(crate) fn list<T>(&self, mut read: impl FnMut(At<'_>) -> Result<T, LabError>) -> Result<Vec<T>, LabError> {
        let Json::List(items) = self.value else { return Err(self.expected("an array")) };
        let mut out = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            out.push(read(At::new(item, &Path::Item(self.path, index)))?);
        }
        Ok(out)
    }

    /// The members of an object that may have `known` ones and no others.
    pub(crate) fn object(&self, known: &'static [&'static str]) -> Result<Object<'a>, LabError> {
        let object = self.any_object()?;
        object.only(known)?;
        Ok(object)
    }

    /// The members of an object, to be checked by [`Object::only`] once it is known which it may have.
    pub(crate) fn any_object(&self) -> Result<Object<'a>, LabError> {
        let Json::Object(members) = self.value else { return Err(self.expected("an object")) };
        Ok(Object { members, path: self.path })
    }
}

/// The members of an object.
pub(crate) struct Object<'a> {
    members: &'a [(String, Json)],
    path: &'a Path<'a>,
}

impl Object<'_> {
    /// Refuses members that nobody knows.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), LabError> {
        match self.members.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) => {
                let reason = format!("unknown field `{name}`, expected one of {}", known.join(", "));
                Err(error_at(ErrorCode::UnknownField, &Path::Member(self.path, name), &reason))
            }
        }
    }

    /// A member that must be there.
    pub(crate) fn need<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(At<'_>) -> Result<T, LabError>,
    ) -> Result<T, LabError> {
        match self.members.iter().find(|(known, _)| known == name) {
            Some((_, value)) => read(At::new(value, &Path::Member(self.path, name))),
            None => Err(error_at(ErrorCode::MissingField, self.path, &format!("missing field `{name}`"))),
        }
    }

    /// A member that has a default.
    pub(crate) fn or<T>(
        &self,
        name: &'static str,
        default: T,
        read: impl FnOnce(At<'_>) -> Result<T, LabError>,
    ) -> Result<T, LabError> {
        match self.members.iter().find(|(known, _)| known == name) {
            Some((_, value)) => read(At::new(value, &Path::Member(self.path, name))),
            None => Ok(default),
        }
    }
}

fn error_at(code: ErrorCode, path: &Path<'_>, reason: &str) -> LabError {
    let path = path.to_string();
    if path.is_empty() {
        return LabError::new(code, reason);
    }
    let action = path.strip_prefix("actions[").and_then(|rest| rest.split(']').next()).and_then(|i| i.parse().ok());
    LabError::new(code, format!("{path}: {reason}")).place(|at| {
        at.field = Some(path);
        at.action = action;
    })
}

/// Where in `text`, which is JSON, the value of `path` begins: line and column, from 1. The value nearest to it if the
/// path leads nowhere.
pub(crate) fn locate(text: &str, path: &str) -> (usize, usize) {
    let mut scan = Scan { text: text.as_bytes(), at: 0 };
    scan.space();
    let steps = path.split(['.', '[']).map(|step| step.trim_end_matches(']')).filter(|step| !step.is_empty());
    for step in steps {
        if !scan.enter(step) {
            break;
        }
    }
    let before = &text[..scan.at.min(text.len())];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// A walk through text that is known to be JSON.
struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t' | b',' | b':') {
            self.at += 1;
        }
    }

    /// Moves over a string and answers what stands between its quotes, escapes as written.
    fn string(&mut self) -> (usize, usize) {
        let start = self.at + 1;
        self.at = start;
        while self.at < self.text.len() && self.peek() != b'"' {
            self.at += if self.peek() == b'\\' { 2 } else { 1 };
        }
        let end = self.at.min(self.text.len());
        self.at = end + 1;
        (start.min(end), end)
    }

    /// Moves over a value.
    fn skip(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                0 => return,
                b'"' => {
                    self.string();
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                }
                _ => {
                    while !matches!(self.peek(), 0 | b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t' | b':') {
                        self.at += 1;
                    }
                }
            }
            if depth == 0 {
                return;
            }
            self.space();
        }
    }

    /// Moves to a member or an item of the value that begins here.
    fn enter(&mut self, step: &str) -> bool {
        let (start, is_object) = (self.at, self.peek() == b'{');
        if !is_object && self.peek() != b'[' {
            return false;
        }
        self.at += 1;
        let mut index = 0;
        loop {
            self.space();
            if matches!(self.peek(), b'}' | b']' | 0) {
                self.at = start;
                return false;
            }
            let found = if is_object {
                let (from, to) = self.string();
                self.space();
                &self.text[from..to] == step.as_bytes()
            } else {
                step.parse() == Ok(index)
            };
            if found {
                return true;
            }
            self.skip();
            index += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_in_text() {
        let text = "{\n  \"a\": [1, {\"b\": \"x\\\"]\", \"c\": 2}],\n  \"d\": {}\n}";
        assert_eq!(locate(text, "a"), (2, 8));
        assert_eq!(locate(text, "a[1].c"), (2, 31));
        assert_eq!(locate(text, "d"), (3, 8));
        assert_eq!(locate(text, "d.nothing"), (3, 8));
        assert_eq!(locate("", "a.b"), (1, 1));
    }

    #[test]
    fn a_tree_is_written_as_it_was_read() {
        let text = r#"{"z":[1,-2,0.5,null,true],"a":{"x":"\"é"}}"#;
        let tree: Json = serde_json::from_str(text).expect("JSON");
        assert_eq!(tree.to_string(), text);
    }
}
