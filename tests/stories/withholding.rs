//! What the council withholds from an erasure over HTTP: on which ground, until when, and in which words for the person.

use iewm::domain::ErasureGround;
use serde_json::{Value, json};

use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_record_that_is_withheld_stays_and_the_letter_says_why,
    only_what_the_plan_lists_can_be_withheld,
    another_explanation_is_another_plan,
    the_letter_has_words_for_every_ground,
    an_open_complaint_and_a_running_copy_say_until_when,
    explanations_too_long_for_the_letter_are_refused,
}

/// Ada in two networks, and a request for her erasure.
async fn ada(service: &Service) -> (String, [String; 2], String) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (one, other) = (service.network("adass").await, service.network("adcs").await);
    let memberships = [service.join(&one, &ada, "Dudley").await, service.join(&other, &ada, "Sandwell").await];
    let request = service.asked_by(&ada, "erasure").await;
    (ada, memberships, request)
}

fn membership(id: &str) -> Value {
    json!({ "kind": "memberships", "id": id })
}

/// A legal claim against a record.
#[expect(clippy::needless_pass_by_value, reason = "written with json!")]
fn claim(record: Value) -> Value {
    json!({
        "record": record, "ground": "UKGDPR.17(3)(e)", "until": "2027-03-31",
        "explanation": "You have claimed the cost of a journey from us.",
    })
}

impl Service {
    async fn withholding(&self, request: &str, lines: Value) -> crate::harness::client::Answer {
        let body = json!({ "withhold": lines });
        self.council_does("council-1", &format!("{request}/erasure-plan"), Some(body)).await
    }
}

async fn a_record_that_is_withheld_stays_and_the_letter_says_why(service: Service) {
    let (ada, [claimed, other], request) = ada(&service).await;
    let listed = service.council_does("council-1", &format!("{request}/erasure-plan"), None).await.expect(200).json();
    let listed = listed["records"].as_array().unwrap();
    assert!(listed.contains(&membership(&claimed)) && listed.contains(&membership(&other)), "{listed:?}");
    let plan = service.withholding(&request, json!([claim(membership(&claimed))])).await.expect(200).json();
    // The answer has the form of the request. The person's own record stays with the claimed one, without words of its own.
    let mut own = claim(json!({ "kind": "contacts", "id": ada }));
    own.as_object_mut().unwrap().remove("explanation");
    assert_eq!(plan["withhold"], json!([own, claim(membership(&claimed))]));
    let stored = service.lines("SELECT plan AS line FROM erasure_plans").remove(0);
    assert!(!stored.contains("journey"), "what is said is sealed with the request");
    let step = service.items(&format!("{request}/history")).await.remove(0);
    assert_eq!((&step["kind"], text(&step, "text").contains("journey")), (&json!("erasure_planned"), true));

    let done = service.executed("council-2", &request, &text(&plan, "plan_sha256")).await.expect(200).json();
    assert_eq!(
        (&done["status"], &done["outcome"]["ground"]),
        (&json!("partially_completed"), &json!("UKGDPR.17(3)(e)"))
    );
    service.get(&format!("/v1/memberships/{other}")).await.problem(404, "not_found");
    assert_eq!(service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json()["status"], "restricted");
    assert_eq!(
        service.get(&format!("/v1/memberships/{claimed}")).await.status,
        200,
        "what is claimed can still be read"
    );
    let letter = service.last_letter(&request).await;
    let kept = "Kept at least until 31 March 2027: the networks that you were in; your name and contact details, \
                because we need the data for legal claims";
    assert!(letter.contains(kept) && letter.contains("You have claimed the cost of a journey from us."), "{letter}");
    assert!(letter.contains("We have erased everything else."), "{letter}");
}

async fn only_what_the_plan_lists_can_be_withheld(service: Service) {
    let (ada, [claimed, _], request) = ada(&service).await;
    let bob = service.sign_up("Bob", "bob@example.org").await;
    let with = |member: &str, value: Value| {
        let mut line = claim(membership(&claimed));
        line[member] = value;
        line
    };
    let without = |member: &str| {
        let mut line = claim(membership(&claimed));
        line.as_object_mut().unwrap().remove(member);
        line
    };
    for (lines, faults) in [
        (json!([claim(membership(&ada))]), vec!["/withhold/0/record not_in_plan"]),
        (json!([claim(json!({ "kind": "messages", "id": claimed }))]), vec!["/withhold/0/record not_in_plan"]),
        (
            json!([claim(membership(&claimed)), claim(json!({ "kind": "contacts", "id": bob }))]),
            vec!["/withhold/1/record not_in_plan"],
        ),
        (json!([with("ground", json!("DPA2018.173"))]), vec!["/withhold/0/ground wrong_ground"]),
        (json!([with("ground", json!("UKGDPR.11(2)"))]), vec!["/withhold/0/ground wrong_ground"]),
        (json!([with("until", json!("2026-11-23"))]), vec!["/withhold/0/until past"]),
        (json!([with("until", json!("soon"))]), vec!["/withhold/0/until date"]),
        (json!([without("explanation")]), vec!["/withhold/0/explanation missing"]),
        (json!([without("ground")]), vec!["/withhold/0/ground missing"]),
        (json!([with("record", json!({ "kind": "memberships" }))]), vec!["/withhold/0/record/id missing"]),
        (json!("memberships"), vec!["/withhold type"]),
    ] {
        let refused = service.withholding(&request, lines.clone()).await.problem(422, "invalid");
        assert_eq!(refused.faults(), faults, "{lines}");
    }
    assert_eq!(service.count("erasure_plans"), 0, "nothing was proposed");
    service.withholding(&request, json!([with("until", json!("2026-11-24")), without("until")])).await.expect(200);
}

async fn another_explanation_is_another_plan(service: Service) {
    let (_, [claimed, _], request) = ada(&service).await;
    let said = async |words: &str| {
        let mut line = claim(membership(&claimed));
        line["explanation"] = json!(words);
        text(&service.withholding(&request, json!([line])).await.expect(200).json(), "plan_sha256")
    };
    let first = said("You have claimed the cost of a journey.").await;
    assert_eq!(said("You have claimed the cost of a journey.").await, first, "the same words are the same plan");
    let second = said("You have claimed the cost of a meal.").await;
    assert_ne!(first, second);
    service.executed("council-2", &request, &first).await.problem(409, "plan_stale");
    service.executed("council-2", &request, &second).await.expect(200);
    let letter = service.last_letter(&request).await;
    assert!(letter.contains("meal") && !letter.contains("journey"), "{letter}");
}

async fn the_letter_has_words_for_every_ground(service: Service) {
    for (at, ground) in <ErasureGround as strum::VariantArray>::VARIANTS.iter().enumerate() {
        if matches!(ground, ErasureGround::AccessRequest | ErasureGround::CannotIdentify) {
            continue; // Those that the service finds have stories of their own.
        }
        let contact = service.sign_up("Ada Lovelace", &format!("ada-{at}@example.org")).await;
        let request = service.asked_by(&contact, "erasure").await;
        let line =
            json!({ "record": { "kind": "contacts", "id": contact }, "ground": ground, "explanation": "So it is." });
        let plan = service.withholding(&request, json!([line])).await.expect(200).json();
        service.executed("council-2", &request, &text(&plan, "plan_sha256")).await.expect(200);
        let letter = service.last_letter(&request).await;
        for code in ["UKGDPR.", "DPA2018.", "2027-", "contacts"] {
            assert!(!letter.contains(code), "{code} in {letter}");
        }
        assert!(letter.contains("Kept: your name and contact details, because "), "{letter}");
        assert!(letter.contains("UK GDPR, Article 17(3)"), "the article is named in words: {letter}");
    }
}

async fn an_open_complaint_and_a_running_copy_say_until_when(service: Service) {
    let (ada, _, request) = ada(&service).await;
    let complaint = json!({
        "complainant": { "name": "Ada Lovelace" }, "contact_id": ada, "channel": "post", "received_on": "2026-11-20",
        "details": "No.",
    });
    let complaint = service.post("/v1/complaints", complaint).await.expect(201);
    let until = async || {
        let plan = service.council_does("council-1", &format!("{request}/erasure-plan"), None).await.expect(200).json();
        let withheld = plan["withhold"].as_array().unwrap().iter();
        withheld.map(|line| (text(line, "ground"), line["until"].clone())).collect::<std::collections::BTreeMap<_, _>>()
    };
    assert_eq!(until().await["UKGDPR.17(3)(b)"], complaint.json()["acknowledge_by"]);
    let copy = service.asked_by(&ada, "access").await;
    let due_on = service.get(&copy).await.expect(200).json()["clock"]["due_on"].clone();
    assert_eq!((&until().await["DPA2018.173"], &due_on), (&due_on, &json!("2026-12-21")));
    // A clock that stands has no last day.
    let question = json!({ "asked_on": "2026-11-24", "question": "Which event?" });
    let question = service.post(&format!("{copy}/clarifications"), question).await.expect(201).header("location");
    assert_eq!(until().await["DPA2018.173"], json!(null), "the member is absent");
    let answered = json!({ "answered_on": "2026-11-24" });
    service.post(&format!("{question}/answer"), answered).await.expect(200);
    // Of several copies, the last; and a day that has passed says nothing any more.
    let later = service.asked_by(&ada, "portability").await;
    let days: Vec<Value> = [
        service.get(&copy).await.expect(200).json()["clock"]["due_on"].clone(),
        service.get(&later).await.expect(200).json()["clock"]["due_on"].clone(),
    ]
    .into();
    let last = days.iter().max_by_key(ToString::to_string).unwrap();
    assert_eq!(&until().await["DPA2018.173"], last);
    service.hands.advance(chrono::Duration::days(60));
    assert_eq!(until().await.into_values().collect::<Vec<_>>(), [json!(null), json!(null)]);
}

async fn explanations_too_long_for_the_letter_are_refused(service: Service) {
    let (_, [claimed, other], request) = ada(&service).await;
    let line = |id: &str, letter: &str| {
        let mut line = claim(membership(id));
        line["explanation"] = json!(letter.repeat(1000));
        line
    };
    let lines: Vec<Value> = ["a", "b", "c", "d"].iter().map(|letter| line(&claimed, letter)).collect();
    let refused = service.withholding(&request, json!(lines)).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/withhold too_long"]);
    assert_eq!(service.items(&format!("{request}/history")).await.len(), 1, "nothing is half done");
    assert_eq!(service.count("erasure_plans"), 0);
    let same = json!([line(&claimed, "a"), line(&other, "a"), line(&claimed, "b"), line(&other, "b")]);
    let plan = service.withholding(&request, same).await.expect(200).json();
    service.executed("council-2", &request, &text(&plan, "plan_sha256")).await.expect(200);
}
