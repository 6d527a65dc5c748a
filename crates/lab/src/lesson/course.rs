//! The lessons that come with the lab, in the order in which they are taken.

/// The names of the course's lessons, in order; then the challenges. Each is a file `lessons/NAME.psync`.
pub const COURSE: [&str; 1] = ["first-sync"];

/// Whether this can be the name of a lesson: it stands in addresses.
#[must_use]
pub fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
