//! Commands of Redis Cluster, which is disabled here, as it is in Redis unless asked for.

use super::call::Call;

/// CLUSTER, ASKING, READONLY: nothing of it without a cluster.
pub fn disabled(call: &mut Call<'_>) {
    call.reply.error("ERR This instance has cluster support disabled");
}

/// READWRITE takes back what READONLY would allow, so it does nothing, and that it does without a cluster too.
pub fn readwrite(call: &mut Call<'_>) {
    call.reply.ok();
}
