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
    /// Why.
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
        "The id, status and dates stay, so that what happened keeps its place; everything about the person is emptied",
    ),
    attached("vault.data_keys", Fate::Erase, "Without it, no copy of what was sealed can be read"),
    attached("sharing_refusals", Fate::Erase, "Nothing is left that could be shared"),
    counted(
        "consents",
        Fate::Anonymise,
        "Which answers were given, and when, shows that the law was kept (Articles 5(2) and 7(1)); they tell no name",
    ),
    counted(
        "consent_decisions",
        Fate::Anonymise,
        "The history of the answers stays for the same reason; the wording and the proof of each go",
    ),
    passing("consent_confirmations", Fate::Erase, "Links to a mailbox that is not written to again"),
    passing("preference_links", Fate::Erase, "Links to a mailbox that is not written to again"),
    counted("memberships", Fate::Erase, "No purpose is left (Article 17(1)(a))"),
    counted(
        "registrations",
        Fate::Anonymise,
        "The registration for past events stays without a name (Article 5(2)); what was to come is cancelled",
    ),
    passing("access_requirements", Fate::Erase, "Nobody is provided for any more"),
    passing("check_ins", Fate::Keep, "When somebody went in or out, by the registration's id alone"),
    passing("registration_steps", Fate::Anonymise, "What became of the registration, without the reasons in words"),
    counted(
        "complaints",
        Fate::Anonymise,
        "That a complaint was answered, when and how, shows that the law was kept (Article 5(2)); its words go",
    ),
    passing("complaint_steps", Fate::Keep, "What was done about a complaint, and when; they tell no name"),
    attached(
        "subject_requests",
        Fate::Anonymise,
        "That something was asked, when and what became of it shows that the law was kept (Article 5(2)); who asked, and \
         what was written, goes with the last letter",
    ),
    attached("subject_request_steps", Fate::Anonymise, "What was done about a request, and when, without its words"),
    attached("subject_request_packages", Fate::Anonymise, "That there was a copy stays; the copy goes"),
    attached("subject_request_package_builds", Fate::Erase, "What is being built is a copy of what goes"),
    attached("subject_request_package_parts", Fate::Erase, "They are the copy of what goes, in pieces"),
    attached(
        "subject_request_redactions",
        Fate::Erase,
        "What was left out of a package is data about the person, and goes with it",
    ),
    passing("subject_request_farewells", Fate::Erase, "A note for the time until the last letter has left"),
    passing(
        "subject_request_links",
        Fate::Keep,
        "Marks of the links to where the request stands: they tell no name, serve the last letter, and lapse by themselves",
    ),
    passing(
        "subject_request_package_links",
        Fate::Keep,
        "Marks of links to a copy that is gone: they tell no name, open nothing, and lapse by themselves",
    ),
    passing(
        "subject_request_package_downloads",
        Fate::Keep,
        "When the copy was opened, by the id of the request alone",
    ),
    passing("messages", Fate::Erase, "Nothing more is sent; what waits is dropped"),
    passing(
        "kept_answers",
        Fate::Keep,
        "That a request was carried out, by ids alone and for 24 hours, so that it is not carried out twice",
    ),
    passing(
        "suppressions",
        Fate::Keep,
        "A keyed mark of each address that the person ever had, and of each number with their name, so that no import or \
         mailing brings them back (Article 21(3))",
    ),
    attached(
        "former_addresses",
        Fate::Erase,
        "What the person was reached by before; suppression marks remember it from then on",
    ),
    passing("records_to_index", Fate::Keep, "Ids alone, until the next start has indexed the records"),
    passing("audit_entries", Fate::Keep, "Who did what, by ids alone (Articles 5(2) and 24)"),
    passing("audit_subjects", Fate::Keep, "Which contacts a search showed, by ids alone (Articles 5(2) and 24)"),
    passing(
        "erasure_plans",
        Fate::Keep,
        "What was erased, on whose proposal and by whom, by ids and counts (Article 5(2))",
    ),
    passing(
        "vault.destroyed_keys",
        Fate::Keep,
        "That the key was destroyed, so that a restored backup is erased again",
    ),
    passing(
        "vault.executed_plans",
        Fate::Keep,
        "What plans erased and left, by ids and counts, so that a restored backup is erased again",
    ),
    passing(
        "vault.key_remnants",
        Fate::Keep,
        "That the key is yet to leave the pages of PostgreSQL, for an hour or so",
    ),
];

/// The rule of a table.
pub fn rule_of(table: &str) -> Option<&'static ErasureRule> {
    RULES.iter().find(|rule| rule.table == table)
}

/// The tables with a column that is not plain, and nothing of a contact in it.
pub const OF_NO_CONTACT: &[&str] =
    &["organisations", "breaches", "breach_steps", "token_revocations", "vault.service_keys"];
