//! Intersections, unions and differences.
//!
//! Replies are in the order of the set that a STORE would create: numeric if all members are integers.

use psyncscope_keyspace::Set;

use super::reply_members;
use crate::call::{Call, Shared, WrongType};
use crate::events::Events;

/// SINTER key [key …], and SMEMBERS, which is SINTER of one key.
pub fn sinter(call: &mut Call<'_>) {
    let mut sets = Vec::new();
    for key in &call.argv[1..] {
        match call.read::<Set>(key) {
            Ok(Some(set)) => sets.push(set),
            // The types of later keys are not checked.
            Ok(None) => {
                call.reply.empty_array();
                return;
            }
            Err(_) => return,
        }
    }
    if let [set] = sets.as_slice() {
        reply_members(call, set);
        return;
    }
    let found = intersection(&mut sets);
    call.reply.array(found.len());
    for member in found {
        call.reply.bulk(member);
    }
}

/// SINTERSTORE destination key [key …]. Counts as a change even if there is nothing to store and the destination did
/// not exist, unless a source is missing.
pub fn sinterstore(call: &mut Call<'_>) {
    let argv = call.argv;
    let destination = &argv[1];
    let mut sets = Vec::new();
    for key in &argv[2..] {
        match call.read_for_write::<Set>(key) {
            Ok(Some(set)) => sets.push(set),
            Ok(None) => {
                call.dirty += u64::from(call.keyspace.delete(call.db, destination));
                call.reply.integer(0);
                return;
            }
            Err(_) => return,
        }
    }
    let mut result = Set::default();
    for member in intersection(&mut sets) {
        result.insert_within(member, call.config.encodings.set_max_intset_entries);
    }
    store(call, "sinterstore", result);
}

/// The common members, in the order of the smallest set, which is moved to the front.
fn intersection(sets: &mut [Shared<Set>]) -> Vec<&[u8]> {
    sort_by_size(sets);
    let Some((smallest, others)) = sets.split_first() else { return Vec::new() };
    smallest.iter().filter(|member| others.iter().all(|set| set.contains(member))).collect()
}

/// Smallest first.
fn sort_by_size(sets: &mut [Shared<Set>]) {
    sets.sort_by_key(|set| set.len());
}

/// SUNION key [key …].
pub fn sunion(call: &mut Call<'_>) {
    if let Ok(result) = union(call, 1, Call::read::<Set>) {
        reply_members(call, &result);
    }
}

/// SUNIONSTORE destination key [key …]. Always counts as a change.
pub fn sunionstore(call: &mut Call<'_>) {
    if let Ok(result) = union(call, 2, Call::read_for_write::<Set>) {
        store(call, "sunionstore", result);
    }
}

/// SDIFF key [key …]: the members of the first set that no other has.
pub fn sdiff(call: &mut Call<'_>) {
    if let Ok(result) = difference(call, 1, Call::read::<Set>) {
        reply_members(call, &result);
    }
}

/// SDIFFSTORE destination key [key …]. Always counts as a change.
pub fn sdiffstore(call: &mut Call<'_>) {
    if let Ok(result) = difference(call, 2, Call::read_for_write::<Set>) {
        store(call, "sdiffstore", result);
    }
}

/// How the sources are looked up: for reading, or for writing by the commands that store.
type Lookup<'a> = fn(&mut Call<'a>, &[u8]) -> Result<Option<Shared<Set>>, WrongType>;

/// The sets at the keys from argument `first` on; a missing key is an empty set.
fn sources<'a>(call: &mut Call<'a>, first: usize, look: Lookup<'a>) -> Result<Vec<Option<Shared<Set>>>, WrongType> {
    let argv = call.argv;
    argv[first..].iter().map(|key| look(call, key)).collect()
}

/// `sunionDiffGenericCommand` for unions.
fn union<'a>(call: &mut Call<'a>, first: usize, look: Lookup<'a>) -> Result<Set, WrongType> {
    let sets = sources(call, first, look)?;
    let mut result = Set::default();
    for member in sets.iter().flatten().flat_map(|set| set.iter()) {
        result.insert_within(member, call.config.encodings.set_max_intset_entries);
    }
    Ok(result)
}

/// `sunionDiffGenericCommand` for differences.
fn difference<'a>(call: &mut Call<'a>, first: usize, look: Lookup<'a>) -> Result<Set, WrongType> {
    let mut sets = sources(call, first, look)?.into_iter();
    let mut result = Set::default();
    let Some(Some(from)) = sets.next() else { return Ok(result) };
    let mut others: Vec<_> = sets.flatten().collect();
    sort_by_size(&mut others);
    // The largest set most probably has the member.
    for member in from.iter().filter(|member| !others.iter().rev().any(|set| set.contains(member))) {
        result.insert_within(member, call.config.encodings.set_max_intset_entries);
    }
    Ok(result)
}

/// Stores the result at the destination, argument 1.
fn store(call: &mut Call<'_>, event: &'static str, result: Set) {
    let destination = &call.argv[1];
    let len = result.len();
    let replaced = call.keyspace.delete(call.db, destination);
    if len > 0 {
        call.keyspace.set(call.db, destination, result);
        call.notify(Events::SET, event, destination);
    } else if replaced {
        call.notify(Events::GENERIC, "del", destination);
    }
    call.dirty += 1;
    call.reply.integer(len as i64);
}
