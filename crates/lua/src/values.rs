//! Lua values and the protocol: `redisProtocolToLuaType` and `luaReplyToRedisReply`.

use psyncscope_resp::{Reply, format_double};
use rilua::vm::state::LuaState;
use rilua::{LuaResult, Table, Val};

/// Deeper nested tables are truncated.
const DEPTH_MAX: usize = 1000;

/// The bytes of a string.
pub(super) fn bytes(state: &LuaState, value: Val) -> Option<&[u8]> {
    match value {
        Val::Str(string) => state.gc.string_arena.get(string).map(|string| string.data()),
        _ => None,
    }
}

/// A string for scripts.
pub(super) fn intern(state: &mut LuaState, string: &[u8]) -> Val {
    Val::Str(state.gc.intern_string(string))
}

/// A string, or a number as Lua prints it.
pub(super) fn text(state: &LuaState, value: Val) -> Option<Vec<u8>> {
    match value {
        Val::Str(_) => bytes(state, value).map(<[u8]>::to_vec),
        Val::Num(_) => Some(value.to_string().into_bytes()),
        _ => None,
    }
}

/// An argument of a command: numbers with all digits.
pub(super) fn argument(state: &LuaState, value: Val) -> Option<Vec<u8>> {
    match value {
        Val::Num(number) => Some(format_double(number).into_bytes()),
        _ => text(state, value),
    }
}

/// A reply as a Lua value. `sort`: sorts the elements of an array of strings.
pub(super) fn from_resp(state: &mut LuaState, resp: &[u8], sort: bool) -> LuaResult<Val> {
    let mut rest = resp;
    element(state, &mut rest, sort)
}

fn element(state: &mut LuaState, rest: &mut &[u8], sort: bool) -> LuaResult<Val> {
    let Some((kind, line)) = take_line(rest) else { return Ok(Val::Nil) };
    let number = || std::str::from_utf8(line).ok().and_then(|line| line.parse::<i64>().ok()).unwrap_or(-1);
    Ok(match kind {
        b':' => Val::Num(number() as f64),
        b'+' => field(state, b"ok", line)?,
        b'-' => field(state, b"err", line)?,
        b'$' => match usize::try_from(number()).ok().filter(|len| len + 2 <= rest.len()) {
            None => Val::Bool(false),
            Some(len) => {
                let (string, after) = rest.split_at(len);
                *rest = &after[2..];
                intern(state, string)
            }
        },
        b'*' => {
            let Ok(len) = usize::try_from(number()) else { return Ok(Val::Bool(false)) };
            let mut elements = Vec::new();
            for _ in 0..len {
                elements.push(element(state, rest, false)?);
            }
            if sort {
                elements.sort_by(|one, other| bytes(state, *one).cmp(&bytes(state, *other)));
            }
            let table = state.gc.alloc_table(rilua::vm::table::Table::with_sizes(elements.len(), 0));
            for (i, element) in elements.into_iter().enumerate() {
                Table::from_gc_ref(table).raw_set(state, Val::Num(i as f64 + 1.0), element)?;
            }
            Val::Table(table)
        }
        _ => Val::Nil,
    })
}

fn take_line<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let bytes: &'a [u8] = rest;
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    *rest = &bytes[end + 2..];
    Some((*bytes.first()?, bytes.get(1..end)?))
}

fn field(state: &mut LuaState, name: &[u8], value: &[u8]) -> LuaResult<Val> {
    let table = state.gc.alloc_table(rilua::vm::table::Table::new());
    let (name, value) = (intern(state, name), intern(state, value));
    Table::from_gc_ref(table).raw_set(state, name, value)?;
    Ok(Val::Table(table))
}

/// The value returned by a script as a reply.
pub(super) fn to_resp(state: &mut LuaState, value: Val) -> Vec<u8> {
    let mut reply = Reply::default();
    let names = [intern(state, b"err"), intern(state, b"ok")];
    push(state, &mut reply, value, names, 0);
    reply.take()
}

fn push(state: &LuaState, reply: &mut Reply, value: Val, names: [Val; 2], depth: usize) {
    match value {
        Val::Str(_) => reply.bulk(bytes(state, value).unwrap_or_default()),
        Val::Num(number) => reply.integer(number as i64),
        Val::Bool(true) => reply.integer(1),
        Val::Table(table) if depth < DEPTH_MAX => push_table(state, reply, &Table::from_gc_ref(table), names, depth),
        _ => reply.null(),
    }
}

fn push_table(state: &LuaState, reply: &mut Reply, table: &Table, names: [Val; 2], depth: usize) {
    let get = |key: Val| table.raw_get(state, key).unwrap_or(Val::Nil);
    let [err, ok] = names.map(get);
    if let Some(error) = bytes(state, err) {
        reply.error(error);
    } else if let Some(status) = bytes(state, ok) {
        reply.status(status);
    } else {
        let elements: Vec<Val> =
            (1..).map(|i| get(Val::Num(f64::from(i)))).take_while(|element| !matches!(element, Val::Nil)).collect();
        reply.array(elements.len());
        for element in elements {
            push(state, reply, element, names, depth + 1);
        }
    }
}
