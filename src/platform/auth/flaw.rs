//! Why a token is refused.

use std::sync::Arc;

use strum::IntoStaticStr;

/// Why a token is refused. The names of the reasons are a bounded set: each is a label of `iewm_tokens_refused_total`. The
/// word beside a reason is for the log: it is ours or the configuration's, and never holds anything of the token's.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Flaw {
    /// It is no compact JWT, or its header or payload is no strict JSON.
    Malformed(&'static str),
    /// Its header does not have the `typ` that its issuer's profile takes.
    Type,
    /// Its header names no key, a key that the issuer does not have, or an algorithm that the key does not serve.
    Key(&'static str),
    /// The signature is not the key's.
    Signature,
    /// Its issuer is not configured.
    Issuer,
    /// It is for another audience.
    Audience,
    /// A claim is missing, of the wrong type or out of range.
    Claim(&'static str),
    /// It lacks a claim that its issuer's profile demands; the word is the demand.
    Demand(Arc<str>),
    /// It has a claim that its issuer's profile refuses.
    Present(Arc<str>),
    /// It has no role, an unknown role, or one that its issuer cannot give.
    Roles(&'static str),
    /// A contractor's token names no organisation, or one that is not active.
    Organisation,
    /// It has expired.
    Expired,
    /// It does not hold yet, or was issued in the future.
    Premature(&'static str),
    /// It was revoked.
    Revoked,
}

impl Flaw {
    /// The reason, as the metrics name it.
    pub fn reason(&self) -> &'static str {
        self.into()
    }
}
