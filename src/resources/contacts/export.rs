//! A list of contacts as it is sent: a page of JSON, or all of them as CSV, a page of the database at a
//! time and never all in memory.

use futures_util::stream::{self, StreamExt};

use super::model::{Contact, ContactFilter, ContactStatus, Employer, JobTitle, PersonName, SourceDetail};
use super::store;
use crate::domain::{ContactId, EmailAddress, Error, Limit, ListPage, Telephone, TelephoneExtension};
use crate::platform::access::Access;
use crate::platform::audit::Action;
use crate::platform::auth::ContactsExport;
use crate::platform::http::{Answer, Listed, Op, Reply, csv};
use crate::platform::transaction::ReadTx;

const HEAD: &[&str] = &[
    "id",
    "name",
    "email",
    "telephone",
    "telephone_extension",
    "organisation",
    "job_title",
    "status",
    "source_kind",
    "source_detail",
    "obtained_on",
    "created_at",
    "updated_at",
    "last_activity_on",
    "keep_until",
    "version",
];

/// Contacts being sent.
pub(super) enum Contacts {
    /// A page of the list.
    Page(Listed<Contact>),
    /// All of them.
    Export(Box<Export>),
}

/// An export under way.
pub(super) struct Export {
    access: Access<ContactsExport>,
    filter: ContactFilter,
    first: ListPage<Contact, ContactId>,
}

impl Contacts {
    /// Reads the first page, so that a refusal is still an answer of its own.
    pub(super) async fn export(
        access: Access<ContactsExport>,
        filter: ContactFilter,
        after: Option<ContactId>,
    ) -> Result<Self, Error> {
        let first = access.page(page(&filter, after)).await?;
        Ok(Self::Export(Box::new(Export { access, filter, first })))
    }
}

/// What reads a page of the export.
fn page(
    filter: &ContactFilter,
    after: Option<ContactId>,
) -> impl FnOnce(&mut ReadTx<'_>) -> Result<ListPage<Contact, ContactId>, Error> + Send + use<> {
    let filter = filter.clone();
    move |tx| store::page(tx, Action::ContactsExport, &filter, after, Limit::MOST)
}

enum Next {
    Write(ListPage<Contact, ContactId>),
    Read(ContactId),
    End,
}

impl Reply for Contacts {
    fn into_answer(self) -> Answer {
        let export = match self {
            Self::Page(page) => return page.into_answer(),
            Self::Export(export) => export,
        };
        let Export { access, filter, first } = *export;
        let mut head = Vec::new();
        csv::write_row(&mut head, HEAD);
        let pages = stream::try_unfold((Next::Write(first), access, filter), |(next, access, filter)| async move {
            let found = match next {
                Next::End => return Ok(None),
                Next::Write(page) => page,
                Next::Read(after) => access.next_page(page(&filter, Some(after))).await?,
            };
            let then = found.next.map_or(Next::End, Next::Read);
            Ok(Some((written(&found.items), (then, access, filter))))
        });
        Answer::stream(csv::CSV_UTF8, stream::iter([Ok(head)]).chain(pages))
    }

    fn describe(op: &mut Op<'_>) {
        Listed::<Contact>::describe(op);
        op.also_answers(200, csv::CSV);
    }
}

fn told(when: Option<impl ToString>) -> String {
    when.map(|when| when.to_string()).unwrap_or_default()
}

fn written(contacts: &[Contact]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(contacts.len() * 256);
    // An export omits restricted contacts, even if the filter asks for them.
    for contact in contacts.iter().filter(|contact| contact.status != ContactStatus::Restricted) {
        let text = |text: Option<&str>| csv::formula_safe(text.unwrap_or_default()).into_owned();
        let source = contact.source.as_ref();
        let status: &str = contact.status.into();
        let kind: &str = source.map(|source| source.kind.into()).unwrap_or_default();
        let cells = [
            contact.id.to_string(),
            text(contact.name.as_ref().map(PersonName::as_str)),
            text(contact.email.as_ref().map(EmailAddress::shown).as_deref()),
            // A telephone number begins with + and is no formula.
            contact.telephone.as_ref().map(Telephone::as_str).unwrap_or_default().to_owned(),
            contact.telephone_extension.as_ref().map(TelephoneExtension::as_str).unwrap_or_default().to_owned(),
            text(contact.organisation.as_ref().map(Employer::as_str)),
            text(contact.job_title.as_ref().map(JobTitle::as_str)),
            status.to_owned(),
            kind.to_owned(),
            text(source.and_then(|source| source.detail.as_ref()).map(SourceDetail::as_str)),
            source.map(|source| source.obtained_on.to_string()).unwrap_or_default(),
            told(contact.created_at),
            told(contact.updated_at),
            told(contact.last_activity_on),
            told(contact.keep_until),
            contact.version.to_string(),
        ];
        csv::write_row(&mut bytes, cells);
    }
    bytes
}
