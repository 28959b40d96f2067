//! Two contacts that are one person.

use serde_json::{Value, json};

use crate::harness::{Service, on_both_engines};

mod answers;

on_both_engines! {
    the_survivor_takes_over_what_it_lacks,
    the_stricter_consent_wins,
    a_withdrawal_reaches_the_person_under_either_id,
    marks_of_both_addresses_stay_in_force,
    what_cannot_be_merged_is_refused,
    a_chain_of_merges_leads_to_the_person,
}

async fn person(service: &Service, members: Value) -> String {
    let mut asked = json!({ "source": { "kind": "staff", "obtained_on": "2026-11-01" } });
    asked.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    service.post("/v1/contacts", asked).await.expect(201).json()["id"].as_str().unwrap().to_owned()
}

async fn decide(service: &Service, contact: &str, decision: &str, method: &str) -> Value {
    let asked = json!({
        "contact_id": contact, "purpose": "newsletter", "decision": decision, "method": method,
        "wording": format!("Yes, {contact}"), "evidence_ref": "Call 7",
    });
    service.post("/v1/consents", asked).await.expect(201).json()
}

async fn merge(service: &Service, into: &str, from: &str) -> crate::harness::client::Answer {
    service.post(&format!("/v1/contacts/{into}/merge"), json!({ "from_contact_id": from })).await
}

async fn consent_of(service: &Service, contact: &str) -> Value {
    let listed = service.get(&format!("/v1/consents?contact_id={contact}")).await.expect(200).json();
    listed["items"][0].clone()
}

async fn the_survivor_takes_over_what_it_lacks(service: Service) {
    let into = person(&service, json!({ "name": "Ada Lovelace", "telephone": "01905 765765" })).await;
    let from =
        person(&service, json!({ "name": "A. Byron", "email": "ada@example.org", "telephone": "01905 765766" })).await;
    let merged = merge(&service, &into, &from).await.expect(200);
    assert_eq!(merged.etag().split('-').next().unwrap().trim_matches('"'), "2");
    let ada = merged.json();
    assert_eq!((&ada["id"], &ada["name"]), (&json!(into), &json!("Ada Lovelace")));
    assert_eq!((&ada["email"], &ada["telephone"]), (&json!("ada@example.org"), &json!("+441905765765")));
    assert_eq!(service.get(&format!("/v1/contacts/{into}")).await.expect(200).json(), ada);

    let gone = service.get(&format!("/v1/contacts/{from}")).await.problem(410, "merged").json();
    assert_eq!(gone["merged_into"], json!(into));
    let patched = service.patch(&format!("/v1/contacts/{from}"), "\"1\"", json!({ "name": "X" })).await;
    patched.problem(410, "merged");
    for list in ["/v1/contacts", "/v1/contacts?status=erased"] {
        assert!(!service.get(list).await.expect(200).text().contains(&from), "{list}");
    }
    let found = service.post("/v1/contacts/search", json!({ "email": "ADA@example.org" })).await.expect(200).json();
    assert_eq!(found["items"], json!([ada]));
    let found = service.post("/v1/contacts/search", json!({ "name": "byron" })).await.expect(200).json();
    assert_eq!(found["items"], json!([]));
}

async fn the_stricter_consent_wins(service: Service) {
    for (number, (one, other, holds)) in [
        (Some(("given", "telephone")), Some(("withdrawn", "telephone")), "withdrawn"),
        (Some(("given", "telephone")), Some(("given", "web_form")), "pending"),
        (Some(("withdrawn", "email")), Some(("given", "web_form")), "withdrawn"),
        (Some(("given", "paper")), None, "given"),
    ]
    .into_iter()
    .enumerate()
    {
        for turned in [false, true] {
            let email = |who: &str| json!({ "name": "Ada", "email": format!("{who}{number}{turned}@example.org") });
            let (into, from) = (person(&service, email("a")).await, person(&service, email("b")).await);
            let (own, others) = if turned { (other, one) } else { (one, other) };
            if let Some((decision, method)) = own {
                decide(&service, &into, decision, method).await;
            }
            let before = match others {
                Some((decision, method)) => Some(decide(&service, &from, decision, method).await),
                None => None,
            };
            merge(&service, &into, &from).await.expect(200);
            let consent = consent_of(&service, &into).await;
            assert_eq!(consent["state"], holds, "{number} {turned}");
            if let Some(before) = before {
                // The decisions of the other are where they were, and the new one names what it repeats.
                let path = format!("/v1/consents/{}/history", before["id"].as_str().unwrap());
                let kept = service.get(&path).await.expect(200).json();
                assert_eq!(kept["items"][0]["id"], before["decision_id"]);
                let path = format!("/v1/consents/{}/history", consent["id"].as_str().unwrap());
                let history = service.get(&path).await.expect(200).json();
                let newest = &history["items"][0];
                if let Some(from) = newest.get("merged_from") {
                    assert_eq!(*from, before["decision_id"]);
                    assert_eq!(newest["wording_sha256"], kept["items"][0]["wording_sha256"]);
                }
            }
            let path = format!("/v1/consents/{}/receipt", consent["id"].as_str().unwrap());
            let receipt = service.get(&path).await.expect(200).text();
            let verified = service.request("POST", "/v1/receipts/verification").json(&json!({ "receipt": receipt }));
            assert_eq!(verified.send().await.expect(200).json()["valid"], true);
            let then = service.get(&format!("/v1/consents?contact_id={into}&as_at={}", service.now())).await;
            assert_eq!(then.expect(200).json()["items"][0]["state"], holds);
            let check = json!({ "purpose": "newsletter", "contact_ids": [from] });
            let check = service.post("/v1/consents/check", check).await.expect(200).json();
            assert_eq!(check["results"][0]["result"], "denied");
        }
    }
}

async fn a_withdrawal_reaches_the_person_under_either_id(service: Service) {
    let into = person(&service, json!({ "name": "Ada", "email": "ada@example.org" })).await;
    let from = person(&service, json!({ "name": "Ada", "email": "byron@example.org" })).await;
    decide(&service, &from, "given", "telephone").await;
    merge(&service, &into, &from).await.expect(200);
    let grant = json!({
        "contact_id": from, "purpose": "newsletter", "decision": "given", "method": "email", "wording": "Yes",
    });
    let refused = service.post("/v1/consents", grant).await.problem(410, "merged").json();
    assert_eq!(refused["merged_into"], json!(into));
    let consent = decide(&service, &from, "withdrawn", "telephone").await;
    assert_eq!((&consent["contact_id"], &consent["state"]), (&json!(into), &json!("withdrawn")));
    assert_eq!(consent_of(&service, &into).await["state"], "withdrawn");
}

async fn marks_of_both_addresses_stay_in_force(service: Service) {
    let erased = person(&service, json!({ "name": "Ada", "email": "ada@example.org" })).await;
    let path = format!("/v1/contacts/{erased}");
    service.request("DELETE", &path).token(&service.staff()).if_match("\"1\"").send().await.expect(204);
    let from = person(&service, json!({ "name": "Ada", "email": "ada@example.org" })).await;
    let into = person(&service, json!({ "name": "Ada", "email": "byron@example.org" })).await;
    decide(&service, &into, "given", "telephone").await;
    merge(&service, &into, &from).await.expect(200);
    let check = json!({ "purpose": "newsletter", "contact_ids": [into] });
    let check = service.post("/v1/consents/check", check).await.expect(200).json();
    assert_eq!(check["results"][0]["code"], "suppressed");
    let csv = "name,email\nAda,ada@example.org\nAda,byron@example.org\n";
    let import = service.request("POST", "/v1/contacts/imports").token(&service.staff()).body("text/csv", csv);
    let import = import.send().await.expect(200).json();
    assert_eq!(import["results"][0]["result"], "suppressed");
    assert_eq!(import["results"][1]["result"], "suppressed");
}

async fn what_cannot_be_merged_is_refused(service: Service) {
    let ada = person(&service, json!({ "name": "Ada", "email": "ada@example.org" })).await;
    let bob = person(&service, json!({ "name": "Bob", "email": "bob@example.org" })).await;
    assert_eq!(merge(&service, &ada, &ada).await.problem(422, "invalid").faults(), ["/from_contact_id same_contact"]);
    let nobody = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
    let unknown = merge(&service, &ada, nobody).await.problem(422, "invalid");
    assert_eq!(unknown.faults(), ["/from_contact_id unknown_reference"]);
    merge(&service, nobody, &ada).await.problem(404, "not_found");
    let path = format!("/v1/contacts/{bob}");
    service.request("DELETE", &path).token(&service.staff()).if_match("\"1\"").send().await.expect(204);
    merge(&service, &ada, &bob).await.problem(410, "erased");
    merge(&service, &bob, &ada).await.problem(410, "erased");
    let merge = service.request("POST", &format!("/v1/contacts/{ada}/merge")).token(&service.council());
    let refused = merge.json(&json!({ "from_contact_id": bob })).send().await.problem(403, "forbidden");
    assert_eq!(refused.json()["permission"], "contacts:merge");
}

async fn a_chain_of_merges_leads_to_the_person(service: Service) {
    let mut ids = Vec::new();
    for number in 0..3 {
        let email = format!("ada{number}@example.org");
        ids.push(person(&service, json!({ "name": "Ada", "email": email })).await);
    }
    merge(&service, &ids[1], &ids[0]).await.expect(200);
    merge(&service, &ids[2], &ids[1]).await.expect(200);
    for gone in &ids[..2] {
        let problem = service.get(&format!("/v1/contacts/{gone}")).await.problem(410, "merged").json();
        assert_eq!(problem["merged_into"], json!(ids[2]));
    }
    merge(&service, &ids[2], &ids[0]).await.problem(410, "merged");
    // Erasing the person marks every address that they had.
    let path = format!("/v1/contacts/{}", ids[2]);
    service.request("DELETE", &path).token(&service.staff()).if_match("\"2\"").send().await.expect(204);
    let csv = "name,email\nAda,ada0@example.org\nAda,ada1@example.org\nAda,ada2@example.org\n";
    let import = service.request("POST", "/v1/contacts/imports").token(&service.staff()).body("text/csv", csv);
    let import = import.send().await.expect(200).json();
    for row in import["results"].as_array().unwrap() {
        assert_eq!(row["result"], "suppressed");
    }
}
