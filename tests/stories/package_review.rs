//! A package before the person gets it: the council reads the draft, leaves out what is about others, and releases it.

mod lives;
mod races;

use chrono::Duration;
use iewm::jobs::{Digest, Gathering};
use iewm::resources::subject_requests::package::store::building::MOST_AT_ONCE;
use serde_json::{Value, json};

use crate::access_packages::asked;
use crate::harness::client::Answer;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    only_the_council_sees_a_draft_and_no_one_a_package_before_its_release,
    what_is_left_out_is_in_no_form_of_the_package_which_says_so_and_why,
    what_was_left_out_stays_with_the_request,
    a_pointer_that_leads_nowhere_is_named_and_nothing_is_left_out,
    what_the_law_demands_is_not_left_out,
    nothing_is_left_out_twice,
    a_part_can_be_refused_with_the_package,
    the_draft_is_the_moment_and_a_rebuilt_one_is_another,
    a_rebuilt_draft_keeps_what_was_said_with_the_one_before,
    release_can_name_what_was_reviewed,
    a_large_draft_is_reviewed_like_any_other,
}

const LETTER: &str = "The walrus was brought by Charles Babbage of 1 Dorset Street.";

impl Service {
    /// Leaves records or parts of records out of a draft, each named by its table and its place in the table's first record.
    pub(crate) async fn left_out(&self, path: &str, what: &[(&str, &str)]) -> Value {
        let draft = self.draft(path).await.expect(200).json();
        let redactions: Vec<Value> = what
            .iter()
            .map(|(table, rest)| {
                let at = draft["held"].as_array().unwrap().iter().position(|part| part["table"] == *table).unwrap();
                redaction(&format!("/held/{at}/records/0{rest}"))
            })
            .collect();
        self.redact(path, &json!(redactions)).await.expect(201).json()
    }

    async fn redact(&self, path: &str, redactions: &Value) -> Answer {
        let request = self.request("POST", &format!("{path}/package/redactions")).token(&self.council());
        request.json(redactions).send().await
    }

    pub(crate) async fn draft(&self, path: &str) -> Answer {
        self.request("GET", &format!("{path}/package?draft=true")).token(&self.council()).send().await
    }

    /// Asks for the package of a request to be built.
    pub(crate) async fn build(&self, path: &str, body: Value) -> Answer {
        self.request("POST", &format!("{path}/package")).token(&self.council()).json(&body).send().await
    }

    /// A request of Ada's whose draft tells of Charles.
    async fn drafted(&self, kind: &str) -> (String, String) {
        let ada = self.sign_up("Ada Lovelace", "ada@example.org").await;
        let complaint = json!({ "contact_id": ada, "complainant": { "name": "Ada Lovelace" }, "channel": "post",
                                "received_on": "2026-11-20", "details": LETTER });
        self.post("/v1/complaints", complaint).await.expect(201);
        let path = self.taken(asked(kind, &ada)).await;
        self.build(&path, json!({})).await.expect(200);
        (ada, path)
    }
}

fn redaction(pointer: &str) -> Value {
    json!({ "pointer": pointer, "ground": "third_party", "explanation": "Another person is named there." })
}

/// Where a table's first record stands in a package.
fn record(package: &Value, table: &str) -> String {
    let at = package["held"].as_array().unwrap().iter().position(|part| part["table"] == table).unwrap();
    format!("/held/{at}/records/0")
}

async fn only_the_council_sees_a_draft_and_no_one_a_package_before_its_release(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.taken(asked("access", &ada)).await;
    service.draft(&path).await.problem(404, "not_found");
    service.released(&path).await.problem(404, "not_found");
    service.redact(&path, &json!([redaction("/search/elsewhere")])).await.problem(404, "not_found");
    let built = service.build(&path, json!({})).await.expect(200).json();
    assert_eq!((&built["status"], &built["version"]), (&json!("in_progress"), &json!(2)));
    for (verb, way) in [("GET", "?draft=true"), ("POST", "/redactions"), ("GET", "/redactions"), ("POST", "/release")] {
        let asked = service.request(verb, &format!("{path}/package{way}")).token(&service.staff());
        let refused = asked.json(&json!([])).send().await.problem(403, "forbidden");
        assert_eq!(refused.json()["permission"], "subject_requests:decide");
    }
    service.by_council("GET", &path, "").await.problem(404, "not_found");
    let draft = service.draft(&path).await.expect(200);
    assert_eq!(draft.header("etag"), "\"2\"");
    assert_eq!((&draft.json()["withheld"], &draft.json()["released_at"]), (&json!([]), &Value::Null));
    let page = service.request("GET", &format!("{path}/package?draft=true")).token(&service.council());
    let page = page.header("Accept", "text/html").send().await.expect(200).text();
    assert!(page.contains("This is a draft."), "{page}");
    assert_eq!(service.count("messages"), 1, "the acknowledgement alone");

    let done = service.released(&path).await.expect(200).json();
    assert_eq!((&done["status"], &done["outcome"]["kind"]), (&json!("completed"), &json!("fulfilled")));
    assert_eq!(service.count("messages"), 3, "the answer, and the link");
    service.draft(&path).await.problem(404, "not_found");
    let given = service.by_council("GET", &path, "").await.expect(200).json();
    assert_eq!(given["released_at"], "2026-11-24T10:00:00.000000Z");
    let page = service.by_council("GET", &path, "text/html").await.expect(200).text();
    assert!(!page.contains("This is a draft.") && !page.contains("What we have left out"), "{page}");
    for (action, actor) in [("build_package", "council-1"), ("draft", "council-1"), ("release_package", "council-1")] {
        let entries = service.audit(&format!("action=subject_requests.{action}&contact_id={ada}")).await;
        assert_eq!(entries[0]["actor"], actor, "{action}");
    }
}

async fn what_is_left_out_is_in_no_form_of_the_package_which_says_so_and_why(service: Service) {
    let (ada, path) = service.drafted("access").await;
    let draft = service.draft(&path).await.expect(200).json();
    let details = format!("{}/details", record(&draft, "complaints"));
    assert_eq!(draft.pointer(&details).unwrap(), LETTER);
    let redactions = json!([
        { "pointer": details, "ground": "third_party", "explanation": "It names the guest who brought it.",
          "replace_with": "The walrus was brought by [another guest]." },
        { "pointer": record(&draft, "subject_requests"), "ground": "legal_privilege", "explanation": "Our solicitor wrote it." },
        { "pointer": "/accesses/0/action", "ground": "crime_prevention", "explanation": "We may not say more." },
        { "pointer": "/search/elsewhere", "ground": "other_exemption", "explanation": "Schedule 2, paragraph 18 applies." },
    ]);
    let made = service.redact(&path, &redactions).await.expect(201).json();
    assert_eq!((made["ids"].as_array().unwrap().len(), &made["in_all"]), (4, &json!(4)));
    let reviewed = service.draft(&path).await.expect(200).json();
    let done = service.released(&path).await.expect(200).json();
    assert_eq!(
        (&done["status"], &done["outcome"]["kind"]),
        (&json!("partially_completed"), &json!("partly_fulfilled"))
    );
    assert_eq!(done["outcome"]["ground"], "Sch2.p16");
    assert!(text(&done["outcome"], "explanation").contains("We have left some things out of it."), "{done}");

    let given = service.by_council("GET", &path, "").await.expect(200).json();
    let same = |package: &Value| {
        let mut package = package.clone();
        let members = package.as_object_mut().unwrap();
        assert!(members.remove("expires_at").is_some());
        members.remove("released_at");
        package
    };
    assert_eq!(same(&given), same(&reviewed), "release gives exactly what was reviewed");
    assert_eq!(given.pointer(&details).unwrap(), "The walrus was brought by [another guest].");
    let whole = given.pointer(&record(&draft, "subject_requests")).unwrap();
    assert_eq!(whole, &json!({ "left_out": "[Left out: it is legally privileged]" }));
    assert_eq!(
        (&given["accesses"][0]["action"], &given["search"]["elsewhere"]),
        (&json!("[Left out]"), &json!("[Left out]"))
    );
    let told = given["withheld"].as_array().unwrap();
    assert_eq!((&told[0]["pointer"], &told[0]["ground"]), (&json!(details), &json!("third_party")));
    assert!(text(&told[0], "reason").contains("another person") && text(&told[1], "reason").contains("privilege"));
    let page = service.by_council("GET", &path, "text/html").await.expect(200).text();
    for said in [
        "What we have left out",
        "It names the guest who brought it.",
        "Schedule 2, paragraph 16",
        "We may not say more.",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    for form in [given.to_string(), page] {
        assert!(!form.contains("Babbage") && !form.contains("Dorset"), "{form}");
    }
    // The letter gives the reasons, and says where to complain (Article 12(4)).
    let letter = service.get(&format!("{path}/letters/outcome")).await.expect(200).text();
    for said in ["refused the rest", "paragraph 16", "section 164A", "section 165", "section 167"] {
        assert!(letter.contains(said), "{said} in {letter}");
    }
    let step = text(&service.items(&format!("{path}/history")).await[0], "text");
    assert!(
        step.starts_with(
            "Left out of the package: 4 (another exemption applies; it could harm the prevention of crime or the assessment of a tax; it \
             is about another person; it is legally privileged)."
        )
    );
    assert!(
        !service.audit(&format!("contact_id={ada}")).await.iter().any(|entry| entry.to_string().contains("Babbage"))
    );

    // A vCard says it as well.
    let path = service.taken(asked("portability", &ada)).await;
    service.build(&path, json!({})).await.expect(200);
    service.left_out(&path, &[("contacts", "/email")]).await;
    service.released(&path).await.expect(200);
    let card = service.by_council("GET", &path, "text/vcard").await.expect(200).text().replace("\r\n ", "");
    assert!(!card.contains("ada@example.org"), "{card}");
    assert!(card.contains("NOTE:We left something out.") && card.contains("Another person is named there."), "{card}");
}

async fn what_was_left_out_stays_with_the_request(service: Service) {
    let (_, path) = service.drafted("access").await;
    let made = service.left_out(&path, &[("complaints", "/details")]).await;
    let kept = || service.request("GET", &format!("{path}/package/redactions")).token(&service.council()).send();
    let before = kept().await.expect(200).json();
    service.released(&path).await.expect(200);
    service.hands.advance(Duration::days(30));
    service.tick(&Digest::new(service.state.clone())).await.unwrap();
    service.by_council("GET", &path, "").await.problem(410, "gone");
    let after = kept().await.expect(200).json();
    assert_eq!(after, before);
    let redaction = &after["items"][0];
    assert_eq!((&redaction["id"], &redaction["withheld"]), (&made["ids"][0], &json!(LETTER)));
    assert_eq!((&redaction["ground"], &redaction["made_by"]), (&json!("third_party"), &json!("council-1")));
    assert_eq!(redaction["replaced_with"], "[Left out: it is about another person]");
    let nothing = "/v1/subject-requests/01937a5e-8f00-7c3a-9d55-3f2a60b1c901/package/redactions";
    service.request("GET", nothing).token(&service.council()).send().await.problem(404, "not_found");
    let looks = service.audit("action=subject_requests.redactions").await;
    assert_eq!((looks.len(), &looks[0]["outcome"]), (2, &json!("looked")));
    let deed = &service.audit("action=subject_requests.withhold").await[0];
    assert_eq!(deed["detail"]["redaction_ids"], made["ids"], "ids alone");

    // The person reads that something was left out of an earlier package, and on which ground.
    let contact = text(&service.get(&path).await.json(), "contact_id");
    let next = service.built(asked("access", &contact)).await;
    let next = service.by_council("GET", &next, "").await.expect(200).json();
    let told =
        next["held"].as_array().unwrap().iter().find(|part| part["table"] == "subject_request_redactions").unwrap();
    assert_eq!(told["records"][0]["ground"], "third_party");
    assert_eq!(told["records"].as_array().unwrap().len(), 1, "{told}");
}

async fn a_pointer_that_leads_nowhere_is_named_and_nothing_is_left_out(service: Service) {
    let (_, path) = service.drafted("access").await;
    let before = service.draft(&path).await.expect(200).json();
    let details = format!("{}/details", record(&before, "complaints"));
    let mistaken = ["/held/99/records/0", "/held/0/records/99", "/held/00/records/0", "/accesses/9999/action"];
    let all: Vec<Value> = std::iter::once(details.as_str()).chain(mistaken).map(redaction).collect();
    let refused = service.redact(&path, &json!(all)).await.problem(422, "invalid");
    let expected: Vec<String> = (1..=4).map(|nth| format!("/{nth}/pointer no_match")).collect();
    assert_eq!(refused.faults(), expected);
    assert_eq!(service.draft(&path).await.expect(200).json(), before, "nothing is half done");
    for (body, fault) in [
        (json!([]), " too_few"),
        (json!({}), " type"),
        (json!([{ "pointer": "", "ground": "third_party", "explanation": "x" }]), "/0/pointer"),
        (json!([{ "pointer": "held/0", "ground": "third_party", "explanation": "x" }]), "/0/pointer"),
        (json!([{ "pointer": "/held/0/~2", "ground": "third_party", "explanation": "x" }]), "/0/pointer"),
        (json!([{ "pointer": "/search/elsewhere", "ground": "boredom", "explanation": "x" }]), "/0/ground"),
        (json!([{ "pointer": "/search/elsewhere", "ground": "third_party" }]), "/0/explanation missing"),
        (
            json!([{ "pointer": "/search/elsewhere", "ground": "third_party", "explanation": "x", "why": 1 }]),
            "/0/why unknown",
        ),
        (json!(vec![redaction("/search/elsewhere"); 101]), " too_many"),
    ] {
        let faults = service.redact(&path, &body).await.problem(422, "invalid").faults();
        assert!(faults[0].starts_with(fault), "{fault}: {faults:?}");
    }
}

async fn what_the_law_demands_is_not_left_out(service: Service) {
    let (_, path) = service.drafted("access").await;
    let before = service.draft(&path).await.expect(200).json();
    for pointer in [
        "/particulars",
        "/particulars/complaint_route",
        "/particulars/purposes/0/recipients",
        "/search/searched/0/records",
        "/held",
        "/held/0/table",
        "/held/0/records",
        "/accesses/0",
        "/accesses/0/at",
        "/reference",
        "/withheld",
    ] {
        let refused = service.redact(&path, &json!([redaction(pointer)])).await.problem(422, "invalid");
        assert_eq!(refused.faults(), ["/0/pointer needed"], "{pointer}");
    }
    assert_eq!(service.draft(&path).await.expect(200).json(), before);
    service.redact(&path, &json!([redaction("/particulars/source/kind")])).await.problem(422, "invalid");
}

async fn nothing_is_left_out_twice(service: Service) {
    let (_, path) = service.drafted("access").await;
    let complaint = record(&service.draft(&path).await.expect(200).json(), "complaints");
    let details = format!("{complaint}/details");
    service.redact(&path, &json!([redaction(&details)])).await.expect(201);
    for pointer in [&details, &complaint, &format!("{details}/0")] {
        let refused = service.redact(&path, &json!([redaction(pointer)])).await.problem(422, "invalid");
        assert_eq!(refused.faults(), ["/0/pointer left_out_already"]);
    }
    let twice = json!([redaction("/search/elsewhere"), redaction("/search/elsewhere")]);
    let refused = service.redact(&path, &twice).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/1/pointer left_out_already"]);
}

async fn a_part_can_be_refused_with_the_package(service: Service) {
    let (_, path) = service.drafted("access").await;
    let release = async |refusal: Value| {
        let release = service.request("POST", &format!("{path}/package/release")).token(&service.council());
        release.json(&json!({ "refusal": refusal })).send().await
    };
    let wrong = json!({ "ground": "UKGDPR.17(3)(b)", "explanation": "x" });
    assert_eq!(release(wrong).await.problem(422, "invalid").faults(), ["/refusal/ground wrong_ground"]);
    let long = json!({ "ground": "Sch2.p19", "explanation": "x".repeat(4000) });
    assert_eq!(release(long).await.problem(422, "invalid").faults(), ["/refusal/explanation too_long_together"]);
    let missing = json!({ "ground": "Sch2.p19" });
    assert_eq!(release(missing).await.problem(422, "invalid").faults(), ["/refusal/explanation missing"]);
    let part = json!({ "ground": "Sch2.p19", "explanation": "Not the letters of our solicitor." });
    let done = release(part).await.expect(200).json();
    let outcome = &done["outcome"];
    assert_eq!((&done["status"], &outcome["kind"]), (&json!("partially_completed"), &json!("partly_fulfilled")));
    assert_eq!(outcome["ground"], "Sch2.p19");
    assert!(text(outcome, "explanation").ends_with("\nNot the letters of our solicitor."), "{outcome}");
    assert_eq!(service.by_council("GET", &path, "").await.expect(200).json()["withheld"], json!([]));
}

async fn the_draft_is_the_moment_and_a_rebuilt_one_is_another(service: Service) {
    let (ada, path) = service.drafted("access").await;
    service.correct(&ada, json!({ "job_title": "Analyst" })).await;
    service.left_out(&path, &[("complaints", "/details")]).await;
    // Asked again, what was reviewed stays.
    service.build(&path, json!({ "explanation": "Here it is." })).await.expect(200);
    let note = service.build(&path, json!({ "search_note": "The attic." })).await.problem(422, "invalid");
    assert_eq!(note.faults(), ["/search_note draft_is_there"]);
    let draft = service.draft(&path).await.expect(200).json();
    assert_eq!(draft["withheld"].as_array().unwrap().len(), 1);
    assert!(!draft.to_string().contains("Analyst"), "{draft}");
    // Built anew, it tells of today, and nothing is left out of it.
    service.build(&path, json!({ "rebuild": true, "search_note": "The attic." })).await.expect(200);
    let anew = service.draft(&path).await.expect(200).json();
    assert_eq!((&anew["withheld"], &anew["search"]["elsewhere"]), (&json!([]), &json!("The attic.")));
    assert!(anew.to_string().contains("Analyst") && anew.to_string().contains("Dorset"), "{anew}");
    assert_eq!(service.count("subject_request_redactions"), 0);
    service.correct(&ada, json!({ "job_title": "Countess" })).await;
    service.released(&path).await.expect(200);
    let given = service.by_council("GET", &path, "").await.expect(200).text();
    assert!(given.contains("Analyst") && !given.contains("Countess"), "{given}");
    service.build(&path, json!({ "rebuild": true })).await.problem(409, "illegal_transition");
}

/// A rebuild that forgot the delivery would mail a link to a person who was promised a letter.
async fn a_rebuilt_draft_keeps_what_was_said_with_the_one_before(service: Service) {
    let (_, path) = service.drafted("access").await;
    let said = json!({ "rebuild": true, "postal_address": "1 Dorset Street", "explanation": "As you asked.",
                       "search_note": "The attic." });
    service.build(&path, said).await.expect(200);
    service.build(&path, json!({ "rebuild": true })).await.expect(200);
    let draft = service.draft(&path).await.expect(200).json();
    assert_eq!(draft["search"]["elsewhere"], "The attic.");
    let done = service.released(&path).await.expect(200).json();
    assert!(text(&done["outcome"], "explanation").contains("As you asked."), "{done}");
    let delivery = service.get(&format!("{path}/package/delivery")).await.expect(200).json();
    assert_eq!((&delivery["delivery"], &delivery["links"]), (&json!("post"), &json!([])));
}

async fn release_can_name_what_was_reviewed(service: Service) {
    let (_, path) = service.drafted("access").await;
    let read = service.draft(&path).await.expect(200).header("etag");
    service.left_out(&path, &[("complaints", "/details")]).await;
    let release = async |tag: &str| {
        let release = service.request("POST", &format!("{path}/package/release")).token(&service.council());
        release.header("If-Match", tag).send().await
    };
    release(&read).await.problem(412, "stale_version");
    release("3").await.problem(400, "invalid_header");
    let read = service.draft(&path).await.expect(200).header("etag");
    release(&read).await.expect(200);
}

async fn a_large_draft_is_reviewed_like_any_other(service: Service) {
    let (ada, small) = service.drafted("access").await;
    service.post(&format!("{small}/withdrawal"), json!({})).await.expect(200);
    service.look_often(&ada, MOST_AT_ONCE + 1).await;
    let path = service.taken(asked("access", &ada)).await;
    service.build(&path, json!({})).await.expect(202);
    service.redact(&path, &json!([redaction("/search/elsewhere")])).await.problem(404, "being_built");
    assert_eq!(service.tick(&Gathering::new(service.state.clone())).await, Ok(1));
    let before = service.draft(&path).await.expect(200).json();
    // In the second of its pages of accesses, in a part, and in the head.
    let details = format!("{}/details", record(&before, "complaints"));
    let looked = "/accesses/1500/roles";
    let all = json!([redaction(&details), redaction(looked), redaction("/search/elsewhere")]);
    service.redact(&path, &all).await.expect(201);
    let after = service.draft(&path).await.expect(200).json();
    for pointer in [details.as_str(), looked, "/search/elsewhere"] {
        assert_eq!(after.pointer(pointer).unwrap(), "[Left out: it is about another person]", "{pointer}");
    }
    let kept =
        service.request("GET", &format!("{path}/package/redactions")).token(&service.council()).send().await.json();
    let kept = kept["items"].as_array().unwrap();
    let withheld: Vec<&Value> = kept.iter().rev().map(|redaction| &redaction["withheld"]).collect();
    assert_eq!(
        withheld,
        [before.pointer(&details), before.pointer(looked), before.pointer("/search/elsewhere")].map(Option::unwrap)
    );
    let restored =
        [details.as_str(), looked, "/search/elsewhere"].iter().fold(after.clone(), |mut package, pointer| {
            *package.pointer_mut(pointer).unwrap() = before.pointer(pointer).unwrap().clone();
            package["withheld"] = json!([]);
            package
        });
    assert_eq!(restored, before, "nothing else has changed");
    let refused = service.redact(&path, &json!([redaction("/accesses/99999/roles")])).await.problem(422, "invalid");
    assert_eq!(refused.faults(), ["/0/pointer no_match"]);
    service.released(&path).await.expect(200);
    assert!(!service.by_council("GET", &path, "").await.expect(200).text().contains("Dorset"));
}
