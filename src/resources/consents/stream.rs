//! The audience as it is sent: a line or a row for each person, page after page, never all in memory.

use futures_util::stream::{self, StreamExt};

use super::audience::{self, AudienceMember, AudiencePage};
use crate::domain::{ConsentId, Error, Purpose};
use crate::platform::access::Access;
use crate::platform::auth::AudiencesRead;
use crate::platform::http::ndjson::NDJSON;
use crate::platform::http::{Answer, Incoming, Op, Reply, Take, csv};

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
}

impl Audience {
    /// Reads the first page, so that a refusal is still an answer of its own.
    pub(super) async fn open(access: Access<AudiencesRead>, purpose: Purpose, form: Form) -> Result<Self, Error> {
        let first = access.page(move |tx| audience::page(tx, purpose, None)).await?;
        Ok(Self { form, first, purpose, access })
    }
}

enum Next {
    Write(AudiencePage),
    Read(ConsentId),
    End,
}

impl Reply for Audience {
    fn into_answer(self) -> Answer {
        let Self { form, first, purpose, access } = self;
        let head = match form {
            Form::Lines => Vec::new(),
            Form::Csv => b"contact_id,name,email,unsubscribe_url\r\n".to_vec(),
        };
        let head = stream::iter((!head.is_empty()).then_some(Ok(head)));
        let pages = stream::try_unfold((Next::Write(first), access), move |(next, access)| async move {
            let page = match next {
                Next::End => return Ok(None),
                Next::Write(page) => page,
                Next::Read(after) => access.next_page(move |tx| audience::page(tx, purpose, Some(after))).await?,
            };
            let then = page.next.map_or(Next::End, Next::Read);
            Ok(Some((written(form, &page.members)?, (then, access))))
        });
        let media_type = if form == Form::Csv { csv::CSV_UTF8 } else { NDJSON };
        Answer::stream(media_type, head.chain(pages))
    }

    fn describe(op: &mut Op<'_>) {
        let schema = op.schema::<AudienceMember>();
        let text = "The people who may be sent something now: one JSON object for each line, or CSV.";
        op.answers_with(200, text, NDJSON, Some(schema));
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
