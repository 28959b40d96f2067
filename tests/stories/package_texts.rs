//! What a package says of where data came from, who received it, and what is left out: truthfully, in words, and in one place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::access_packages::{asked, known_everywhere};
use crate::harness::mail::MailServer;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    each_source_of_a_merged_record_is_named,
    a_source_that_an_import_replaced_is_named,
    each_text_is_in_one_place,
    a_redacted_source_is_nowhere_in_the_package,
    a_later_package_says_in_words_what_was_left_out,
    an_object_that_was_left_out_is_seen_in_its_chapter,
    an_extension_has_words,
    an_act_that_the_audit_has_twice_is_told_once,
    a_vcard_stays_valid_when_members_are_left_out,
    a_pointer_that_is_none_says_what_to_write,
    a_complaint_under_another_address_shows_the_person_and_no_one_else,
    an_agent_is_left_out_and_the_request_says_so,
    those_who_received_data_are_named,
}

const LEFT_OUT: &str = "[Left out: it is about another person]";

impl Service {
    async fn recorded(&self, person: Value) -> String {
        text(&self.post("/v1/contacts", person).await.expect(201).json(), "id")
    }

    /// A package of a new request for access: as JSON, and as a letter.
    async fn both_forms(&self, contact: &str) -> (Value, String) {
        let path = self.built(asked("access", contact)).await;
        self.forms_of(&path).await
    }

    async fn forms_of(&self, path: &str) -> (Value, String) {
        let package = self.by_council("GET", path, "").await.expect(200).json();
        (package, self.by_council("GET", path, "text/html").await.expect(200).text())
    }

    async fn redacted(&self, path: &str, pointer: &str) {
        let redaction =
            json!([{ "pointer": pointer, "ground": "third_party", "explanation": "It names another person." }]);
        let asked = self.request("POST", &format!("{path}/package/redactions")).token(&self.council());
        asked.json(&redaction).send().await.expect(201);
    }
}

/// The records of a table in a package.
fn records<'a>(package: &'a Value, table: &str) -> &'a Vec<Value> {
    let part = package["held"].as_array().unwrap().iter().find(|part| part["table"] == table);
    part.unwrap()["records"].as_array().unwrap()
}

/// A chapter of the letter, or a table of its seventh, by its id.
fn chapter<'a>(letter: &'a str, id: &str) -> &'a str {
    let rest = letter.split(&format!("id=\"{id}\"")).nth(1).unwrap_or_else(|| panic!("no {id} in {letter}"));
    rest.split("<h2").next().unwrap().split("<h3").next().unwrap()
}

fn person(name: &str, email: &str, kind: &str, detail: &str) -> Value {
    json!({ "name": name, "email": email, "source": { "kind": kind, "detail": detail, "obtained_on": "2026-11-20" } })
}

async fn each_source_of_a_merged_record_is_named(service: Service) {
    let ada = service.recorded(person("Ada Lovelace", "ada@example.org", "event", "Spring conference")).await;
    let second = service.recorded(person("A. Lovelace", "a@example.org", "partner", "Dudley's list of analysts")).await;
    let third = service.recorded(person("A. King", "king@example.org", "public_source", "Who's who of engines")).await;
    // A chain: what the second took over goes to the first.
    service.merge(&second, &third).await;
    service.merge(&ada, &second).await;
    let (package, letter) = service.both_forms(&ada).await;
    assert_eq!(package["particulars"]["source"]["detail"], "Spring conference");
    let earlier = json!([
        { "kind": "public_source", "detail": "Who's who of engines", "obtained_on": "2026-11-20" },
        { "kind": "partner", "detail": "Dudley's list of analysts", "obtained_on": "2026-11-20" },
    ]);
    assert_eq!(package["particulars"]["earlier_sources"], earlier);
    let source = chapter(&letter, "source");
    for said in
        ["Spring conference", "Dudley&#39;s list of analysts", "A partner organisation", "Who&#39;s who of engines"]
    {
        assert!(source.contains(said), "{said} in {source}");
    }
    // They are erased with the person.
    service.delete(&ada).await.expect(204);
    assert!(service.lines("SELECT 'left' AS line FROM contacts WHERE particulars IS NOT NULL").is_empty());
}

async fn a_source_that_an_import_replaced_is_named(service: Service) {
    let ada = service.recorded(person("Ada Lovelace", "ada@example.org", "event", "Spring conference")).await;
    for detail in ["The list of June", "The list of July", "The list of July"] {
        let row = format!("name,email,source_detail\nAda Lovelace,ada@example.org,{detail}\n");
        service
            .request("POST", "/v1/contacts/imports")
            .token(&service.staff())
            .body("text/csv", row)
            .send()
            .await
            .expect(200);
    }
    let (package, letter) = service.both_forms(&ada).await;
    assert_eq!(package["particulars"]["source"]["detail"], "The list of July");
    let earlier = package["particulars"]["earlier_sources"].as_array().unwrap();
    let earlier: Vec<&str> = earlier.iter().map(|source| source["detail"].as_str().unwrap()).collect();
    assert_eq!(earlier, ["Spring conference", "The list of June"]);
    assert!(chapter(&letter, "source").contains("The list of June"), "{letter}");
}

/// Adds the texts of people in a value, with their places: of what has no space, a code or a name of one word, there can be several.
fn texts(value: &Value, pointer: &str, found: &mut BTreeMap<String, Vec<String>>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                texts(member, &format!("{pointer}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (nth, item) in items.iter().enumerate() {
                texts(item, &format!("{pointer}/{nth}"), found);
            }
        }
        Value::String(text) if text.contains(' ') => found.entry(text.clone()).or_default().push(pointer.to_owned()),
        _ => {}
    }
}

async fn each_text_is_in_one_place(service: Service) {
    let ada = known_everywhere(&service).await;
    let earlier =
        service.recorded(person("A. Lovelace", "a@example.org", "partner", "Dudley's list of analysts")).await;
    service.give(&earlier, "trade_articles").await;
    service.merge(&ada, &earlier).await;
    let (package, _) = service.both_forms(&ada).await;
    let mut found = BTreeMap::new();
    for part in ["particulars", "held"] {
        texts(&package[part], &format!("/{part}"), &mut found);
    }
    // Names of people, events, networks and recipients are no text of one place, nor are our own sentences. Records of one table can have the
    // same words.
    let is_shared = |place: &String| {
        let ends = ["/name", "/event", "/network", "/recipient", "/meaning"];
        ends.iter().any(|end| place.ends_with(end)) || place.starts_with("/particulars/purposes")
    };
    let in_any_record = |place: &String| {
        let mut steps: Vec<&str> = place.split('/').collect();
        if steps.get(3) == Some(&"records") {
            steps[4] = "*";
        }
        steps.join("/")
    };
    for (said, places) in &found {
        let members: BTreeSet<String> = places.iter().filter(|place| !is_shared(place)).map(in_any_record).collect();
        assert!(members.len() <= 1, "{said} is in {members:?}");
    }
    let all = package.to_string();
    for once in ["Dudley's list of analysts", "A seat near the door."] {
        assert_eq!(all.matches(once).count(), 1, "{once} in {all}");
    }
    assert!(!package["held"].to_string().contains("\"detail\""), "the source is in the particulars alone");
    // A decision that a merge repeated has its proof where it was given.
    let repeated: Vec<&Value> =
        records(&package, "consent_decisions").iter().filter(|decision| !decision["merged_from"].is_null()).collect();
    assert!(!repeated.is_empty());
    for decision in repeated {
        assert_eq!((&decision["wording"], &decision["evidence_ref"]), (&Value::Null, &Value::Null), "{decision}");
    }
}

async fn a_redacted_source_is_nowhere_in_the_package(service: Service) {
    let ada = service.recorded(person("Ada Lovelace", "ada@example.org", "event", "The guest book of Charles")).await;
    let earlier = service.recorded(person("A. Lovelace", "a@example.org", "partner", "The diary of Mary")).await;
    service.merge(&ada, &earlier).await;
    let path = service.taken(asked("access", &ada)).await;
    service.build(&path, json!({})).await.expect(200);
    service.redacted(&path, "/particulars/source/detail").await;
    service.redacted(&path, "/particulars/earlier_sources/0/detail").await;
    service.released(&path).await.expect(200);
    let (package, letter) = service.forms_of(&path).await;
    for word in ["Charles", "Mary"] {
        assert!(!package.to_string().contains(word) && !letter.contains(word), "{word} in {package} or {letter}");
    }
    assert_eq!(chapter(&letter, "source").matches(LEFT_OUT).count(), 2, "{letter}");
}

async fn a_later_package_says_in_words_what_was_left_out(service: Service) {
    let ada = known_everywhere(&service).await;
    let path = service.taken(asked("access", &ada)).await;
    service.build(&path, json!({})).await.expect(200);
    service.left_out(&path, &[("complaints", "/details")]).await;
    service.redacted(&path, "/search/elsewhere").await;
    service.released(&path).await.expect(200);
    let (_, letter) = service.both_forms(&ada).await;
    let steps = chapter(&letter, "subject_request_steps");
    assert!(steps.contains("Left out of the package: 2 (it is about another person)."), "{steps}");
    for code in ["third_party", "complaints/", "subject_requests/"] {
        assert!(!steps.contains(code), "{code} in {steps}");
    }
}

async fn an_object_that_was_left_out_is_seen_in_its_chapter(service: Service) {
    let ada = known_everywhere(&service).await;
    let path = service.taken(asked("access", &ada)).await;
    service.build(&path, json!({})).await.expect(200);
    let objects = [("complaints", "/complainant"), ("subject_requests", "/clock"), ("memberships", "/membership")];
    service.left_out(&path, &objects).await;
    service.released(&path).await.expect(200);
    let (_, letter) = service.forms_of(&path).await;
    for (table, _) in objects {
        let section = chapter(&letter, table);
        assert!(section.contains(LEFT_OUT), "{table}: {section}");
    }
    let annex = letter.split("id=\"annex\"").nth(1).unwrap();
    assert!(!annex.contains(LEFT_OUT), "the letter shows it: {annex}");
    assert!(!letter.contains("class=\"unworded\""), "{letter}");
}

async fn an_extension_has_words(service: Service) {
    let ada = json!({ "name": "Ada Lovelace", "email": "ada@example.org", "telephone": "01905 765765 ext 12",
                      "source": { "kind": "self", "obtained_on": "2026-11-20" } });
    let ada = service.recorded(ada).await;
    let (package, letter) = service.both_forms(&ada).await;
    assert_eq!(records(&package, "contacts")[0]["telephone_extension"], "12");
    assert!(chapter(&letter, "contacts").contains("<dt>Extension of that number</dt><dd>12</dd>"), "{letter}");
    assert!(!letter.contains("class=\"unworded\""), "{letter}");
}

async fn an_act_that_the_audit_has_twice_is_told_once(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let earlier = service.sign_up("A. Lovelace", "a@example.org").await;
    service.merge(&ada, &earlier).await;
    let restriction = service.taken(asked("restriction", &ada)).await;
    let ground = json!({ "ground": "accuracy_contested" });
    service.council_does("council-1", &format!("{restriction}/restriction"), Some(ground)).await.expect(200);
    let lift = json!({ "notified_on": "2026-11-24" });
    service.council_does("council-1", &format!("{restriction}/restriction/lift"), Some(lift)).await.expect(200);
    let (package, letter) = service.both_forms(&ada).await;
    let told = chapter(&letter, "recipients");
    for once in ["Merged two records of you", "Ended the restriction of your data"] {
        assert_eq!(told.matches(once).count(), 1, "{once} in {told}");
        assert!(told.contains(&format!("<tr><th scope=\"row\">{once}</th>")), "{told}");
    }
    // No two rows are the same, and the machine form has every entry.
    let mut rows: Vec<&str> = told.split("<tr>").skip(1).collect();
    let all = rows.len();
    rows.sort_unstable();
    rows.dedup();
    assert_eq!(rows.len(), all, "{told}");
    let accesses = package["accesses"].as_array().unwrap();
    for action in ["contacts.merge", "contacts.merged_away", "contacts.lift_restriction", "subject_requests.lift"] {
        assert!(accesses.iter().any(|access| access["action"] == action), "{action}");
    }
}

async fn a_vcard_stays_valid_when_members_are_left_out(service: Service) {
    let ada = json!({ "name": "Ada Lovelace", "email": "ada@example.org", "telephone": "01905 765765 ext 12", "job_title": "Analyst",
                      "source": { "kind": "self", "obtained_on": "2026-11-20" } });
    let ada = service.recorded(ada).await;
    let card = async |members: &[&str]| {
        let path = service.taken(asked("portability", &ada)).await;
        service.build(&path, json!({})).await.expect(200);
        let members: Vec<(&str, &str)> = members.iter().map(|member| ("contacts", *member)).collect();
        service.left_out(&path, &members).await;
        service.released(&path).await.expect(200);
        service.by_council("GET", &path, "text/vcard").await.expect(200).text().replace("\r\n ", "")
    };
    let whole = card(&["/job_title"]).await;
    assert!(
        whole.contains("TEL;VALUE=uri:tel:+441905765765;ext=12\r\n") && whole.contains("EMAIL:ada@example.org\r\n"),
        "{whole}"
    );
    let parts = card(&["/email", "/telephone_extension"]).await;
    assert!(parts.contains("TEL;VALUE=uri:tel:+441905765765\r\n") && !parts.contains("EMAIL"), "{parts}");
    let parts = card(&["/telephone", "/name"]).await;
    assert!(!parts.contains("TEL") && parts.contains(&format!("FN:{LEFT_OUT}\r\n")), "{parts}");
    let none = card(&[""]).await;
    assert!(none.contains(&format!("FN:{LEFT_OUT}\r\n")) && !none.contains("TITLE"), "{none}");
    for card in [whole, parts, none] {
        assert!(card.starts_with("BEGIN:VCARD\r\nVERSION:4.0\r\n") && card.ends_with("END:VCARD\r\n"), "{card}");
        assert!(card.contains("NOTE:We left something out."), "{card}");
    }
}

async fn a_pointer_that_is_none_says_what_to_write(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.taken(asked("access", &ada)).await;
    service.build(&path, json!({})).await.expect(200);
    for pointer in ["held/0/records/0", "/held/0/~2", "/held/0/records/0/~"] {
        let redaction = json!([{ "pointer": pointer, "ground": "third_party", "explanation": "Another." }]);
        let asked = service.request("POST", &format!("{path}/package/redactions")).token(&service.council());
        let refused = asked.json(&redaction).send().await.problem(422, "invalid");
        assert_eq!(refused.faults(), ["/0/pointer characters"]);
        let words = refused.text();
        assert!(words.contains("JSON Pointer (RFC 6901)") && words.contains("begin with a slash"), "{words}");
        assert!(!words.contains("control characters"), "{words}");
    }
}

async fn a_complaint_under_another_address_shows_the_person_and_no_one_else(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let complain = async |complainant: Value, details: &str| {
        let complaint = json!({ "contact_id": ada, "complainant": complainant, "channel": "email", "received_on": "2026-11-20",
                                "details": details });
        service.post("/v1/complaints", complaint).await.expect(201);
    };
    complain(
        json!({ "name": "ada  LOVELACE", "email": "byron@example.org", "telephone": "01905 111222" }),
        "From afar.",
    )
    .await;
    complain(json!({ "name": "Sue Grabbit", "email": "sue@example.org" }), "For my client.").await;
    let (package, letter) = service.both_forms(&ada).await;
    let complaints = records(&package, "complaints");
    assert_eq!(complaints[0]["complainant"]["email"], "byron@example.org");
    let another = text(&complaints[1]["complainant"], "left_out");
    assert!(another.contains("another person's"), "{another}");
    let section = chapter(&letter, "complaints");
    for said in ["byron@example.org", "For my client.", "It may be another person"] {
        assert!(section.contains(said), "{said} in {section}");
    }
    assert!(!package.to_string().contains("Grabbit") && !letter.contains("sue@example.org"));
    assert!(!letter.contains("class=\"unworded\""), "{letter}");
}

async fn an_agent_is_left_out_and_the_request_says_so(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let mut agents = asked("objection", &ada);
    agents["requester"] = json!({ "name": "Sue Grabbit", "email": "sue@example.org", "acting_for": "agent" });
    service.taken(agents).await;
    let mut elsewhere = asked("rectification", &ada);
    elsewhere["requester"] = json!({ "name": "Ada King", "email": "king@example.org" });
    service.taken(elsewhere).await;
    let (package, letter) = service.both_forms(&ada).await;
    let requests = records(&package, "subject_requests");
    assert_eq!(
        text(&requests[0]["requester"], "left_out"),
        "[Left out: another person asked for you, who also has rights.]"
    );
    assert_eq!(requests[1]["requester"]["email"], "king@example.org");
    assert!(chapter(&letter, "subject_requests").contains("another person asked for you"), "{letter}");
    assert!(!package.to_string().contains("Grabbit") && !letter.contains("Grabbit"));
}

async fn those_who_received_data_are_named(service: Service) {
    let server = MailServer::start();
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (package, letter) = service.both_forms(&ada).await;
    assert_eq!(package["recipients"], json!([]));
    assert!(chapter(&letter, "recipients").contains("no record that it gave your data to anyone outside"), "{letter}");

    // The acknowledgement of the second request is moot once it is answered; the answer and the link leave.
    service.deliver(&server).await;
    let (package, letter) = service.both_forms(&ada).await;
    let at = "2026-11-24T10:00:00.000000Z";
    let sent = server.taken().len();
    assert_eq!(
        package["recipients"],
        json!([{ "category": "mail_server", "times": sent, "first_at": at, "last_at": at }])
    );
    let told = chapter(&letter, "recipients");
    for said in
        ["The operator of our mail server", "the text of each email", "does not record what our staff give to others"]
    {
        assert!(told.contains(said), "{said} in {told}");
    }
    assert!(!told.contains("Approved contractors, who work for us"), "{told}");
}
