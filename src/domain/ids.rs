//! Identifiers: one type per noun, so that a contact's id cannot be passed where a consent's is
//! meant. All are UUIDs of version 7 (RFC 9562), so their order is the order of creation.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Entropy, Instant};

/// Hands the list of all identifier types to another macro, so that the list stands once.
macro_rules! each_id {
    ($then:ident) => {
        $then! {
            /// The id of a contact.
            ContactId,
            /// The id of a consent: one contact's decision for one purpose.
            ConsentId,
            /// The id of one decision in a consent's history.
            DecisionId,
            /// The id of an organisation.
            OrganisationId,
            /// The id of an audit entry.
            EntryId,
            /// Names a revocation of tokens.
            RevocationId,
            /// The id of a professional network.
            NetworkId,
            /// The id of a person's membership of a network.
            MembershipId,
            /// The id of an event.
            EventId,
            /// The id of a complaint about the use of a person's data.
            ComplaintId,
            /// The id of a step in a complaint's history.
            ComplaintStepId,
            /// The id of a personal-data breach.
            BreachId,
            /// The id of a step in a breach's history.
            BreachStepId,
            /// The id of a registration for an event.
            RegistrationId,
            /// The id of a person's request to exercise a right.
            SubjectRequestId,
            /// The id of a step in a request's history, such as a question.
            RequestStepId,
            /// The id of a message to be sent by mail.
            MessageId,
            /// The id of the record that a message or a deadline concerns, of any kind.
            SubjectId,
            /// The id of a redaction: one thing left out of a package of a person's data.
            RedactionId,
            /// Names a plan of what an erasure does.
            ErasurePlanId,
            /// The id of an agreement to share data with an organisation.
            AgreementId,
            /// The id of a disclosure: one person's data to one organisation.
            DisclosureId,
            /// The id of the grounds of a call that disclosed data.
            DisclosureGroundsId,
            /// The id of what a recipient read in one answer or stream.
            DisclosureBatchId,
            /// The id of an organisation's assignment to an event.
            AssignmentId,
            /// The id of what a recipient must do with data that it received.
            ObligationId,
            /// The id of a legal hold.
            LegalHoldId,
        }
    };
}
pub(crate) use each_id;

/// A UUID in its hyphenated form: the others that exist (braces, `urn:uuid:`, bare digits) name nothing here, so that
/// an id is written in one way everywhere.
fn hyphenated(text: &str) -> Result<Uuid, &'static str> {
    let parsed = Some(text).filter(|text| text.len() == 36).and_then(|text| Uuid::from_str(text).ok());
    parsed.ok_or("must be a UUID such as 01937a5e-8f00-7c3a-9d55-3f2a60b1c901")
}

macro_rules! define_ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        ///
        /// A UUID of version 7 in its hyphenated lower-case form.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(try_from = "String", into = "Uuid")]
        #[schema(value_type = String, format = Uuid, example = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901")]
        pub struct $name(Uuid);

        impl $name {
            /// The identifier that this UUID is.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID underneath.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl FromStr for $name {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                hyphenated(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                hyphenated(&text).map(Self)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}
each_id!(define_ids);

/// The instant that an identifier carries, to the millisecond: when it was made, by the clock of its process or later.
pub fn made_at(id: Uuid) -> Option<Instant> {
    let millis = i64::try_from(ticks_of(id) >> 12).ok().filter(|_| id.get_version_num() == 7)?;
    Instant::from_micros(millis.saturating_mul(1000))
}

/// The milliseconds of a UUID of version 7 and their fraction, as [`IdMint::uuid`] counts them.
fn ticks_of(uuid: Uuid) -> u64 {
    let (head, _) = uuid.as_u64_pair();
    ((head >> 16) << 12) | (head & 0xfff)
}

/// Makes identifiers. Those of one process are strictly increasing, even within a microsecond and even when the clock
/// steps back. [`IdMint::raise`] makes them sort after those of another process, or of this one before a restart.
#[derive(Clone)]
pub struct IdMint {
    entropy: Arc<dyn Entropy>,
    last: Arc<AtomicU64>,
}

impl IdMint {
    /// A mint that draws its unpredictable bits from `entropy`.
    pub fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self { entropy, last: Arc::new(AtomicU64::new(0)) }
    }

    /// Makes every later identifier sort after `seen`. A UUID that is not of version 7 carries no time and raises nothing.
    pub fn raise(&self, seen: Uuid) {
        if seen.get_version_num() == 7 {
            self.last.fetch_max(ticks_of(seen), Ordering::Relaxed);
        }
    }

    /// A new UUID of version 7: 48 bits of milliseconds, 12 bits of their fraction (RFC 9562
    /// section 6.2, method 3), 62 unpredictable bits.
    pub fn uuid(&self, now: Instant) -> Uuid {
        let micros = u64::try_from(now.micros()).unwrap_or(0);
        let ticks = ((micros / 1000) << 12) | (((micros % 1000) << 12) / 1000);
        let next = |last: u64| ticks.max(last + 1);
        let ticks = match self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last))) {
            Ok(last) | Err(last) => next(last),
        };
        let mut tail = [0; 8];
        self.entropy.fill(&mut tail);
        let head = (u128::from(ticks >> 12) << 80) | (0x7 << 76) | (u128::from(ticks & 0xfff) << 64);
        let tail = (0b10 << 62) | u128::from(u64::from_be_bytes(tail) >> 2);
        Uuid::from_u128(head | tail)
    }

    /// A new identifier of the noun that the caller expects.
    pub fn id<K: From<Uuid>>(&self, now: Instant) -> K {
        K::from(self.uuid(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeroes;
    impl Entropy for Zeroes {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    #[test]
    fn ids_of_one_instant_increase_and_are_version_seven() {
        let mint = IdMint::new(Arc::new(Zeroes));
        let now = Instant::parse("2026-11-24T10:00:00.123456Z").unwrap();
        let ids: Vec<Uuid> = (0..1000).map(|_| mint.uuid(now)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
    }

    #[test]
    fn ids_increase_whichever_way_the_clock_steps() {
        let mint = IdMint::new(Arc::new(Zeroes));
        let start = Instant::parse("2026-11-24T10:00:00Z").unwrap();
        let steps = [0, -30, -90, -3600, 31_536_000, -31_536_000];
        let ids: Vec<Uuid> = steps.iter().map(|step| mint.uuid(start.plus(chrono::Duration::seconds(*step)))).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
    }

    #[test]
    fn a_mint_that_is_raised_goes_on_after_what_it_has_seen() {
        let (mint, other) = (IdMint::new(Arc::new(Zeroes)), IdMint::new(Arc::new(Zeroes)));
        let now = Instant::parse("2026-11-24T10:00:00.123456Z").unwrap();
        let mut seen = other.uuid(now.plus(chrono::Duration::hours(1)));
        for _ in 0..5000 {
            mint.raise(seen);
            let next = mint.uuid(now);
            assert!(next > seen && next.get_version_num() == 7, "{next} {seen}");
            seen = next;
        }
        mint.raise(Uuid::from_u128(u128::MAX));
        assert!(mint.uuid(now).as_u128() >> 80 <= seen.as_u128() >> 80, "no UUID of version 7");
    }

    #[test]
    fn an_id_carries_its_millisecond() {
        let mint = IdMint::new(Arc::new(Zeroes));
        let now = Instant::parse("2026-11-24T10:00:00.123456Z").unwrap();
        let millis = mint.uuid(now).as_u128() >> 80;
        assert_eq!(millis, u128::try_from(now.micros() / 1000).unwrap());
        assert_eq!(made_at(mint.uuid(now)), Instant::from_micros(now.micros() / 1000 * 1000));
        assert_eq!(made_at(Uuid::nil()), None);
    }
}
