//! The one vocabulary of errors. Every floor returns [`Error`]; only the HTTP edge turns it into a
//! problem document (RFC 9457). What an error says is safe to show: never a submitted value, SQL or
//! the path of a file.

use std::borrow::Cow;
use std::fmt;

use super::{ContactId, Fault, Faults};

/// A row of the table of problem codes.
#[derive(Clone, Copy, Debug)]
pub struct CodeEntry {
    /// The code itself.
    pub code: Code,
    /// Its stable name on the wire, and the last part of its page's address.
    pub name: &'static str,
    /// The HTTP status it is answered with.
    pub status: u16,
    /// Its title, the same in every occurrence.
    pub title: &'static str,
    /// What it means and what a caller does about it: the text of its page.
    pub meaning: &'static str,
}

macro_rules! codes {
    ($($code:ident $status:literal $name:literal $title:literal $meaning:literal;)*) => {
        /// A stable code of a problem. New ones may come; none changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $code,)*
        }

        /// Every code, in the order of statuses.
        pub const CODES: &[CodeEntry] = &[
            $(CodeEntry { code: Code::$code, name: $name, status: $status, title: $title, meaning: $meaning },)*
        ];

        impl Code {
            /// The code's row in the table.
            pub const fn entry(self) -> CodeEntry {
                match self {
                    $(Self::$code => CodeEntry { code: self, name: $name, status: $status, title: $title, meaning: $meaning },)*
                }
            }
        }
    };
}

codes! {
    MalformedJson 400 "malformed_json" "The body is not JSON"
        "The request's body could not be read as JSON in UTF-8: a syntax error, invalid UTF-8 or a lone surrogate. `detail` says where.";
    DuplicateMember 400 "duplicate_member" "A member stands twice"
        "An object in the body has two members of one name, so that it is not clear which is meant. Send each member once.";
    TooDeep 400 "too_deep" "The body is nested too deeply"
        "The JSON of the body has more than 32 levels. No request of this API needs so many.";
    InvalidQuery 400 "invalid_query" "A query parameter is wrong"
        "A query parameter is unknown, given twice, or of the wrong form. `errors` names each by its name.";
    InvalidCursor 400 "invalid_cursor" "The cursor is not valid here"
        "A cursor is only good for the caller and the filters it was given to. Start again without one.";
    InvalidHeader 400 "invalid_header" "A header is malformed"
        "A header such as `If-Match` or `Idempotency-Key` does not have its required form. `detail` names it.";
    CorsRefused 400 "cors_refused" "Not allowed to a page of another origin"
        "A browser asked whether a page may send a request, and it may not. `detail` says whether the page's origin, the method or a header is not allowed. The operator lists the origins in `server.cors_origins`.";
    UnknownProfile 400 "unknown_profile" "There is no such receipt profile"
        "The `profile` parameter names no profile that receipts are issued in.";
    Unauthenticated 401 "unauthenticated" "A token is needed"
        "Send `Authorization: Bearer <token>` with a token of a configured issuer.";
    InvalidToken 401 "invalid_token" "The token was refused"
        "The token is malformed, expired, revoked, not from a configured issuer, or its organisation is not active. Get a new one from its issuer; which of these it was is not told.";
    Forbidden 403 "forbidden" "The role lacks the permission"
        "None of the token's roles has the permission that the operation needs; `permission` names it.";
    SamePerson 403 "same_person" "Another person must do this"
        "The person who proposed this cannot also authorise it.";
    PersonRequired 403 "person_required" "A person must do this"
        "The token is a program's own, and a program authorises nothing. Use the token of a person who has signed in.";
    NotFound 404 "not_found" "Not found"
        "There is nothing here, or nothing that you may know of.";
    BeingBuilt 404 "being_built" "Not there yet: it is being built"
        "What is asked for takes longer to put together than a request may, and is not ready. `detail` says how far it is. Ask again after `Retry-After` seconds.";
    MethodNotAllowed 405 "method_not_allowed" "The method is not allowed here"
        "The address exists, but not with this method. `Allow` lists those it has.";
    RequestTimeout 408 "request_timeout" "The body took too long"
        "The request's body did not arrive in time, which is 20 seconds unless the operator has set another. Send it again over a faster connection.";
    Conflict 409 "conflict" "In conflict with what is there"
        "The request contradicts something that is stored. Read the resource again.";
    ContactExists 409 "contact_exists" "The contact is there already"
        "A live contact has this e-mail address; `contact_id` names it. Change that one instead.";
    VersionExists 409 "version_exists" "That version of the notice is there already"
        "A privacy notice of this version exists. Versions are dates; choose another.";
    NetworkExists 409 "network_exists" "A network has that code already"
        "The code of a network is its own. Choose another, or change the network that has it.";
    AlreadyMember 409 "already_member" "The person is a member already"
        "A person has one live membership for each network and role. Change that one, or end it first.";
    NetworkClosed 409 "network_closed" "The network takes no more members"
        "The network was closed. Reopen it, if people are to join again.";
    AlreadyRegistered 409 "already_registered" "The person is registered already"
        "A person has one live registration for each event: confirmed, offered a place, or waiting for one. Change that one, or cancel it first.";
    RegistrationClosed 409 "registration_closed" "Registration is not open"
        "People can register for an event that is published, from the opening of registration to its close, and never after the start.";
    EventFull 409 "event_full" "The event is full"
        "All places are taken, and the event has no waiting list.";
    OfferExpired 409 "offer_expired" "The offer has expired"
        "The place was not taken in time and goes to others. Register again to wait for one.";
    NotEnded 409 "not_ended" "The event has not ended"
        "An event is completed once it is over.";
    NotPublished 409 "not_published" "The event was not published"
        "What is asked for is there once the event has been published.";
    IllegalTransition 409 "illegal_transition" "Not possible in this state"
        "The resource cannot go from its state to the one asked for. `allowed_transitions` lists where it can go; empty means that the state is final.";
    ErasureRequestRequired 409 "erasure_request_required" "This contact can only be erased by request"
        "The contact has consents or other records that depend on it, so that it cannot simply be deleted. Take an erasure request instead.";
    PlanStale 409 "plan_stale" "The plan does not hold any more"
        "The hash is not that of the plan that was proposed last, or what it is about has changed since. Propose a new plan, and have another person carry that out.";
    MatchesUnanswered 409 "matches_unanswered" "Some records may be about the person"
        "Some complaints or requests may be about the person or about another. Say of each in the plan's `matches` whether it is about the person, or that you are unsure, and propose the plan again.";
    SupersededByWithdrawal 409 "superseded_by_withdrawal" "A later withdrawal stands"
        "The consent is dated before the person's last withdrawal of it, so it cannot take its place.";
    KeyInUse 409 "idempotency_key_in_use" "The first request is still running"
        "A request with the same Idempotency-Key is being carried out. Wait as long as `Retry-After` says and ask again.";
    AnswerNotKept 409 "answer_not_kept" "It was done, and the answer is not kept"
        "A request with this Idempotency-Key was carried out, and nothing was done again now. Its answer was about many things, or too large, and is not kept any more. Read what you need from the lists. To do it again, use a new key.";
    TooLate 409 "too_late" "The time for this has passed"
        "The law has a last day for this, and it has passed; `article` names the rule. The day on which the request is due stands.";
    AlreadyExtended 409 "already_extended" "The period was extended already"
        "A request's period can be extended once, by two months. The day on which it is due stands.";
    IdentityUnproven 409 "identity_unproven" "It is not proven who asks"
        "A right is carried out for a person who is known, or who has sent enough to prove who they are. Record that proof first.";
    WrongRight 409 "wrong_right" "The request is about another right"
        "What is asked for answers a request about another right than this one.";
    NoContact 409 "no_contact" "It is not said whom the request is about"
        "The request must be matched to a contact first.";
    Gone 410 "gone" "No longer there"
        "What was here has been used, has expired or was withdrawn.";
    Erased 410 "erased" "The contact was erased"
        "The person's data has been erased; only the fact remains.";
    Merged 410 "merged" "The contact was merged"
        "The contact turned out to be the same person as another, which holds everything about them now; `merged_into` names it.";
    StaleVersion 412 "stale_version" "Somebody changed it first"
        "`If-Match` names a version that is no longer current. Read the resource again, apply your change to it, and send its new `ETag`.";
    TooLarge 413 "too_large" "The body is too large"
        "The request's body is larger than the operation takes, or has more values than any operation needs. `detail` says the limit. It is 1 MiB for most operations that need a token, and 16 KiB for those that need none; the API document says the limit of each.";
    UnsupportedMediaType 415 "unsupported_media_type" "The body has the wrong media type"
        "Send the `Content-Type` that the operation takes; `detail` names it.";
    UnknownIssuer 422 "unknown_issuer" "It is not clear which issuer is meant"
        "`issuer` names no issuer that is configured, or is missing where several are. `detail` lists them.";
    Invalid 422 "invalid" "The request breaks a rule"
        "The body is well-formed but wrong. `errors` lists the faults, each with a JSON Pointer to it: all of them, or the first 100, and `more` counts the rest.";
    PurposeNotConsent 422 "purpose_not_consent" "This purpose does not rest on consent"
        "The purpose rests on a contract, so there is nothing to give or withdraw consent for.";
    EmailNeeded 422 "email_needed" "The contact has no e-mail address"
        "The consent waits until the person's mailbox confirms it, so that the contact needs an e-mail address. Add one first, or record how else the person said yes.";
    WrongReference 422 "wrong_reference" "This is not the reference number of the request"
        "The link asks for the reference number of the request that it is about. Send the number as it stands in the letters about the request. After five wrong numbers the link no longer works.";
    KeyReused 422 "idempotency_key_reused" "The Idempotency-Key was used for another request"
        "The key was used before with another query, content type or body. Use a new key for a new request.";
    Restricted 423 "restricted" "The person's data is restricted"
        "The person's data is stored and not used (UK GDPR Article 18). Until the restriction is lifted it cannot be changed, merged or shared, and no consent can be given. A withdrawal of consent and an objection always work.";
    NotificationRequired 422 "notification_required" "The breach must be notified"
        "A personal-data breach is notified to the Information Commission unless it is unlikely to result in a risk to anybody's rights and freedoms (UK GDPR Article 33(1)). Assess the risk as `unlikely`, with reasons, or decide to notify.";
    PreconditionRequired 428 "precondition_required" "If-Match is missing"
        "A change must say which version it changes. Send the resource's `ETag` as `If-Match`.";
    RateLimited 429 "rate_limited" "Too many requests"
        "The caller, or the address that the request came from, has sent more requests than the limit of a minute allows. Wait as long as `Retry-After` says. `RateLimit-Policy` tells the limit, `RateLimit` what is left of it.";
    ReadingTooMuch 429 "reading_too_much" "Too many people read about"
        "The caller has read about as many people as the operator allows in an hour, in single reads, searches, lists and exports together. Wait as long as `Retry-After` says. Writing goes on.";
    Internal 500 "internal" "Something broke on our side"
        "The service failed. Nothing was changed. Report the request id, which is `instance`.";
    Unavailable 503 "unavailable" "Not able to answer just now"
        "The service is too busy, or its database cannot be reached. Nothing was changed. Try again after `Retry-After` seconds.";
    CalendarExhausted 503 "calendar_exhausted" "Beyond the table of bank holidays"
        "The answer depends on whether a day is a bank holiday, and the service's table does not reach so far. Nothing was changed, and nothing was guessed. The operator adds a newer table, in `calendar.extra_holidays_file`.";
    KeyMissing 503 "key_missing" "The key to this data is missing"
        "The data is there, but the vault has no key that opens it, as after a restore of a vault that is older than the data. Lists leave such a record out; whatever needs it alone is answered so. Nothing was changed. Asking again does not help until the operator has restored the key. The person can still be erased.";
    OutcomeUnknown 503 "outcome_unknown" "Not known whether it was done"
        "The database stopped answering while the change was being committed, so that it was either done whole or not at all. After `Retry-After` seconds, find out: send the same request with the same `Idempotency-Key`, which answers what was done, or does it now, but never twice. A request that had no key can be done twice: read the resource before you send it again.";
}

/// The law's no: a value, made by `policy`, that says which rule stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code it is answered with.
    pub code: Code,
    /// Why, in a sentence.
    pub reason: &'static str,
    /// The article or regulation that decides it.
    pub article: &'static str,
    /// The member of the request that it turns on, as a JSON Pointer.
    pub pointer: Option<&'static str>,
}

/// What else a problem tells, by its own member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Particulars {
    /// Faults in what was sent.
    pub faults: Faults,
    /// The permission that the caller lacks.
    pub permission: Option<&'static str>,
    /// The article that decides a refusal.
    pub article: Option<&'static str>,
    /// Where the resource's state can go.
    pub allowed_transitions: Option<Vec<&'static str>>,
    /// The contact that is there already.
    pub contact_id: Option<ContactId>,
    /// The contact that the contact was merged into.
    pub merged_into: Option<ContactId>,
    /// Seconds after which to try again.
    pub retry_after: Option<u32>,
    /// More headers of the answer, by name and value.
    pub headers: Vec<(String, String)>,
    /// The methods or media types that would have been right, for `Allow` and the like.
    pub allow: Option<String>,
}

/// An error: a code, a sentence for the caller, and what belongs to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    code: Code,
    detail: Cow<'static, str>,
    /// For the log only; never sent.
    cause: Option<String>,
    /// Decided by the law, and so recorded by the access whose transaction was rolled back.
    lawful: bool,
    particulars: Particulars,
}

impl Error {
    /// An error of `code` with a sentence for the caller.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            code,
            detail: detail.into(),
            cause: None,
            lawful: false,
            particulars: Particulars::default(),
        }))
    }

    /// There is nothing here, or nothing that the caller may know of.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "There is nothing here, or nothing that you may know of.")
    }

    /// Faults in a body, all at once.
    pub fn invalid(faults: impl Into<Faults>) -> Self {
        let faults = faults.into();
        let detail = match faults.count() {
            1 => "One thing in the request must be changed; see errors.",
            _ => "Several things in the request must be changed; see errors.",
        };
        let mut error = Self::new(Code::Invalid, detail);
        error.0.particulars.faults = faults;
        error
    }

    /// A failure on our side. `cause` goes to the log and nowhere else; it must not hold personal data.
    pub fn internal(cause: impl fmt::Display) -> Self {
        let mut error = Self::new(Code::Internal, "The service failed; nothing was changed.");
        error.0.cause = Some(cause.to_string());
        error
    }

    /// Too busy, or without a database: nothing was done, and the caller may try again.
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        let mut error = Self::new(Code::Unavailable, "The service cannot answer just now; nothing was changed.")
            .with(|p| p.retry_after = Some(1));
        error.0.cause = Some(cause.to_string());
        error
    }

    /// The database went away while it was asked to commit: done whole, or not at all.
    pub fn outcome_unknown(cause: impl fmt::Display) -> Self {
        let detail = "It is not known whether this was done. Send it again with the same Idempotency-Key to find out.";
        let mut error = Self::new(Code::OutcomeUnknown, detail).with(|p| p.retry_after = Some(1));
        error.0.cause = Some(cause.to_string());
        error
    }

    /// A transition that the state does not allow, and those that it does.
    pub fn illegal_transition(from: &'static str, allowed: Vec<&'static str>) -> Self {
        Self::new(Code::IllegalTransition, format!("It is {from}, and cannot go from there to what was asked for."))
            .with(|p| p.allowed_transitions = Some(allowed))
    }

    /// The same error with more particulars.
    #[must_use]
    pub fn with(mut self, add: impl FnOnce(&mut Particulars)) -> Self {
        add(&mut self.0.particulars);
        self
    }

    /// The error's code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The sentence for the caller.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// What else the problem tells.
    pub fn particulars(&self) -> &Particulars {
        &self.0.particulars
    }

    /// The cause for the log, where there is one.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// Whether the law decided it.
    pub fn is_refusal(&self) -> bool {
        self.0.lawful
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let mut error = Self::new(refusal.code, refusal.reason).with(|p| p.article = Some(refusal.article));
        if let Some(pointer) = refusal.pointer {
            let fault = Fault::new(pointer, refusal.code.entry().name, refusal.reason);
            error.0.particulars.faults.push(fault);
        }
        error.0.lawful = true;
        error
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.entry().name, self.0.detail)?;
        match &self.0.cause {
            Some(cause) => write!(f, " ({cause})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_name_of_its_own() {
        let mut names: Vec<_> = CODES.iter().map(|entry| entry.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CODES.len());
    }

    #[test]
    fn an_error_is_one_word_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
