//! Numbers and words as bytes: small numbers take few.

/// Appends a number, seven bits to a byte, the lowest first (LEB128).
pub(super) fn put(mut value: u64, bytes: &mut Vec<u8>) {
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Appends bytes and their number.
pub(super) fn put_bytes(what: &[u8], bytes: &mut Vec<u8>) {
    put(what.len() as u64, bytes);
    bytes.extend_from_slice(what);
}

/// Reads what was put, from front to back. Behind the end everything is 0 and empty.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn number(&mut self) -> u64 {
        let mut value = 0;
        let mut shift = 0;
        while let Some((&byte, others)) = self.0.split_first() {
            self.0 = others;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 || shift >= 63 {
                break;
            }
            shift += 7;
        }
        value
    }

    pub(super) fn bytes(&mut self) -> &'a [u8] {
        let len = self.number() as usize;
        let (bytes, others) = self.0.split_at(len.min(self.0.len()));
        self.0 = others;
        bytes
    }
}

/// A difference as a number that is small if the difference is, whichever its sign.
const fn zigzag(difference: u64) -> u64 {
    (difference << 1) ^ (((difference as i64) >> 63) as u64)
}

const fn unzigzag(value: u64) -> u64 {
    (value >> 1) ^ (value & 1).wrapping_neg()
}

/// How [`put_difference`] says that words were added or removed: no word lies so far behind another.
const SPLICE: u64 = 0;
/// How it says that no more words differ.
const END: u64 = 1;
/// What it adds to the distance between two words that differ.
const GAP: u64 = 2;

/// Appends what makes `new` of `old`.
pub(super) fn put_difference(old: &[u64], new: &[u64], bytes: &mut Vec<u8>) {
    if old.len() == new.len() {
        let mut next = 0;
        // Most words are as before: the loop over those is tight.
        while let Some(gap) = old[next..].iter().zip(&new[next..]).position(|(old, new)| old != new) {
            let at = next + gap;
            put(gap as u64 + GAP, bytes);
            put(zigzag(new[at].wrapping_sub(old[at])), bytes);
            next = at + 1;
        }
        put(END, bytes);
        return;
    }
    let before = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let behind = old[before..].iter().rev().zip(new[before..].iter().rev()).take_while(|(old, new)| old == new).count();
    put(SPLICE, bytes);
    put(before as u64, bytes);
    put((old.len() - before - behind) as u64, bytes);
    let added = &new[before..new.len() - behind];
    put(added.len() as u64, bytes);
    added.iter().for_each(|&word| put(word, bytes));
}

/// Changes `words` as [`put_difference`] says.
pub(super) fn apply_difference(words: &mut Vec<u64>, bytes: &mut Reader<'_>) {
    let mut first = bytes.number();
    if first == SPLICE {
        let from = (bytes.number() as usize).min(words.len());
        let to = from.saturating_add(bytes.number() as usize).min(words.len());
        let added = bytes.number();
        words.splice(from..to, (0..added).map(|_| bytes.number()));
        return;
    }
    let mut next = 0;
    while first >= GAP {
        next += (first - GAP) as usize;
        let difference = unzigzag(bytes.number());
        if let Some(word) = words.get_mut(next) {
            *word = word.wrapping_add(difference);
        }
        next += 1;
        first = bytes.number();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_size() {
        let all = [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX - 1, u64::MAX];
        let mut bytes = Vec::new();
        all.iter().for_each(|&value| put(value, &mut bytes));
        put_bytes(b"abc", &mut bytes);
        let mut reader = Reader::new(&bytes);
        all.iter().for_each(|&value| assert_eq!(reader.number(), value));
        assert_eq!(reader.bytes(), b"abc");
        assert_eq!((reader.number(), reader.bytes()), (0, &b""[..]), "the end");
        assert_eq!(put_len(127), 1);
    }

    fn put_len(value: u64) -> usize {
        let mut bytes = Vec::new();
        put(value, &mut bytes);
        bytes.len()
    }

    #[test]
    fn differences_make_the_new_of_the_old() {
        let cases: [(&[u64], &[u64]); 9] = [
            (&[], &[]),
            (&[], &[1, 2]),
            (&[1, 2], &[]),
            (&[1, 2, 3], &[1, 2, 3]),
            (&[1, 2, 3], &[0, 2, u64::MAX]),
            (&[1, 2, 3], &[1, 9, 2, 3]),
            (&[1, 2, 3], &[1, 3]),
            (&[1, 1, 1], &[1, 1]),
            (&[5, 6, 7, 8], &[8, 7, 6, 5, 4]),
        ];
        for (old, new) in cases {
            let mut bytes = Vec::new();
            put_difference(old, new, &mut bytes);
            put(77, &mut bytes);
            let mut words = old.to_vec();
            let mut reader = Reader::new(&bytes);
            apply_difference(&mut words, &mut reader);
            assert_eq!(words, new, "from {old:?}");
            assert_eq!(reader.number(), 77, "nothing is left");
        }
    }
}
