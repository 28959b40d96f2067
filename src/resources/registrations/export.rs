//! The registrations of an event as they are sent: a page of JSON, or all of them as CSV, with the names of those who
//! are still there.

use futures_util::stream::{self, StreamExt};

use super::model::{Registration, RegistrationFilter};
use super::store;
use crate::domain::{ContactId, Error, EventId, Instant, Limit, RegistrationId};
use crate::platform::access::Access;
use crate::platform::auth::ContactsExport;
use crate::platform::http::{Answer, Listed, Op, Reply, csv};
use crate::platform::transaction::ReadTx;
use crate::resources::contacts::{model::PersonName, store as contacts};

const HEAD: &[&str] = &[
    "id",
    "contact_id",
    "name",
    "status",
    "position",
    "offer_expires_at",
    "share_with_event_partners",
    "share_with_venue",
    "source",
    "created_at",
    "version",
];

/// Registrations being sent.
pub(super) enum Registrations {
    /// A page of the list.
    Page(Listed<Registration>),
    /// All of them.
    Export(Box<Export>),
}

/// What a page of the file is written from.
struct Found {
    items: Vec<Registration>,
    names: Vec<(ContactId, PersonName)>,
    next: Option<RegistrationId>,
}

/// An export under way.
pub(super) struct Export {
    access: Access<ContactsExport>,
    event: EventId,
    filter: RegistrationFilter,
    first: Found,
}

impl Registrations {
    /// Reads the first page, so that a refusal is still an answer of its own.
    pub(super) async fn export(
        access: Access<ContactsExport>,
        event: EventId,
        filter: RegistrationFilter,
        after: Option<RegistrationId>,
    ) -> Result<Self, Error> {
        let first = access.page(page(event, &filter, after)).await?;
        Ok(Self::Export(Box::new(Export { access, event, filter, first })))
    }
}

/// What reads a page of the export.
fn page(
    event: EventId,
    filter: &RegistrationFilter,
    after: Option<RegistrationId>,
) -> impl FnOnce(&mut ReadTx<'_>) -> Result<Found, Error> + Send + use<> {
    let filter = filter.clone();
    move |tx| {
        let page = store::list(tx, event, &filter, after, Limit::MOST)?;
        let ids: Vec<ContactId> = page.items.iter().map(|item| item.contact_id).collect();
        Ok(Found { names: contacts::names(tx, &ids)?, items: page.items, next: page.next })
    }
}

enum Next {
    Write(Found),
    Read(RegistrationId),
    End,
}

impl Reply for Registrations {
    fn into_answer(self) -> Answer {
        let export = match self {
            Self::Page(page) => return page.into_answer(),
            Self::Export(export) => export,
        };
        let Export { access, event, filter, first } = *export;
        let mut head = Vec::new();
        csv::write_row(&mut head, HEAD);
        let pages =
            stream::try_unfold((Next::Write(first), access, filter), move |(next, access, filter)| async move {
                let found = match next {
                    Next::End => return Ok(None),
                    Next::Write(page) => page,
                    Next::Read(after) => access.next_page(page(event, &filter, Some(after))).await?,
                };
                let then = found.next.map_or(Next::End, Next::Read);
                Ok(Some((written(&found), (then, access, filter))))
            });
        Answer::stream(csv::CSV_UTF8, stream::iter([Ok(head)]).chain(pages))
    }

    fn describe(op: &mut Op<'_>) {
        Listed::<Registration>::describe(op);
        op.also_answers(200, csv::CSV);
    }
}

fn written(found: &Found) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(found.items.len() * 256);
    for item in &found.items {
        let name = found.names.iter().find(|(id, _)| *id == item.contact_id);
        let name = name.map(|(_, name)| name.as_str()).unwrap_or_default();
        let status: &str = item.status.into();
        let cells = [
            item.id.to_string(),
            item.contact_id.to_string(),
            csv::formula_safe(name).into_owned(),
            status.to_owned(),
            item.position.map(|position| position.to_string()).unwrap_or_default(),
            item.offer_expires_at.as_ref().map(Instant::to_string).unwrap_or_default(),
            item.sharing.event_partners.to_string(),
            item.sharing.venue.to_string(),
            item.source.as_str().to_owned(),
            item.created_at.to_string(),
            item.version.to_string(),
        ];
        csv::write_row(&mut bytes, cells);
    }
    bytes
}
