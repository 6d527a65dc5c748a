//! A recording: the bytes of each connection in each direction.

use serde::Deserialize;

/// One direction of one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamKey {
    /// `replica->master`, `master->replica`, `client->A`, `A->client`.
    pub dir: String,
    /// The link, such as `B>A`; empty for a client.
    pub link: String,
    /// The number of the connection on the link, from 1; the name of a client, empty for a node's first.
    pub conn: String,
}

/// A recording, streams in order of their first byte.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    streams: Vec<(StreamKey, Vec<u8>)>,
}

/// One line of a recording.
#[derive(Deserialize)]
struct Line {
    dir: String,
    bytes_hex: String,
    #[serde(default)]
    link: String,
    #[serde(default)]
    conn: serde_json::Value,
}

impl Transcript {
    /// Adds bytes to a stream.
    pub fn push(&mut self, key: StreamKey, bytes: &[u8]) {
        match self.streams.iter_mut().find(|(known, _)| *known == key) {
            Some((_, all)) => all.extend_from_slice(bytes),
            None => self.streams.push((key, bytes.to_vec())),
        }
    }

    /// Changes a stream.
    pub fn alter(&mut self, key: &StreamKey, change: impl FnOnce(&mut Vec<u8>)) {
        if let Some((_, bytes)) = self.streams.iter_mut().find(|(known, _)| known == key) {
            change(bytes);
        }
    }

    /// All streams.
    pub fn streams(&self) -> impl Iterator<Item = (&StreamKey, &[u8])> {
        self.streams.iter().map(|(key, bytes)| (key, bytes.as_slice()))
    }

    /// One stream's bytes, empty if there is none.
    #[must_use]
    pub fn stream(&self, key: &StreamKey) -> &[u8] {
        self.streams.iter().find(|(known, _)| known == key).map_or(&[], |(_, bytes)| bytes)
    }

    /// Reads a recording as the recorder wrote it: one JSON object a line.
    ///
    /// # Errors
    /// The number of the line and what is wrong with it.
    pub fn parse(jsonl: &str) -> Result<Self, String> {
        let mut transcript = Self::default();
        for (number, line) in jsonl.lines().enumerate() {
            let line: Line = serde_json::from_str(line).map_err(|error| format!("line {}: {error}", number + 1))?;
            if line.dir == "meta" {
                continue;
            }
            let bytes = unhex(&line.bytes_hex).ok_or_else(|| format!("line {}: bad hexadecimal", number + 1))?;
            let conn = match line.conn {
                serde_json::Value::String(name) => name,
                serde_json::Value::Number(number) => number.to_string(),
                _ => String::new(),
            };
            transcript.push(StreamKey { dir: line.dir, link: line.link, conn }, &bytes);
        }
        Ok(transcript)
    }
}

fn unhex(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) {
        return None;
    }
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(hex.get(i..i + 2)?, 16).ok()).collect()
}
