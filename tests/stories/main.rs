//! The stories: what the service promises, told against a running service over HTTP.
//!
//! Each story runs on SQLite and on PostgreSQL, with a database of its own, so that stories run side by side and
//! none sees what another wrote. `harness` holds what they share; every other module is a chapter of stories.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a story that cannot go on should fail where it stands"
)]

mod abuse;
mod access_packages;
mod access_requirements;
mod accesses;
mod agreements;
mod all_or_nothing;
mod architecture;
mod assignments;
mod attendees;
mod audit;
mod audited_changes;
mod background_work;
mod backups;
mod bad_input;
mod batched;
mod bounded_answers;
mod breaches;
mod capacity;
mod carrying_out;
mod check_ins;
mod checks_and_audiences;
mod clock_steps;
mod command_line;
mod complaints;
mod compression;
mod confirmations;
mod consent_history;
mod consents;
mod contact_matches;
mod contact_search;
mod contacts;
mod container;
mod contractor_audiences;
mod contractor_matrix;
mod damaged_values;
mod deadlines;
mod digest;
mod disclosures;
mod documents;
mod due;
mod erasure;
mod events;
mod faults;
mod former_addresses;
mod grants;
mod harness;
mod idempotency;
mod import_sources;
mod imports;
mod inventory;
mod issuers;
mod key_rotation;
mod large_packages;
mod limits;
mod lists;
mod mailing;
mod merging;
mod missing_keys;
mod networks;
mod new_mailbox;
mod notices;
mod objection;
mod offline_receipts;
mod one_mailbox;
mod organisations;
mod package_letter;
mod package_links;
mod package_review;
mod package_texts;
mod pages;
mod plain_english;
mod possible_matches;
mod preconditions;
mod preferences;
mod problems;
mod processing;
mod published_keys;
mod purging;
mod query_plans;
mod raw_requests;
mod readiness;
mod receipt_corrections;
mod receipts;
mod reception;
mod refusals;
mod registrations;
mod replays;
mod request_letters;
mod restriction;
mod rights;
mod roles;
mod secrecy;
mod shared_contacts;
mod sharing_refusals;
mod shell_blocks;
mod starting;
mod statistics;
mod subject_requests;
mod system;
mod telephones;
mod tls;
mod tokens;
mod unsubscribing;
mod waiting_lists;
mod whole_lives;
mod whole_packages;
mod withholding;
