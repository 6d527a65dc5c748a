//! Reads lengths, strings and numbers of an RDB file. No more memory is allocated than the bytes can fill.

use psyncscope_resp::parse_double;

use crate::error::{RdbError, RdbErrorKind};
use crate::format::encoding;

/// The most bytes that one byte of LZF data can produce: 264 bytes for a reference of 3.
const LZF_EXPANSION_MAX: usize = 88;

/// Reads from `at` on.
pub(super) struct RdbReader<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

/// What a length byte begins.
enum Len {
    /// A number.
    Plain(u64),
    /// A string in one of the encodings.
    Encoded(u8),
}

impl<'a> RdbReader<'a> {
    /// `rdbLoadStringObject`.
    pub(super) fn string(&mut self) -> Result<Vec<u8>, RdbError> {
        let start = self.at;
        match self.any_len()? {
            Len::Plain(len) => Ok(self.take_u64(len)?.to_vec()),
            Len::Encoded(encoding::INT8) => Ok(decimal(i8::from_le_bytes(self.array()?))),
            Len::Encoded(encoding::INT16) => Ok(decimal(i16::from_le_bytes(self.array()?))),
            Len::Encoded(encoding::INT32) => Ok(decimal(i32::from_le_bytes(self.array()?))),
            Len::Encoded(encoding::LZF) => self.lzf(start),
            Len::Encoded(encoding) => Err(RdbErrorKind::StringEncoding(encoding).at(start)),
        }
    }

    /// `rdbLoadLzfStringObject`.
    fn lzf(&mut self, start: usize) -> Result<Vec<u8>, RdbError> {
        let compressed_len = self.len()?;
        let plain_len = self.len()?;
        let compressed = self.take_u64(compressed_len)?;
        // The announced length is not trusted: no more memory than the data can fill.
        usize::try_from(plain_len)
            .ok()
            .filter(|&len| len <= compressed.len().saturating_mul(LZF_EXPANSION_MAX))
            .and_then(|len| ::lzf::decompress(compressed, len).ok().filter(|plain| plain.len() == len))
            .ok_or_else(|| RdbErrorKind::Lzf.at(start))
    }

    /// `rdbLoadDoubleValue`: a length byte and that many bytes of text; the three largest lengths are NaN and the
    /// infinities.
    pub(super) fn text_score(&mut self) -> Result<f64, RdbError> {
        let start = self.at;
        let score = match self.byte()? {
            255 => Some(f64::NEG_INFINITY),
            254 => Some(f64::INFINITY),
            253 => None,
            len => parse_double(self.take(len.into())?),
        };
        score.ok_or_else(|| RdbErrorKind::Score.at(start))
    }

    /// `rdbLoadBinaryDoubleValue`: 8 bytes, little endian.
    pub(super) fn binary_score(&mut self) -> Result<f64, RdbError> {
        let start = self.at;
        let score = f64::from_le_bytes(self.array()?);
        if score.is_nan() { Err(RdbErrorKind::Score.at(start)) } else { Ok(score) }
    }

    pub(super) fn skip_lens(&mut self, count: usize) -> Result<(), RdbError> {
        for _ in 0..count {
            self.len()?;
        }
        Ok(())
    }

    /// A length that must not be an encoding.
    pub(super) fn len(&mut self) -> Result<u64, RdbError> {
        let start = self.at;
        match self.any_len()? {
            Len::Plain(len) => Ok(len),
            Len::Encoded(encoding) => Err(RdbErrorKind::LengthEncoding(encoding::MARK | encoding).at(start)),
        }
    }

    /// `rdbLoadLenByRef`: the first two bits tell how many bytes follow.
    fn any_len(&mut self) -> Result<Len, RdbError> {
        let start = self.at;
        let first = self.byte()?;
        let low = first & 0x3f;
        Ok(match first >> 6 {
            0 => Len::Plain(low.into()),
            1 => Len::Plain(u16::from_be_bytes([low, self.byte()?]).into()),
            3 => Len::Encoded(low),
            _ => match first {
                0x80 => Len::Plain(u32::from_be_bytes(self.array()?).into()),
                0x81 => Len::Plain(u64::from_be_bytes(self.array()?)),
                _ => return Err(RdbErrorKind::LengthEncoding(first).at(start)),
            },
        })
    }

    pub(super) fn byte(&mut self) -> Result<u8, RdbError> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], RdbError> {
        let start = self.at;
        self.take(N)?.try_into().map_err(|_| RdbErrorKind::UnexpectedEof.at(start))
    }

    fn take_u64(&mut self, len: u64) -> Result<&'a [u8], RdbError> {
        // On a 32-bit machine a length may be out of range.
        self.take(usize::try_from(len).unwrap_or(usize::MAX))
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], RdbError> {
        let taken = self.bytes[self.at..].get(..len).ok_or_else(|| RdbErrorKind::UnexpectedEof.at(self.at))?;
        self.at += len;
        Ok(taken)
    }
}

fn decimal(value: impl Into<i64>) -> Vec<u8> {
    value.into().to_string().into_bytes()
}
