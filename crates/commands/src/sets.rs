//! Commands on sets (t_set.c).
//!
//! Arity is checked by the caller: each handler indexes `argv` up to what the command's arity guarantees.

mod algebra;
mod random;

use psyncscope_keyspace::Set;

use crate::call::Call;
use crate::events::Events;

pub use algebra::{sdiff, sdiffstore, sinter, sinterstore, sunion, sunionstore};
pub use random::{spop, srandmember};

/// SADD key member [member …]: the number of new members.
pub fn sadd(call: &mut Call<'_>) {
    let argv = call.argv;
    let (key, members) = (&argv[1], &argv[2..]);
    let Ok(set) = call.read_for_write::<Set>(key) else { return };
    // Without a new member the key must not count as touched for WATCH.
    if set.is_some_and(|set| members.iter().all(|member| set.contains(member))) {
        call.reply.integer(0);
        return;
    }
    let integers_max = call.config.encodings.set_max_intset_entries;
    let add = |set: &mut Set| members.iter().filter(|member| set.insert_within(member, integers_max)).count();
    let Ok(added) = call.create_or_change(key, add) else { return };
    call.notify(Events::SET, "sadd", key);
    call.dirty += added as u64;
    call.reply.integer(added as i64);
}

/// SREM key member [member …]: the number of members removed.
pub fn srem(call: &mut Call<'_>) {
    let argv = call.argv;
    let (key, members) = (&argv[1], &argv[2..]);
    let Ok(set) = call.read_for_write::<Set>(key) else { return };
    if !set.is_some_and(|set| members.iter().any(|member| set.contains(member))) {
        call.reply.integer(0);
        return;
    }
    let Ok(removed) = call.change(key, |set: &mut Set| members.iter().filter(|member| set.remove(member)).count())
    else {
        return;
    };
    let removed = removed.unwrap_or(0);
    call.notify(Events::SET, "srem", key);
    call.notify_if_gone(key);
    call.dirty += removed as u64;
    call.reply.integer(removed as i64);
}

/// SMOVE source destination member. Counts as one change, or as two if the destination did not have the member.
pub fn smove(call: &mut Call<'_>) {
    let [_, source, destination, member] = call.argv else { return };
    // Both keys are looked up before their types are checked, and the destination's type is not checked without a
    // source.
    call.expire_if_needed(source);
    call.expire_if_needed(destination);
    let Ok(from) = call.read_for_write::<Set>(source) else { return };
    let Some(from) = from else {
        call.reply.integer(0);
        return;
    };
    if call.read_for_write::<Set>(destination).is_err() {
        return;
    }
    let there = from.contains(member);
    drop(from);
    if there && source != destination {
        let integers_max = call.config.encodings.set_max_intset_entries;
        let _ = call.change(source, |set: &mut Set| set.remove(member));
        call.notify(Events::SET, "srem", source);
        call.notify_if_gone(source);
        let Ok(new) = call.create_or_change(destination, |set: &mut Set| set.insert_within(member, integers_max))
        else {
            return;
        };
        if new {
            call.notify(Events::SET, "sadd", destination);
        }
        call.dirty += 1 + u64::from(new);
    }
    call.reply.integer(there.into());
}

/// SISMEMBER key member.
pub fn sismember(call: &mut Call<'_>) {
    let argv = call.argv;
    if let Ok(set) = call.read::<Set>(&argv[1]) {
        call.reply.integer(set.is_some_and(|set| set.contains(&argv[2])).into());
    }
}

/// SCARD key.
pub fn scard(call: &mut Call<'_>) {
    if let Ok(set) = call.read::<Set>(&call.argv[1]) {
        call.reply.integer(set.map_or(0, |set| set.len()) as i64);
    }
}

/// All members, in the set's order.
fn reply_members(call: &mut Call<'_>, set: &Set) {
    call.reply.array(set.len());
    for member in set.iter() {
        call.reply.bulk(member);
    }
}

#[cfg(test)]
mod tests;
