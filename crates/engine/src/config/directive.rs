//! Directives, and parsing of their arguments.

use super::Config;

/// Where a directive may be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// In a file, on the command line and by CONFIG SET.
    Always,
    /// Only in a file or on the command line.
    Start,
    /// The same, and CONFIG GET does not show it.
    File,
}

/// One directive. `set` gets its arguments and returns errors in Redis's words.
pub(super) struct Directive {
    pub(super) name: &'static str,
    /// The older `slave` spelling, which CONFIG GET lists too.
    pub(super) alias: Option<&'static str>,
    pub(super) when: When,
    pub(super) get: fn(&Config) -> String,
    pub(super) set: fn(&mut Config, &[&[u8]]) -> Result<(), String>,
}

impl Directive {
    pub(super) const fn new(
        name: &'static str,
        get: fn(&Config) -> String,
        set: fn(&mut Config, &[&[u8]]) -> Result<(), String>,
    ) -> Self {
        Self { name, alias: None, when: When::Always, get, set }
    }

    pub(super) const fn alias(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }

    pub(super) const fn at_start(mut self) -> Self {
        self.when = When::Start;
        self
    }

    pub(super) const fn in_file(mut self) -> Self {
        self.when = When::File;
        self
    }

    pub(super) fn is_named(&self, name: &[u8]) -> bool {
        self.name.as_bytes().eq_ignore_ascii_case(name)
            || self.alias.is_some_and(|alias| alias.as_bytes().eq_ignore_ascii_case(name))
    }
}

pub(super) fn one<'a>(args: &[&'a [u8]]) -> Result<&'a [u8], String> {
    match args {
        [arg] => Ok(arg),
        _ => Err("wrong number of arguments".into()),
    }
}

pub(super) fn text(args: &[&[u8]]) -> Result<String, String> {
    Ok(String::from_utf8_lossy(one(args)?).into_owned())
}

pub(super) fn yes_no(args: &[&[u8]]) -> Result<bool, String> {
    match one(args)?.to_ascii_lowercase().as_slice() {
        b"yes" => Ok(true),
        b"no" => Ok(false),
        _ => Err("argument must be 'yes' or 'no'".into()),
    }
}

pub(super) fn integer(args: &[&[u8]], min: i64, max: i64) -> Result<i64, String> {
    let arg = one(args)?;
    let value = psyncscope_resp::parse_i64_strict(arg).ok_or("argument must be an integer")?;
    if (min..=max).contains(&value) {
        Ok(value)
    } else {
        Err(format!("argument must be between {min} and {max} inclusive"))
    }
}

/// `memtoll`: a number of bytes with an optional unit; `k` is 1000, `kb` is 1024.
pub(super) fn memory(arg: &[u8]) -> Option<u64> {
    let arg = arg.to_ascii_lowercase();
    let digits = arg.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let unit: u64 = match &arg[digits..] {
        b"" | b"b" => 1,
        b"k" => 1000,
        b"kb" => 1 << 10,
        b"m" => 1_000_000,
        b"mb" => 1 << 20,
        b"g" => 1_000_000_000,
        b"gb" => 1 << 30,
        _ => return None,
    };
    std::str::from_utf8(&arg[..digits]).ok()?.parse::<u64>().ok()?.checked_mul(unit)
}

/// A size in bytes.
pub(super) fn bytes(args: &[&[u8]]) -> Result<usize, String> {
    memory(one(args)?)
        // A backlog of more than 512 MiB would not fit into a browser's memory.
        .filter(|&size| size > 0 && size <= 1 << 29)
        .and_then(|size| usize::try_from(size).ok())
        .ok_or_else(|| "argument must be a memory value".into())
}

pub(super) const fn word(on: bool) -> &'static str {
    if on { "yes" } else { "no" }
}
