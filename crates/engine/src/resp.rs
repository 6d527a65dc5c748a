//! The wire protocol.
/// An answer under construction.
#[derive(Default)]
pub struct Reply {}
