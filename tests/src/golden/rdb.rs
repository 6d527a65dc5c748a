//! An RDB file field by field. Written from the format, independently of the engine, to find mistakes that the engine's
//! writer and reader share.

/// One field of a file, in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The header's version.
    Version(String),
    /// An auxiliary field; the value as text.
    Aux(String, String),
    /// SELECTDB.
    Select(u64),
    /// RESIZEDB: keys, keys with a time to live.
    Resize(u64, u64),
    /// An expiry in milliseconds, for the key that follows.
    ExpireMs(u64),
    /// A key and its string.
    Key(Vec<u8>, Vec<u8>),
    /// EOF, with a checksum after it.
    End,
}

/// The fields of a file that holds strings.
///
/// # Errors
/// Where and why the file cannot be read.
pub fn fields(file: &[u8]) -> Result<Vec<Field>, String> {
    let mut reader = RdbReader { file, at: 0 };
    let mut fields = Vec::new();
    let head = reader.take(9)?;
    if &head[..5] != b"REDIS" {
        return Err("no RDB signature".into());
    }
    fields.push(Field::Version(String::from_utf8_lossy(&head[5..]).into_owned()));
    loop {
        match reader.byte()? {
            0xFA => {
                let (key, value) = (reader.string()?, reader.string()?);
                let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
                fields.push(Field::Aux(text(key), text(value)));
            }
            0xFE => fields.push(Field::Select(reader.length()?)),
            0xFB => fields.push(Field::Resize(reader.length()?, reader.length()?)),
            0xFC => {
                let bytes = reader.take(8)?;
                fields.push(Field::ExpireMs(u64::from_le_bytes(bytes.try_into().map_err(|_| "short expiry")?)));
            }
            0xFF => {
                reader.take(8)?;
                fields.push(Field::End);
                return match file.len() - reader.at {
                    0 => Ok(fields),
                    n => Err(format!("{n} bytes after the end")),
                };
            }
            0 => fields.push(Field::Key(reader.string()?, reader.string()?)),
            other => return Err(format!("opcode or type {other} at byte {}", reader.at - 1)),
        }
    }
}

struct RdbReader<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> RdbReader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], String> {
        let bytes = self.file.get(self.at..self.at + n).ok_or_else(|| format!("ends at byte {}", self.at))?;
        self.at += n;
        Ok(bytes)
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }

    fn length(&mut self) -> Result<u64, String> {
        let first = self.byte()?;
        match first >> 6 {
            0 => Ok(u64::from(first & 63)),
            1 => Ok(u64::from(first & 63) << 8 | u64::from(self.byte()?)),
            2 => {
                let n = if first == 0x81 { 8 } else { 4 };
                Ok(self.take(n)?.iter().fold(0, |all, &byte| all << 8 | u64::from(byte)))
            }
            _ => Err(format!("a special string instead of a length, at byte {}", self.at - 1)),
        }
    }

    fn string(&mut self) -> Result<Vec<u8>, String> {
        let first = *self.file.get(self.at).ok_or("ends in a string")?;
        let integer = |bytes: &[u8]| {
            let unsigned = bytes.iter().rev().fold(0_i64, |all, &byte| all << 8 | i64::from(byte));
            let shift = 64 - 8 * bytes.len() as u32;
            (unsigned << shift >> shift).to_string().into_bytes()
        };
        if first >> 6 != 3 {
            let n = self.length()? as usize;
            return Ok(self.take(n)?.to_vec());
        }
        self.at += 1;
        match first & 63 {
            0 => Ok(integer(self.take(1)?)),
            1 => Ok(integer(self.take(2)?)),
            2 => Ok(integer(self.take(4)?)),
            3 => {
                let (compressed, plain) = (self.length()? as usize, self.length()? as usize);
                lzf::decompress(self.take(compressed)?, plain).map_err(|error| format!("LZF: {error}"))
            }
            other => Err(format!("special string {other}")),
        }
    }
}
