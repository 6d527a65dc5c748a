//! Commands of Redis Cluster, which is disabled.

use crate::call::Call;

/// CLUSTER, ASKING, READONLY: an error without a cluster.
pub fn disabled(call: &mut Call<'_>) {
    call.reply.error("ERR This instance has cluster support disabled");
}

/// READWRITE is accepted without a cluster: it only undoes READONLY.
pub fn readwrite(call: &mut Call<'_>) {
    call.reply.ok();
}
