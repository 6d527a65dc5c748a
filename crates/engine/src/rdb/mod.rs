//! RDB files.
/// A snapshot of the dataset, ready to be written as an RDB file by a child process.
#[derive(Clone, Debug)]
pub struct SaveJob;
impl SaveJob {
    /// Writes the RDB file.
    #[must_use] pub fn run(&self) -> Vec<u8> { Vec::new() }
    /// Keys in the snapshot.
    #[must_use] pub fn keys(&self) -> u64 { 0 }
    /// A rough size of the dataset in bytes, from which a simulated disk works out how long the child takes.
    #[must_use] pub fn approximate_bytes(&self) -> u64 { 0 }
}
