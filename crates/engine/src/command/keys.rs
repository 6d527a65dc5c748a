//! Commands on keys of any type (db.c, expire.c).

use super::call::Call;

/// DEL.
pub fn del(call: &mut Call<'_>) {
    call.reply.ok();
}

/// UNLINK.
pub fn unlink(call: &mut Call<'_>) {
    call.reply.ok();
}

/// EXISTS.
pub fn exists(call: &mut Call<'_>) {
    call.reply.ok();
}

/// EXPIRE.
pub fn expire(call: &mut Call<'_>) {
    call.reply.ok();
}

/// PEXPIRE.
pub fn pexpire(call: &mut Call<'_>) {
    call.reply.ok();
}

/// EXPIREAT.
pub fn expireat(call: &mut Call<'_>) {
    call.reply.ok();
}

/// PEXPIREAT.
pub fn pexpireat(call: &mut Call<'_>) {
    call.reply.ok();
}

/// TTL.
pub fn ttl(call: &mut Call<'_>) {
    call.reply.ok();
}

/// PTTL.
pub fn pttl(call: &mut Call<'_>) {
    call.reply.ok();
}

/// PERSIST.
pub fn persist(call: &mut Call<'_>) {
    call.reply.ok();
}

/// KEYS.
pub fn keys(call: &mut Call<'_>) {
    call.reply.ok();
}

/// DBSIZE.
pub fn dbsize(call: &mut Call<'_>) {
    call.reply.ok();
}

/// TYPE_OF.
pub fn type_of(call: &mut Call<'_>) {
    call.reply.ok();
}

/// FLUSHALL.
pub fn flushall(call: &mut Call<'_>) {
    call.reply.ok();
}

/// FLUSHDB.
pub fn flushdb(call: &mut Call<'_>) {
    call.reply.ok();
}

/// RANDOMKEY.
pub fn randomkey(call: &mut Call<'_>) {
    call.reply.ok();
}

/// RENAME.
pub fn rename(call: &mut Call<'_>) {
    call.reply.ok();
}

/// RENAMENX.
pub fn renamenx(call: &mut Call<'_>) {
    call.reply.ok();
}

/// TOUCH.
pub fn touch(call: &mut Call<'_>) {
    call.reply.ok();
}
