//! String commands (t_string.c).

use super::call::Call;

/// GET.
pub fn get(call: &mut Call<'_>) {
    call.reply.ok();
}

/// SET.
pub fn set(call: &mut Call<'_>) {
    call.reply.ok();
}

/// SETNX.
pub fn setnx(call: &mut Call<'_>) {
    call.reply.ok();
}

/// SETEX.
pub fn setex(call: &mut Call<'_>) {
    call.reply.ok();
}

/// PSETEX.
pub fn psetex(call: &mut Call<'_>) {
    call.reply.ok();
}

/// GETSET.
pub fn getset(call: &mut Call<'_>) {
    call.reply.ok();
}

/// MGET.
pub fn mget(call: &mut Call<'_>) {
    call.reply.ok();
}

/// MSET.
pub fn mset(call: &mut Call<'_>) {
    call.reply.ok();
}

/// MSETNX.
pub fn msetnx(call: &mut Call<'_>) {
    call.reply.ok();
}

/// APPEND.
pub fn append(call: &mut Call<'_>) {
    call.reply.ok();
}

/// STRLEN.
pub fn strlen(call: &mut Call<'_>) {
    call.reply.ok();
}

/// GETRANGE.
pub fn getrange(call: &mut Call<'_>) {
    call.reply.ok();
}

/// SETRANGE.
pub fn setrange(call: &mut Call<'_>) {
    call.reply.ok();
}

/// INCR.
pub fn incr(call: &mut Call<'_>) {
    call.reply.ok();
}

/// DECR.
pub fn decr(call: &mut Call<'_>) {
    call.reply.ok();
}

/// INCRBY.
pub fn incrby(call: &mut Call<'_>) {
    call.reply.ok();
}

/// DECRBY.
pub fn decrby(call: &mut Call<'_>) {
    call.reply.ok();
}
