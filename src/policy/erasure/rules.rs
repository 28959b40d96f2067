//! What becomes of each table that holds something of a contact. A table that holds some and has no line here fails the
//! tests.

/// What becomes of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// They are deleted.
    Erase,
    /// They stay, and whatever told who it was is emptied.
    Anonymise,
    /// They stay: nothing in them tells who it was.
    Keep,
}

/// What becomes of a table's records.
#[derive(Clone, Copy, Debug)]
pub struct ErasureRule {
    /// The table.
    pub table: &'static str,
    /// What becomes of its records.
    pub fate: Fate,
    /// Whether a plan counts them, and is stale when one of them changes. What comes and goes by itself is not counted.
    pub counted: bool,
    /// Whether they go and stay with the person's own record.
    pub with_the_person: bool,
    /// The reason for this treatment.
    pub ground: &'static str,
}

const fn counted(table: &'static str, fate: Fate, ground: &'static str) -> ErasureRule {
    ErasureRule { table, fate, counted: true, with_the_person: false, ground }
}

const fn passing(table: &'static str, fate: Fate, ground: &'static str) -> ErasureRule {
    ErasureRule { table, fate, counted: false, with_the_person: false, ground }
}

const fn attached(table: &'static str, fate: Fate, ground: &'static str) -> ErasureRule {
    ErasureRule { table, fate, counted: false, with_the_person: true, ground }
}

/// The rules.
pub const RULES: &[ErasureRule] = &[
    counted(
        "contacts",
        Fate::Anonymise,
        "The id, status and dates stay, so that the history stays complete; the service empties every member about \
         the person",
    ),
    attached("vault.data_keys", Fate::Erase, "Without it, no copy of the sealed data can be read"),
    attached("sharing_refusals", Fate::Erase, "There is nothing left to share"),
    counted(
        "consents",
        Fate::Anonymise,
        "The answers and their dates show compliance (Articles 5(2) and 7(1)); they hold no name",
    ),
    counted(
        "consent_decisions",
        Fate::Anonymise,
        "The history of the answers stays for the same reason; the service deletes the wording and the proof of each",
    ),
    passing("consent_confirmations", Fate::Erase, "Links to a mailbox to which the service no longer writes"),
    passing("preference_links", Fate::Erase, "Links to a mailbox to which the service no longer writes"),
    counted("memberships", Fate::Erase, "No purpose is left (Article 17(1)(a))"),
    counted(
        "registrations",
        Fate::Anonymise,
        "Past registrations stay without a name (Article 5(2)); future ones are cancelled",
    ),
    passing("access_requirements", Fate::Erase, "The person no longer takes part"),
    passing("check_ins", Fate::Keep, "Check-in times, by the registration's id alone"),
    passing("registration_steps", Fate::Anonymise, "The steps of the registration, without the reasons in words"),
    counted(
        "complaints",
        Fate::Anonymise,
        "The dates and outcome of the complaint show compliance (Article 5(2)); the service deletes its words",
    ),
    passing("complaint_steps", Fate::Keep, "The steps of a complaint and their dates; they hold no name"),
    passing(
        "subject_requests",
        Fate::Anonymise,
        "The dates and outcome of the request show compliance (Article 5(2)); the service deletes the requester and \
         the words after the last letter. While records are withheld, open requests and the answer about the withheld \
         records stay",
    ),
    passing("subject_request_steps", Fate::Anonymise, "The steps of a request and their dates, without the words"),
    passing(
        "subject_request_packages",
        Fate::Anonymise,
        "The fact that there was a copy stays; the service deletes the copy",
    ),
    passing(
        "subject_request_package_builds",
        Fate::Erase,
        "The unfinished copy holds the data to be deleted; while records are withheld, the service restarts it",
    ),
    passing("subject_request_package_parts", Fate::Erase, "The parts of the copy hold the data to be deleted"),
    passing(
        "subject_request_redactions",
        Fate::Erase,
        "The data left out of a package is about the person, so the service deletes it",
    ),
    passing("subject_request_farewells", Fate::Erase, "A note that exists until the last letter is sent"),
    passing(
        "subject_request_links",
        Fate::Keep,
        "Hashes of the links to the progress of the request: they hold no name, serve the last letter, and expire by \
         themselves",
    ),
    passing(
        "subject_request_package_links",
        Fate::Keep,
        "Hashes of the links to a deleted copy: they hold no name, open nothing, and expire by themselves",
    ),
    passing(
        "subject_request_package_downloads",
        Fate::Keep,
        "When the copy was opened, by the id of the request alone",
    ),
    passing("messages", Fate::Erase, "The service sends nothing more, and drops queued messages"),
    passing(
        "kept_answers",
        Fate::Keep,
        "The fact that a request was carried out, by ids alone and for 24 hours, so that it is not repeated",
    ),
    passing(
        "suppressions",
        Fate::Keep,
        "A keyed hash of each address that the person ever had, and of each number with the name, so that no import \
         or mailing adds the person again (Article 21(3))",
    ),
    attached("former_addresses", Fate::Erase, "Former addresses and numbers of the person; suppressions replace them"),
    passing("records_to_index", Fate::Keep, "Ids alone, until the next start has indexed the records"),
    passing("audit_entries", Fate::Keep, "The acts and their authors, by ids alone (Articles 5(2) and 24)"),
    passing("audit_subjects", Fate::Keep, "The contacts that a search showed, by ids alone (Articles 5(2) and 24)"),
    passing(
        "erasure_plans",
        Fate::Keep,
        "The erasure, its proposer and its executor, by ids and counts (Article 5(2))",
    ),
    passing(
        "vault.destroyed_keys",
        Fate::Keep,
        "The fact that the key was destroyed, so that a restored backup is erased again",
    ),
    passing(
        "vault.executed_plans",
        Fate::Keep,
        "The records that plans erased and kept, by ids and counts, so that a restored backup is erased again",
    ),
    passing("vault.key_remnants", Fate::Keep, "The fact that PostgreSQL's pages still hold the key, for about an hour"),
];

/// The rule of a table.
pub fn rule_of(table: &str) -> Option<&'static ErasureRule> {
    RULES.iter().find(|rule| rule.table == table)
}

/// The tables with a column that is not plain, and nothing of a contact in it.
pub const OF_NO_CONTACT: &[&str] =
    &["organisations", "breaches", "breach_steps", "token_revocations", "vault.service_keys"];
