//! Parses the commands of an append-only file, as leniently as `loadAppendOnlyFile` does.

use psyncscope_resp::strtol;

/// The longest line that is read at once.
const LINE_MAX: usize = 127;

/// What was found at an offset of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A command, and the offset of the next.
    Command(Vec<Vec<u8>>, usize),
    /// Nothing: the file ends here.
    End,
    /// The file ends in the middle of a command.
    Truncated,
    /// Not an append-only file.
    BadFormat,
}

/// Parses the command at `at`.
pub(super) fn command_at(bytes: &[u8], at: usize) -> Found {
    let mut rest = bytes.get(at..).unwrap_or_default();
    let Some(line) = take_line(&mut rest) else { return Found::End };
    if line[0] != b'*' {
        return Found::BadFormat;
    }
    if line.len() == 1 {
        return Found::Truncated;
    }
    let count = strtol(&line[1..]);
    if count < 1 {
        return Found::BadFormat;
    }
    let mut words = Vec::new();
    for _ in 0..count {
        match take_word(&mut rest) {
            Ok(word) => words.push(word.to_vec()),
            Err(found) => return found,
        }
    }
    Found::Command(words, bytes.len() - rest.len())
}

/// `$<length>`, that many bytes, and two more of any value.
fn take_word<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Found> {
    let line = take_line(rest).ok_or(Found::Truncated)?;
    if line[0] != b'$' {
        return Err(Found::BadFormat);
    }
    // Redis would try to allocate more memory than there is.
    let len = usize::try_from(strtol(&line[1..])).map_err(|_| Found::BadFormat)?;
    let end = len.checked_add(2).ok_or(Found::Truncated)?;
    let (word, after) = rest.split_at_checked(end).ok_or(Found::Truncated)?;
    *rest = after;
    Ok(&word[..len])
}

/// A line with its end, at least one byte; of a longer line the part that `fgets` reads.
fn take_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let all: &'a [u8] = rest;
    let window = &all[..all.len().min(LINE_MAX)];
    let len = window.iter().position(|&byte| byte == b'\n').map_or(window.len(), |at| at + 1);
    let (line, after) = all.split_at(len);
    *rest = after;
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expect: Found) {
        assert_eq!(command_at(bytes, 0), expect, "{}", bytes.escape_ascii());
    }

    #[test]
    fn commands_in_sequence() {
        let file = b"*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$0\r\n\r\n";
        assert_eq!(command_at(file, 0), Found::Command(vec![b"PING".to_vec()], 14));
        assert_eq!(command_at(file, 14), Found::Command(vec![b"GET".to_vec(), Vec::new()], file.len()));
        assert_eq!(command_at(file, file.len()), Found::End);
        check(b"*1\n$4\nPING__", Found::Command(vec![b"PING".to_vec()], 12));
    }

    #[test]
    fn a_file_cut_anywhere_is_truncated() {
        let file = b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n";
        check(b"", Found::End);
        for len in 1..file.len() {
            check(&file[..len], Found::Truncated);
        }
    }

    #[test]
    fn invalid_files() {
        for bytes in [&b"!!!"[..], b"PING\r\n", b"*0\r\n", b"*-1\r\n", b"*x\r\n", b"*1\r\n:1\r\n", b"*1\r\n$-1\r\n"] {
            check(bytes, Found::BadFormat);
        }
        check(b"*1\r\n$99999999999999999999\r\na", Found::Truncated);
        check(&[b"*".to_vec(), vec![b'9'; 300]].concat(), Found::BadFormat);
    }
}
