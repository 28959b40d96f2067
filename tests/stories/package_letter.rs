//! A package as a letter: the information that the law demands, in the order of the law and in people's words (UK GDPR Articles 12(1)
//! and 15), and nothing of it left out.

use std::collections::{BTreeSet, HashSet};

use iewm::domain::Instant;
use iewm::inventory::{CARDS, holders};
use iewm::platform::audit::Action;
use iewm::resources;
use iewm::resources::subject_requests::package::html;
use iewm::resources::subject_requests::package::model::{Package, PackageAccess, PackagePart};
use serde_json::{Value, json};

use crate::access_packages::{asked, known_everywhere};
use crate::harness::people::{grant, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_letter_has_its_chapters_in_the_order_of_the_law,
    a_letter_tells_everything_in_words,
    a_letter_says_nothing_of_what_is_not_held,
    only_a_yes_in_force_is_a_use,
    a_letter_shows_names_as_they_are,
    a_letter_tells_apart_what_an_earlier_record_says,
}

/// What marks a code, or a member, that has no words.
const UNWORDED: &str = "class=\"unworded\"";

async fn letter(service: &Service, path: &str) -> String {
    service.by_council("GET", path, "text/html").await.expect(200).text()
}

/// The letter without its annex.
fn before_the_annex(letter: &str) -> &str {
    letter.split("id=\"annex\"").next().unwrap()
}

/// What is seen of a page: without its tags.
fn visible(page: &str) -> String {
    page.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text).collect()
}

async fn a_letter_has_its_chapters_in_the_order_of_the_law(service: Service) {
    let ada = known_everywhere(&service).await;
    let path = service.built(asked("access", &ada)).await;
    let letter = letter(&service, &path).await;
    let mut from = 0;
    for said in [
        "Worcestershire County Council",
        "24 November 2026",
        "Reference number: SR-2026-",
        "<h1>Your data: our answer to your request</h1>",
        "Dear Ada Lovelace,",
        "(UK GDPR, Article 15)",
        "1. What we use your data for</h2>",
        "Professional networks",
        "You agreed to it (UK GDPR, Article 6(1)(a))",
        "2. Who receives your data, and who has seen it</h2>",
        "Approved contractors",
        "Recorded you",
        "Our staff",
        "3. How long we keep it</h2>",
        "until 24 November 2032",
        "Six years, unless a legal hold",
        "six years",
        "4. Your rights, and how to complain</h2>",
        "Article 17",
        "section 164A",
        "Information Commission (ICO)",
        "section 167",
        "5. Where we got your data</h2>",
        "Spring conference",
        "6. Decisions by machines, and other countries</h2>",
        "7. The data that we hold about you</h2>",
        "ada@example.org",
        "Annex: technical details</h2>",
        "How we searched",
        "consent_decisions",
        "Each time that your data was seen or changed",
        "contacts.create",
    ] {
        let at = letter[from..].find(said).unwrap_or_else(|| panic!("no {said} after {from} in {letter}"));
        from += at + said.len();
    }
}

/// Every value in a record that is no object and not null.
fn leaves<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => members.values().for_each(|member| leaves(member, found)),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::Null => {}
        single => found.push(single),
    }
}

async fn a_letter_tells_everything_in_words(service: Service) {
    let ada = known_everywhere(&service).await;
    let path = service.built(asked("access", &ada)).await;
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    let letter = letter(&service, &path).await;
    assert!(!letter.contains(UNWORDED), "{letter}");
    let body = before_the_annex(&letter);
    for said in ["Waiting for you to confirm", "On a web page", "You went in", "Event venues", "News of events"] {
        assert!(body.contains(said), "{said} in {body}");
    }
    // A code is in the annex, if anywhere.
    let body = visible(body);
    for code in ["event_information", "web_form", "consent_decisions", "iewm_staff", "contacts.read", "P6Y", &ada] {
        assert!(!body.contains(code), "{code} in {body}");
    }
    // What is neither a code nor a date is in the page as it is held.
    let mut held = Vec::new();
    leaves(&package["held"], &mut held);
    let is_plain = |text: &&str| text.contains(' ') || text.contains('@') || text.len() == 36 || text.len() == 64;
    let plain: BTreeSet<&str> = held.iter().filter_map(|value| value.as_str()).filter(is_plain).collect();
    assert!(plain.len() > 40, "{plain:?}");
    for value in plain {
        let escaped = value.replace('&', "&#38;").replace('\'', "&#39;");
        // The package says what each table is for; the letter has words of its own for that.
        let is_meaning = package["held"].as_array().unwrap().iter().any(|part| part["meaning"] == value);
        assert!(is_meaning || letter.contains(&escaped), "{value} is not in {letter}");
    }
}

async fn a_letter_says_nothing_of_what_is_not_held(service: Service) {
    let bob = service.sign_up("Bob", "bob@example.org").await;
    let path = service.built(asked("access", &bob)).await;
    let package = service.by_council("GET", &path, "").await.expect(200).json();
    let letter = letter(&service, &path).await;
    let body = before_the_annex(&letter);
    assert!(body.contains("We use it for nothing that our privacy notice names."), "{body}");
    assert!(body.contains("id=\"contacts\""));
    for part in package["held"].as_array().unwrap() {
        let (table, is_held) = (text(part, "table"), part["records"] != json!([]));
        assert_eq!(body.contains(&format!("id=\"{table}\"")), is_held, "{table} in {body}");
    }
    for empty in ["<tbody>\n</tbody>", "<dl></dl>", "<dd></dd>", "<li></li>", "Networks", "Complaints", "Newsletter"] {
        assert!(!body.contains(empty), "{empty} in {body}");
    }
}

/// What a line of the letter says that comes from a contact which was merged.
const NOTE: &str = "An earlier one of you, which became one with this.";

async fn a_letter_tells_apart_what_an_earlier_record_says(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let earlier = service.sign_up("A. Lovelace", "a@example.org").await;
    for contact in [&ada, &earlier] {
        service.give(contact, "trade_articles").await;
    }
    let path = service.built(asked("access", &ada)).await;
    let alone = letter(&service, &path).await;
    assert!(!alone.contains(NOTE) && !alone.contains("Which record"), "{alone}");
    service.merge(&ada, &earlier).await;
    let path = service.built(asked("access", &ada)).await;
    let letter = letter(&service, &path).await;
    let rows = letter.split("id=\"consents\"").nth(1).unwrap().split("</table>").next().unwrap();
    let said: Vec<&str> = rows.split("<tr>").filter(|row| row.contains("You said yes")).collect();
    assert_eq!(said.len(), 2, "{rows}");
    let of_earlier: Vec<bool> = said.iter().map(|row| row.contains(NOTE)).collect();
    assert_eq!(of_earlier, [false, true], "{rows}");
}

/// Chapter 1 names the uses of today: a no, a yes that was never confirmed, and an objection are none.
async fn only_a_yes_in_force_is_a_use(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.decide(grant(&ada, "newsletter", "paper")).await.expect(201);
    service.decide(grant(&ada, "event_information", "web_form")).await.expect(201);
    let path = service.built(asked("access", &ada)).await;
    let before = letter(&service, &path).await;
    assert_eq!(before.matches("You agreed to it").count(), 1, "{before}");
    service.withdraw(&ada, "newsletter").await;
    let path = service.built(asked("access", &ada)).await;
    let after = letter(&service, &path).await;
    assert!(!after.contains("You agreed to it"), "{after}");
}

async fn a_letter_shows_names_as_they_are(service: Service) {
    let script = "<script>alert(1)</script>";
    let eve = service.sign_up(&format!("Eve {script}"), "eve@example.org").await;
    let mut given = grant(&eve, "newsletter", "paper");
    (given["wording"], given["evidence_ref"]) = (json!(format!("Yes {script}")), json!(format!("Form {script}")));
    service.decide(given).await.expect(201);
    let network = json!({ "code": "nn", "name": format!("Network {script}"), "description": "D." });
    let network = service.post("/v1/networks", network).await.expect(201).header("location");
    let member = json!({ "contact_id": eve, "represents": format!("For {script}") });
    service.post(&format!("{network}/memberships"), member).await.expect(201);
    let event = service.announce(json!({ "title": format!("Day {script}") })).await;
    service.register(&event, &eve).await.expect(201);
    let complaint = json!({ "contact_id": eve, "complainant": { "name": format!("Eve {script}") }, "channel": "post",
                            "received_on": "2026-11-20", "details": format!("About {script} & \"more\"") });
    service.post("/v1/complaints", complaint).await.expect(201);
    let path = service.taken(asked("access", &eve)).await;
    let note = json!({ "search_note": format!("Mailbox {script}"), "explanation": format!("Here {script}") });
    service.request("POST", &format!("{path}/package")).token(&service.council()).json(&note).send().await.expect(200);
    service.released(&path).await.expect(200);
    let letter = letter(&service, &path).await;
    assert!(!letter.contains("<script"), "{letter}");
    for before in ["Dear Eve ", "Yes ", "Form ", "Network ", "For ", "Day ", "About ", "Mailbox "] {
        let shown = format!("{before}&#60;script&#62;alert(1)&#60;/script&#62;");
        assert!(letter.contains(&shown), "{before} in {letter}");
    }
}

/// A package of what the rest of the program can put into one.
#[expect(clippy::needless_pass_by_value, reason = "each caller makes it for this")]
fn synthetic(held: Vec<PackagePart>, actions: &BTreeSet<String>) -> Package {
    let day = "2026-11-24T10:00:00.000000Z";
    let accesses = actions.iter().map(|action| PackageAccess {
        at: Instant::parse(day).unwrap(),
        action: action.clone(),
        roles: "iewm_staff,council,contractor".to_owned(),
    });
    let accesses: Vec<Value> = accesses.map(|access| serde_json::to_value(access).unwrap()).collect();
    let package = json!({
        "reference": "SR-2026-000001", "kind": "access", "contact_id": "01937a5e-8f00-7c3a-9d55-3f2a60b1c901",
        "built_at": day, "expires_at": "2026-12-24T10:00:00.000000Z",
        "particulars": {
            "controller": "Council", "notice_version": "2019-01-29", "purposes": [], "keep_until": "2032-11-24",
            "source": {}, "rights": [], "contact": "Us", "complaint_route": "Us", "automated_decisions": "None",
            "transfers": "None",
        },
        "held": held, "accesses": accesses,
    });
    serde_json::from_value(package).unwrap()
}

fn part(table: &str, records: Vec<Value>) -> PackagePart {
    PackagePart { table: table.to_owned(), meaning: String::new(), searched_by: Vec::new(), records }
}

#[test]
fn every_table_and_every_kind_of_mail_has_words() {
    let mut held: Vec<PackagePart> = Vec::new();
    for card in holders().iter().flat_map(|holder| holder.cards()) {
        held.push(part(card.table, vec![json!({})]));
    }
    let mut kinds = Vec::new();
    // The digest of deadlines goes to the council.
    for letter in resources::letters().iter().filter(|letter| letter.kind() != "deadline_digest") {
        kinds.push(json!({ "kind": letter.kind(), "status": "sent" }));
    }
    held.iter_mut().find(|part| part.table == "messages").unwrap().records = kinds;
    let letter = html::page(&synthetic(held.clone(), &BTreeSet::new()), CARDS).unwrap();
    for PackagePart { table, .. } in &held {
        assert!(letter.contains(&format!("<h3 id=\"{table}\">")), "{table} has no words: see package/html/tables");
    }
    // A code without words, or a class of the retention schedule.
    assert!(!letter.contains(UNWORDED), "{letter}");
    let kept: HashSet<_> = held.iter().filter_map(|part| Some(CARDS.of(&part.table)?.retention)).collect();
    assert!(kept.len() > 10);
}

/// Actions whose entries name no contact.
const ABOUT_NO_PERSON: &[Action] = &[
    Action::AgreementsApprove,
    Action::AgreementsEnd,
    Action::AgreementsPropose,
    Action::AgreementsReinstate,
    Action::AgreementsSuspend,
    Action::AssignmentsCreate,
    Action::AssignmentsUpdate,
    Action::AssignmentsWithdraw,
    Action::BreachesAssess,
    Action::BreachesClose,
    Action::BreachesHistory,
    Action::BreachesList,
    Action::BreachesNotify,
    Action::BreachesRead,
    Action::BreachesReport,
    Action::CalendarChanged,
    Action::ComplaintsReindex,
    Action::ContactsReindex,
    Action::DeadlinesDigest,
    Action::EventsCreate,
    Action::EventsStatus,
    Action::EventsUpdate,
    Action::HoldsList,
    Action::HoldsPlace,
    Action::HoldsProposeRelease,
    Action::HoldsRead,
    Action::HoldsRejectRelease,
    Action::HoldsRelease,
    Action::HoldsUpdate,
    Action::KeysPurge,
    Action::KeysSweep,
    Action::MessagesSweep,
    Action::NetworksCreate,
    Action::NetworksStatus,
    Action::NetworksUpdate,
    Action::NoticesDraft,
    Action::NoticesPublish,
    Action::NoticesUpdate,
    Action::OrganisationsCreate,
    Action::OrganisationsStatus,
    Action::OrganisationsUpdate,
    Action::PreferencesAsk,
    Action::RegistrationsSettle,
    Action::RequestsRefuse,
    Action::SubjectRequestsGiveBackPackage,
    Action::SubjectRequestsReindex,
    Action::SubjectRequestsRestartPackage,
    Action::SubjectRequestsSweepPackages,
    Action::SubjectRequestsTakeUpPackage,
    Action::TokensRevoke,
];

#[test]
fn every_act_about_a_person_has_words() {
    let (without, with): (Vec<Action>, Vec<Action>) =
        Action::ALL.iter().partition(|action| ABOUT_NO_PERSON.contains(action));
    let unworded = |actions: &[Action]| -> BTreeSet<String> {
        let acts = actions.iter().map(|action| action.row().name.to_owned()).collect();
        let letter = html::page(&synthetic(Vec::new(), &acts), CARDS).unwrap();
        letter.split(UNWORDED).skip(1).map(|rest| rest[1..].split('<').next().unwrap().to_owned()).collect()
    };
    assert_eq!(unworded(&with), BTreeSet::new(), "no words in package/html/accesses.rs");
    assert_eq!(unworded(&without).len(), without.len(), "the words of the others are never shown");
}

#[test]
fn what_stands_in_the_place_of_something_left_out_is_shown() {
    let left_out = "[Left out: it is about another person]";
    let whole = json!({ "left_out": left_out });
    let parts = json!({ "reference": "DC-2026-000001", "complainant": left_out, "status": left_out, "version": 1 });
    let held = vec![part("complaints", vec![whole.clone(), parts]), part("messages", vec![whole])];
    let letter = html::page(&synthetic(held, &BTreeSet::new()), CARDS).unwrap();
    assert!(!letter.contains(UNWORDED), "{letter}");
    // Of the first complaint once; of the other for each member of the complainant, and for its state; of the mail once.
    assert_eq!(before_the_annex(&letter).matches(left_out).count(), 1 + 4 + 1 + 1, "{letter}");
}

#[test]
fn a_package_from_before_the_search_was_told_by_table_is_read() {
    let mut old = serde_json::to_value(synthetic(Vec::new(), &BTreeSet::new())).unwrap();
    old["held"] = json!([{ "table": "contacts", "meaning": "People.", "records": [{ "name": "Ada" }] }]);
    old["search"] = json!({
        "begun_at": "2026-11-24T10:00:00.000000Z", "ended_at": "2026-11-24T10:00:00.000000Z", "contact_ids": [],
        "addresses": 2, "searched": [{ "table": "contacts", "records": 1 }], "reasons": "All.", "elsewhere": "Nothing.",
    });
    let package: Package = serde_json::from_value(old).unwrap();
    assert_eq!(package.search.as_ref().unwrap().email_addresses, 2);
    let letter = html::page(&package, CARDS).unwrap();
    assert!(letter.contains("Dear Ada,") && letter.contains("How we searched"), "{letter}");
}
