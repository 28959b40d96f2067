//! The link at the foot of every mail.

use serde_json::{Value, json};

use crate::harness::{Service, on_both_engines};

on_both_engines! {
    one_click_withdraws_one_purpose,
    the_body_says_one_click_or_nothing,
    a_link_is_ours_and_not_too_old,
    a_link_of_a_merged_contact_still_works,
}

async fn subscriber(service: &Service, email: &str) -> String {
    let source = json!({ "kind": "self", "obtained_on": "2026-11-01" });
    let asked = json!({ "name": "Ada", "email": email, "source": source });
    let id = service.post("/v1/contacts", asked).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    for purpose in ["newsletter", "trade_articles"] {
        let asked = json!({
            "contact_id": id, "purpose": purpose, "decision": "given", "method": "telephone", "wording": "Yes",
            "evidence_ref": "Call 1",
        });
        service.post("/v1/consents", asked).await.expect(201);
    }
    id
}

/// The path of the link that the audience carries for the only person in it.
async fn link(service: &Service) -> String {
    let line = service.get("/v1/audiences/newsletter").await.expect(200).text();
    let member: Value = serde_json::from_str(line.trim()).unwrap();
    member["unsubscribe_url"].as_str().unwrap().strip_prefix("https://iewm.example").unwrap().to_owned()
}

async fn states(service: &Service, contact: &str) -> Vec<(String, String)> {
    let listed = service.get(&format!("/v1/consents?contact_id={contact}")).await.expect(200).json();
    let consents = listed["items"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut states: Vec<_> = consents.map(|consent| (text(&consent["purpose"]), text(&consent["state"]))).collect();
    states.sort();
    states
}

async fn one_click_withdraws_one_purpose(service: Service) {
    let ada = subscriber(&service, "ada@example.org").await;
    let link = link(&service).await;
    let shown = service.request("GET", &link).send().await.expect(200).json();
    assert_eq!(shown, json!({ "purpose": "newsletter", "state": "given" }));
    for _ in 0..3 {
        let done = service.request("POST", &link).send().await.expect(200).json();
        assert_eq!(done, json!({ "purpose": "newsletter", "state": "withdrawn" }));
    }
    let expected = [("newsletter", "withdrawn"), ("trade_articles", "given")];
    assert_eq!(states(&service, &ada).await, expected.map(|(purpose, state)| (purpose.to_owned(), state.to_owned())));
    let consents = service.get(&format!("/v1/consents?contact_id={ada}&purpose=newsletter")).await.expect(200).json();
    let path = format!("/v1/consents/{}/history", consents["items"][0]["id"].as_str().unwrap());
    let history = service.get(&path).await.expect(200).json();
    assert_eq!(history["items"].as_array().unwrap().len(), 2);
    assert_eq!(history["items"][0]["recorded_by"], "link:unsubscribe");
    assert_eq!(history["items"][0]["method"], "email");
    assert_eq!(service.get("/v1/audiences/newsletter").await.expect(200).text(), "");
}

async fn the_body_says_one_click_or_nothing(service: Service) {
    subscriber(&service, "ada@example.org").await;
    let link = link(&service).await;
    let post = |media_type: &str, body: &str| service.request("POST", &link).body(media_type, body).send();
    let form = "application/x-www-form-urlencoded";
    post(form, "List-Unsubscribe=Two-Clicks").await.problem(422, "invalid");
    post(form, "purpose=trade_articles").await.problem(422, "invalid");
    post(form, "List-Unsubscribe=One-Click&purpose=trade_articles").await.problem(422, "invalid");
    post("application/json", "{}").await.problem(422, "invalid");
    assert_eq!(service.request("GET", &link).send().await.expect(200).json()["state"], "given");
    post(form, "List-Unsubscribe=One-Click").await.expect(200);
    let part = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    post("multipart/form-data; boundary=b", part).await.expect(200);
}

#[test]
fn the_document_says_that_the_form_is_closed() {
    let document = serde_json::to_value(iewm::app::openapi()).unwrap();
    let content = &document["paths"]["/v1/unsubscribe/{token}"]["post"]["requestBody"]["content"];
    for media_type in ["application/x-www-form-urlencoded", "multipart/form-data"] {
        assert_eq!(content[media_type]["schema"]["additionalProperties"], false, "{media_type}");
    }
}

async fn a_link_is_ours_and_not_too_old(service: Service) {
    subscriber(&service, "ada@example.org").await;
    let link = link(&service).await;
    for forged in ["/v1/unsubscribe/nonsense".to_owned(), format!("{link}AAAA"), link.replacen('A', "B", 1)] {
        if forged != link {
            service.request("GET", &forged).send().await.problem(404, "not_found");
            service.request("POST", &forged).send().await.problem(404, "not_found");
        }
    }
    service.hands.advance(chrono::Duration::days(6 * 365));
    service.request("GET", &link).send().await.expect(200);
    service.hands.advance(chrono::Duration::days(2));
    service.request("GET", &link).send().await.problem(410, "gone");
    service.request("POST", &link).send().await.problem(410, "gone");
}

async fn a_link_of_a_merged_contact_still_works(service: Service) {
    let from = subscriber(&service, "ada@example.org").await;
    let link = link(&service).await;
    let into = subscriber(&service, "byron@example.org").await;
    let asked = json!({ "from_contact_id": from });
    service.post(&format!("/v1/contacts/{into}/merge"), asked).await.expect(200);
    service.request("POST", &link).send().await.expect(200);
    let expected = [("newsletter", "withdrawn"), ("trade_articles", "given")];
    assert_eq!(states(&service, &into).await, expected.map(|(purpose, state)| (purpose.to_owned(), state.to_owned())));
}
