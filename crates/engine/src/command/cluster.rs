//! Commands of Redis Cluster, which is disabled here, as it is in Redis unless asked for.

use super::call::Call;

/// CLUSTER, ASKING, READONLY, READWRITE: nothing of it without a cluster.
pub fn disabled(call: &mut Call<'_>) {
    call.reply.error("ERR This instance has cluster support disabled");
}
