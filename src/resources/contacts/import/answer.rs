//! What became of the rows, as it is sent: all at once, or line by line while the file is worked through.

use futures_util::stream::{self, StreamExt};
use serde::Serialize;

use super::row::{ImportResult, ImportResults};
use super::{Import, ImportFile};
use crate::domain::{Error, IdsAlone};
use crate::platform::auth::{Access, ContactsImport};
use crate::platform::http::answer::JSON;
use crate::platform::http::ndjson::NDJSON;
use crate::platform::http::{Answer, Done, Incoming, Op, Replay, Replayable, Reply, Take};

/// In which form the results are wanted, as `Accept` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Form {
    Whole,
    Lines,
}

impl Take for Form {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        Ok(if incoming.prefers(NDJSON, JSON) { Self::Lines } else { Self::Whole })
    }

    fn describe(_: &mut Op<'_>) {}
}

/// A file that was imported, or is being imported as its results are read.
pub(in super::super) enum Imported {
    /// All of it.
    Whole {
        /// The body as it is sent.
        body: Vec<u8>,
        /// Whether every result holds ids alone, so that the body may be kept for an idempotency key.
        ids_alone: bool,
    },
    /// The results of the first rows, as lines, and what goes on.
    Lines(Vec<u8>, Box<Import>),
}

impl Imported {
    /// Imports a file, or tells what importing it would do. As lines, it goes on as they are read.
    ///
    /// # Errors
    /// When nothing could be done at all.
    pub(in super::super) async fn open(
        access: Access<ContactsImport>,
        file: ImportFile,
        dry_run: bool,
        form: Form,
    ) -> Result<Done<Self>, Error> {
        let mut import = Import::new(access, file, dry_run);
        // So that a refusal is still an answer of its own.
        let first = import.next().await?;
        if form == Form::Lines {
            return Ok(Done::Fresh(Self::Lines(lines(&first)?, Box::new(import))));
        }
        let mut body = br#"{"results":["#.to_vec();
        let mut ids_alone = true;
        let mut rows = first;
        while !rows.is_empty() {
            for row in &rows {
                ids_alone &= row.holds_ids_alone();
                if body.last() != Some(&b'[') {
                    body.push(b',');
                }
                write(&mut body, row)?;
            }
            rows = import.next().await?;
        }
        body.extend_from_slice(b"]}");
        Ok(import.conclude(Self::Whole { body, ids_alone }).await)
    }
}

/// A file that names unknown members repeats their names, and the lines are gone once they are sent.
impl Replayable for Imported {
    const CAN_BE_LOST: bool = true;

    fn replay(&self) -> Replay {
        match self {
            Self::Whole { ids_alone: true, .. } => Replay::Body,
            Self::Whole { .. } | Self::Lines(..) => Replay::Nothing,
        }
    }
}

fn write(into: &mut Vec<u8>, result: &impl Serialize) -> Result<(), Error> {
    serde_json::to_writer(into, result).map_err(Error::internal)
}

fn lines(results: &[ImportResult]) -> Result<Vec<u8>, Error> {
    let mut lines = Vec::with_capacity(results.len() * 96);
    for result in results {
        write(&mut lines, result)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

impl Reply for Imported {
    fn into_answer(self) -> Answer {
        match self {
            Self::Whole { body, .. } => Answer::bytes(200, JSON, body),
            Self::Lines(first, import) => {
                let first = stream::iter((!first.is_empty()).then_some(Ok(first)));
                let next = stream::try_unfold(import, |mut import| async move {
                    let results = import.next().await?;
                    if results.is_empty() {
                        import.conclude_streamed().await;
                        return Ok(None);
                    }
                    Ok(Some((lines(&results)?, import)))
                });
                Answer::stream(NDJSON, first.chain(next))
            }
        }
    }

    fn describe(op: &mut Op<'_>) {
        op.answers::<ImportResults>(200, "What became of every row, in the order of the file.", JSON);
        op.also_answers(200, NDJSON);
    }
}
