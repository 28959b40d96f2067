//! The cards of the tables of requests and of their packages.

use crate::domain::Class::{BlindIndex, Plain, Pseudonymous, Sealed};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[
    SUBJECT_REQUESTS,
    SUBJECT_REQUEST_STEPS,
    SUBJECT_REQUEST_FAREWELLS,
    SUBJECT_REQUEST_LINKS,
    SUBJECT_REQUEST_PACKAGES,
    SUBJECT_REQUEST_PACKAGE_LINKS,
    SUBJECT_REQUEST_PACKAGE_DOWNLOADS,
    SUBJECT_REQUEST_PACKAGE_BUILDS,
    SUBJECT_REQUEST_PACKAGE_PARTS,
    SUBJECT_REQUEST_REDACTIONS,
];

const SUBJECT_REQUESTS: Card = Card {
    table: "subject_requests",
    meaning: "The requests of people about their rights. Who asks, and for what, is in `particulars`, sealed under a \
              key of the request's own; the explanation of the outcome, under the service's. One that names no \
              contact is found by blind indexes of the requester's address, number and name. One that may be about \
              an erased person is restricted.",
    columns: &[
        ("id", Pseudonymous),
        ("reference", Pseudonymous),
        ("kind", Plain),
        ("status", Plain),
        ("contact_id", Pseudonymous),
        ("channel", Plain),
        ("received_on", Plain),
        ("identity_known", Plain),
        ("due_on", Plain),
        ("dated_by", Plain),
        ("final_clock", Plain),
        ("outcome", Plain),
        ("outcome_ground", Plain),
        ("decided_on", Plain),
        ("duplicate_of", Pseudonymous),
        ("created_at", Plain),
        ("updated_at", Plain),
        ("version", Plain),
    ],
    emptied: &[
        ("particulars", Sealed),
        ("email_index", BlindIndex),
        ("telephone_index", BlindIndex),
        ("named_number", BlindIndex),
        ("name_index", BlindIndex),
        ("restricted_at", Plain),
        ("outcome_explanation", Sealed),
    ],
    on_erasure: OnErasure::Uncounted(
        Fate::Anonymise,
        "The dates and outcome of the request show compliance (Article 5(2)); the service deletes the requester and \
         the words after the last letter. While records are withheld, open requests and the answer about the \
         withheld records stay",
    ),
    retention: RecordClass::SubjectRequest,
};

const SUBJECT_REQUEST_STEPS: Card = Card {
    table: "subject_request_steps",
    meaning: "The steps of each request, append-only. The words are in `told`, sealed under the request's key.",
    columns: &[
        ("id", Pseudonymous),
        ("request_id", Pseudonymous),
        ("kind", Plain),
        ("happened_on", Plain),
        ("sufficient", Plain),
        ("answers", Pseudonymous),
        ("recorded_at", Plain),
        ("recorded_by", Pseudonymous),
    ],
    emptied: &[("told", Sealed)],
    on_erasure: OnErasure::Uncounted(Fate::Anonymise, "The steps of a request and their dates, without the words"),
    retention: RecordClass::SubjectRequest,
};

const SUBJECT_REQUEST_FAREWELLS: Card = Card {
    table: "subject_request_farewells",
    meaning: "Requests of erased people that the service empties after the last letter.",
    columns: &[("request_id", Pseudonymous), ("since", Plain), ("by_post", Plain)],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(Fate::Erase, "A note that exists until the last letter is sent"),
    retention: RecordClass::SubjectRequest,
};

const SUBJECT_REQUEST_LINKS: Card = Card {
    table: "subject_request_links",
    meaning: "The links by which requesters see the status of their requests, as hashes.",
    columns: &[("token_hash", Plain), ("request_id", Pseudonymous), ("expires_at", Plain)],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(
        Fate::Keep,
        "Hashes of the links to the progress of the request: they hold no name, serve the last letter, and expire by \
         themselves",
    ),
    retention: RecordClass::RequestStatusLink,
};

const SUBJECT_REQUEST_PACKAGES: Card = Card {
    table: "subject_request_packages",
    meaning: "The copy of a person's data, first as a draft, sealed under the person's own key.",
    columns: &[
        ("request_id", Pseudonymous),
        ("contact_id", Pseudonymous),
        ("built_at", Plain),
        ("expires_at", Plain),
        ("released_at", Plain),
        ("released_by", Pseudonymous),
        ("delivery", Plain),
        ("mail_id", Pseudonymous),
        ("delivery_changed_at", Plain),
        ("delivery_changed_by", Pseudonymous),
    ],
    emptied: &[("package", Sealed)],
    on_erasure: OnErasure::Uncounted(
        Fate::Anonymise,
        "The fact that there was a copy stays; the service deletes the copy",
    ),
    retention: RecordClass::AccessPackage,
};

const SUBJECT_REQUEST_PACKAGE_LINKS: Card = Card {
    table: "subject_request_package_links",
    meaning: "The links by which people open their packages, as hashes, and how many wrong reference numbers were \
              tried with each.",
    columns: &[
        ("token_hash", Plain),
        ("request_id", Pseudonymous),
        ("minted_at", Plain),
        ("expires_at", Plain),
        ("wrong_references", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(
        Fate::Keep,
        "Hashes of the links to a deleted copy: they hold no name, open nothing, and expire by themselves",
    ),
    retention: RecordClass::AccessPackageLink,
};

const SUBJECT_REQUEST_PACKAGE_DOWNLOADS: Card = Card {
    table: "subject_request_package_downloads",
    meaning: "When a package was opened by a link.",
    columns: &[("request_id", Pseudonymous), ("number", Plain), ("downloaded_at", Plain)],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(Fate::Keep, "When the copy was opened, by the id of the request alone"),
    retention: RecordClass::SubjectRequest,
};

const SUBJECT_REQUEST_PACKAGE_BUILDS: Card = Card {
    table: "subject_request_package_builds",
    meaning: "Large packages while the service builds them: deadline, progress and worker.",
    columns: &[
        ("request_id", Pseudonymous),
        ("contact_id", Pseudonymous),
        ("parts", Plain),
        ("begun_at", Plain),
        ("after_entry", Plain),
        ("attempts", Plain),
        ("failed", Plain),
        ("next_attempt_at", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(
        Fate::Erase,
        "The unfinished copy holds the data to be deleted; while records are withheld, the service restarts it",
    ),
    retention: RecordClass::AccessPackage,
};

const SUBJECT_REQUEST_PACKAGE_PARTS: Card = Card {
    table: "subject_request_package_parts",
    meaning: "The parts of a large package, each sealed under the person's own key.",
    columns: &[
        ("request_id", Pseudonymous),
        ("number", Plain),
        ("table_name", Plain),
        ("records", Plain),
        ("part", Sealed),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(Fate::Erase, "The parts of the copy hold the data to be deleted"),
    retention: RecordClass::AccessPackage,
};

const SUBJECT_REQUEST_REDACTIONS: Card = Card {
    table: "subject_request_redactions",
    meaning: "The redactions of each package, their grounds and the replacement texts, sealed under the person's own \
              key. Only the council's decision-makers see them.",
    columns: &[
        ("id", Pseudonymous),
        ("request_id", Pseudonymous),
        ("contact_id", Pseudonymous),
        ("ground", Plain),
        ("withheld", Sealed),
        ("made_at", Plain),
        ("made_by", Pseudonymous),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(
        Fate::Erase,
        "The data left out of a package is about the person, so the service deletes it",
    ),
    retention: RecordClass::SubjectRequest,
};
