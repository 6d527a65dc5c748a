//! Versions of the tools we call, as they print them.

use std::fmt;

/// A version in three numbers; what a tool leaves out counts as 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// The first version number in what a tool answers to `--version`.
    ///
    /// Takes `wasm-bindgen 0.2.126`, `wasm-opt version 132 (version_132)` and `v20.20.2` alike.
    pub fn in_text(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        let word = word.strip_prefix('v').unwrap_or(word);
        // `1.96.0-nightly` and `132+dfsg1` are versions too: what follows the numbers does not matter here.
        let numbers = word.split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
        let mut parts = numbers.split('.').map(|part| part.parse().ok());
        let major = parts.next()??;
        let minor = parts.next().unwrap_or(Some(0))?;
        let patch = parts.next().unwrap_or(Some(0))?;
        Some(Self(major, minor, patch))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// Which versions already on the machine will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// This one alone: the tool must match a library to the patch.
    Exactly(Version),
    /// This one and later ones with the same first two numbers.
    SameMinor(Version),
    /// This one and everything later.
    AtLeast(Version),
}

impl Fit {
    /// Will `found` do?
    pub fn accepts(self, found: Version) -> bool {
        match self {
            Self::Exactly(wanted) => found == wanted,
            Self::SameMinor(wanted) => (found.0, found.1) == (wanted.0, wanted.1) && found >= wanted,
            Self::AtLeast(wanted) => found >= wanted,
        }
    }

    /// The version to install when nothing on the machine fits.
    pub fn pinned(self) -> Version {
        match self {
            Self::Exactly(version) | Self::SameMinor(version) | Self::AtLeast(version) => version,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_tools_print() {
        let cases = [
            ("wasm-bindgen 0.2.126", Some(Version(0, 2, 126))),
            ("trunk 0.21.14", Some(Version(0, 21, 14))),
            ("cargo-nextest 0.9.143 (60fa45f63 2026-08-04)\nrelease: 0.9.143", Some(Version(0, 9, 143))),
            ("wasm-opt version 132 (version_132)", Some(Version(132, 0, 0))),
            ("v20.20.2", Some(Version(20, 20, 2))),
            ("rustc 1.97.0-nightly (abc 2026-01-01)", Some(Version(1, 97, 0))),
            ("command not found", None),
            ("", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(Version::in_text(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn fits_at_each_limit() {
        let pin = Version(0, 21, 14);
        let cases = [
            (Fit::Exactly(pin), Version(0, 21, 13), false),
            (Fit::Exactly(pin), Version(0, 21, 14), true),
            (Fit::Exactly(pin), Version(0, 21, 15), false),
            (Fit::SameMinor(pin), Version(0, 21, 13), false),
            (Fit::SameMinor(pin), Version(0, 21, 14), true),
            (Fit::SameMinor(pin), Version(0, 21, 15), true),
            (Fit::SameMinor(pin), Version(0, 22, 0), false),
            (Fit::AtLeast(pin), Version(0, 21, 13), false),
            (Fit::AtLeast(pin), Version(0, 21, 14), true),
            (Fit::AtLeast(pin), Version(1, 0, 0), true),
        ];
        for (fit, found, wanted) in cases {
            assert_eq!(fit.accepts(found), wanted, "{fit:?} {found}");
        }
    }
}
