//! Who acts, in which role, and how far they may see.

use std::fmt::Display;

use macro_rules_attribute::apply;

use super::{Error, OrganisationId, StoredRow, words};

/// A role that a token can carry.
#[apply(words!)]
#[derive(PartialOrd, Ord, Hash, strum::VariantArray)]
pub enum Role {
    /// IEWM's own staff.
    IewmStaff,
    /// The council's data-protection team.
    Council,
    /// An outside organisation: an approved contractor, an event partner, a venue.
    Contractor,
}

impl Role {
    /// The role's name as tokens and documents write it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The claim of a token that names the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum SubjectClaim {
    /// RFC 7519 section 4.1.2.
    Sub,
    /// Microsoft Entra's identifier of an account, the same for every application of its tenant.
    Oid,
}

/// The person or program that presented a token, as the token says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who issued the token (`iss`).
    pub issuer: String,
    /// Whom the token is about: an opaque identifier of the issuer's. Equal subjects of two issuers are two callers.
    pub subject: String,
    /// The claim that the subject was taken from.
    pub subject_claim: SubjectClaim,
    /// Whether the token is a person's, as far as it shows. A program that acts for itself authorises nothing.
    pub is_person: bool,
    /// The roles that the token carries, in the order of [`Role`], none twice.
    pub roles: Vec<Role>,
    /// The organisation of a contractor.
    pub organisation: Option<OrganisationId>,
}

/// The actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// An unknown actor: a caller of a public route, or a person who follows a link.
    Anonymous,
    /// A person or program with a token.
    Caller(Caller),
    /// The service's own background work, by name.
    Job(&'static str),
}

impl Actor {
    /// The name under which the audit keeps this actor: a token's subject, `anonymous`, or `job:<name>`.
    pub fn label(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::Caller(caller) => caller.subject.clone(),
            Self::Job(name) => format!("job:{name}"),
        }
    }

    /// The caller, where there is one.
    pub fn caller(&self) -> Option<&Caller> {
        match self {
            Self::Caller(caller) => Some(caller),
            Self::Anonymous | Self::Job(_) => None,
        }
    }
}

/// An actor as a record names it that must be carried on by another. A subject is a person at its issuer alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Who issued the token; `None` for the service's own work, and in records from before issuers were kept.
    pub issuer: Option<String>,
    /// The actor's label.
    pub subject: String,
    /// The claim that the subject was taken from.
    pub claim: Option<SubjectClaim>,
}

impl From<&Actor> for Party {
    fn from(actor: &Actor) -> Self {
        let caller = actor.caller();
        Self {
            issuer: caller.map(|caller| caller.issuer.clone()),
            subject: actor.label(),
            claim: caller.map(|caller| caller.subject_claim),
        }
    }
}

impl Party {
    /// Returns the proposer that a stored row names by its columns `proposed_by`, `proposed_issuer` and `proposed_claim`.
    ///
    /// # Errors
    /// Internal, for an unknown claim.
    pub fn proposer<I: Display>(
        row: &StoredRow<'_, I>,
        subject: String,
        issuer: Option<String>,
        claim: Option<&str>,
    ) -> Result<Self, Error> {
        let claim = row.read("proposed_claim", claim.map(str::parse).transpose())?;
        Ok(Self { issuer, subject, claim })
    }
}

/// How far an actor may see. A list for a contractor cannot be written without looking at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything that the permission is about.
    All,
    /// Only what concerns this organisation.
    Organisation(OrganisationId),
}
