//! The audience as it is sent: a line or a row for each person, page after page, never all in memory.

use futures_util::stream::{self, StreamExt};

use super::audience::{self, AudienceMember, AudiencePage, StreamPage};
use crate::domain::{ConsentId, DisclosureBatchId, Error, Purpose};
use crate::platform::access::Access;
use crate::platform::auth::AudiencesRead;
use crate::platform::http::ndjson::NDJSON;
use crate::platform::http::{Answer, DISCLOSURE_BATCH, Incoming, Op, Reply, Take, csv, describe_batch_header};
use crate::platform::transaction::WriteTx;

/// In which form the audience is wanted, as `Accept` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Lines,
    Csv,
}

impl Take for Form {
    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        Ok(if incoming.prefers(csv::CSV, NDJSON) { Self::Csv } else { Self::Lines })
    }

    fn describe(_: &mut Op<'_>) {}
}

/// An audience being sent.
pub(super) struct Audience {
    form: Form,
    first: AudiencePage,
    purpose: Purpose,
    access: Access<AudiencesRead>,
    /// The record of what the stream shows to an organisation.
    batch: Option<DisclosureBatchId>,
}

impl Audience {
    /// Reads the first page, so that a refusal is still an answer of its own.
    pub(super) async fn open(access: Access<AudiencesRead>, purpose: Purpose, form: Form) -> Result<Self, Error> {
        let (first, batch) = match access.recipient() {
            None => (access.page(move |tx| audience::page(tx, purpose, None)).await?, None),
            Some(own) => {
                let first = move |tx: WriteTx<'_>| {
                    let stream = StreamPage { batch: tx.new_id(), part: 0 };
                    let page = audience::disclosed_page(tx, purpose, own, stream, None)?;
                    Ok(page.map(|page| (page, Some(stream.batch))))
                };
                access.disclose_page(first).await?
            }
        };
        Ok(Self { form, first, purpose, access, batch })
    }
}

/// Reads a further page.
async fn further(
    access: &Access<AudiencesRead>,
    purpose: Purpose,
    stream: Option<StreamPage>,
    after: ConsentId,
) -> Result<AudiencePage, Error> {
    match access.recipient().zip(stream) {
        None => access.next_page(move |tx| audience::page(tx, purpose, Some(after))).await,
        Some((own, stream)) => {
            let page = move |tx: WriteTx<'_>| audience::disclosed_page(tx, purpose, own, stream, Some(after));
            access.disclose_next_page(page).await
        }
    }
}

enum Next {
    Write(AudiencePage),
    Read(ConsentId),
    End,
}

impl Reply for Audience {
    fn into_answer(self) -> Answer {
        let Self { form, first, purpose, access, batch } = self;
        let shows_people = !first.members.is_empty() || first.next.is_some();
        let head = match form {
            Form::Lines => Vec::new(),
            Form::Csv => b"contact_id,name,email,unsubscribe_url\r\n".to_vec(),
        };
        let head = stream::iter((!head.is_empty()).then_some(Ok(head)));
        let stream = batch.map(|batch| StreamPage { batch, part: 0 });
        let pages =
            stream::try_unfold((Next::Write(first), stream, access), move |(next, stream, access)| async move {
                let (page, stream) = match next {
                    Next::End => return Ok(None),
                    Next::Write(page) => (page, stream),
                    Next::Read(after) => {
                        let stream = stream.map(|StreamPage { batch, part }| StreamPage { batch, part: part + 1 });
                        (further(&access, purpose, stream, after).await?, stream)
                    }
                };
                let then = page.next.map_or(Next::End, Next::Read);
                Ok(Some((written(form, &page.members)?, (then, stream, access))))
            });
        let media_type = if form == Form::Csv { csv::CSV_UTF8 } else { NDJSON };
        let answer = Answer::stream(media_type, head.chain(pages));
        match batch.filter(|_| shows_people) {
            Some(batch) => answer.header(DISCLOSURE_BATCH, batch.to_string()),
            None => answer,
        }
    }

    fn describe(op: &mut Op<'_>) {
        let schema = op.schema::<AudienceMember>();
        let text = "The people who may be sent something now: one JSON object for each line, or CSV.";
        describe_batch_header(op.answers_with(200, text, NDJSON, Some(schema)));
        op.also_answers(200, csv::CSV);
    }
}

fn written(form: Form, members: &[AudienceMember]) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::with_capacity(members.len() * 256);
    match form {
        Form::Lines => {
            for member in members {
                serde_json::to_writer(&mut bytes, member).map_err(|error| Error::internal(error))?;
                bytes.push(b'\n');
            }
        }
        Form::Csv => {
            for member in members {
                let AudienceMember { contact_id, name, email, unsubscribe_url } = member;
                let cells = [&contact_id.to_string(), name.as_str(), &email.shown(), unsubscribe_url.as_str()];
                csv::write_row(&mut bytes, cells.map(csv::formula_safe));
            }
        }
    }
    Ok(bytes)
}
