//! Who has received a person's data (UK GDPR Article 15(1)(c)), found in the record of what was done.

use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Instant, words};

/// A category of recipients that our system has given data to.
#[apply(words!)]
#[derive(strum::VariantArray)]
pub enum RecipientCategory {
    /// The operator of the mail server, who carried mails to the person: the address and the text of each.
    MailServer,
    /// Approved contractors, who read or changed data of the person. `accesses` shows which.
    ApprovedContractor,
}

/// Recipients of the person's data, and how often our system gave them data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PackageRecipient)]
pub struct Recipient {
    /// The category of recipients.
    pub category: RecipientCategory,
    /// How many times.
    #[schema(example = 3, minimum = 1)]
    pub times: usize,
    /// The first time.
    pub first_at: Instant,
    /// The last time.
    pub last_at: Instant,
}
