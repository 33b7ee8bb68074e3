//! Bytes on their way in: counted, unpacked where they are compressed, and read as UTF-8 whatever
//! their encoding. Nothing here holds more than a window of the input.

use encoding_rs::{Decoder, DecoderResult, GB18030};
use flate2::read::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that are read at once.
pub(super) const CHUNK: usize = 1 << 16;
/// A byte that stands in no UTF-8 text: the record that holds it is an error, the others are not.
const NO_TEXT: u8 = 0xFF;
/// The window that a zstd frame may ask for; `zstd` itself asks for no more without `--long`.
const WINDOW: u64 = 128 << 20;

/// Bytes that come in.
pub(super) type Bytes = Box<dyn Read + Send>;

/// How an input is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// How inputs begin that are not text.
const MAGIC: [(&[u8], Begins); 3] = [
    (b"\x1f\x8b", Begins::Packed(Packing::Gzip)),
    (b"\x28\xb5\x2f\xfd", Begins::Packed(Packing::Zstd)),
    (b"PAR1", Begins::Parquet),
];

/// What an input that has no name begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begins {
    Packed(Packing),
    Parquet,
}

impl Packing {
    /// That of a file by the end of its name.
    pub(super) fn of_ending(ending: &str) -> Packing {
        match ending {
            "gz" => Packing::Gzip,
            "zst" | "zstd" => Packing::Zstd,
            _ => Packing::Plain,
        }
    }

    /// The bytes that were packed.
    pub(super) fn unpack(self, from: Bytes) -> Bytes {
        match self {
            Packing::Plain => from,
            Packing::Gzip => Box::new(MultiGzDecoder::new(from)),
            Packing::Zstd => Box::new(Frames::new(BufReader::with_capacity(CHUNK, from))),
        }
    }
}

/// Looks at the first bytes and no further than they can be told from text, since whoever writes
/// line by line waits for answers.
pub(super) fn begins(mut from: Bytes) -> io::Result<(Begins, Bytes)> {
    let mut head = Vec::new();
    let begun = |head: &[u8]| MAGIC.iter().find(|(magic, _)| head.starts_with(magic));
    while begun(&head).is_none() && MAGIC.iter().any(|(magic, _)| magic.starts_with(&head)) {
        let mut byte = [0];
        match from.read(&mut byte) {
            Ok(0) => break,
            Ok(_) => head.extend(byte),
            Err(why) if why.kind() == ErrorKind::Interrupted => {}
            Err(why) => return Err(why),
        }
    }
    let found = begun(&head).map_or(Begins::Packed(Packing::Plain), |(_, begins)| *begins);
    Ok((found, Box::new(Cursor::new(head).chain(from))))
}

/// Counts what is read.
pub(super) struct Counted<R> {
    pub(super) raw: R,
    pub(super) read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.raw.read(into)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// An input in frames of zstd, one after another; those that hold no data are passed over.
struct Frames<R> {
    from: R,
    decoder: FrameDecoder,
    open: bool,
}

impl<R: BufRead> Frames<R> {
    fn new(from: R) -> Frames<R> {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW);
        Frames {
            from,
            decoder,
            open: false,
        }
    }

    /// Begins the next frame; false where there is none.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.from.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.from) {
                Ok(()) => {
                    self.open = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let mut frame = self.from.by_ref().take(u64::from(length));
                    if io::copy(&mut frame, &mut io::sink())? < u64::from(length) {
                        return Err(ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(why) => return Err(io::Error::other(format!("not zstd: {why}"))),
            }
        }
        Ok(false)
    }

    /// Ends a frame, whose checksum says whether all of it is as it was.
    fn end(&mut self) -> io::Result<()> {
        self.open = false;
        let said = self.decoder.get_checksum_from_data();
        match said.is_some() && said != self.decoder.get_calculated_checksum() {
            true => Err(io::Error::other("the checksum of a zstd frame is wrong")),
            false => Ok(()),
        }
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while !into.is_empty() {
            if !self.open && !self.begin()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                let decoded = self.decoder.decode_blocks(&mut self.from, one);
                decoded.map_err(|why| io::Error::other(format!("broken zstd: {why}")))?;
            }
            let n = self.decoder.read(into)?;
            if n > 0 {
                return Ok(n);
            }
            self.end()?;
        }
        Ok(0)
    }
}

/// An input in GB18030, read as UTF-8. What is no text becomes [`NO_TEXT`].
pub(super) struct Decoded<R> {
    raw: R,
    decoder: Decoder,
    /// Bytes as they came, from `at` on still to be decoded.
    bytes: Vec<u8>,
    at: usize,
    /// Text, from `given` on still to be given.
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    pub(super) fn new(raw: R) -> Decoded<R> {
        Decoded {
            raw,
            decoder: GB18030.new_decoder(),
            bytes: Vec::new(),
            at: 0,
            text: Vec::new(),
            given: 0,
            ended: false,
        }
    }

    /// Decodes on until there is text to give, or the end.
    fn fill(&mut self) -> io::Result<()> {
        while self.given >= self.text.len() && !self.ended {
            if self.at >= self.bytes.len() {
                self.bytes.resize(CHUNK, 0);
                let n = self.raw.read(&mut self.bytes)?;
                self.bytes.truncate(n);
                self.at = 0;
            }
            let last = self.bytes.is_empty();
            let from = self.bytes.get(self.at..).unwrap_or_default();
            self.text.resize(from.len().saturating_mul(3).max(64), 0);
            let (result, read, written) =
                self.decoder
                    .decode_to_utf8_without_replacement(from, &mut self.text, last);
            self.at += read;
            self.text.truncate(written);
            self.given = 0;
            match result {
                DecoderResult::Malformed(..) => self.text.push(NO_TEXT),
                DecoderResult::InputEmpty => self.ended = last,
                DecoderResult::OutputFull => {}
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let ready = self.text.get(self.given..).unwrap_or_default();
        let n = ready.len().min(into.len());
        if let (Some(to), Some(from)) = (into.get_mut(..n), ready.get(..n)) {
            to.copy_from_slice(from);
        }
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        Decoded::new(bytes).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn gb18030_is_read_across_chunks_and_what_is_no_text_stays_no_text() {
        assert_eq!(decoded(b"\xbf\xa8\xbf\xda 1"), "卡口 1".as_bytes());
        let long = b"a\xbf\xa8".repeat(CHUNK / 2);
        assert_eq!(decoded(&long), "a卡".repeat(CHUNK / 2).as_bytes());
        assert_eq!(decoded(b"a\xff\nb"), b"a\xff\nb");
        assert_eq!(decoded(b"a\xbf"), b"a\xff");
        assert_eq!(decoded(b""), b"");
    }
}
