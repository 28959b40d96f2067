//! An old backup of the data beside the present vault: whoever was erased cannot be read in it, and is erased again before
//! it is used.

use diesel::connection::SimpleConnection;
use iewm::policy::erasure::{Fate, rule_of};

use super::canaries::plant;
use crate::harness::people::text;
use crate::harness::{Engine, Service, on_both_engines};
use crate::secrecy::dump;
use crate::secrecy::needles::{CANARIES, Needles};

on_both_engines! {
    a_restored_backup_cannot_be_read_and_is_erased_again,
}

/// Copies the tables of the data, not the vault's, into a schema of their own.
const BACK_UP: &str = "CREATE SCHEMA backup; DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE backup.%I AS SELECT * FROM public.%I', one, one);
    END LOOP; END $$";

/// Puts them back, as a restore does: no trigger and no reference is asked.
const RESTORE: &str = "SET session_replication_role = replica; DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'backup' LOOP
        EXECUTE format('DELETE FROM public.%I', one);
        EXECUTE format('INSERT INTO public.%I SELECT * FROM backup.%I', one, one);
    END LOOP; END $$; DROP SCHEMA backup CASCADE";

async fn a_restored_backup_cannot_be_read_and_is_erased_again(service: Service) {
    let canary = plant(&service).await;
    let bob = service.sign_up("Bob", "bob@example.org").await;
    let backups = tempfile::tempdir().unwrap();
    match service.engine {
        Engine::Postgres => service.postgres().batch_execute(BACK_UP).unwrap(),
        Engine::Sqlite => {
            service.empty_journals();
            std::fs::copy(service.directory().join("iewm.db"), backups.path().join("iewm.db")).unwrap();
        }
    }
    assert!(service.erase(&canary.contact, Vec::new()).await.erased);
    // Whoever came after the backup is not in it.
    service.sign_up("Cat", "cat@example.org").await;
    service.house.flush_looks().await;

    let restored = match service.engine {
        Engine::Postgres => {
            let mut service = service;
            service.postgres().batch_execute(RESTORE).unwrap();
            let person = Needles::of(CANARIES);
            dump::search_postgres(&person, &service.database_url);
            assert!(!service.cells("contacts", "particulars").is_empty(), "the blobs are back");
            service.restart().await;
            service
        }
        Engine::Sqlite => {
            service.empty_journals();
            for file in ["iewm-vault.db", "master.key"] {
                std::fs::copy(service.directory().join(file), backups.path().join(file)).unwrap();
            }
            dump::search_files(&Needles::of(CANARIES), backups.path());
            Service::restored(backups, None, service.now()).await
        }
    };
    restored.get(&format!("/v1/contacts/{}", canary.contact)).await.problem(410, "erased");
    let contacts = restored.items("/v1/contacts").await;
    assert_eq!(contacts.len(), 1, "and nobody else is harmed");
    assert_eq!((text(&contacts[0], "id"), text(&contacts[0], "name")), (bob, "Bob".to_owned()));
    for table in ["memberships", "preference_links", "messages", "consent_confirmations"] {
        assert_eq!(rule_of(table).unwrap().fate, Fate::Erase);
        assert_eq!(restored.counts().iter().find(|(name, _)| name.ends_with(table)).unwrap().1, &0, "{table}");
    }
    assert!(restored.cells("consent_decisions", "evidence").is_empty());
    assert!(!restored.cells("suppressions", "mark").is_empty());
    let entries = restored.audit(&format!("contact_id={}&action=erasures.repeat", canary.contact)).await;
    assert_eq!(entries.len(), 1);
}
