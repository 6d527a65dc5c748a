//! Keyspace events (notify.c): messages on `__keyspace@0__:key` and `__keyevent@0__:del` about what commands do.

/// Classes of keyspace events, as in `notify-keyspace-events` (`NOTIFY_*`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Events(u16);

impl Events {
    /// `K`: published by key, in `__keyspace@<db>__:<key>`.
    pub const KEYSPACE: Self = Self(1);
    /// `E`: published by event, in `__keyevent@<db>__:<event>`.
    pub const KEYEVENT: Self = Self(1 << 1);
    /// `g`: commands on keys of any type.
    pub const GENERIC: Self = Self(1 << 2);
    /// `$`: strings.
    pub const STRING: Self = Self(1 << 3);
    /// `l`: lists.
    pub const LIST: Self = Self(1 << 4);
    /// `s`: sets.
    pub const SET: Self = Self(1 << 5);
    /// `h`: hashes.
    pub const HASH: Self = Self(1 << 6);
    /// `z`: sorted sets.
    pub const ZSET: Self = Self(1 << 7);
    /// `x`: expired keys.
    pub const EXPIRED: Self = Self(1 << 8);
    /// `e`: evicted keys.
    pub const EVICTED: Self = Self(1 << 9);
    /// `t`: streams.
    pub const STREAM: Self = Self(1 << 10);
    /// `A`: all classes.
    const ALL: Self = Self(0b111_1111_1100);

    /// The classes in the order in which they are shown.
    const LETTERS: [(Self, u8); 9] = [
        (Self::GENERIC, b'g'),
        (Self::STRING, b'$'),
        (Self::LIST, b'l'),
        (Self::SET, b's'),
        (Self::HASH, b'h'),
        (Self::ZSET, b'z'),
        (Self::EXPIRED, b'x'),
        (Self::EVICTED, b'e'),
        (Self::STREAM, b't'),
    ];
    const PLACES: [(Self, u8); 2] = [(Self::KEYSPACE, b'K'), (Self::KEYEVENT, b'E')];

    /// Whether any of `others` is among these.
    #[must_use]
    pub const fn any(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    const fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// `keyspaceEventsStringToFlags`. `None` if a letter is unknown.
    #[must_use]
    pub fn parse(letters: &[u8]) -> Option<Self> {
        letters.iter().try_fold(Self::default(), |events, &letter| {
            let mut known = Self::LETTERS.iter().chain(&Self::PLACES);
            let these = match letter {
                b'A' => Self::ALL,
                _ => known.find(|(_, known)| *known == letter)?.0,
            };
            Some(events.with(these))
        })
    }

    /// `keyspaceEventsFlagsToString`.
    #[must_use]
    pub fn letters(self) -> String {
        let all = self.0 & Self::ALL.0 == Self::ALL.0;
        let classes: &[(Self, u8)] = if all { &[(Self::ALL, b'A')] } else { &Self::LETTERS };
        let shown = classes.iter().chain(&Self::PLACES).filter(|(event, _)| self.any(*event));
        shown.map(|(_, letter)| char::from(*letter)).collect()
    }
}

/// A keyspace event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What happened: `del`.
    pub event: &'static str,
    /// The database of the key.
    pub db: usize,
    /// The key.
    pub key: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::Events;

    #[test]
    fn letters_are_shown_in_order() {
        let shown = |letters: &str| Events::parse(letters.as_bytes()).map(Events::letters);
        assert_eq!(shown("").as_deref(), Some(""));
        assert_eq!(shown("KEA").as_deref(), Some("AKE"));
        assert_eq!(shown("Kg$lshzxet").as_deref(), Some("AK"));
        assert_eq!(shown("tEzK$").as_deref(), Some("$ztKE"));
        assert_eq!(shown("Ky"), None);
    }
}
