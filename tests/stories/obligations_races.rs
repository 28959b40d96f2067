//! Recipients who answer at the same moment.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    of_two_acknowledgements_at_once_one_is_recorded,
    an_acknowledgement_and_a_closure_exclude_each_other,
    the_last_two_recipients_complete_the_request_once,
    a_merge_and_the_last_answer_complete_the_request_once,
}

/// How often the steps of a request say that it was completed.
async fn completions(service: &Service, request: &str) -> usize {
    let steps = service.items(&format!("{request}/history")).await;
    steps.iter().filter(|step| step["kind"] == "completed").count()
}

async fn of_two_acknowledgements_at_once_one_is_recorded(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let venue = service.recipient("Guildhall").await;
    service.handed_to(&ada, &venue).await;
    let request = service.rectified(&ada).await;
    let own = service.obligations(&service.contractor(venue.id), "").await.remove(0);
    let (staff, contractor) = (service.staff(), service.contractor(venue.id));
    let both = (0..6).map(|n| service.acknowledge(if n % 2 == 0 { &contractor } else { &staff }, &own, "corrected"));
    let answers = join_all(both).await;
    let codes: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(codes.iter().filter(|&&code| code == 200).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|&&code| code == 409).count(), 5, "{codes:?}");
    assert_eq!(completions(&service, &request).await, 1);
    assert_eq!(service.audit(&format!("contact_id={ada}&action=obligations.acknowledge")).await.len(), 1);
}

async fn an_acknowledgement_and_a_closure_exclude_each_other(service: Service) {
    let venue = service.recipient("Guildhall").await;
    for round in 0..4 {
        let ada = service.sign_up("Ada Lovelace", &format!("ada{round}@example.org")).await;
        service.handed_to(&ada, &venue).await;
        let request = service.rectified(&ada).await;
        let own = service.obligations(&service.contractor(venue.id), "").await.remove(0);
        let closure = format!("/v1/obligations/{}/closure", text(&own, "id"));
        let body = json!({ "reason": "disproportionate", "explanation": "It holds one name." });
        let (done, closed) =
            join(service.acknowledge(&service.contractor(venue.id), &own, "corrected"), service.post(&closure, body))
                .await;
        let mut codes = [done.status, closed.status];
        codes.sort_unstable();
        assert_eq!(codes, [200, 409]);
        let kept: Value = service.get(&format!("/v1/obligations/{}", text(&own, "id"))).await.expect(200).json();
        assert_ne!(kept["acknowledgement"].is_null(), kept["closure"].is_null(), "{kept}");
        assert_eq!(completions(&service, &request).await, 1);
    }
}

async fn the_last_two_recipients_complete_the_request_once(service: Service) {
    let (venue, caterer) = (service.recipient("Guildhall").await, service.recipient("Buttery").await);
    for round in 0..4 {
        let ada = service.sign_up("Ada Lovelace", &format!("ada{round}@example.org")).await;
        service.handed_to(&ada, &venue).await;
        service.handed_to(&ada, &caterer).await;
        let request = service.rectified(&ada).await;
        let (one, other) = (
            service.obligations(&service.contractor(venue.id), "").await.remove(0),
            service.obligations(&service.contractor(caterer.id), "").await.remove(0),
        );
        let (one, other) = join(
            service.acknowledge(&service.contractor(venue.id), &one, "corrected"),
            service.acknowledge(&service.contractor(caterer.id), &other, "not_held"),
        )
        .await;
        one.expect(200);
        other.expect(200);
        assert_eq!(service.request_status(&request).await, "completed");
        assert_eq!(completions(&service, &request).await, 1);
    }
}

async fn a_merge_and_the_last_answer_complete_the_request_once(service: Service) {
    let venue = service.recipient("Guildhall").await;
    for round in 0..4 {
        let ada = service.sign_up("Ada", &format!("a{round}@example.org")).await;
        let twin = service.sign_up("Ada", &format!("b{round}@example.org")).await;
        service.handed_to(&twin, &venue).await;
        let request = service.rectified(&twin).await;
        let own = service.obligations(&service.contractor(venue.id), "").await.remove(0);
        let merge = format!("/v1/contacts/{ada}/merge");
        let (merged, done) = join(
            service.post(&merge, json!({ "from_contact_id": twin })),
            service.acknowledge(&service.contractor(venue.id), &own, "corrected"),
        )
        .await;
        merged.expect(200);
        done.expect(200);
        assert_eq!(completions(&service, &request).await, 1);
        let kept = service.get(&format!("/v1/obligations/{}", text(&own, "id"))).await.expect(200).json();
        assert_eq!((&kept["contact_id"], &kept["status"]), (&json!(ada), &json!("acknowledged")));
    }
}
