//! The members of a person's data that can be shared with an organisation.

use macro_rules_attribute::apply;

use super::words;

/// A member of a contact that an agreement can allow to share.
#[apply(words!)]
#[derive(PartialOrd, Ord, Hash, strum::VariantArray)]
pub enum ContactField {
    /// The person's name.
    Name,
    /// The person's e-mail address.
    Email,
    /// The person's telephone number.
    Telephone,
    /// The organisation that the person works for.
    Organisation,
    /// The person's job title.
    JobTitle,
}

/// A member of a person's data that a disclosure shows.
#[apply(words!)]
#[derive(PartialOrd, Ord, Hash, strum::VariantArray)]
pub enum DisclosedField {
    /// The person's name.
    Name,
    /// The person's e-mail address.
    Email,
    /// The person's telephone number.
    Telephone,
    /// The organisation that the person works for.
    Organisation,
    /// The person's job title.
    JobTitle,
    /// What the person needs in order to take part in an event. Only the attendee list for a reception shows it.
    AccessRequirements,
}

impl From<ContactField> for DisclosedField {
    fn from(field: ContactField) -> Self {
        match field {
            ContactField::Name => Self::Name,
            ContactField::Email => Self::Email,
            ContactField::Telephone => Self::Telephone,
            ContactField::Organisation => Self::Organisation,
            ContactField::JobTitle => Self::JobTitle,
        }
    }
}
