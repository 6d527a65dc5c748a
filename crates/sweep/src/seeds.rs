//! Which seeds: a range, and one of its parts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The seeds in `from..to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seeds {
    /// The first.
    pub from: u64,
    /// The first that is not one of them.
    pub to: u64,
}

impl Seeds {
    /// How many there are.
    #[must_use]
    pub const fn count(self) -> u64 {
        self.to.saturating_sub(self.from)
    }

    /// Those that both have.
    #[must_use]
    pub fn common(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), to: self.to.min(other.to) }
    }
}

impl fmt::Display for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.from, self.to)
    }
}

impl FromStr for Seeds {
    type Err = String;

    /// Reads `0..1000`, or one seed: `17`.
    fn from_str(text: &str) -> Result<Self, String> {
        let number = |part: &str| {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let number = digits.then(|| part.parse::<u64>().ok()).flatten();
            number.ok_or_else(|| format!("\"{part}\" is no seed: a whole number from 0 to {}", u64::MAX))
        };
        let seeds = match text.split_once("..") {
            Some((from, to)) => Self { from: number(from)?, to: number(to)? },
            None => {
                let from = number(text)?;
                let to = from.checked_add(1).ok_or("the last seed is one less than that")?;
                Self { from, to }
            }
        };
        if seeds.count() == 0 {
            return Err(format!("{text} has no seeds: FROM..TO goes from FROM up to, not including, TO"));
        }
        Ok(seeds)
    }
}

/// One of several equal parts, counted from 0: `3/16` is the fourth of sixteen.
///
/// A part is a contiguous piece of the range: so how far it came is one number, and several parts together are again
/// ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Which one.
    pub index: u64,
    /// Of how many.
    pub of: u64,
}

impl Part {
    /// All of it.
    pub const WHOLE: Self = Self { index: 0, of: 1 };

    /// The seeds of this part; their numbers differ by one at most between parts.
    #[must_use]
    pub fn of_seeds(self, seeds: Seeds) -> Seeds {
        let bound = |index: u64| {
            let before = u128::from(seeds.count()) * u128::from(index) / u128::from(self.of.max(1));
            // At most the count, which is added to `from` without overflow.
            seeds.from + before as u64
        };
        Seeds { from: bound(self.index), to: bound(self.index + 1) }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u64>().ok());
        let parsed = text.split_once('/').and_then(|(index, of)| Some((number(index)??, number(of)??)));
        let Some((index, of)) = parsed else {
            return Err(format!("\"{text}\" is no part: K/N, such as 3/16, counted from 0"));
        };
        if of == 0 {
            return Err(format!("{text}: there is at least one part"));
        }
        if index >= of {
            return Err(format!("{text}: parts are counted from 0, so of {of} the last is {}/{of}", of - 1));
        }
        Ok(Self { index, of })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_strictly() {
        let read = |text: &str| text.parse::<Seeds>();
        assert_eq!(read("0..1000000"), Ok(Seeds { from: 0, to: 1_000_000 }));
        assert_eq!(read("17"), Ok(Seeds { from: 17, to: 18 }));
        assert_eq!(read(&format!("0..{}", u64::MAX)), Ok(Seeds { from: 0, to: u64::MAX }));
        for (text, part) in [
            ("", "\"\" is no seed"),
            ("0..", "\"\" is no seed"),
            ("+1..2", "\"+1\" is no seed"),
            ("1..2..3", "\"2..3\" is no seed"),
            ("5..5", "5..5 has no seeds"),
            ("6..5", "6..5 has no seeds"),
            ("18446744073709551616", "no seed: a whole number from 0 to 18446744073709551615"),
            ("18446744073709551615", "one less"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn a_part_is_read_strictly() {
        let read = |text: &str| text.parse::<Part>();
        assert_eq!((read("0/1"), read("15/16")), (Ok(Part::WHOLE), Ok(Part { index: 15, of: 16 })));
        for (text, part) in [
            ("16/16", "counted from 0, so of 16 the last is 15/16"),
            ("1/0", "at least one part"),
            ("0/0", "at least one part"),
            ("3", "K/N, such as 3/16"),
            ("-1/4", "K/N"),
            ("1/", "K/N"),
            ("/4", "K/N"),
            ("1/2/3", "K/N"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    /// Every seed is in one part, and no part has two more than another.
    #[test]
    fn parts_are_the_whole() {
        for (from, to) in [(0, 1000), (5, 6), (7, 20), (0, u64::MAX), (u64::MAX - 3, u64::MAX)] {
            let seeds = Seeds { from, to };
            for of in [1, 2, 3, 16, 1001] {
                let parts: Vec<Seeds> = (0..of).map(|index| Part { index, of }.of_seeds(seeds)).collect();
                assert_eq!((parts[0].from, parts[parts.len() - 1].to), (from, to));
                assert!(parts.windows(2).all(|pair| pair[0].to == pair[1].from), "{seeds} in {of}");
                let counts = || parts.iter().map(|part| part.count());
                let (Some(least), Some(most)) = (counts().min(), counts().max()) else { panic!("no parts") };
                assert!(most - least <= 1, "{seeds} in {of}");
            }
        }
    }
}
