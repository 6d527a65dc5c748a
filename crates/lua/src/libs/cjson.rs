//! `cjson`: JSON in and out.

use rilua::vm::gc::arena::GcRef;
use rilua::vm::state::LuaState;
use rilua::vm::table::Table;
use rilua::{LuaResult, RustFn, Val};

use super::{arguments, error, give, string, table};

/// `cjson.null`.
pub(super) const NULL: Val = Val::LightUserdata(0);

/// Deeper nesting is refused.
const DEPTH_MAX: usize = 1000;

/// A sparse array is encoded as an array up to this length, or if at least every second element is set.
const SPARSE_SAFE: usize = 10;
const SPARSE_RATIO: usize = 2;

pub(super) const FUNCTIONS: &[(&str, RustFn)] = &[("encode", encode), ("decode", decode)];

fn encode(state: &mut LuaState) -> LuaResult<u32> {
    let [value] = arguments(state)[..] else { return Err(error("expected 1 argument")) };
    let mut out = Vec::new();
    write(state, &mut out, value, 0)?;
    give(state, &out)
}

fn write(state: &LuaState, out: &mut Vec<u8>, value: Val, depth: usize) -> LuaResult<()> {
    match value {
        Val::Nil | Val::LightUserdata(0) => out.extend_from_slice(b"null"),
        Val::Bool(yes) => out.extend_from_slice(if yes { b"true" } else { b"false" }),
        Val::Num(number) if number.is_finite() => out.extend_from_slice(value.to_string().as_bytes()),
        Val::Num(_) => return Err(error("Cannot serialise number: must not be NaN or Inf")),
        Val::Str(_) => write_string(out, &string(state, value).unwrap_or_default()),
        Val::Table(_) if depth >= DEPTH_MAX => {
            return Err(error(format!("Cannot serialise, excessive depth ({})", depth + 1)));
        }
        Val::Table(table) => return write_table(state, out, table, depth + 1),
        _ => return Err(error("Cannot serialise this type: type not supported")),
    }
    Ok(())
}

fn write_table(state: &LuaState, out: &mut Vec<u8>, table: GcRef<Table>, depth: usize) -> LuaResult<()> {
    let Some(table) = state.gc.tables.get(table) else { return Ok(()) };
    let mut entries = Vec::new();
    let mut key = Val::Nil;
    while let Some((next, value)) = table.next(key, &state.gc.string_arena)? {
        entries.push((next, value));
        key = next;
    }
    let index = |key: &Val| match *key {
        Val::Num(number) if number >= 1.0 && number.fract() == 0.0 => Some(number as usize),
        _ => None,
    };
    let indices: Option<Vec<usize>> = entries.iter().map(|(key, _)| index(key)).collect();
    let longest = indices.iter().flatten().max().copied().filter(|_| !entries.is_empty());
    if let Some(len) = longest {
        if len > entries.len() * SPARSE_RATIO && len > SPARSE_SAFE {
            return Err(error("Cannot serialise table: excessively sparse array"));
        }
        out.push(b'[');
        for i in 1..=len {
            if i > 1 {
                out.push(b',');
            }
            write(state, out, table.get_int(i as i64), depth)?;
        }
        out.push(b']');
        return Ok(());
    }
    out.push(b'{');
    for (n, (key, value)) in entries.into_iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        match key {
            Val::Num(_) => write_string(out, key.to_string().as_bytes()),
            Val::Str(_) => write_string(out, &string(state, key).unwrap_or_default()),
            _ => return Err(error("Cannot serialise table: table key must be a number or string")),
        }
        out.push(b':');
        write(state, out, value, depth)?;
    }
    out.push(b'}');
    Ok(())
}

fn write_string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for &byte in text {
        match byte {
            b'"' | b'\\' | b'/' => out.extend_from_slice(&[b'\\', byte]),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..=0x1f | 0x7f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

fn decode(state: &mut LuaState) -> LuaResult<u32> {
    let text = match arguments(state)[..] {
        [text @ Val::Str(_)] => string(state, text).unwrap_or_default(),
        [number @ Val::Num(_)] => number.to_string().into_bytes(),
        _ => return Err(error("bad argument #1 to 'decode' (string expected)")),
    };
    let mut parser = Parser { text: &text, at: 0 };
    let value = parser.value(state, 0)?;
    parser.space();
    if parser.at < text.len() {
        return Err(parser.unexpected("the end"));
    }
    state.push(value);
    Ok(1)
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn unexpected(&self, wanted: &str) -> rilua::LuaError {
        error(format!("Expected {wanted} but found invalid token at character {}", self.at + 1))
    }

    fn space(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Consumes this text if it is next.
    fn takes(&mut self, word: &[u8]) -> bool {
        let comes = self.text[self.at..].starts_with(word);
        self.at += if comes { word.len() } else { 0 };
        comes
    }

    fn value(&mut self, state: &mut LuaState, depth: usize) -> LuaResult<Val> {
        if depth > DEPTH_MAX {
            return Err(error(format!("Found too many nested data structures ({depth})")));
        }
        self.space();
        match self.text.get(self.at) {
            Some(b'{') => self.object(state, depth),
            Some(b'[') => self.array(state, depth),
            Some(b'"') => {
                let text = self.string()?;
                Ok(Val::Str(state.gc.intern_string(&text)))
            }
            _ if self.takes(b"null") => Ok(NULL),
            _ if self.takes(b"true") => Ok(Val::Bool(true)),
            _ if self.takes(b"false") => Ok(Val::Bool(false)),
            _ => self.number(),
        }
    }

    fn number(&mut self) -> LuaResult<Val> {
        let rest = &self.text[self.at..];
        let len =
            rest.iter().take_while(|c| c.is_ascii_digit() || matches!(c, b'-' | b'+' | b'.' | b'e' | b'E')).count();
        let number = psyncscope_resp::parse_double(&rest[..len]).ok_or_else(|| self.unexpected("value"))?;
        self.at += len;
        Ok(Val::Num(number))
    }

    fn array(&mut self, state: &mut LuaState, depth: usize) -> LuaResult<Val> {
        self.at += 1;
        let mut elements = Vec::new();
        self.space();
        if !self.takes(b"]") {
            loop {
                elements.push(self.value(state, depth + 1)?);
                self.space();
                if self.takes(b"]") {
                    break;
                }
                if !self.takes(b",") {
                    return Err(self.unexpected("comma or array end"));
                }
            }
        }
        let pairs = elements.into_iter().enumerate().map(|(i, value)| (Val::Num(i as f64 + 1.0), value));
        table(state, pairs.collect())
    }

    fn object(&mut self, state: &mut LuaState, depth: usize) -> LuaResult<Val> {
        self.at += 1;
        let mut pairs = Vec::new();
        self.space();
        if !self.takes(b"}") {
            loop {
                self.space();
                if self.text.get(self.at) != Some(&b'"') {
                    return Err(self.unexpected("object key string"));
                }
                let key = self.string()?;
                self.space();
                if !self.takes(b":") {
                    return Err(self.unexpected("colon"));
                }
                let key = Val::Str(state.gc.intern_string(&key));
                pairs.push((key, self.value(state, depth + 1)?));
                self.space();
                if self.takes(b"}") {
                    break;
                }
                if !self.takes(b",") {
                    return Err(self.unexpected("comma or object end"));
                }
            }
        }
        table(state, pairs)
    }

    fn string(&mut self) -> LuaResult<Vec<u8>> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            let byte = *self.text.get(self.at).ok_or_else(|| self.unexpected("string end"))?;
            self.at += 1;
            match byte {
                b'"' => return Ok(out),
                b'\\' => self.escape(&mut out)?,
                0..=0x1f => return Err(self.unexpected("string")),
                _ => out.push(byte),
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> LuaResult<()> {
        let byte = *self.text.get(self.at).ok_or_else(|| self.unexpected("escape"))?;
        self.at += 1;
        out.push(match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let mut code = self.hex()?;
                if (0xd800..0xdc00).contains(&code) && self.takes(b"\\u") {
                    code = 0x10000 + ((code - 0xd800) << 10) + self.hex()?.wrapping_sub(0xdc00) % 0x400;
                }
                let character = char::from_u32(code).ok_or_else(|| self.unexpected("unicode escape"))?;
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err(self.unexpected("escape")),
        });
        Ok(())
    }

    fn hex(&mut self) -> LuaResult<u32> {
        let digits = self.text.get(self.at..self.at + 4).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += 4;
        code.ok_or_else(|| self.unexpected("unicode escape"))
    }
}
