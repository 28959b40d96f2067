//! Audiences for contractors: only under an agreement that names the purpose, with a disclosure for each person and a record of each
//! page.

use iewm::domain::{DisclosureBatchId, OrganisationId};
use iewm::platform::transaction::ReadTx;
use iewm::resources::disclosures::batches::store as batches;
use serde_json::{Value, json};

use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_contractor_reads_an_audience_that_its_agreement_names,
    an_audience_leaves_out_people_who_refuse,
    without_such_an_agreement_there_is_no_audience,
}

const PATH: &str = "/v1/audiences/newsletter";

/// A contractor for mailings, and Ada and Grace, who get the newsletter.
async fn mailing(service: &Service) -> (OrganisationId, String, [String; 2]) {
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let grace = service.sign_up("Grace", "grace@example.org").await;
    for contact in [&ada, &grace] {
        service.give(contact, "newsletter").await;
    }
    let mailer = service.organisation("Brightwater Mailing", "approved_contractor").await;
    let agreement = service.live_agreement(mailer, &["newsletter"], &["name", "email"]).await;
    (mailer, agreement, [ada, grace])
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn a_contractor_reads_an_audience_that_its_agreement_names(service: Service) {
    let (mailer, agreement, [ada, grace]) = mailing(&service).await;
    let answer = service.get_as(mailer, PATH).await.expect(200);
    let mut seen: Vec<String> =
        lines(&answer.text()).iter().map(|line| line["contact_id"].as_str().unwrap().to_owned()).collect();
    seen.sort();
    assert_eq!(seen, [ada, grace]);
    let batch: DisclosureBatchId = answer.header("disclosure-batch").parse().unwrap();
    let named = service.state.job("story").read(move |tx: &mut ReadTx<'_>| batches::named(tx, batch)).await.unwrap();
    assert_eq!(named.unwrap().contacts.len(), 2);
    let shared = service.get_as(mailer, "/v1/shared-contacts?purpose=newsletter").await.expect(200).json();
    assert_eq!(shared["items"][0]["disclosures"][0]["fields"], json!(["name", "email"]));

    let csv = service.request("GET", PATH).token(&service.contractor(mailer)).header("Accept", "text/csv");
    let csv = csv.send().await.expect(200);
    assert!(csv.text().lines().count() == 3 && !csv.header("disclosure-batch").is_empty(), "{}", csv.text());
    assert_eq!(service.get(PATH).await.expect(200).header("disclosure-batch"), "", "staff make no disclosure");

    service.council_verb(&agreement, "suspension", None).await.expect(200);
    service.get_as(mailer, PATH).await.problem(404, "not_found");
}

async fn an_audience_leaves_out_people_who_refuse(service: Service) {
    let (mailer, _, [ada, _]) = mailing(&service).await;
    let refusal = format!("/v1/contacts/{ada}/sharing-refusals/approved_contractor");
    service.request("PUT", &refusal).token(&service.staff()).send().await.expect(204);
    let seen = lines(&service.get_as(mailer, PATH).await.expect(200).text());
    assert!(seen.len() == 1 && seen[0]["name"] == "Grace", "{seen:?}");
    assert_eq!(lines(&service.get(PATH).await.expect(200).text()).len(), 2);
}

async fn without_such_an_agreement_there_is_no_audience(service: Service) {
    let (_, _, _) = mailing(&service).await;
    let other = service.organisation("Another", "approved_contractor").await;
    service.get_as(other, PATH).await.problem(404, "not_found");
    service.live_agreement(other, &["trade_articles"], &["name", "email"]).await;
    service.get_as(other, PATH).await.problem(404, "not_found");
    service.live_agreement(other, &["newsletter"], &["name", "telephone"]).await;
    service.get_as(other, PATH).await.problem(404, "not_found");
    assert_eq!(service.get_as(other, "/v1/audiences/nothing").await.status, 404);
}
