//! What this room holds of people.

use super::{package, personal_export, store};
use crate::domain::{ContactId, Error, Obstacle, PersonalRecord, PossibleMatch};
use crate::personal::{Class, Erasing, Held, Holder, Merging, Person, Table};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::resources::contacts::store as contacts;

/// The room's personal data.
pub struct SubjectRequestData;

/// The room's tables.
const TABLES: &[Table] = {
    use Class::{BlindIndex, Plain, Pseudonymous, Sealed};
    &[
        Table {
            name: "subject_requests",
            meaning: "The requests of people about their rights. Who asks, and for what, is in `particulars`, sealed under a key of the request's own; the explanation of the outcome, under the service's. One that names no contact is found by blind indexes of the requester's address, number and name. One that may be about an erased person is restricted.",
            columns: &[
                ("id", Pseudonymous),
                ("reference", Pseudonymous),
                ("kind", Plain),
                ("status", Plain),
                ("contact_id", Pseudonymous),
                ("channel", Plain),
                ("received_on", Plain),
                ("identity_known", Plain),
                ("particulars", Sealed),
                ("email_index", BlindIndex),
                ("telephone_index", BlindIndex),
                ("named_number", BlindIndex),
                ("name_index", BlindIndex),
                ("restricted_at", Plain),
                ("due_on", Plain),
                ("dated_by", Plain),
                ("final_clock", Plain),
                ("outcome", Plain),
                ("outcome_ground", Plain),
                ("outcome_explanation", Sealed),
                ("decided_on", Plain),
                ("duplicate_of", Pseudonymous),
                ("created_at", Plain),
                ("updated_at", Plain),
                ("version", Plain),
            ],
        },
        Table {
            name: "subject_request_steps",
            meaning: "The steps of each request, append-only. The words are in `told`, sealed under the request's \
                      key.",
            columns: &[
                ("id", Pseudonymous),
                ("request_id", Pseudonymous),
                ("kind", Plain),
                ("happened_on", Plain),
                ("sufficient", Plain),
                ("answers", Pseudonymous),
                ("told", Sealed),
                ("recorded_at", Plain),
                ("recorded_by", Pseudonymous),
            ],
        },
        Table {
            name: "subject_request_farewells",
            meaning: "Requests of erased people that the service empties after the last letter.",
            columns: &[("request_id", Pseudonymous), ("since", Plain), ("by_post", Plain)],
        },
        Table {
            name: "subject_request_links",
            meaning: "The links by which requesters see the status of their requests, as hashes.",
            columns: &[("token_hash", Plain), ("request_id", Pseudonymous), ("expires_at", Plain)],
        },
        Table {
            name: "subject_request_packages",
            meaning: "The copy of a person's data, first as a draft, sealed under the person's own key.",
            columns: &[
                ("request_id", Pseudonymous),
                ("contact_id", Pseudonymous),
                ("package", Sealed),
                ("built_at", Plain),
                ("expires_at", Plain),
                ("released_at", Plain),
                ("released_by", Pseudonymous),
                ("delivery", Plain),
            ],
        },
        Table {
            name: "subject_request_package_links",
            meaning: "The links by which people open their packages, as hashes, and how many wrong reference numbers were tried with each.",
            columns: &[
                ("token_hash", Plain),
                ("request_id", Pseudonymous),
                ("minted_at", Plain),
                ("expires_at", Plain),
                ("wrong_references", Plain),
            ],
        },
        Table {
            name: "subject_request_package_downloads",
            meaning: "When a package was opened by a link.",
            columns: &[("request_id", Pseudonymous), ("number", Plain), ("downloaded_at", Plain)],
        },
        Table {
            name: "subject_request_package_builds",
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
        },
        Table {
            name: "subject_request_package_parts",
            meaning: "The parts of a large package, each sealed under the person's own key.",
            columns: &[
                ("request_id", Pseudonymous),
                ("number", Plain),
                ("table_name", Plain),
                ("records", Plain),
                ("part", Sealed),
            ],
        },
        Table {
            name: "subject_request_redactions",
            meaning: "The redactions of each package, their grounds and the replacement texts, sealed under the \
                      person's own key. Only the council's decision-makers see them.",
            columns: &[
                ("id", Pseudonymous),
                ("request_id", Pseudonymous),
                ("contact_id", Pseudonymous),
                ("ground", Plain),
                ("withheld", Sealed),
                ("made_at", Plain),
                ("made_by", Pseudonymous),
            ],
        },
    ]
};

impl Holder for SubjectRequestData {
    fn room(&self) -> &'static str {
        "subject_requests"
    }

    fn tables(&self) -> &'static [Table] {
        TABLES
    }

    fn blocks_deletion(&self, tx: &mut ReadTx<'_>, contact: ContactId) -> Result<bool, Error> {
        let person = contacts::person(tx, contact)?;
        store::has_open(tx, &person)
    }

    fn export(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
        personal_export::of(tx, person)
    }

    fn merge(&self, tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
        store::merge::merge(tx, merging)?;
        // A package that is being built, or was built and not released, is not about the whole person.
        package::store::discard_drafts_about(tx, merging.into)?;
        package::store::building::begin_again(tx, merging.into)
    }

    // The request for the erasure itself goes on between its plan and its execution: no plan counts requests.
    fn records(&self, _: &mut ReadTx<'_>, _: &Person) -> Result<Vec<PersonalRecord>, Error> {
        Ok(Vec::new())
    }

    fn matches(&self, tx: &mut ReadTx<'_>, person: &Person, name: Option<&[u8]>) -> Result<Vec<PossibleMatch>, Error> {
        store::of_person::matches(tx, person, name)
    }

    fn obstacles(&self, tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Obstacle>, Error> {
        store::farewell::obstacles(tx, person)
    }

    fn erase(&self, tx: &mut WriteTx<'_>, erasing: &Erasing) -> Result<(), Error> {
        store::farewell::restrict(tx, erasing)?;
        store::of_person::adopt(tx, &erasing.person)?;
        package::store::forget(tx, erasing)?;
        store::farewell::erase(tx, erasing)
    }
}
