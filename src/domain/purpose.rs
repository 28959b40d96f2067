//! The purposes of the privacy notice and the lawful bases they rest on (UK GDPR Article 6(1)).

use macro_rules_attribute::apply;

use super::words;

/// A purpose of the privacy notice. Each consent is for exactly one purpose (UK GDPR Recital 32).
#[apply(words!)]
#[derive(PartialOrd, Ord, Hash, strum::VariantArray)]
pub enum Purpose {
    /// The IEWM newsletter.
    Newsletter,
    /// Blogs and website articles about the programme and its field.
    BlogsAndArticles,
    /// Trade articles featuring the programme.
    TradeArticles,
    /// News of coming events.
    EventInformation,
    /// Running the events that a person has registered for.
    EventAdministration,
    /// Running professional networks.
    ProfessionalNetworks,
    /// Security at an event's venue.
    VenueSecurity,
}

impl Purpose {
    /// The purpose's code as the API and the notice write it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The bases that the notice gives for this purpose, in the order of [`LawfulBasis`].
    pub fn lawful_bases(self) -> &'static [LawfulBasis] {
        match self {
            Self::Newsletter | Self::BlogsAndArticles | Self::TradeArticles | Self::EventInformation => {
                &[LawfulBasis::Consent]
            }
            Self::ProfessionalNetworks => &[LawfulBasis::Consent, LawfulBasis::Contract],
            Self::EventAdministration | Self::VenueSecurity => &[LawfulBasis::Contract],
        }
    }

    /// Whether a consent can be recorded for this purpose at all.
    pub fn takes_consent(self) -> bool {
        self.lawful_bases().contains(&LawfulBasis::Consent)
    }
}

/// A purpose that a person's data is used for, and the basis that is recorded of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The purpose.
    pub purpose: Purpose,
    /// The basis.
    pub basis: LawfulBasis,
}

/// A lawful basis of UK GDPR Article 6(1) on which the notice relies.
#[apply(words!)]
#[derive(PartialOrd, Ord, Hash)]
pub enum LawfulBasis {
    /// Article 6(1)(a): the person has said yes to this purpose.
    Consent,
    /// Article 6(1)(b): a contract with the person, or steps before one at their request.
    Contract,
}
