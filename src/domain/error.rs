//! The one vocabulary of errors. Every floor returns [`Error`]; only the HTTP edge turns it into a
//! problem document (RFC 9457). What an error says is safe to show: never a submitted value, SQL or
//! the path of a file.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use super::{ContactId, Fault, Faults, LegalHoldId};

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
    NotUtf8 400 "not_utf8" "The file is not text in UTF-8"
        "An import file has bytes that are not UTF-8, such as those of Windows-1252, which spreadsheets often save. `detail` names the first such line and byte. Save the file as UTF-8 and send it again.";
    DuplicateMember 400 "duplicate_member" "A member appears twice"
        "An object in the body has two members with the same name. Send each member once.";
    TooDeep 400 "too_deep" "The body is nested too deeply"
        "The JSON of the body has more than 32 levels. Every valid request of this API has fewer.";
    InvalidQuery 400 "invalid_query" "A query parameter is wrong"
        "A query parameter is unknown, appears twice, or has the wrong form. `errors` names each parameter.";
    InvalidCursor 400 "invalid_cursor" "The cursor is not valid here"
        "A cursor works only for the caller and the filters for which the service issued it. Start again without a cursor.";
    InvalidHeader 400 "invalid_header" "A header is malformed"
        "A header such as `If-Match` or `Idempotency-Key` does not have its required form. `detail` names it.";
    CorsRefused 400 "cors_refused" "Not allowed for a page of another origin"
        "A browser asked whether a page may send a request. The service does not allow it. `detail` says whether the page's origin, the method or a header is not allowed. The operator lists the allowed origins in `server.cors_origins`.";
    UnknownProfile 400 "unknown_profile" "There is no such receipt profile"
        "The service issues no receipts in the profile that the `profile` parameter names. Use `kantara-1.1` or `iso-27560`.";
    Unauthenticated 401 "unauthenticated" "A token is needed"
        "Send `Authorization: Bearer <token>` with a token of a configured issuer.";
    InvalidToken 401 "invalid_token" "The token was refused"
        "The token is malformed, expired, revoked, not from a configured issuer, or its organisation is not active. Get a new one from its issuer. For security, the service does not say which of these applies.";
    Forbidden 403 "forbidden" "The role lacks the permission"
        "None of the token's roles has the permission that the operation needs; `permission` names it.";
    SamePerson 403 "same_person" "Another person must do this"
        "The person who proposed this cannot also authorise it.";
    PersonRequired 403 "person_required" "A person must do this"
        "The token belongs to a program, and only a person can authorise this. Use the token of a person who has signed in.";
    NotFound 404 "not_found" "Not found"
        "No operation has this path, or there is no such record that you may see; `detail` says which. It does not tell a record that is missing from one that you may not see.";
    BeingBuilt 404 "being_built" "Not ready yet"
        "The service is still building the result, because it takes longer than a request may. `detail` shows the progress. Ask again after `Retry-After` seconds.";
    MethodNotAllowed 405 "method_not_allowed" "The method is not allowed here"
        "The address exists, but does not support this method. `Allow` lists the methods that it supports.";
    RequestTimeout 408 "request_timeout" "The body took too long"
        "The request's body did not arrive in time. The limit is 20 seconds, unless the operator has set another. Send it again over a faster connection.";
    Conflict 409 "conflict" "In conflict with stored data"
        "The request contradicts stored data. Read the resource again.";
    ContactExists 409 "contact_exists" "The contact exists already"
        "A live contact has this e-mail address; `contact_id` names it. Change that contact instead.";
    VersionExists 409 "version_exists" "That version of the notice exists already"
        "A privacy notice with this version exists. Versions are dates; choose another date.";
    NetworkExists 409 "network_exists" "A network has that code already"
        "Two networks cannot have the same code. Choose another code, or change the network that has it.";
    AlreadyMember 409 "already_member" "The person is a member already"
        "A person has at most one live membership for each network and role. Change the existing membership, or end it first.";
    NetworkClosed 409 "network_closed" "The network is closed"
        "A closed network takes no new members. Reopen the network first.";
    OrganisationNotActive 409 "organisation_not_active" "The organisation is not active"
        "The service shares data only with active organisations. Reinstate a suspended organisation first. An ended organisation cannot be reinstated.";
    AlreadyRegistered 409 "already_registered" "The person is registered already"
        "A person has at most one live registration for each event: confirmed, offered a place, or waiting. Change the existing registration, or cancel it first.";
    RegistrationClosed 409 "registration_closed" "Registration is not open"
        "People can register for a published event, from the opening of registration until its close, and never after the start.";
    EventFull 409 "event_full" "The event is full"
        "All places are taken, and the event has no waiting list.";
    OfferExpired 409 "offer_expired" "The offer has expired"
        "The person did not accept the place in time, so the service offers it to others. Register again to join the waiting list.";
    NotEnded 409 "not_ended" "The event has not ended"
        "You can complete an event only after its end.";
    AgreementNotLive 409 "agreement_not_live" "The agreement is not live"
        "Data is disclosed under an agreement only from its first to its last day, while it is active. `agreement_status` is the agreement's status. Have the agreement approved or reinstated, wait for its first day, or propose another.";
    WrongOrganisation 409 "wrong_organisation" "The agreement is with another organisation"
        "An agreement allows data to be disclosed to its own organisation only. Name an agreement of the organisation that is to receive the data.";
    NotPublished 409 "not_published" "The event is not published"
        "A draft does not have this. Publish the event first.";
    AgreementRequired 409 "agreement_required" "An agreement is required"
        "The organisation has no live agreement that names the purpose of the profile and allows the members of a contact that it shows. Propose an agreement with that purpose and those members, and have another person approve it.";
    IllegalTransition 409 "illegal_transition" "Not possible in this state"
        "The resource cannot move from its state to the requested one. `allowed_transitions` lists the states that it can move to; an empty list means that the state is final.";
    ErasureRequestRequired 409 "erasure_request_required" "This contact can only be erased by request"
        "You cannot delete a contact with consents or other dependent records, or while a complaint or request without a contact may be about the person. Record an erasure request instead; its plan lists such records in `matches`.";
    PlanStale 409 "plan_stale" "The plan is out of date"
        "The hash is not that of the plan that was proposed last, or the planned records have changed since. Propose a new plan, and have another person execute it.";
    MatchesUnanswered 409 "matches_unanswered" "Some records may be about the person"
        "Some records may be about the person or about another. Answer each of the `matches` of the plan, or of the draft of the package: it is about the person, about another person, or you are unsure. Then propose the plan again, or review the new draft.";
    SupersededByWithdrawal 409 "superseded_by_withdrawal" "The person withdrew later"
        "The consent is dated before the person's last withdrawal, so the withdrawal still applies.";
    KeyInUse 409 "idempotency_key_in_use" "The first request is still running"
        "The service is still processing a request with the same Idempotency-Key. Ask again after `Retry-After` seconds.";
    AnswerNotKept 409 "answer_not_kept" "The request was carried out, and its response is no longer stored"
        "The service carried out a request with this Idempotency-Key before, and did nothing now. It no longer stores the first response, which covered many records or was too large. Read the records from the lists. To repeat the request, use a new key.";
    TooLate 409 "too_late" "The time for this has passed"
        "The law sets a last day for this, and it has passed; `article` names the rule. The deadline of the request does not change.";
    AlreadyExtended 409 "already_extended" "The period was extended already"
        "You can extend the period of a request only once, by two months. The deadline does not change.";
    IdentityUnproven 409 "identity_unproven" "The requester's identity is not proven"
        "You can carry out a right only if the requester's identity is known or proven. Record the proof first.";
    WrongRight 409 "wrong_right" "The request is about another right"
        "This operation answers a request about another right. Use the operation for the right of this request.";
    NoContact 409 "no_contact" "The request is not matched to a contact"
        "Match the request to a contact first.";
    Gone 410 "gone" "No longer available"
        "The resource or link was used, has expired or was withdrawn.";
    Erased 410 "erased" "The contact was erased"
        "The service has erased the person's data, and keeps only the fact that it did.";
    Merged 410 "merged" "The contact was merged"
        "The contact was merged into another contact of the same person, which now holds all the data; `merged_into` names it.";
    StaleVersion 412 "stale_version" "The resource has changed"
        "`If-Match` names a version that is no longer current. Read the resource again, apply your change to it, and send its new `ETag`.";
    TooLarge 413 "too_large" "The body is too large"
        "The request's body is larger than the operation accepts, or has more values than any operation needs. `detail` says the limit. It is 1 MiB for most operations that need a token, and 16 KiB for those that need none; the API document says the limit of each.";
    UnsupportedMediaType 415 "unsupported_media_type" "The body has the wrong media type"
        "Send the `Content-Type` that the operation accepts; `detail` names it.";
    UnknownIssuer 422 "unknown_issuer" "The issuer is unknown"
        "`issuer` names no configured issuer, or is missing although several are configured. `detail` lists them.";
    Invalid 422 "invalid" "The request breaks a rule"
        "The body is well-formed but wrong. `errors` lists the faults, each with a JSON Pointer to it: all of them, or the first 100, and `more` counts the rest.";
    PurposeNotConsent 422 "purpose_not_consent" "This purpose does not rest on consent"
        "The purpose rests on a contract, so people can neither give nor withdraw consent for it.";
    EmailNeeded 422 "email_needed" "The contact has no e-mail address"
        "The person's mailbox must confirm this consent, so the contact needs an e-mail address. Add one first, or record another way in which the person gave consent.";
    WrongReference 422 "wrong_reference" "This is not the reference number of the request"
        "The link asks for the reference number of its request. Send the number from the letters about the request. After five wrong numbers the link no longer works.";
    KeyReused 422 "idempotency_key_reused" "The Idempotency-Key was used for another request"
        "The key was used before with another query, content type or body. Use a new key for a new request.";
    Restricted 423 "restricted" "The person's data is restricted"
        "The service stores the person's data and does not use it (UK GDPR Article 18). Until the restriction is lifted, you cannot change, merge or share the data, or record a consent. You can always record a withdrawal of consent or an objection.";
    Held 423 "held" "A legal hold keeps the data"
        "The council must keep the data, for an inquiry or a legal claim, so the service neither deletes nor merges it until the hold is released. `hold_ids` names the holds for callers who may read them. Record an erasure request instead: its plan withholds what is held and erases the rest. A withdrawal of consent and an objection still work.";
    NotificationRequired 422 "notification_required" "The breach must be notified"
        "You must notify the Information Commission of a personal-data breach, unless it is unlikely to result in a risk to people's rights and freedoms (UK GDPR Article 33(1)). Assess the risk as `unlikely`, with reasons, or decide to notify.";
    PreconditionRequired 428 "precondition_required" "If-Match is missing"
        "A change must name the version that it changes. Send the resource's `ETag` as `If-Match`.";
    RateLimited 429 "rate_limited" "Too many requests"
        "The caller, or its network address, has sent more requests than the limit for one minute. Wait for `Retry-After` seconds. `RateLimit-Policy` shows the limit, and `RateLimit` the remainder.";
    ReadingTooMuch 429 "reading_too_much" "You have read about too many people"
        "The caller has read about as many people as the operator allows in an hour. Single reads, searches, lists and exports all count. Wait for `Retry-After` seconds. You can still write.";
    TooManyImports 429 "too_many_imports" "You are sending too many files at once"
        "The service is already receiving two files from this caller, and read nothing from this one. Send it again when one of them is answered; `Retry-After` suggests when.";
    Internal 500 "internal" "The service failed"
        "The service failed and changed nothing. Report the request id, which is `instance`.";
    Unavailable 503 "unavailable" "The service is unavailable"
        "The service is too busy, or cannot reach its database. It changed nothing. Try again after `Retry-After` seconds.";
    CalendarExhausted 503 "calendar_exhausted" "The table of bank holidays ends too early"
        "The response depends on whether a day is a bank holiday, and the service's table ends before that day. The service changed nothing and guessed nothing. Ask the operator to add a newer table, in `calendar.extra_holidays_file`.";
    KeyMissing 503 "key_missing" "The key to this data is missing"
        "The vault has no key to this data. This happens after the operator restores a vault that is older than the data. Lists omit such a record; a request for the record itself gets this problem. The service changed nothing. A retry fails until the operator restores the key. You can still erase the person.";
    OutcomeUnknown 503 "outcome_unknown" "The outcome is unknown"
        "The database stopped answering during the commit, so the change was made completely or not at all. To find out, wait for `Retry-After` seconds and send the same request with the same `Idempotency-Key`. The service then returns the first response, or makes the change now, but never twice. Without a key the change can happen twice: read the resource before you repeat the request.";
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
    /// The status of the agreement that allows nothing.
    pub agreement_status: Option<&'static str>,
    /// The existing contact that the request conflicts with.
    pub contact_id: Option<ContactId>,
    /// The contact that the contact was merged into.
    pub merged_into: Option<ContactId>,
    /// The legal holds that keep the data.
    pub hold_ids: Option<Vec<LegalHoldId>>,
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
    /// Where in the source the cause was met; for the log only.
    place: Option<&'static Location<'static>>,
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
            place: None,
            lawful: false,
            particulars: Particulars::default(),
        }))
    }

    /// There is nothing here, or nothing that the caller may know of.
    pub fn not_found() -> Self {
        Self::new(
            Code::NotFound,
            "There is no such record, or you may not see it. Check that the path has the whole id, and that it is the id of \
             this kind of record.",
        )
    }

    /// Faults in a body, all at once.
    pub fn invalid(faults: impl Into<Faults>) -> Self {
        let faults = faults.into();
        let detail = match faults.count() {
            1 => "You must change one thing in the request; see errors.",
            _ => "You must change several things in the request; see errors.",
        };
        let mut error = Self::new(Code::Invalid, detail);
        error.0.particulars.faults = faults;
        error
    }

    /// A failure on our side. `cause` and the place of the call go to the log and nowhere else; `cause` must not hold personal
    /// data. For a stored value that cannot be read see `StoredRow`.
    #[track_caller]
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(Code::Internal, "The service failed and changed nothing.").because(&cause)
    }

    /// Too busy, or without a database: nothing was done, and the caller may try again.
    #[track_caller]
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        Self::new(Code::Unavailable, "The service is unavailable and changed nothing. Try again.")
            .with(|p| p.retry_after = Some(1))
            .because(&cause)
    }

    /// The database went away while it was asked to commit: done whole, or not at all.
    #[track_caller]
    pub fn outcome_unknown(cause: impl fmt::Display) -> Self {
        let detail = "The change was made completely or not at all. Send the request again with the same Idempotency-Key to find out.";
        Self::new(Code::OutcomeUnknown, detail).with(|p| p.retry_after = Some(1)).because(&cause)
    }

    #[track_caller]
    fn because(mut self, cause: &dyn fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self.0.place = Some(Location::caller());
        self
    }

    /// A transition that the state does not allow, and those that it does.
    pub fn illegal_transition(from: &'static str, allowed: Vec<&'static str>) -> Self {
        let detail = match allowed.as_slice() {
            [] => format!("The state `{from}` does not allow this."),
            states => format!("The state `{from}` does not allow this. It can change to: {}.", states.join(", ")),
        };
        Self::new(Code::IllegalTransition, detail).with(|p| p.allowed_transitions = Some(allowed))
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

    /// Where in the source the cause was met, for the log.
    pub fn place(&self) -> Option<&'static Location<'static>> {
        self.0.place
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
        match (&self.0.cause, self.0.place) {
            (Some(cause), Some(place)) => write!(f, " ({cause}, at {place})"),
            _ => Ok(()),
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
mod tests;
