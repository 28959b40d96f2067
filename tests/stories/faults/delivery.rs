//! Several processes deliver from one outbox.

use std::collections::BTreeSet;

use super::Ground;
use crate::harness::Engine;
use crate::harness::mail::MailServer;
use crate::harness::people::{grant, person, text};
use crate::harness::served::Served;

/// SQLite has one process; `mailing` has several claims at once there.
#[actix_web::test]
async fn three_processes_on_one_postgres_send_each_message_once() {
    let Some(ground) = Ground::of(Engine::Postgres) else { return };
    let server = MailServer::start();
    let mut first = Served::start(&ground.url(), &[("MAIL__SMTP_URL", &server.url)]);
    let key = first.folder().join("master.key").display().to_string();
    let more = [("MAIL__SMTP_URL", server.url.as_str()), ("VAULT__MASTER_KEY_FILE", &key)];
    let mut others = [Served::start(&ground.url(), &more), Served::start(&ground.url(), &more)];
    for at in 0..30 {
        let made = first.post("/v1/contacts", &person("Ada", &format!("person{at}@example.org"))).send().await;
        let id = text(&made.expect(201).json(), "id");
        first.post("/v1/consents", &grant(&id, "newsletter", "web_form")).send().await.expect(201);
    }
    server.until_taken(30);
    // Told to stop, each ends what it has in hand; then nothing can be on its way.
    for served in &mut others {
        assert!(served.process.stop("TERM").success());
    }
    assert!(first.again("TERM").success());
    let taken = server.taken();
    let addressed: BTreeSet<String> = taken.iter().map(|mail| mail.header("To")).collect();
    assert_eq!((taken.len(), addressed.len()), (30, 30), "each got one mail");
    assert_eq!(first.all("/v1/messages?status=sent").await.len(), 30);
    assert!(first.all("/v1/messages?status=queued").await.is_empty());
}
