//! What became of the rows, as it is sent: all at once, or line by line while the file is worked through.

use std::future::ready;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::row::{ImportResult, ImportResults};
use super::{Import, ImportFile};
use crate::domain::{Error, IdsAlone};
use crate::platform::access::Access;
use crate::platform::auth::ContactsImport;
use crate::platform::http::answer::JSON;
use crate::platform::http::ndjson::NDJSON;
use crate::platform::http::{Answer, Done, Incoming, Op, Replay, Replayable, Reply, Take};

/// In which form the results are wanted, as `Accept` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JSON document that an `Idempotency-Key` keeps.
    Kept,
    /// A JSON document.
    Json,
    /// A JSON object in each line.
    Lines,
}

impl Take for Form {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        Ok(if incoming.prefers(NDJSON, JSON) {
            Self::Lines
        } else if incoming.has_idempotency_key() {
            Self::Kept
        } else {
            Self::Json
        })
    }

    fn describe(_: &mut Op<'_>) {}
}

/// A file that was imported, or is being imported as its results are read.
pub enum Imported {
    /// The whole file was imported.
    Whole {
        /// The body as it is sent.
        body: Vec<u8>,
        /// Whether every result holds ids alone, so that the body may be kept for an idempotency key.
        ids_alone: bool,
    },
    /// The first rows were imported, and the import goes on as the results are read, so that they fill no memory.
    Begun(Form, Vec<ImportResult>, Box<Import>),
}

impl Imported {
    /// Imports a file, or tells what importing it would do. Unless the answer is kept, the import goes on as the results
    /// are read.
    ///
    /// # Errors
    /// When nothing could be done at all.
    pub async fn open(
        access: Access<ContactsImport>,
        file: ImportFile,
        dry_run: bool,
        form: Form,
    ) -> Result<Done<Self>, Error> {
        let mut import = Import::new(access, file, dry_run);
        // So that a refusal is still an answer of its own.
        let first = import.next().await?;
        if form != Form::Kept {
            return Ok(Done::Fresh(Self::Begun(form, first, Box::new(import))));
        }
        let mut body = OPENING.to_vec();
        let mut ids_alone = true;
        let mut rows = first;
        while !rows.is_empty() {
            ids_alone &= rows.iter().all(ImportResult::holds_ids_alone);
            write(form, &rows, &mut body)?;
            rows = import.next().await?;
        }
        body.extend_from_slice(CLOSING);
        Ok(import.conclude(Self::Whole { body, ids_alone }).await)
    }
}

/// A file that names unknown members repeats their names, and a streamed answer is gone once it is sent.
impl Replayable for Imported {
    const CAN_BE_LOST: bool = true;

    fn replay(&self) -> Replay {
        match self {
            Self::Whole { ids_alone: true, .. } => Replay::Body,
            Self::Whole { .. } | Self::Begun(..) => Replay::Nothing,
        }
    }
}

/// What a JSON document of results begins and ends with.
const OPENING: &[u8] = br#"{"results":["#;
const CLOSING: &[u8] = b"]}";

/// Writes results as lines, or as members of the document's array.
fn write(form: Form, results: &[ImportResult], into: &mut Vec<u8>) -> Result<(), Error> {
    into.reserve(results.len() * 96);
    for result in results {
        if form != Form::Lines && result.row > 1 {
            into.push(b',');
        }
        serde_json::to_writer(&mut *into, result).map_err(|error| Error::internal(error))?;
        if form == Form::Lines {
            into.push(b'\n');
        }
    }
    Ok(())
}

impl Reply for Imported {
    fn into_answer(self) -> Answer {
        let (form, first, import) = match self {
            Self::Whole { body, .. } => return Answer::bytes(200, JSON, body),
            Self::Begun(form, first, import) => (form, first, import),
        };
        let (opening, closing, media_type) = match form {
            Form::Lines => (&[][..], &[][..], NDJSON),
            Form::Kept | Form::Json => (OPENING, CLOSING, JSON),
        };
        let mut begun = opening.to_vec();
        let begun = write(form, &first, &mut begun).map(|()| begun);
        let next = stream::try_unfold(import, move |mut import| async move {
            let results = import.next().await?;
            if results.is_empty() {
                import.conclude_streamed().await;
                return Ok(None);
            }
            let mut piece = Vec::new();
            write(form, &results, &mut piece)?;
            Ok(Some((piece, import)))
        });
        let pieces = stream::iter([begun]).chain(next).chain(stream::iter([Ok(closing.to_vec())]));
        // An empty piece would end the body.
        Answer::stream(media_type, pieces.try_filter(|piece| ready(!piece.is_empty())))
    }

    fn describe(op: &mut Op<'_>) {
        op.answers::<ImportResults>(200, "The result of every row, in the order of the file.", JSON);
        op.also_answers(200, NDJSON);
    }
}
