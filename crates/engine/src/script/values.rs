//! Lua values and the protocol: `redisProtocolToLuaType` and `luaReplyToRedisReply`.

use rilua::{Lua, LuaApi, LuaApiMut, LuaResult, Table, Val};

use crate::resp::{Reply, format_double};

/// A table that nests deeper is cut off.
const DEPTH_MAX: usize = 1000;

/// A string, or a number as Lua prints it.
pub(super) fn text(lua: &Lua, value: Val) -> Option<Vec<u8>> {
    match value {
        Val::Str(_) => lua.val_as_bytes(value).map(<[u8]>::to_vec),
        Val::Num(_) => Some(value.to_string().into_bytes()),
        _ => None,
    }
}

/// A word of a command: numbers with all their digits.
pub(super) fn argument(lua: &Lua, value: Val) -> Option<Vec<u8>> {
    match value {
        Val::Num(number) => Some(format_double(number).into_bytes()),
        _ => text(lua, value),
    }
}

/// An array of strings.
pub(super) fn strings(lua: &mut Lua, strings: &[Vec<u8>]) -> LuaResult<Val> {
    let table = lua.create_table();
    for (i, string) in strings.iter().enumerate() {
        let string = lua.create_string(string);
        lua.table_raw_set(&table, Val::Num(i as f64 + 1.0), string)?;
    }
    Ok(Val::Table(table.gc_ref()))
}

/// A reply as a script sees it. `sort`: the elements of an array of strings in order.
pub(super) fn from_resp(lua: &mut Lua, bytes: &[u8], sort: bool) -> LuaResult<Val> {
    let mut rest = bytes;
    element(lua, &mut rest, sort)
}

fn element(lua: &mut Lua, rest: &mut &[u8], sort: bool) -> LuaResult<Val> {
    let Some((kind, line)) = take_line(rest) else { return Ok(Val::Nil) };
    let number = || std::str::from_utf8(line).ok().and_then(|line| line.parse::<i64>().ok()).unwrap_or(-1);
    Ok(match kind {
        b':' => Val::Num(number() as f64),
        b'+' => field(lua, b"ok", line)?,
        b'-' => field(lua, b"err", line)?,
        b'$' => match usize::try_from(number()).ok().filter(|len| len + 2 <= rest.len()) {
            None => Val::Bool(false),
            Some(len) => {
                let (string, after) = rest.split_at(len);
                *rest = &after[2..];
                lua.create_string(string)
            }
        },
        b'*' => {
            let Ok(len) = usize::try_from(number()) else { return Ok(Val::Bool(false)) };
            let mut elements = Vec::new();
            for _ in 0..len {
                elements.push(element(lua, rest, false)?);
            }
            if sort {
                elements.sort_by(|one, other| lua.val_as_bytes(*one).cmp(&lua.val_as_bytes(*other)));
            }
            let table = lua.create_table();
            for (i, element) in elements.into_iter().enumerate() {
                lua.table_raw_set(&table, Val::Num(i as f64 + 1.0), element)?;
            }
            Val::Table(table.gc_ref())
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

fn field(lua: &mut Lua, name: &[u8], value: &[u8]) -> LuaResult<Val> {
    let table = lua.create_table();
    let (name, value) = (lua.create_string(name), lua.create_string(value));
    lua.table_raw_set(&table, name, value)?;
    Ok(Val::Table(table.gc_ref()))
}

/// What a script returned, as its client is told.
pub(super) fn to_resp(lua: &mut Lua, value: Val) -> Vec<u8> {
    let mut reply = Reply::default();
    let names = [lua.create_string(b"err"), lua.create_string(b"ok")];
    push(lua, &mut reply, value, names, 0);
    reply.take()
}

fn push(lua: &Lua, reply: &mut Reply, value: Val, names: [Val; 2], depth: usize) {
    match value {
        Val::Str(_) => reply.bulk(lua.val_as_bytes(value).unwrap_or_default()),
        Val::Num(number) => reply.integer(number as i64),
        Val::Bool(true) => reply.integer(1),
        Val::Table(table) if depth < DEPTH_MAX => push_table(lua, reply, &Table::from_gc_ref(table), names, depth),
        _ => reply.null(),
    }
}

fn push_table(lua: &Lua, reply: &mut Reply, table: &Table, names: [Val; 2], depth: usize) {
    let get = |key: Val| lua.table_raw_get(table, key).unwrap_or(Val::Nil);
    let [err, ok] = names.map(get);
    if let Some(error) = lua.val_as_bytes(err) {
        reply.error(error);
    } else if let Some(status) = lua.val_as_bytes(ok) {
        reply.status(status);
    } else {
        let elements: Vec<Val> =
            (1..).map(|i| get(Val::Num(f64::from(i)))).take_while(|element| !matches!(element, Val::Nil)).collect();
        reply.array(elements.len());
        for element in elements {
            push(lua, reply, element, names, depth + 1);
        }
    }
}
