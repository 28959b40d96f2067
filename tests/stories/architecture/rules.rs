//! The rules. Each looks at one file and tells every breach by file and line.

use super::paths::{Path, Source};

/// What each floor may know of the crate.
const FLOORS: &[(&str, &[&str])] = &[
    ("domain", &["domain"]),
    ("policy", &["domain", "policy"]),
    ("platform", &["domain", "platform"]),
    ("personal", &["domain", "platform", "personal"]),
    ("resources", &["domain", "policy", "platform", "personal", "resources"]),
    ("inventory", &["domain", "policy", "platform", "personal", "resources", "inventory"]),
    ("jobs", &["domain", "platform", "resources", "jobs"]),
    ("config", &["domain", "platform", "config"]),
    ("system", &["domain", "platform", "system"]),
    ("app", &["domain", "policy", "platform", "personal", "resources", "inventory", "jobs", "config", "system", "app"]),
    ("server", &["domain", "platform", "config", "app", "server"]),
    // The program stands outside the library and sees what the library publishes.
    ("cli", &["cli"]),
    ("main", &["cli"]),
    ("lib", &[]),
];

/// The parts of platform, lowest first.
const PARTS: &[&str] = &[
    "supervision",
    "telemetry",
    "rate",
    "strict_json",
    "db",
    "vault",
    "audit",
    "readiness",
    "transaction",
    "records_to_index",
    "reference",
    "working_days",
    "mail",
    "auth",
    "http",
    "idempotency",
    "access",
    "queue",
    "outbox",
    "serve",
];

/// The rooms, lowest first.
const ROOMS: &[&str] = &[
    "notices",
    "organisations",
    "suppressions",
    "contacts",
    "holds",
    "agreements",
    "disclosures",
    "consents",
    "preferences",
    "networks",
    "events",
    "registrations",
    "complaints",
    "breaches",
    "subject_requests",
    "obligations",
    "deadlines",
    "messages",
    "processing",
    "audit_trail",
    "token_revocations",
];

/// Files that have a query of their own, besides a `store`: each is one question, too long to stand there.
const QUERIES: &[&str] = &[
    "platform/records_to_index.rs",
    "platform/reference.rs",
    "platform/working_days.rs",
    "resources/consents/audience.rs",
    "resources/consents/check.rs",
    "resources/consents/personal.rs",
    "resources/consents/receipt/mod.rs",
    "resources/contacts/search.rs",
    "resources/networks/memberships/directory.rs",
    "resources/preferences/allowances/links.rs",
    "resources/preferences/links.rs",
];

/// Where the web framework appears besides `platform/http`, `platform/access`, `platform/serve`, `system` and the rooms' `api.rs`.
const ON_THE_WEB: &[&str] = &[
    "app.rs",
    "server.rs",
    "server/expecting.rs",
    "server/serving.rs",
    "cli/serve.rs",
    "platform/idempotency/kept.rs",
    "platform/idempotency/key.rs",
    "platform/rate.rs",
];

/// The one place that reads the clock of the machine.
const CLOCK: &str = "domain/clock.rs";

/// The one place that notes that a transaction records what a recipient was shown.
const BATCHES: &str = "resources/disclosures/batches/store.rs";

/// The longest that a file may be, in lines.
const LONGEST: usize = 400;

/// Every breach of a rule in `source`.
pub(super) fn breaches(source: &Source) -> Vec<String> {
    let mut told = directions(source);
    told.extend(parts(source));
    told.extend(rooms(source));
    told.extend(words(source));
    told.extend(names(source));
    told
}

fn told(source: &Source, line: usize, breach: &str) -> String {
    format!("src/{}:{line}: {breach}", source.file)
}

fn directions(source: &Source) -> Vec<String> {
    let floor = source.floor();
    let Some((_, allowed)) = FLOORS.iter().find(|(name, _)| *name == floor) else {
        return vec![told(source, 1, &format!("{floor}: a floor that no rule knows"))];
    };
    // A macro or an attribute of the crate's root belongs to no floor.
    let known = |name: &str| FLOORS.iter().any(|(floor, _)| *floor == name);
    let paths =
        source.paths().into_iter().filter_map(|path| path.names.first().cloned().map(|first| (path.line, first)));
    let wrong = paths.filter(|(_, first)| known(first) && !allowed.contains(&first.as_str()));
    wrong.map(|(line, first)| told(source, line, &format!("{floor} must not know {first}"))).collect()
}

fn rank(of: &[&str], name: &str) -> Option<usize> {
    of.iter().position(|known| *known == name)
}

/// The order within platform.
fn parts(source: &Source) -> Vec<String> {
    let module = source.module();
    let [floor, own, ..] = module.as_slice() else { return Vec::new() };
    if floor != "platform" {
        return Vec::new();
    }
    let Some(own_rank) = rank(PARTS, own) else {
        return vec![told(source, 1, &format!("{own}: a part of platform without a rank"))];
    };
    let upward = |path: &Path| match path.names.as_slice() {
        [floor, other, ..] if floor == "platform" => rank(PARTS, other).is_some_and(|rank| rank > own_rank),
        _ => false,
    };
    let wrong = source.paths().into_iter().filter(upward);
    wrong
        .map(|path| told(source, path.line, &format!("{own} must not know {}, which is above it", path.names[1])))
        .collect()
}

fn rooms(source: &Source) -> Vec<String> {
    let mut parts = source.file.split('/');
    let (Some("resources"), Some(own), Some(_)) = (parts.next(), parts.next(), parts.next()) else { return Vec::new() };
    let Some(own_rank) = rank(ROOMS, own) else {
        return vec![told(source, 1, &format!("{own}: a room without a rank"))];
    };
    let mut breaches = Vec::new();
    for path in source.paths() {
        let [floor, other, inside @ ..] = path.names.as_slice() else { continue };
        if floor != "resources" || other == own {
            continue;
        }
        match rank(ROOMS, other) {
            Some(rank) if rank > own_rank => {
                breaches.push(told(source, path.line, &format!("{own} must not call upward to {other}")));
            }
            Some(_) if inside.iter().any(|name| name == "schema") => {
                breaches.push(told(source, path.line, &format!("{own} must not use the rows of {other}")));
            }
            _ => {}
        }
    }
    breaches
}

/// Where a word may stand, and the message when it stands elsewhere.
fn words(source: &Source) -> Vec<String> {
    let file = source.file.as_str();
    let in_store = file.ends_with("/store.rs") || file.contains("/store/");
    let of_policy = |names: &[String]| names.first().is_some_and(|floor| floor == "policy");
    let the_laws =
        source.paths().iter().any(|path| of_policy(&path.names) && path.names.ends_with(&["Facts".to_owned()]));
    let mut breaches = Vec::new();
    for (line, text) in &source.lines {
        let mut breach = |says: &str| breaches.push(told(source, *line, says));
        if names_word(text, "diesel") && !queries(file) {
            breach("diesel outside platform/db, the stores and their listed queries");
        }
        if (names_word(text, "actix_web") || names_word(text, "actix_rt")) && !on_the_web(file) {
            breach("actix outside the edge");
        }
        if text.contains("AnyConnection::") && !file.starts_with("platform/db/") {
            breach("the engine outside platform/db");
        }
        let builds = text.contains("Facts {") && !["struct ", "impl ", " for "].iter().any(|word| text.contains(word));
        let builds = builds && (the_laws || text.contains("consent::Facts {"));
        if builds && !in_store && !file.starts_with("policy/") {
            breach("facts are built in the stores alone, from rows of the transaction that writes");
        }
        let locks = text.contains("::lock") && text.contains("\"contacts\"");
        let locks = locks || text.contains("_locked!(") && text.contains("contacts::table");
        if locks && !file.starts_with("resources/contacts/") {
            breach("a contact is locked by contacts::store::lock alone, which knows whether it may be written about");
        }
        if text.contains(".disclosing(") && file != BATCHES {
            breach("what a recipient is shown is recorded by disclosures::batches::store alone, beside its row");
        }
        let clocks = ["Utc::now", "Local::now", "SystemTime::now", "now_v7", "thread::sleep"];
        if clocks.iter().any(|clock| text.contains(clock)) && file != CLOCK {
            breach("a clock of its own: time is passed in");
        }
        let parsed_alone = ["format = Email", "format = \"email\"", "format = \"telephone\""];
        if parsed_alone.iter().any(|format| text.contains(format)) && !file.starts_with("domain/") {
            breach("a format that only parsing finds: the types of domain that know it have it");
        }
    }
    breaches
}

fn queries(file: &str) -> bool {
    let in_store = file.ends_with("/store.rs") || file.contains("/store/");
    file.starts_with("platform/db/") || in_store || QUERIES.contains(&file)
}

fn on_the_web(file: &str) -> bool {
    let floors = ["platform/http/", "platform/access/", "platform/serve/", "system/"];
    floors.iter().any(|floor| file.starts_with(floor)) || file.ends_with("/api.rs") || ON_THE_WEB.contains(&file)
}

/// Whether `word` stands in `text` as a path's beginning or an attribute.
fn names_word(text: &str, word: &str) -> bool {
    let stands = |(at, _): (usize, &str)| {
        let before = text[..at].chars().next_back();
        let after = &text[at + word.len()..];
        before.is_none_or(|before| !before.is_alphanumeric() && !"_/\"".contains(before))
            && ["::", "(", ";"].iter().any(|next| after.starts_with(next))
    };
    text.match_indices(word).any(stands)
}

fn names(source: &Source) -> Vec<String> {
    let mut breaches = Vec::new();
    let nothing_said = ["utils", "util", "helpers", "helper", "common", "manager", "misc"];
    if source.file.trim_end_matches(".rs").split('/').any(|name| nothing_said.contains(&name)) {
        breaches.push(told(source, 1, "a name that could hold anything: say what is in it"));
    }
    if source.length > LONGEST {
        breaches.push(told(source, LONGEST, &format!("{} lines: it is asking to be two", source.length)));
    }
    breaches
}

/// Files that stand on a list of exceptions and are no longer there, or no longer need it.
pub(super) fn stale_exceptions(sources: &[Source]) -> Vec<String> {
    let needs = |file: &str, word: &str| {
        let source = sources.iter().find(|source| source.file == file);
        source.is_some_and(|source| source.lines.iter().any(|(_, text)| names_word(text, word)))
    };
    let queries = QUERIES.iter().map(|file| (file, "diesel"));
    let web = ON_THE_WEB.iter().map(|file| (file, "actix_web"));
    let stale = queries.chain(web).filter(|(file, word)| !needs(file, word));
    stale.map(|(file, _)| format!("src/{file}: is on a list of exceptions and does not need to be")).collect()
}
