//! After an upgrade the next start computes the keyed indexes that a migration could not.

use diesel::connection::SimpleConnection;

use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    contacts_of_an_older_version_are_indexed_by_the_next_start,
}

async fn contacts_of_an_older_version_are_indexed_by_the_next_start(mut service: Service) {
    let hal = service.sign_up_by_number("Hal Tel", "01905 765765").await;
    let ann = service.sign_up("Ann", "ann@example.org").await;
    let before = (service.cells("contacts", "named_number"), service.get(&format!("/v1/contacts/{hal}")).await.etag());
    let older = "UPDATE contacts SET named_number = NULL, email_index = NULL; \
                 INSERT INTO records_to_index SELECT 'contacts', id FROM contacts";
    match service.engine {
        Engine::Sqlite => service.sqlite().batch_execute(older).unwrap(),
        Engine::Postgres => service.postgres().batch_execute(older).unwrap(),
    }
    service.restart().await;
    assert_eq!(service.left_to_index(), 0);
    let after = (service.cells("contacts", "named_number"), service.get(&format!("/v1/contacts/{hal}")).await.etag());
    assert_eq!(before, after, "as if they had just come, in the same version");
    let rows = service.import("name,email\nAnn,ann@example.org\n").await;
    assert_eq!(rows[0]["contact_id"].as_str(), Some(ann.as_str()));
    assert!(service.erase(&hal, Vec::new()).await.erased);
    assert_eq!(service.import("name,telephone\nHal Tel,01905 765765\n").await[0]["result"], "suppressed");
}
