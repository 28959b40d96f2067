//! A body in a content coding.

use std::io::{self, Write};

use actix_web::web::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use zstd::stream::write::Encoder as ZstdEncoder;

use super::Coding;
use crate::domain::Error;

/// The fastest level of zstd, whose window is half a megabyte: a caller can ask for many streams at once.
const ZSTD_LEVEL: i32 = 1;

/// Compresses one body.
pub(super) enum Encoder {
    Gzip(GzEncoder<Vec<u8>>),
    Zstd(ZstdEncoder<'static, Vec<u8>>),
}

impl Encoder {
    /// Begins a body.
    pub(super) fn new(coding: Coding) -> Result<Self, Error> {
        Ok(match coding {
            Coding::Gzip => Self::Gzip(GzEncoder::new(Vec::new(), Compression::fast())),
            Coding::Zstd => Self::Zstd(ZstdEncoder::new(Vec::new(), ZSTD_LEVEL).map_err(|error| failed(&error))?),
        })
    }

    /// Compresses a piece, and returns the bytes that are ready, if any are.
    pub(super) fn write(&mut self, piece: &[u8]) -> Result<Bytes, Error> {
        self.compress(piece, false).map_err(|error| failed(&error))
    }

    /// Compresses a piece, and returns all of it, so that it can be decoded without the pieces that follow.
    pub(super) fn flush(&mut self, piece: &[u8]) -> Result<Bytes, Error> {
        self.compress(piece, true).map_err(|error| failed(&error))
    }

    fn compress(&mut self, piece: &[u8], flush: bool) -> io::Result<Bytes> {
        let ready = match self {
            Self::Gzip(encoder) => {
                encoder.write_all(piece)?;
                if flush {
                    encoder.flush()?;
                }
                std::mem::take(encoder.get_mut())
            }
            Self::Zstd(encoder) => {
                encoder.write_all(piece)?;
                if flush {
                    encoder.flush()?;
                }
                std::mem::take(encoder.get_mut())
            }
        };
        Ok(ready.into())
    }

    /// Ends the body, and returns its last bytes: a checksum at least.
    pub(super) fn end(self) -> Result<Bytes, Error> {
        let ended = match self {
            Self::Gzip(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
        };
        ended.map(Bytes::from).map_err(|error| failed(&error))
    }
}

/// Compresses a body whose bytes are all there.
pub(super) fn whole(body: &[u8], coding: Coding) -> Result<Vec<u8>, Error> {
    match coding {
        Coding::Gzip => {
            let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 2), Compression::fast());
            encoder.write_all(body).and_then(|()| encoder.finish()).map_err(|error| failed(&error))
        }
        // It knows the size, so that the library takes less memory than for a stream.
        Coding::Zstd => zstd::bulk::compress(body, ZSTD_LEVEL).map_err(|error| failed(&error)),
    }
}

fn failed(error: &io::Error) -> Error {
    Error::internal(format_args!("a response could not be compressed: {error}"))
}
