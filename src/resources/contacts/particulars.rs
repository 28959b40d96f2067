//! What is known of a person, as the one sealed blob of a row.

use serde::{Deserialize, Serialize};

use super::model::{Employer, JobTitle, PersonName, Source, SourceDetail, SourceKind};
use crate::domain::{ContactId, EmailAddress, Entropy, Error, Telephone, kept, kept_if_any};
use crate::platform::audit::Changed;
use crate::platform::vault::{DataKey, Place};

/// A person's particulars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Particulars {
    /// The name.
    #[serde(rename = "n", deserialize_with = "kept")]
    pub name: PersonName,
    /// The e-mail address.
    #[serde(rename = "e", skip_serializing_if = "Option::is_none", default, deserialize_with = "kept_if_any")]
    pub email: Option<EmailAddress>,
    /// The telephone number.
    #[serde(rename = "t", skip_serializing_if = "Option::is_none", default, deserialize_with = "kept_if_any")]
    pub telephone: Option<Telephone>,
    /// The person's employer.
    #[serde(rename = "o", skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Employer>,
    /// The person's job title.
    #[serde(rename = "j", skip_serializing_if = "Option::is_none")]
    pub job_title: Option<JobTitle>,
    /// The kind of source.
    #[serde(rename = "k")]
    pub source_kind: SourceKind,
    /// Further detail about the source of the data.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    pub source_detail: Option<SourceDetail>,
    /// The sources before this one, and those of contacts that were merged into this one, oldest first (UK GDPR Article 15(1)(g)).
    #[serde(rename = "h", default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_sources: Vec<Source>,
}

/// The most earlier sources that are kept: a list that is imported each month for four years.
const MOST_EARLIER_SOURCES: usize = 48;

fn place(id: ContactId) -> Place<'static> {
    Place { table: "contacts", column: "particulars", row: id.uuid() }
}

impl Particulars {
    /// Keeps sources of the data besides the present one, each kind and detail once. The newest are kept.
    pub(super) fn keep_sources(&mut self, sources: impl IntoIterator<Item = Source>) {
        for source in sources {
            let is_present = (source.kind, &source.detail) == (self.source_kind, &self.source_detail);
            self.earlier_sources.retain(|known| (known.kind, &known.detail) != (source.kind, &source.detail));
            if !is_present {
                self.earlier_sources.push(source);
            }
        }
        let surplus = self.earlier_sources.len().saturating_sub(MOST_EARLIER_SOURCES);
        self.earlier_sources.drain(..surplus);
    }

    /// Names the members of a contact that differ `after` a change, with `source` where the data was obtained anew.
    pub(super) fn changed(&self, after: &Self, obtained_anew: bool) -> Changed {
        let Self { name, email, telephone, organisation, job_title, source_kind, source_detail, earlier_sources: _ } =
            self;
        let number = |telephone: &Option<Telephone>| telephone.as_ref().map(|number| number.as_str().to_owned());
        let extension =
            |telephone: &Option<Telephone>| telephone.as_ref().and_then(|number| number.extension().cloned());
        let other_source = (source_kind, source_detail) != (&after.source_kind, &after.source_detail);
        Changed::among([
            ("name", *name != after.name),
            ("email", *email != after.email),
            ("telephone", number(telephone) != number(&after.telephone)),
            ("telephone_extension", extension(telephone) != extension(&after.telephone)),
            ("organisation", *organisation != after.organisation),
            ("job_title", *job_title != after.job_title),
            ("source", other_source || obtained_anew),
        ])
    }

    /// Sealed for the row `id`.
    pub(super) fn seal(&self, key: &DataKey, entropy: &dyn Entropy, id: ContactId) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self).map_err(|error| Error::internal(error))?;
        Ok(key.seal(entropy, &place(id), &plain))
    }

    /// Opened from the row `id`.
    pub(super) fn open(key: &DataKey, id: ContactId, sealed: &[u8]) -> Result<Self, Error> {
        let place = place(id);
        place.read(serde_json::from_slice(&key.open(&place, sealed)?))
    }
}
