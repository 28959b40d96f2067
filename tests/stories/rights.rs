//! Which right applies to which purpose, by the basis that is recorded.

use chrono::Duration;
use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};

use crate::harness::people::{grant, text};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_contact_without_a_purpose_has_its_rights_listed,
    consent_and_contract_give_different_rights,
    what_does_not_apply_names_what_does,
    a_restricted_person_has_rights_and_no_other_persons,
}

async fn rights(service: &Service, contact: &str) -> Value {
    service.get(&format!("/v1/contacts/{contact}/rights")).await.expect(200).json()
}

fn purposes(rights: &Value) -> Vec<(String, String)> {
    let of = |purpose: &Value| (text(purpose, "purpose"), text(purpose, "lawful_basis"));
    rights["purposes"].as_array().unwrap().iter().map(of).collect()
}

fn ruling<'a>(purpose: &'a Value, right: &str) -> &'a Value {
    purpose["rights"].as_array().unwrap().iter().find(|ruled| ruled["right"] == right).unwrap()
}

async fn member(service: &Service, contact: &str) {
    let asked = json!({ "code": "adass", "name": "ADASS", "description": "Directors." });
    let network = text(&service.post("/v1/networks", asked).await.expect(201).json(), "id");
    let path = format!("/v1/networks/{network}/memberships");
    service.post(&path, json!({ "contact_id": contact })).await.expect(201);
}

async fn a_contact_without_a_purpose_has_its_rights_listed(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let told = json!({ "contact_id": ada, "notice_version": "2019-01-29", "purposes": [] });
    assert_eq!(rights(&service, &ada).await, told);
    let looks = service.audit(&format!("contact_id={ada}&action=contacts.rights")).await;
    assert_eq!(looks.len(), 1);
}

async fn consent_and_contract_give_different_rights(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "professional_networks").await;
    service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201);
    service.withdraw(&ada, "trade_articles").await;
    member(&service, &ada).await;
    let rights = rights(&service, &ada).await;
    let expected = [
        ("newsletter", "consent"),
        ("trade_articles", "consent"),
        ("professional_networks", "consent"),
        ("professional_networks", "contract"),
    ];
    let expected = expected.map(|(purpose, basis)| (purpose.to_owned(), basis.to_owned()));
    assert_eq!(purposes(&rights), expected, "in the notice's order");
    let (consent, contract) = (&rights["purposes"][2], &rights["purposes"][3]);
    for purpose in [consent, contract] {
        assert_eq!(purpose["rights"].as_array().unwrap().len(), 8);
        for right in ["access", "rectification", "erasure", "restriction", "portability", "direct_marketing_objection"]
        {
            let ruled = ruling(purpose, right);
            assert_eq!((&ruled["applies"], ruled.get("instead")), (&json!(true), None), "{right}");
        }
    }
    assert_eq!(ruling(consent, "erasure")["article"], "UK GDPR Article 17(1)(b)");
    assert_eq!(ruling(contract, "erasure")["article"], "UK GDPR Article 17(1)(a)");
    assert_eq!(ruling(consent, "withdrawal_of_consent")["applies"], true);
    // A purpose that the notice in force no longer has is no person's purpose.
    let notice = json!({ "version": "2026-12-01", "effective_on": "2026-12-15", "purposes": [{
        "code": "newsletter", "lawful_basis": ["consent"], "data": ["Name"], "recipients": [],
        "retention": "Six years", "change": "minor" }] });
    service.post("/v1/privacy-notices", notice).await.expect(201);
    let publish = service.request("POST", "/v1/privacy-notices/2026-12-01/publication").token(&service.council());
    publish.send().await.expect(200);
    service.hands.advance(Duration::days(30));
    let later = self::rights(&service, &ada).await;
    assert_eq!((&later["notice_version"], purposes(&later).len()), (&json!("2026-12-01"), 1));
}

async fn what_does_not_apply_names_what_does(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    member(&service, &ada).await;
    let rights = rights(&service, &ada).await;
    for (at, right, instead) in [
        (0, "objection", "withdrawal_of_consent"),
        (1, "objection", "erasure"),
        (1, "withdrawal_of_consent", "erasure"),
    ] {
        let ruled = ruling(&rights["purposes"][at], right);
        assert_eq!((&ruled["applies"], &ruled["instead"]), (&json!(false), &json!(instead)), "{at} {right}");
        assert!(text(ruled, "why").ends_with('.') && text(ruled, "article").starts_with("UK GDPR Article "));
    }
}

async fn a_restricted_person_has_rights_and_no_other_persons(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    let before = rights(&service, &ada).await;
    service.restrict(&ada, RestrictionGround::AccuracyContested).await.unwrap();
    assert_eq!(rights(&service, &ada).await, before);
    let path = |id: &str| format!("/v1/contacts/{id}/rights");
    service.request("GET", &path(&ada)).token(&service.council()).send().await.expect(200);
    service.get(&path("01937a5e-8f00-7c3a-9d55-3f2a60b1c901")).await.problem(404, "not_found");
    let bob = service.sign_up("Bob", "bob@example.org").await;
    service.delete(&bob).await.expect(204);
    service.get(&path(&bob)).await.problem(410, "erased");
}
