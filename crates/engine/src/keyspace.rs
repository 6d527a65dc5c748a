//! The dataset.
/// All databases.
#[derive(Default)]
pub struct Keyspace {}
