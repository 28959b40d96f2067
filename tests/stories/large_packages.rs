//! Packages that are too large to be built while a caller waits for the answer: a job builds them.

use std::cell::Cell;

use chrono::Duration;
use iewm::domain::ContactId;
use iewm::inventory::holders;
use iewm::jobs::{Digest, Gathering};
use iewm::personal::{Erasing, Person};
use iewm::platform::audit::{Action, Entry};
use iewm::platform::queue::{Job, Round};
use iewm::platform::transaction::WriteTx;
use iewm::resources::subject_requests::package::store::building::{
    self, Claimed, ENTRIES_A_PART, Gathered, MOST_AT_ONCE, Step,
};
use serde_json::{Value, json};

use crate::access_packages::asked;
use crate::harness::client::Answer;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    what_fits_is_built_at_once,
    a_large_package_is_built_by_a_job_and_tells_how_far_it_is,
    what_is_said_meanwhile_takes_the_place_of_what_was_said,
    a_building_that_was_killed_goes_on_where_it_was,
    a_building_that_is_told_to_stop_is_given_back,
    of_two_who_build_one_writes,
    what_is_decided_otherwise_meanwhile_leaves_nothing,
    what_is_asked_about_another_person_meanwhile_leaves_nothing,
    who_is_erased_meanwhile_leaves_nothing,
    who_is_merged_meanwhile_is_told_everything,
    what_cannot_be_read_is_tried_again_later_and_not_at_once,
    a_large_package_goes_after_thirty_days,
}

const BUILDS: &str = "subject_request_package_builds";
const PARTS: &str = "subject_request_package_parts";

impl Service {
    /// Asks for the package of a request.
    async fn ask_for(&self, path: &str, body: Value) -> Answer {
        self.request("POST", &format!("{path}/package")).token(&self.council()).json(&body).send().await
    }

    /// A person with many records, and a request of theirs whose package is being built.
    async fn large(&self, kind: &str) -> (String, String) {
        let ada = self.sign_up("Ada Lovelace", "ada@example.org").await;
        self.give(&ada, "newsletter").await;
        self.look_often(&ada, MOST_AT_ONCE + 1).await;
        let path = self.taken(asked(kind, &ada)).await;
        self.ask_for(&path, json!({})).await.expect(202);
        (ada, path)
    }

    /// How far a package is: state, parts that are there, parts in all.
    async fn progress(&self, path: &str) -> (String, u64, u64) {
        let progress = self.request("GET", &format!("{path}/package/progress")).token(&self.council());
        let progress = progress.send().await.expect(200).json();
        (text(&progress, "state"), progress["done"].as_u64().unwrap(), progress["of"].as_u64().unwrap())
    }

    fn gathering(&self) -> Gathering {
        Gathering::new(self.state.clone())
    }

    /// Has the job do so many steps at most, then stops it.
    async fn gather(&self, steps: usize) -> usize {
        let asked = Cell::new(0);
        // Once for the package, then once for each step.
        let go_on = || asked.replace(asked.get() + 1) <= steps;
        self.gathering().tick(Round::new(self.now(), &go_on)).await.unwrap()
    }

    async fn claim(&self) -> Option<Claimed> {
        self.state.job("story").run(building::claim).await.unwrap()
    }

    async fn next(&self, claimed: Claimed) -> Step {
        self.state.job("story").read(move |tx| building::gather(tx, claimed)).await.unwrap()
    }

    async fn keep(&self, claimed: Claimed, gathered: Gathered) -> bool {
        self.state.job("story").run(move |tx| building::keep(tx, claimed, &gathered)).await.unwrap()
    }

    /// How often this was done about packages.
    async fn times(&self, action: &str) -> usize {
        let done = self.audit(&format!("action=subject_requests.{action}")).await;
        done.iter().filter(|entry| entry["outcome"] == "done").count()
    }

    async fn nothing_is_left(&self, path: &str) {
        assert_eq!((self.count(BUILDS), self.count(PARTS)), (0, 0), "{path}");
        self.by_council("GET", path, "").await.problem(404, "not_found");
        let progress = self.request("GET", &format!("{path}/package/progress")).token(&self.council());
        progress.send().await.problem(404, "not_found");
        assert_eq!(self.tick(&self.gathering()).await, Ok(0));
    }
}

fn tables() -> u64 {
    u64::try_from(holders().iter().map(|holder| holder.cards().len()).sum::<usize>()).unwrap()
}

async fn what_fits_is_built_at_once(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.taken(asked("access", &ada)).await;
    let there = service.audit(&format!("contact_id={ada}")).await.len();
    // The contact is a record as well.
    service.look_often(&ada, MOST_AT_ONCE - there - 1).await;
    service.ask_for(&path, json!({})).await.expect(200);
    assert_eq!(service.progress(&path).await, ("built".to_owned(), 1, 1));
    service.released(&path).await.expect(200);
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    assert_eq!(package["accesses"].as_array().unwrap().len(), MOST_AT_ONCE - 1);
    assert_eq!((service.count(BUILDS), service.count(PARTS)), (0, 1), "the words alone");
    let path = service.taken(asked("access", &ada)).await;
    service.ask_for(&path, json!({})).await.expect(202);
}

async fn a_large_package_is_built_by_a_job_and_tells_how_far_it_is(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    service.look_often(&ada, MOST_AT_ONCE + 1).await;
    let path = service.taken(asked("portability", &ada)).await;
    let begun = service.ask_for(&path, json!({})).await.expect(202);
    assert_eq!(begun.header("location"), format!("{path}/package"));
    assert_eq!(begun.header("retry-after"), "2");
    let of = tables() + u64::try_from((MOST_AT_ONCE + 1).div_ceil(ENTRIES_A_PART)).unwrap();
    assert_eq!(begun.json(), json!({ "state": "building", "done": 0, "of": of }));
    let open = service.get(&path).await.expect(200).json();
    assert_eq!((&open["status"], &open["clock"]["state"]), (&json!("in_progress"), &json!("running")));
    let letters = service.count("messages");

    let mut seen = vec![0];
    while service.gather(1).await == 0 {
        let (state, done, in_all) = service.progress(&path).await;
        assert_eq!((state.as_str(), in_all), ("building", of));
        assert!(done > *seen.last().unwrap() || done == of, "{done} after {seen:?}");
        seen.push(done);
        let not_yet = service.by_council("GET", &path, "").await.problem(404, "being_built");
        assert_eq!(not_yet.header("retry-after"), "2");
        assert!(text(&not_yet.json(), "detail").contains(&format!("{done} of {of} parts")));
        assert_eq!(service.ask_for(&path, json!({})).await.expect(202).json()["done"], done, "nothing begins anew");
        service.released(&path).await.problem(404, "being_built");
    }
    assert!(seen.len() > holders().len(), "{seen:?}");
    assert_eq!(service.progress(&path).await, ("built".to_owned(), of, of));
    assert_eq!(service.tick(&service.gathering()).await, Ok(0));

    let open = service.get(&path).await.expect(200).json();
    assert_eq!((&open["status"], service.count("messages")), (&json!("in_progress"), letters), "a draft is no answer");
    service.by_council("GET", &path, "").await.problem(404, "not_found");
    let done = service.released(&path).await.expect(200).json();
    assert_eq!((&done["status"], &done["outcome"]["kind"]), (&json!("completed"), &json!("fulfilled")));
    assert_eq!(service.count("messages"), letters + 2, "the answer, and the link");
    service.ask_for(&path, json!({})).await.problem(409, "illegal_transition");
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    assert_eq!((&package["contact_id"], &package["reference"]), (&json!(ada), &done["reference"]));
    let looks = package["accesses"].as_array().unwrap();
    assert!(looks.len() > MOST_AT_ONCE, "{}", looks.len());
    assert_eq!(looks.last().unwrap()["action"], "contacts.create", "newest first, and none is missing");
    let held = package["held"].as_array().unwrap();
    let every: Vec<&str> = holders().iter().flat_map(|holder| holder.cards()).map(|card| card.table).collect();
    assert_eq!(held.iter().map(|part| text(part, "table")).collect::<Vec<_>>(), every);
    assert!(held.iter().any(|part| part["records"][0]["name"] == "Ada Lovelace"));
    let records = |held: &[Value], table: &str| {
        held.iter().find(|part| part["table"] == table).unwrap()["records"].as_array().unwrap().clone()
    };
    let itself = json!({ "begun_at": "2026-11-24T10:00:00.000000Z" });
    assert_eq!((records(held, BUILDS), records(held, PARTS)), (vec![itself], vec![]));
    let searched = package["search"]["searched"].as_array().unwrap();
    let audit = json!({ "table": "audit_entries", "searched_by": ["contact_id"], "records": looks.len() });
    assert_eq!(searched.last().unwrap(), &audit);
    let page = service.by_council("GET", &path, "text/html").await.expect(200).text();
    assert!(page.matches("<td>contacts.read</td>").count() > MOST_AT_ONCE);
    let card = service.by_council("GET", &path, "text/vcard").await.expect(200).text();
    assert!(card.contains("FN:Ada Lovelace"), "{card}");

    assert_eq!((service.times("begin_package").await, service.times("build_package").await), (1, 1));
    let begun = service.audit("action=subject_requests.begin_package").await;
    assert_eq!((&begun[0]["actor"], &begun[0]["contact_id"]), (&json!("council-1"), &json!(ada)));
    let next = service.taken(asked("access", &ada)).await;
    service.ask_for(&next, json!({})).await.expect(202);
    assert_eq!(service.tick(&service.gathering()).await, Ok(1));
    service.released(&next).await.expect(200);
    let next = service.by_council("GET", &next, "").await.expect(200).json();
    let before = json!({ "built_at": "2026-11-24T10:00:00.000000Z", "parts": of });
    assert_eq!(records(next["held"].as_array().unwrap(), PARTS), [before]);

    // Of the steps alone the rooms' are looks at her; that looks were read is none.
    let steps = service.audit(&format!("action=subject_requests.gather&contact_id={ada}")).await;
    assert_eq!(steps.len(), 2 * holders().len());
}

async fn what_is_said_meanwhile_takes_the_place_of_what_was_said(service: Service) {
    let (_, path) = service.large("access").await;
    service.gather(3).await;
    let note = json!({ "search_note": "The attic, too." });
    service.ask_for(&path, note).await.expect(202);
    service.ask_for(&path, json!({ "explanation": "Here it is." })).await.expect(202);
    assert_eq!(service.tick(&service.gathering()).await, Ok(1));
    let done = service.released(&path).await.expect(200).json();
    assert_eq!(done["outcome"]["explanation"], "Here it is.");
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    assert_eq!(package["search"]["elsewhere"], "The attic, too.");
    let history = service.items(&format!("{path}/history")).await;
    assert!(text(&history[0], "text").ends_with("The attic, too."));
    assert_eq!(history[0]["recorded_by"], "council-1");
}

async fn a_building_that_was_killed_goes_on_where_it_was(service: Service) {
    let (_, path) = service.large("access").await;
    let killed = service.claim().await.expect("a package that waits");
    for _ in 0..4 {
        let Step::Keep(gathered) = service.next(killed).await else { panic!("there is more") };
        assert!(service.keep(killed, gathered).await);
    }
    let (_, done, of) = service.progress(&path).await;
    assert!(done >= 4, "{done}");
    // It may still be at it.
    assert_eq!(service.tick(&service.gathering()).await, Ok(0));
    service.hands.advance(Duration::minutes(2));
    assert_eq!(service.tick(&service.gathering()).await, Ok(1));
    assert_eq!(service.progress(&path).await, ("built".to_owned(), of, of));
    let steps = u64::try_from(service.times("gather").await).unwrap();
    assert_eq!(steps, u64::try_from(holders().len()).unwrap() + of - tables(), "nothing was gathered twice");
    assert_eq!(service.times("take_up_package").await, 2);
}

async fn a_building_that_is_told_to_stop_is_given_back(service: Service) {
    let (_, path) = service.large("access").await;
    assert_eq!(service.gather(2).await, 0);
    let (state, done, _) = service.progress(&path).await;
    assert_eq!(state, "building");
    assert!(done > 0);
    assert_eq!(service.tick(&service.gathering()).await, Ok(1), "any worker builds it, at once");
}

async fn of_two_who_build_one_writes(service: Service) {
    let (_, path) = service.large("access").await;
    let (one, other) = (service.gathering(), service.gathering());
    let (one, other) = tokio::join!(service.tick(&one), service.tick(&other));
    assert_eq!(one.unwrap() + other.unwrap(), 1);
    assert_eq!(service.times("build_package").await, 1);
    let of = service.progress(&path).await.2;
    assert_eq!(service.count(PARTS), i64::try_from(of).unwrap() + 1, "and the words");

    // The worker that was taken for dead goes on while another builds the package, or after that one has built it.
    let second = service.taken(asked("access", &text(&service.get(&path).await.json(), "contact_id"))).await;
    service.ask_for(&second, json!({})).await.expect(202);
    let late = service.claim().await.expect("a package that waits");
    let Step::Keep(gathered) = service.next(late).await else { panic!("there is more") };
    service.hands.advance(Duration::minutes(2));
    service.claim().await.expect("a package that waits again");
    assert!(!service.keep(late, gathered).await);
    assert!(matches!(service.next(late).await, Step::Stop));
    assert!(!service.state.job("story").run(move |tx| building::end(tx, late)).await.unwrap());
    assert_eq!(service.progress(&second).await.1, 0);
    service.hands.advance(Duration::minutes(2));
    assert_eq!(service.tick(&service.gathering()).await, Ok(1));
    assert_eq!(service.times("build_package").await, 2);
}

async fn what_is_decided_otherwise_meanwhile_leaves_nothing(service: Service) {
    let (ada, first) = service.large("access").await;
    let refusal = json!({ "ground": "UKGDPR.12(5)", "explanation": "The tenth this week." });
    let question = json!({ "asked_on": "2026-11-24", "question": "Which event?" });
    let notice = json!({ "notified_on": "2026-11-24", "reason": "complexity", "explanation": "There is a lot." });
    for (nth, (verb, body)) in
        [("withdrawal", json!({})), ("refusal", refusal), ("clarifications", question)].into_iter().enumerate()
    {
        let path = if nth == 0 { first.clone() } else { service.taken(asked("access", &ada)).await };
        if nth > 0 {
            service.ask_for(&path, json!({})).await.expect(202);
        }
        service.gather(3).await;
        // What leaves the request where it is does not stop it.
        service.post(&format!("{path}/extension"), notice.clone()).await.expect(200);
        assert!(service.progress(&path).await.1 > 0);
        let done =
            service.request("POST", &format!("{path}/{verb}")).token(&service.council()).json(&body).send().await;
        assert!(done.status < 300, "{verb}: {}", done.text());
        service.nothing_is_left(&path).await;
    }
    assert_eq!(service.times("build_package").await, 0);
}

async fn what_is_asked_about_another_person_meanwhile_leaves_nothing(service: Service) {
    let (ada, path) = service.large("access").await;
    let bob = service.sign_up("Bob", "bob@example.org").await;
    service.gather(3).await;
    let matched = async |contact: &str| {
        service.post(&format!("{path}/match"), json!({ "contact_id": contact })).await.expect(200);
    };
    matched(&ada).await;
    assert!(service.progress(&path).await.1 > 0, "the same person");
    matched(&bob).await;
    service.nothing_is_left(&path).await;
    service.ask_for(&path, json!({})).await.expect(200);
    service.released(&path).await.expect(200);
    let package = service.by_council("GET", &path, "").await.expect(200).text();
    assert!(package.contains("bob@example.org") && !package.contains(&ada), "{package}");
}

async fn who_is_erased_meanwhile_leaves_nothing(service: Service) {
    let (ada, path) = service.large("access").await;
    service.gather(3).await;
    let claimed = service.claim().await.expect("a package that waits");
    let Step::Keep(gathered) = service.next(claimed).await else { panic!("there is more") };
    // What is asked for must not be destroyed: so only after a restore is a person erased meanwhile.
    service.delete(&ada).await.problem(409, "erasure_request_required");
    let contact: ContactId = ada.parse().unwrap();
    let erase = move |mut tx: WriteTx<'_>| {
        let person = Person { ids: vec![contact], ..Person::unknown(contact) };
        let erasing = Erasing { person, withheld: Vec::new(), unsure: Vec::new() };
        holders().iter().try_for_each(|holder| holder.erase(&mut tx, &erasing))?;
        tx.destroy_key(contact.uuid())?;
        tx.record(Entry::new(Action::ContactsDelete).contact(contact), ())
    };
    service.state.job("story").run(erase).await.unwrap();
    assert!(!service.keep(claimed, gathered).await, "what was in hand is not kept");
    service.nothing_is_left(&path).await;
}

async fn who_is_merged_meanwhile_is_told_everything(service: Service) {
    let (ada, path) = service.large("access").await;
    let known_as = service.sign_up("A. Lovelace", "a@example.org").await;
    service.decide(crate::harness::people::grant(&known_as, "trade_articles", "paper")).await.expect(201);
    service.look_often(&known_as, MOST_AT_ONCE).await;
    // And what is built about the one that goes.
    let other = service.taken(asked("portability", &known_as)).await;
    service.ask_for(&other, json!({ "explanation": "Said before." })).await.expect(202);
    service.gather(3).await;
    let claimed = service.claim().await.expect("a package that waits");
    let Step::Keep(gathered) = service.next(claimed).await else { panic!("there is more") };
    service.post(&format!("/v1/contacts/{ada}/merge"), json!({ "from_contact_id": known_as })).await.expect(200);
    assert!(!service.keep(claimed, gathered).await, "what was in hand is of one of the two");
    for path in [&path, &other] {
        assert_eq!(service.progress(path).await.1, 0, "it begins anew");
    }
    assert_eq!(service.tick(&service.gathering()).await, Ok(2));
    for path in [&path, &other] {
        service.released(path).await.expect(200);
        let package = service.by_council("GET", path, "").await.expect(200).json();
        assert_eq!(package["contact_id"], json!(ada));
        assert_eq!(package["search"]["contact_ids"], json!([ada, known_as]));
        assert!(package["accesses"].as_array().unwrap().len() > 2 * MOST_AT_ONCE);
        let consents = package["held"].as_array().unwrap().iter().find(|part| part["table"] == "consents").unwrap();
        assert_eq!(
            consents["records"].as_array().unwrap().len(),
            3,
            "both of hers, and one as the other had it: {consents}"
        );
    }
    let told = service.get(&other).await.expect(200).json();
    assert_eq!(told["outcome"]["explanation"], "Said before.");
}

async fn what_cannot_be_read_is_tried_again_later_and_not_at_once(service: Service) {
    let (_, path) = service.large("access").await;
    service.sql("ALTER TABLE sharing_refusals RENAME TO sharing_refusals_away").unwrap();
    assert_eq!(service.tick(&service.gathering()).await, Ok(0));
    let (state, ..) = service.progress(&path).await;
    assert_eq!(state, "delayed");
    let not_yet = service.by_council("GET", &path, "").await.problem(404, "being_built").json();
    assert!(text(&not_yet, "detail").contains("is delayed"), "{not_yet}");
    assert_eq!(service.tick(&service.gathering()).await, Ok(0));
    assert_eq!(service.times("take_up_package").await, 1);
    service.hands.advance(Duration::seconds(5));
    assert_eq!(service.tick(&service.gathering()).await, Ok(0));
    assert_eq!(service.times("take_up_package").await, 2);
    service.sql("ALTER TABLE sharing_refusals_away RENAME TO sharing_refusals").unwrap();
    service.hands.advance(Duration::seconds(10));
    assert_eq!(service.tick(&service.gathering()).await, Ok(1));
    assert_eq!(service.progress(&path).await.0, "built");
}

async fn a_large_package_goes_after_thirty_days(service: Service) {
    let (_, path) = service.large("access").await;
    assert_eq!(service.tick(&service.gathering()).await, Ok(1));
    service.released(&path).await.expect(200);
    assert!(service.count(PARTS) > i64::try_from(tables()).unwrap());
    service.hands.advance(Duration::days(30));
    service.tick(&Digest::new(service.state.clone())).await.unwrap();
    service.by_council("GET", &path, "").await.problem(410, "gone");
    assert_eq!(service.count(PARTS), 0);
}
