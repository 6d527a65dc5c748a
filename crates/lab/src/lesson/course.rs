//! The lessons that come with the lab, in the order in which they are taken.

/// Makes the list, and with the feature `course` the texts.
macro_rules! course {
    ($($id:literal,)*) => {
        /// The names of the lessons, in order; challenges come last. Each is a file `lessons/NAME.psync`.
        pub const COURSE: &[&str] = &[$($id),*];

        /// The text of a lesson of the course.
        #[cfg(feature = "course")]
        #[must_use]
        pub fn text(id: &str) -> Option<&'static str> {
            match id {
                $($id => Some(include_str!(concat!("../../lessons/", $id, ".psync"))),)*
                _ => None,
            }
        }
    };
}

course! {
    "first-sync",
    "handshake",
    "stream",
    "backlog",
    "overwritten",
    "timeouts",
    "failover",
    "one-ping-too-far",
    "restart",
    "chain",
    "aborted-transfer",
    "output-buffer",
    "lost-write",
    "backlog-ttl",
    "diskless",
    "expiry",
    "blocked-clients",
    "scripts",
    "empty-master",
    "last-night",
    "challenge-full-resync",
    "challenge-failover",
    "challenge-safe-write",
}

/// Whether this can be the name of a lesson: it stands in addresses.
#[must_use]
pub fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
