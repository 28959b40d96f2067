//! What is done about a draft at one time.

use serde_json::json;
use tokio::join;

use super::{record, redaction};
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    of_two_redactions_at_once_both_or_one_are_made,
    a_redaction_is_in_the_released_package_or_refused,
    a_package_is_released_once,
    a_key_redacts_and_releases_once,
}

async fn of_two_redactions_at_once_both_or_one_are_made(service: Service) {
    let (_, path) = service.drafted("access").await;
    let complaint = record(&service.draft(&path).await.expect(200).json(), "complaints");
    let (one, other) = (json!([redaction(&format!("{complaint}/details"))]), json!([redaction("/search/elsewhere")]));
    let (one, other) = join!(service.redact(&path, &one), service.redact(&path, &other));
    assert_eq!((one.status, other.status), (201, 201));
    let draft = service.draft(&path).await.expect(200).json();
    assert_eq!(draft["withheld"].as_array().unwrap().len(), 2);
    assert!(!draft.to_string().contains("Dorset"), "{draft}");
    assert_eq!(draft["search"]["elsewhere"], "[Left out: it is about another person]");
    // Of two that name the same, one is made.
    let same = json!([redaction(&format!("{complaint}/channel"))]);
    let (one, other) = join!(service.redact(&path, &same), service.redact(&path, &same));
    let mut both = [one.status, other.status];
    both.sort_unstable();
    assert_eq!(both, [201, 422]);
    assert_eq!(service.count("subject_request_redactions"), 3);
}

async fn a_redaction_is_in_the_released_package_or_refused(service: Service) {
    for _ in 0..4 {
        let (ada, path) = service.drafted("access").await;
        // The contacts of the rounds before had the same address.
        service.no_match(&path).await;
        let complaint = record(&service.draft(&path).await.expect(200).json(), "complaints");
        let late = json!([redaction(&format!("{complaint}/details"))]);
        let (redacted, released) = join!(service.redact(&path, &late), service.released(&path));
        released.expect(200);
        let given = service.by_council("GET", &path, "").await.expect(200).json();
        let left_out = given["withheld"].as_array().unwrap().len() == 1;
        assert_eq!(left_out, redacted.status == 201, "{}", redacted.text());
        assert_eq!(left_out, !given.to_string().contains("Dorset"));
        let status = text(&service.get(&path).await.json(), "status");
        assert_eq!(status, if left_out { "partially_completed" } else { "completed" });
        service.redact(&path, &late).await.problem(409, "illegal_transition");
        service.correct(&ada, json!({ "email": null, "telephone": "01905 765765" })).await;
    }
}

async fn a_package_is_released_once(service: Service) {
    let (_, path) = service.drafted("access").await;
    let (one, other) = join!(service.released(&path), service.released(&path));
    let refused = if one.status == 200 { other } else { one };
    refused.problem(409, "illegal_transition");
    assert_eq!(service.count("messages"), 3, "one acknowledgement, one answer, one link");
    assert_eq!(
        service
            .audit("action=subject_requests.release_package")
            .await
            .iter()
            .filter(|entry| entry["outcome"] == "done")
            .count(),
        1
    );
}

async fn a_key_redacts_and_releases_once(service: Service) {
    let (_, path) = service.drafted("access").await;
    let keyed = async |way: &str, body: &serde_json::Value, key: &str| {
        let request = service.request("POST", &format!("{path}/package{way}")).token(&service.council());
        request.header("Idempotency-Key", key).json(body).send().await
    };
    let redactions = json!([redaction("/search/elsewhere")]);
    let made = keyed("/redactions", &redactions, "redact-01").await.expect(201).json();
    let again = keyed("/redactions", &redactions, "redact-01").await.expect(201);
    assert_eq!((again.header("idempotent-replayed"), again.json()), ("true".to_owned(), made));
    let done = keyed("/release", &json!({}), "release-1").await.expect(200).json();
    let again = keyed("/release", &json!({}), "release-1").await.expect(200);
    assert_eq!(
        (again.header("idempotent-replayed"), again.json()["status"].clone()),
        ("true".to_owned(), done["status"].clone())
    );
    let built = keyed("", &json!({}), "build-001").await.problem(409, "illegal_transition");
    assert_eq!(built.json()["allowed_transitions"], json!([]));
}
