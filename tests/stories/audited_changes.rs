//! Entries of changes name the members that changed, and never their values; and every action of the table is in use.

use iewm::domain::Role;
use iewm::jobs::Upkeep;
use iewm::platform::audit::Action;
use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::booking::by_offer;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_change_of_a_contact_names_its_members,
    an_import_and_a_merge_name_what_they_change,
    changes_of_networks_organisations_and_notices_name_their_members,
    changes_of_events_and_registrations_name_their_members,
    changes_of_complaints_breaches_and_requests_name_their_members,
    the_filter_by_action_tells_which_actions_there_are,
}

impl Service {
    /// What the newest entry of an action says was changed.
    pub(crate) async fn changed(&self, action: &str) -> Value {
        self.audit(&format!("action={action}")).await[0]["detail"]["changed"].clone()
    }

    async fn change_of(&self, path: &str, patch: Value) {
        let etag = self.get(path).await.etag();
        self.patch(path, &etag, patch).await.expect(200);
    }

    async fn as_council(&self, path: &str, body: Option<Value>) {
        let request = self.request("POST", path).token(&self.token("council-1", &[Role::Council], None));
        match &body {
            Some(body) => request.json(body).send().await.expect(200),
            None => request.send().await.expect(200),
        };
    }
}

async fn a_change_of_a_contact_names_its_members(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = format!("/v1/contacts/{ada}");
    let several = json!({ "telephone": "01905 765765", "name": "Ada King", "email": "zyx@example.org" });
    service.change_of(&path, several.clone()).await;
    assert_eq!(service.changed("contacts.update").await, json!(["email", "name", "telephone"]));
    // The same again is a change of nothing, and raises the version all the same.
    service.change_of(&path, several).await;
    assert_eq!(service.changed("contacts.update").await, json!([]));
    service.change_of(&path, json!({ "telephone_extension": "12", "job_title": "Analyst" })).await;
    assert_eq!(service.changed("contacts.update").await, json!(["job_title", "telephone_extension"]));
    service.change_of(&path, json!({ "telephone": null, "job_title": null, "organisation": "Engines" })).await;
    let all = json!(["job_title", "organisation", "telephone", "telephone_extension"]);
    assert_eq!(service.changed("contacts.update").await, all);
    service.restrict(&ada, RestrictionGround::AccuracyContested).await.unwrap();
    assert_eq!(service.changed("contacts.restrict").await, json!(["status"]));
    service.lift(&ada, "2026-11-24").await.unwrap();
    assert_eq!(service.changed("contacts.lift_restriction").await, json!(["status"]));
    let entries = serde_json::to_string(&service.audit("").await).unwrap().to_lowercase();
    for value in ["zyx", "king", "765765", "analyst", "engines", "lovelace"] {
        assert!(!entries.contains(value), "{value}");
    }
}

async fn an_import_and_a_merge_name_what_they_change(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let rows = "name,email,telephone,organisation,job_title,source_detail,obtained_on\n\
                Ada King,ada@example.org,,Engines,,,2026-11-25\n";
    service.hands.advance(chrono::Duration::days(2));
    let import = service.request("POST", "/v1/contacts/imports").token(&service.staff());
    let import = import.body("text/csv", rows).send().await.expect(200);
    assert_eq!(import.json()["results"][0]["result"], "updated", "{}", import.text());
    let changed = service.changed("contacts.update").await;
    assert_eq!(changed, json!(["name", "organisation", "source"]));
    let asked = json!({
        "name": "Ada Byron", "telephone": "01905 765765", "job_title": "Analyst", "organisation": "Mills",
        "source": { "kind": "self", "obtained_on": "2026-11-20" },
    });
    let other = text(&service.post("/v1/contacts", asked).await.expect(201).json(), "id");
    service.post(&format!("/v1/contacts/{ada}/merge"), json!({ "from_contact_id": other })).await.expect(200);
    assert_eq!(service.changed("contacts.merge").await, json!(["job_title", "telephone"]));
    let gone = &service.audit("action=contacts.merged_away").await[0];
    assert_eq!((&gone["subject"], &gone["detail"]), (&json!(format!("contact/{ada}")), &json!({})));
}

async fn changes_of_networks_organisations_and_notices_name_their_members(service: Service) {
    let network = json!({ "code": "fleet", "name": "Fleet", "description": "Fleet managers." });
    let network = service.post("/v1/networks", network).await.expect(201).header("location");
    service.change_of(&network, json!({ "name": "Fleets", "code": "fleet" })).await;
    assert_eq!(service.changed("networks.update").await, json!(["name"]));
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let joined = service.post(&format!("{network}/memberships"), json!({ "contact_id": ada })).await.expect(201);
    let membership = joined.header("location");
    service.change_of(&membership, json!({ "role": "chair", "represents": "Zyxworks" })).await;
    assert_eq!(service.changed("memberships.update").await, json!(["represents", "role"]));
    service.post(&format!("{membership}/end"), json!({ "reason": "Moved to Zyx." })).await.expect(200);
    assert_eq!(service.changed("memberships.end").await, json!(["end_reason", "ended_on", "status"]));
    service.verb(&network, "closure").await.expect(200);
    assert_eq!(service.changed("networks.status").await, json!(["status"]));

    let venue = service.post("/v1/organisations", json!({ "name": "Guildhall", "kind": "venue" })).await.expect(201);
    let venue = venue.header("location");
    service.change_of(&venue, json!({ "contact_point": "zyx@guildhall.example" })).await;
    assert_eq!(service.changed("organisations.update").await, json!(["contact_point"]));
    service.verb(&venue, "suspension").await.expect(200);
    assert_eq!(service.changed("organisations.status").await, json!(["status"]));

    let notice = json!({ "version": "2026-12-01", "effective_on": "2026-12-15", "purposes": [{
        "code": "newsletter", "lawful_basis": ["consent"], "data": ["Name"], "recipients": [],
        "retention": "Six years", "change": "minor" }] });
    let notice = service.post("/v1/privacy-notices", notice).await.expect(201);
    let (path, etag) = (notice.header("location"), notice.etag());
    service.patch(&path, &etag, json!({ "effective_on": "2026-12-16" })).await.expect(200);
    assert_eq!(service.changed("notices.update").await, json!(["effective_on", "sha256"]));
    service.as_council(&format!("{path}/publication"), None).await;
    assert_eq!(service.changed("notices.publish").await, json!(["published_at", "status"]));
    assert!(!serde_json::to_string(&service.audit("").await).unwrap().to_lowercase().contains("zyx"));
}

async fn changes_of_events_and_registrations_name_their_members(service: Service) {
    let event = service.announce(json!({ "capacity": 1, "waiting_list": by_offer(24) })).await;
    assert_eq!(service.changed("events.status").await, json!(["status"]));
    service.change(&event, json!({ "title": "Zyx day", "description": "A day about prevention." })).await.expect(200);
    assert_eq!(service.changed("events.update").await, json!(["title"]));
    let first = service.book(&event, "first").await;
    let second = service.book(&event, "second").await;
    let third = service.book(&event, "third").await;
    let sharing = json!({ "sharing": { "venue": true }, "access_requirements": { "access": ["hearing_loop"] } });
    service.change_of(&first, sharing).await;
    assert_eq!(service.changed("registrations.update").await, json!(["access_requirements", "sharing"]));
    service.change_of(&first, json!({ "sharing": { "venue": true } })).await;
    assert_eq!(service.changed("registrations.update").await, json!([]));
    service.post(&format!("{third}/priority"), json!({ "reason": "Speaks first." })).await.expect(200);
    assert_eq!(service.changed("registrations.priority").await, json!(["position"]));
    service.verb(&second, "cancellation").await.expect(200);
    assert_eq!(service.changed("registrations.status").await, json!(["position", "status"]));
    service.verb(&first, "cancellation").await.expect(200);
    assert_eq!(service.changed("registrations.status").await, json!(["status"]));
    service.verb(&third, "acceptance").await.expect(200);
    assert_eq!(service.changed("registrations.status").await, json!(["offer_expires_at", "status"]));
    let entries = serde_json::to_string(&service.audit("").await).unwrap().to_lowercase();
    for value in ["zyx", "hearing", "speaks"] {
        assert!(!entries.contains(value), "{value}");
    }
}

async fn changes_of_complaints_breaches_and_requests_name_their_members(service: Service) {
    let complaint = json!({
        "complainant": { "name": "Grace Hopper" }, "channel": "post", "received_on": "2026-11-20", "details": "Zyx.",
    });
    let complaint = service.post("/v1/complaints", complaint).await.expect(201).header("location");
    let on = json!({ "acknowledged_on": "2026-11-24" });
    service.post(&format!("{complaint}/acknowledgement"), on).await.expect(200);
    assert_eq!(service.changed("complaints.acknowledge").await, json!(["acknowledged_on", "status"]));
    service.post(&format!("{complaint}/investigation"), json!({ "note": "Asked Zyx." })).await.expect(200);
    assert_eq!(service.changed("complaints.investigate").await, json!(["note", "status"]));
    let outcome = json!({ "outcome": "upheld", "explanation": "Zyx.", "given_on": "2026-11-24" });
    service.as_council(&format!("{complaint}/outcome"), Some(outcome)).await;
    let changed = service.changed("complaints.outcome").await;
    assert_eq!(changed, json!(["closed_on", "explanation", "keep_until", "outcome", "status"]));

    let breach = json!({ "aware_at": "2026-11-24T09:00:00Z", "nature": "Zyx.", "categories": ["event"] });
    let breach = service.post("/v1/breaches", breach).await.expect(201).header("location");
    let judged = json!({ "risk": "likely", "reasons": "Zyx.", "notify_regulator": true, "notify_subjects": false });
    service.as_council(&format!("{breach}/assessment"), Some(judged)).await;
    let changed = service.changed("breaches.assess").await;
    assert_eq!(changed, json!(["notify_regulator", "notify_subjects", "reasons", "risk", "status"]));
    let told = json!({ "notified_at": "2026-11-24T09:30:00Z", "phase": "initial", "measures": "Zyx." });
    service.as_council(&format!("{breach}/notification"), Some(told)).await;
    assert_eq!(service.changed("breaches.notify").await, json!(["measures", "notified_at", "status"]));
    service.as_council(&format!("{breach}/closure"), Some(json!({ "explanation": "Zyx." }))).await;
    let changed = service.changed("breaches.close").await;
    assert_eq!(changed, json!(["closed_at", "explanation", "keep_until", "status"]));

    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let request = json!({
        "kind": "access", "channel": "post", "received_on": "2026-11-20", "details": "Zyx.", "identity_known": true,
        "requester": { "name": "Ada Lovelace" },
    });
    let request = service.post("/v1/subject-requests", request).await.expect(201).header("location");
    service.post(&format!("{request}/match"), json!({ "contact_id": ada })).await.expect(200);
    assert_eq!(service.changed("subject_requests.match").await, json!(["contact_id"]));
    let explained = json!({ "explanation": "Zyx." });
    service.post(&format!("{request}/withdrawal"), explained).await.expect(200);
    assert_eq!(service.changed("subject_requests.step").await, json!(["clock", "outcome", "status"]));
    service.tick(&Upkeep::new(service.state.clone())).await.unwrap();
    assert!(!serde_json::to_string(&service.audit("").await).unwrap().to_lowercase().contains("zyx"));
}

async fn the_filter_by_action_tells_which_actions_there_are(service: Service) {
    let ask = async |action: &str| {
        service.request("GET", &format!("/v1/audit?action={action}")).token(&service.council()).send().await
    };
    let nouns = ask("contact.read").await.problem(400, "invalid_query").text();
    assert!(
        nouns.contains("names begin with one of access_requirements, agreements, assignments, attendees, audiences, "),
        "{nouns}"
    );
    let mut told = String::new();
    for name in Action::ALL.iter().map(|action| action.row().name).chain(["consents:record", "link"]) {
        ask(name).await.expect(200);
        let noun = name.split(['.', ':']).next().unwrap();
        assert!(nouns.contains(noun), "{noun}");
        if !told.contains(name) {
            told = ask(&format!("{noun}.zyx")).await.problem(400, "invalid_query").text();
            assert!(told.contains(name) && !told.contains("zyx") && !told.contains('…'), "{told}");
        }
    }
}

#[test]
fn every_action_of_the_table_is_recorded_somewhere() {
    let mut used = Vec::new();
    crate::harness::audited::for_each_source(std::path::Path::new("src"), &mut |path, source| {
        // The table itself, and the words of the letter, record nothing.
        if !path.ends_with("audit/actions.rs") && !path.ends_with("html/accesses.rs") {
            let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
            used.extend(code.flat_map(|line| line.split("Action::").skip(1)).map(|rest| {
                rest.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default().to_owned()
            }));
        }
    });
    let unused: Vec<String> =
        Action::ALL.iter().map(|action| format!("{action:?}")).filter(|action| !used.contains(action)).collect();
    assert!(used.len() > Action::ALL.len() && unused.is_empty(), "{unused:?}");
    let mut names: Vec<&str> = Action::ALL.iter().map(|action| action.row().name).collect();
    assert!(names.is_sorted(), "the table is in the order of the names");
    names.dedup();
    assert_eq!(names.len(), Action::ALL.len());
    let named = |action: &&Action| Action::named(action.row().name) == Some(**action);
    assert_eq!(Action::ALL.iter().filter(named).count(), Action::ALL.len());
}
