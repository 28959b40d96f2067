//! What recipients must do once a person's data was corrected, restricted or erased (UK GDPR Article 19).

use chrono::Duration;
use iewm::domain::OrganisationId;
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::disclosures::{demanded, under};
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    each_recipient_of_corrected_data_has_an_obligation,
    a_restriction_an_erasure_and_a_completion_open_obligations,
    a_right_of_a_person_whom_no_recipient_received_completes_at_once,
    disclosures_that_ended_count,
    a_recipient_without_the_data_is_not_told_again,
    a_read_after_the_acknowledgement_counts_again,
    an_acknowledgement_says_what_was_done_and_when,
    staff_acknowledge_on_behalf_and_close_what_cannot_be_told,
    a_recipient_sees_its_own_obligations_alone,
    obligations_follow_a_merge,
}

/// A recipient: its id and its agreement.
pub(crate) struct Recipient {
    pub(crate) id: OrganisationId,
    pub(crate) agreement: String,
}

impl Service {
    /// A recipient with a live agreement.
    pub(crate) async fn recipient(&self, name: &str) -> Recipient {
        self.recipient_of_kind(name, "approved_contractor").await
    }

    /// A recipient of a kind, with a live agreement for two purposes.
    pub(crate) async fn recipient_of_kind(&self, name: &str, kind: &str) -> Recipient {
        let id = self.organisation(name, kind).await;
        let agreement = self.live_agreement(id, &["event_administration", "venue_security"], &["name"]).await;
        Recipient { id, agreement }
    }

    /// Discloses a person's name to a recipient, and returns the disclosure's id.
    pub(crate) async fn handed_to(&self, contact: &str, to: &Recipient) -> String {
        self.handed_to_for(contact, to, "event_administration").await
    }

    /// As [`Service::handed_to`], for a purpose.
    pub(crate) async fn handed_to_for(&self, contact: &str, to: &Recipient, purpose: &str) -> String {
        let mut asked = under(&to.agreement, to.id, &[contact]);
        asked["purpose"] = json!(purpose);
        self.disclosed(asked).await
    }

    /// Writes a disclosure to a recipient at an event, and returns its id.
    pub(crate) fn handed_to_at(&self, contact: &str, to: &Recipient, event: &str) -> String {
        self.write_disclosure(contact, to.id, &to.agreement, event)
    }

    /// Corrects a person's name by a request, and returns the request's path.
    pub(crate) async fn rectified(&self, contact: &str) -> String {
        let request = self.asked_by(contact, "rectification").await;
        let patch = Some(json!({ "patch": { "job_title": "Countess" } }));
        self.council_does("council-1", &format!("{request}/rectification"), patch).await.expect(200);
        request
    }

    /// The obligations that a caller sees, newest first.
    pub(crate) async fn obligations(&self, token: &str, query: &str) -> Vec<Value> {
        let list =
            self.request("GET", &format!("/v1/obligations?{query}")).token(token).send().await.expect(200).json();
        list["items"].as_array().unwrap().clone()
    }

    /// Acknowledges an obligation as done today.
    pub(crate) async fn acknowledge(&self, token: &str, obligation: &Value, action: &str) -> Answer {
        let path = format!("/v1/obligations/{}/acknowledgement", text(obligation, "id"));
        let today = self.now().to_string()[..10].to_owned();
        self.request("POST", &path).token(token).json(&json!({ "action": action, "acted_on": today })).send().await
    }

    pub(crate) async fn request_status(&self, request: &str) -> String {
        text(&self.get(request).await.expect(200).json(), "status")
    }
}

async fn each_recipient_of_corrected_data_has_an_obligation(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (venue, caterer) = (service.recipient("Guildhall").await, service.recipient("Buttery").await);
    let older = service.handed_to(&ada, &venue).await;
    service.hands.advance(Duration::minutes(1));
    let newer = service.handed_to_for(&ada, &venue, "venue_security").await;
    service.handed_to(&ada, &caterer).await;
    let request = service.rectified(&ada).await;
    assert_eq!(service.request_status(&request).await, "awaiting_recipients");
    let all = service.obligations(&service.staff(), "status=open").await;
    assert_eq!(all.len(), 2, "one for each recipient: {all:?}");
    let own = service.obligations(&service.contractor(venue.id), "status=open").await;
    let [own] = own.as_slice() else { panic!("one of its own: {own:?}") };
    let expected = json!({
        "id": own["id"], "request_id": request.rsplit('/').next(), "contact_id": ada, "organisation_id": venue.id,
        "disclosure_id": newer, "disclosure_ids": [newer, older], "action": "correct", "status": "open",
        "due_on": "2026-12-22", "opened_at": "2026-11-24T10:01:00.000000Z", "version": 1,
    });
    assert_eq!(*own, expected);
    let path = format!("/v1/obligations/{}", text(own, "id"));
    assert_eq!(service.get(&path).await.expect(200).json(), expected);
    let done = service.acknowledge(&service.contractor(venue.id), own, "corrected").await.expect(200);
    assert_eq!((done.etag(), &done.json()["status"]), ("\"2\"".to_owned(), &json!("acknowledged")));
    assert_eq!(service.request_status(&request).await, "awaiting_recipients", "one has yet to act");
    let last = &service.obligations(&service.contractor(caterer.id), "").await[0];
    service.acknowledge(&service.contractor(caterer.id), last, "erased").await.expect(200);
    assert_eq!(service.request_status(&request).await, "completed");
    assert!(service.obligations(&service.staff(), "status=open").await.is_empty());
    let deeds = service.audit(&format!("contact_id={ada}&action=obligations.open")).await;
    assert_eq!(deeds.len(), 2);
}

async fn a_restriction_an_erasure_and_a_completion_open_obligations(service: Service) {
    let venue = service.recipient("Guildhall").await;
    let mut opened = Vec::new();
    for kind in ["restriction", "completion", "erasure"] {
        let ada = service.sign_up("Ada Lovelace", &format!("{kind}@example.org")).await;
        service.handed_to(&ada, &venue).await;
        let right = if kind == "completion" { "rectification" } else { kind };
        let request = service.asked_by(&ada, right).await;
        match kind {
            "restriction" => {
                let ground = Some(json!({ "ground": "accuracy_contested" }));
                service.council_does("council-1", &format!("{request}/restriction"), ground).await.expect(200);
            }
            "completion" => {
                let outcome = json!({ "outcome": { "kind": "fulfilled", "explanation": "Corrected on paper." } });
                service.council_does("council-1", &format!("{request}/completion"), Some(outcome)).await.expect(200);
            }
            _ => {
                let plan = service.planned(&request).await;
                service.executed("council-2", &request, &plan).await.expect(200);
                service.get(&format!("/v1/contacts/{ada}")).await.problem(410, "erased");
            }
        }
        assert_eq!(service.request_status(&request).await, "awaiting_recipients", "{kind}");
        let newest = service.obligations(&service.contractor(venue.id), "").await.remove(0);
        assert_eq!(newest["contact_id"], json!(ada), "{kind}");
        opened.push(text(&newest, "action"));
        service.acknowledge(&service.contractor(venue.id), &newest, "erased").await.expect(200);
        assert_eq!(service.request_status(&request).await, "completed", "{kind}");
    }
    assert_eq!(opened, ["restrict", "correct", "erase"]);
}

async fn a_right_of_a_person_whom_no_recipient_received_completes_at_once(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let venue = service.recipient("Guildhall").await;
    let other = service.sign_up("Bob", "bob@example.org").await;
    service.handed_to(&other, &venue).await;
    let request = service.rectified(&ada).await;
    assert_eq!(service.request_status(&request).await, "completed");
    let objection = service.asked_by(&other, "objection").await;
    service.council_does("council-1", &format!("{objection}/objection"), Some(json!({}))).await.expect(200);
    assert_eq!(service.request_status(&objection).await, "completed", "recipients need not act on an objection");
    assert!(service.obligations(&service.staff(), "").await.is_empty());
}

async fn disclosures_that_ended_count(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (recalling, expiring) = (service.recipient("Guildhall").await, service.recipient("Buttery").await);
    let recalled = service.handed_to(&ada, &recalling).await;
    service.verb(&format!("/v1/disclosures/{recalled}"), "recall").await.expect(200);
    let mut until_tomorrow = under(&expiring.agreement, expiring.id, &[&ada]);
    until_tomorrow["expires_at"] = json!("2026-11-25T00:00:00Z");
    let expired = service.disclosed(until_tomorrow).await;
    // A demand that was turned down gave no data away.
    let court = service.recipient_of_kind("Court", "public_authority").await;
    let never_released = service.disclosed(demanded("Sch2.p5(2)", court.id, &[&ada])).await;
    service.verb(&format!("/v1/disclosures/{never_released}"), "recall").await.expect(200);
    service.hands.advance(Duration::days(1));
    assert_eq!(service.of_disclosure(&expired, "status").await, "expired");
    service.rectified(&ada).await;
    assert_eq!(service.obligations(&service.staff(), "").await.len(), 2);
}

async fn a_recipient_without_the_data_is_not_told_again(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let venue = service.recipient("Guildhall").await;
    service.handed_to(&ada, &venue).await;
    let settle = async |action: &str| {
        let request = service.rectified(&ada).await;
        let open = service.obligations(&service.contractor(venue.id), "status=open").await;
        let told = open.len();
        if let [open] = open.as_slice() {
            service.hands.advance(Duration::minutes(1));
            service.acknowledge(&service.contractor(venue.id), open, action).await.expect(200);
        }
        assert_eq!(service.request_status(&request).await, "completed");
        service.hands.advance(Duration::minutes(1));
        told
    };
    assert_eq!(settle("corrected").await, 1);
    assert_eq!(settle("not_held").await, 1, "it had corrected the data, so it held the data");
    assert_eq!(settle("erased").await, 0, "it holds none");
    let later = service.handed_to_for(&ada, &venue, "venue_security").await;
    service.rectified(&ada).await;
    let open = service.obligations(&service.contractor(venue.id), "status=open").await;
    assert_eq!(open[0]["disclosure_ids"], json!([later]), "what it received since counts again");
    service.acknowledge(&service.contractor(venue.id), &open[0], "erased").await.expect(200);
    service.hands.advance(Duration::minutes(1));
    assert_eq!(settle("erased").await, 0);
}

async fn a_read_after_the_acknowledgement_counts_again(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let venue = service.recipient("Guildhall").await;
    let (ended, live) =
        (service.handed_to(&ada, &venue).await, service.handed_to_for(&ada, &venue, "venue_security").await);
    service.verb(&format!("/v1/disclosures/{ended}"), "recall").await.expect(200);
    service.rectified(&ada).await;
    let first = service.obligations(&service.contractor(venue.id), "").await.remove(0);
    service.hands.advance(Duration::minutes(1));
    service.acknowledge(&service.contractor(venue.id), &first, "erased").await.expect(200);
    service.hands.advance(Duration::minutes(1));
    service.get_as(venue.id, &format!("/v1/shared-contacts/{ada}")).await.expect(200);
    service.rectified(&ada).await;
    let open = service.obligations(&service.contractor(venue.id), "status=open").await;
    assert_eq!(open.len(), 1, "it has read the data again");
    assert_eq!(open[0]["disclosure_ids"], json!([live]), "by the disclosure that it can still read");
}

async fn an_acknowledgement_says_what_was_done_and_when(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let venue = service.recipient("Guildhall").await;
    service.handed_to(&ada, &venue).await;
    service.rectified(&ada).await;
    let own = service.obligations(&service.contractor(venue.id), "").await.remove(0);
    let path = format!("/v1/obligations/{}/acknowledgement", text(&own, "id"));
    service.hands.advance(Duration::days(1));
    for (body, faults) in [
        (json!({ "action": "corrected", "acted_on": "2026-11-26" }), vec!["/acted_on future"]),
        (json!({ "action": "corrected", "acted_on": "2026-11-23" }), vec!["/acted_on order"]),
        (json!({ "action": "restricted", "acted_on": "2026-11-26" }), vec!["/acted_on future", "/action wrong_action"]),
        (json!({ "action": "lost" }), vec!["/acted_on missing", "/action unknown_value"]),
        (json!({ "action": "erased", "acted_on": "2026-11-24", "status": "closed" }), vec!["/status read_only"]),
    ] {
        let refused = service.request("POST", &path).token(&service.contractor(venue.id)).json(&body).send().await;
        assert_eq!(refused.problem(422, "invalid").faults(), faults, "{body}");
    }
    let body = json!({ "action": "corrected", "acted_on": "2026-11-24" });
    let send = || service.request("POST", &path).token(&service.contractor(venue.id)).json(&body).send();
    let done = send().await.expect(200).json();
    let told = json!({ "action": "corrected", "acted_on": "2026-11-24", "recorded_at": "2026-11-25T10:00:00.000000Z" });
    assert_eq!(done["acknowledgement"], told);
    let again = send().await.problem(409, "illegal_transition").json();
    assert_eq!(again["allowed_transitions"], json!([]));
}

async fn staff_acknowledge_on_behalf_and_close_what_cannot_be_told(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (venue, gone) = (service.recipient("Guildhall").await, service.recipient("Gone").await);
    service.handed_to(&ada, &venue).await;
    service.handed_to(&ada, &gone).await;
    let request = service.rectified(&ada).await;
    let told = service.obligations(&service.staff(), &format!("organisation_id={}", venue.id)).await.remove(0);
    let done = service.acknowledge(&service.staff(), &told, "not_held").await.expect(200).json();
    assert_eq!(done["acknowledgement"]["recorded_by"], "staff-1");
    let lost = service.obligations(&service.staff(), "status=open").await.remove(0);
    let path = format!("/v1/obligations/{}/closure", text(&lost, "id"));
    let body = json!({ "reason": "impossible", "explanation": "It was dissolved in March." });
    let refused = service
        .request("POST", &path)
        .token(&service.contractor(gone.id))
        .json(&body)
        .send()
        .await
        .problem(403, "forbidden");
    assert_eq!(refused.json()["permission"], "obligations:close");
    let faults = service.post(&path, json!({ "reason": "lazy" })).await.problem(422, "invalid").faults();
    assert_eq!(faults, ["/explanation missing", "/reason unknown_value"]);
    let closed = service.post(&path, body.clone()).await.expect(200).json();
    assert_eq!((&closed["status"], &closed["closure"]["explanation"]), (&json!("closed"), &body["explanation"]));
    assert_eq!(service.request_status(&request).await, "completed");
    let seen = service.obligations(&service.contractor(gone.id), "").await.remove(0);
    assert_eq!(seen["closure"], json!({ "reason": "impossible", "recorded_at": closed["closure"]["recorded_at"] }));
    service.post(&path, body).await.problem(409, "illegal_transition");
}

async fn a_recipient_sees_its_own_obligations_alone(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (venue, other) = (service.recipient("Guildhall").await, service.recipient("Buttery").await);
    service.handed_to(&ada, &venue).await;
    service.rectified(&ada).await;
    let own = service.obligations(&service.contractor(venue.id), "").await.remove(0);
    assert!(service.obligations(&service.contractor(other.id), "").await.is_empty());
    assert!(
        service.obligations(&service.contractor(other.id), &format!("organisation_id={}", venue.id)).await.is_empty()
    );
    let path = format!("/v1/obligations/{}", text(&own, "id"));
    service.request("GET", &path).token(&service.contractor(other.id)).send().await.problem(404, "not_found");
    service.acknowledge(&service.contractor(other.id), &own, "corrected").await.problem(404, "not_found");
    for query in [format!("contact_id={ada}"), format!("request_id={}", text(&own, "request_id"))] {
        assert_eq!(service.obligations(&service.contractor(venue.id), &query).await.len(), 1, "{query}");
        assert!(service.obligations(&service.contractor(other.id), &query).await.is_empty(), "{query}");
    }
}

async fn obligations_follow_a_merge(service: Service) {
    let (ada, twin) = (service.sign_up("Ada", "a@example.org").await, service.sign_up("Ada", "b@example.org").await);
    let venue = service.recipient("Guildhall").await;
    service.handed_to(&twin, &venue).await;
    let request = service.rectified(&twin).await;
    service.post(&format!("/v1/contacts/{ada}/merge"), json!({ "from_contact_id": twin })).await.expect(200);
    let open = service.obligations(&service.contractor(venue.id), "status=open").await.remove(0);
    assert_eq!((&open["contact_id"], &open["version"]), (&json!(ada), &json!(2)));
    service.acknowledge(&service.contractor(venue.id), &open, "corrected").await.expect(200);
    assert_eq!(service.request_status(&request).await, "completed");
    // What the recipient received under the other id counts for the survivor.
    service.rectified(&ada).await;
    assert_eq!(service.obligations(&service.contractor(venue.id), "status=open").await.len(), 1);
}
