//! SORT (sort.c).

use std::cmp::Ordering;

use psyncscope_keyspace::{Collection, List, Value, Zset};
use psyncscope_resp::{errors, parse_double};

use crate::call::Call;
use crate::events::Events;
use crate::strings::integer;

/// The arguments after the key.
struct Options<'a> {
    descending: bool,
    alpha: bool,
    /// Elements to skip, and elements to return; negative for all.
    limit: (i64, i64),
    by: Option<&'a [u8]>,
    /// There was a BY without `*`: elements keep the collection's order.
    unsorted: bool,
    get: Vec<&'a [u8]>,
    store: Option<&'a [u8]>,
}

/// `SORT key [BY pattern] [LIMIT offset count] [GET pattern …] [ASC|DESC] [ALPHA] [STORE destination]`.
///
/// With STORE the reply is the number of stored elements, which also counts as changes. If there are none, the
/// destination is deleted, which counts only if it existed.
pub fn sort(call: &mut Call<'_>) {
    let value = call.lookup_read(&call.argv[1]);
    let is_set = match value.as_ref() {
        Some(Value::Set(_)) => true,
        None | Some(Value::List(_) | Value::Zset(_)) => false,
        Some(_) => {
            call.wrong_type();
            return;
        }
    };
    let Some(mut options) = parse(call) else { return };
    if options.unsorted && is_set && (options.store.is_some() || call.from_script) {
        // A set is unordered, and what is stored or returned to a script must be the same on every node.
        options = Options { unsorted: false, alpha: true, by: None, ..options };
    }
    let mut elements = value.as_ref().map(elements_of).unwrap_or_default();
    if let Some(Value::Zset(zset)) = value.as_ref()
        && zset.encoding_name() == "ziplist"
    {
        drop(value);
        call.keyspace.convert(call.db, &call.argv[1], |value| {
            if let Some(zset) = Zset::of_mut(value) {
                zset.convert_to_skiplist();
            }
        });
    }
    if options.unsorted {
        if options.descending && !is_set {
            elements.reverse();
        }
    } else {
        let Some(sorted) = sorted(call, elements, &options) else { return };
        elements = sorted;
    }
    let output = output(call, limited(&elements, options.limit), &options.get);
    match options.store {
        Some(destination) => store(call, destination, output),
        None => {
            call.reply.array(output.len());
            for element in output {
                match element {
                    Some(element) => call.reply.bulk(element),
                    None => call.reply.null(),
                }
            }
        }
    }
}

/// `None` if the arguments are invalid and the error was replied.
fn parse<'a>(call: &mut Call<'a>) -> Option<Options<'a>> {
    let mut options = Options {
        descending: false,
        alpha: false,
        limit: (0, -1),
        by: None,
        unsorted: false,
        get: Vec::new(),
        store: None,
    };
    let mut words = &call.argv[2..];
    while let [name, rest @ ..] = words {
        let is = |wanted: &[u8]| name.eq_ignore_ascii_case(wanted);
        words = match rest {
            rest if is(b"asc") => {
                options.descending = false;
                rest
            }
            rest if is(b"desc") => {
                options.descending = true;
                rest
            }
            rest if is(b"alpha") => {
                options.alpha = true;
                rest
            }
            [offset, count, rest @ ..] if is(b"limit") => {
                options.limit.0 = integer(call, offset)?;
                options.limit.1 = integer(call, count)?;
                rest
            }
            [destination, rest @ ..] if is(b"store") => {
                options.store = Some(destination);
                rest
            }
            [pattern, rest @ ..] if is(b"by") => {
                options.unsorted |= !pattern.contains(&b'*');
                options.by = Some(pattern);
                rest
            }
            [pattern, rest @ ..] if is(b"get") => {
                options.get.push(pattern);
                rest
            }
            _ => {
                call.reply.error(errors::SYNTAX);
                return None;
            }
        };
    }
    Some(options)
}

fn elements_of(value: &Value) -> Vec<Vec<u8>> {
    match value {
        Value::List(list) => list.iter().map(<[u8]>::to_vec).collect(),
        Value::Set(set) => set.iter().map(<[u8]>::to_vec).collect(),
        Value::Zset(zset) => zset.iter().map(|(member, _)| member.to_vec()).collect(),
        _ => Vec::new(),
    }
}

/// The sort key of an element.
enum Weight {
    Number(f64),
    /// The value found by BY; a missing one sorts first.
    Text(Option<Vec<u8>>),
    /// The element itself.
    Own,
}

/// The elements in order; `None` if one has no numeric sort key and the error was replied.
fn sorted(call: &mut Call<'_>, elements: Vec<Vec<u8>>, options: &Options<'_>) -> Option<Vec<Vec<u8>>> {
    let mut weighted = Vec::with_capacity(elements.len());
    let mut all_numbers = true;
    for element in elements {
        let weight = match (options.by, options.alpha) {
            (None, true) => Weight::Own,
            (Some(pattern), true) => Weight::Text(lookup_by_pattern(call, pattern, &element)),
            (by, false) => {
                let number = match by {
                    None => number(&element),
                    Some(pattern) => lookup_by_pattern(call, pattern, &element).map_or(Some(0.0), |text| number(&text)),
                };
                all_numbers &= number.is_some();
                Weight::Number(number.unwrap_or_default())
            }
        };
        weighted.push((weight, element));
    }
    if !all_numbers {
        call.reply.error("ERR One or more scores can't be converted into double");
        return None;
    }
    weighted.sort_by(|one, other| {
        let order = compare(one, other);
        if options.descending { order.reverse() } else { order }
    });
    Some(weighted.into_iter().map(|(_, element)| element).collect())
}

/// `sortCompare`, ascending. Equal numbers are ordered by the elements themselves.
fn compare((one, own): &(Weight, Vec<u8>), (other, others): &(Weight, Vec<u8>)) -> Ordering {
    match (one, other) {
        (Weight::Number(one), Weight::Number(other)) => {
            one.partial_cmp(other).unwrap_or(Ordering::Equal).then_with(|| own.cmp(others))
        }
        (Weight::Text(one), Weight::Text(other)) => one.cmp(other),
        _ => own.cmp(others),
    }
}

/// `strtod` of the whole text: leading spaces are allowed, and the empty text is 0.
fn number(text: &[u8]) -> Option<f64> {
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    let spaces = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t'..=b'\r')).count();
    if text.is_empty() {
        return Some(0.0);
    }
    // Subnormal numbers are out of range for Redis here.
    parse_double(&text[spaces..]).filter(|number| !number.is_subnormal())
}

/// The elements within LIMIT. A negative offset is 0.
fn limited(elements: &[Vec<u8>], (offset, count): (i64, i64)) -> &[Vec<u8>] {
    let start = usize::try_from(offset.max(0)).map_or(elements.len(), |start| start.min(elements.len()));
    let rest = &elements[start..];
    usize::try_from(count).map_or(rest, |count| &rest[..count.min(rest.len())])
}

/// The elements, or the results of GET for each.
fn output(call: &mut Call<'_>, elements: &[Vec<u8>], get: &[&[u8]]) -> Vec<Option<Vec<u8>>> {
    if get.is_empty() {
        return elements.iter().cloned().map(Some).collect();
    }
    let mut found = Vec::with_capacity(elements.len().saturating_mul(get.len()));
    for element in elements {
        for pattern in get {
            found.push(lookup_by_pattern(call, pattern, element));
        }
    }
    found
}

/// `lookupKeyByPattern`: the string at the key made from `pattern` by replacing its first `*` with `element`; with
/// `->field` at its end, a field of the hash there. `#` is the element itself.
fn lookup_by_pattern(call: &mut Call<'_>, pattern: &[u8], element: &[u8]) -> Option<Vec<u8>> {
    if pattern == b"#" {
        return Some(element.to_vec());
    }
    let star = pattern.iter().position(|&byte| byte == b'*')?;
    let (before, behind) = (&pattern[..star], &pattern[star + 1..]);
    let arrow = behind.windows(2).position(|pair| pair == b"->").filter(|arrow| arrow + 2 < behind.len());
    let (behind, field) = match arrow {
        Some(arrow) => (&behind[..arrow], Some(&behind[arrow + 2..])),
        None => (behind, None),
    };
    let value = call.lookup_read(&[before, element, behind].concat())?;
    match (&value, field) {
        (Value::String(bytes), None) => Some(bytes.to_vec()),
        (Value::Hash(hash), Some(field)) => hash.get(field).map(<[u8]>::to_vec),
        _ => None,
    }
}

/// A missing value is stored as an empty element.
fn store(call: &mut Call<'_>, destination: &[u8], output: Vec<Option<Vec<u8>>>) {
    let len = output.len();
    if len == 0 {
        if call.keyspace.delete(call.db, destination) {
            call.notify(Events::GENERIC, "del", destination);
            call.dirty += 1;
        }
    } else {
        let mut list = List::default();
        output.into_iter().for_each(|element| list.push_back(element.unwrap_or_default()));
        call.expire_if_needed(destination);
        if call.keyspace.set(call.db, destination, list) {
            call.signal_key_as_ready(destination);
        }
        call.notify(Events::LIST, "sortstore", destination);
        call.dirty += len as u64;
    }
    call.reply.integer(len as i64);
}

#[cfg(test)]
mod tests;
