//! What is done with a link at one time.

use futures_util::future::join_all;
use serde_json::json;
use tokio::join;

use crate::harness::mail::MailServer;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    of_six_downloads_at_once_five_are_made,
    a_download_beside_an_erasure_is_whole_or_refused,
    wrong_numbers_at_once_are_all_counted,
}

async fn of_six_downloads_at_once_five_are_made(service: Service) {
    let (_, path, link) = service.mailed(&MailServer::start()).await;
    for _ in 0..3 {
        service.open(&link, "SR-2026-000001").await.expect(200);
    }
    let answers = join_all((0..3).map(|_| service.open(&link, "SR-2026-000001"))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 410]);
    assert_eq!(service.delivered_as(&path).await["downloads"].as_array().unwrap().len(), 5);
}

async fn a_download_beside_an_erasure_is_whole_or_refused(service: Service) {
    let (ada, path, link) = service.mailed(&MailServer::start()).await;
    let (opened, erased) = join!(service.open(&link, "SR-2026-000001"), service.delete(&ada));
    erased.expect(204);
    let downloads = service.delivered_as(&path).await["downloads"].as_array().unwrap().len();
    if opened.status == 200 {
        assert!(opened.json().to_string().contains("ada@example.org"));
        assert_eq!(downloads, 1);
    } else {
        opened.problem(410, "gone");
        assert_eq!(downloads, 0);
    }
    service.open(&link, "SR-2026-000001").await.problem(410, "gone");
}

async fn wrong_numbers_at_once_are_all_counted(service: Service) {
    let (_, path, link) = service.mailed(&MailServer::start()).await;
    let answers = join_all((0..7).map(|_| service.open(&link, "SR-2026-000009"))).await;
    let wrong = answers.iter().filter(|answer| answer.status == 422).count();
    let gone = answers.iter().filter(|answer| answer.status == 410).count();
    assert_eq!((wrong, gone), (5, 2));
    assert_eq!(service.delivered_as(&path).await["links"][0]["wrong_references"], json!(5));
    service.open(&link, "SR-2026-000001").await.problem(410, "gone");
}
