//! An old backup of the data beside the present vault: an erased person cannot be read in it, and is erased again before
//! it is used.

use diesel::connection::SimpleConnection;
use iewm::domain::{AnsweredMatch, ContactId, Fate, MatchAnswer, RecordName};
use iewm::inventory::CARDS;
use iewm::policy::erasure::Said;
use iewm::resources::contacts::store::erasure;
use serde_json::json;
use tempfile::TempDir;

use super::canaries::plant;
use super::{EXECUTOR, PROPOSER, claim};
use crate::access_packages::asked;
use crate::harness::people::text;
use crate::harness::{Engine, Service, on_both_engines};
use crate::possible_matches::record;
use crate::secrecy::dump;
use crate::secrecy::needles::{CANARIES, Needles};

on_both_engines! {
    a_restored_backup_cannot_be_read_and_is_erased_again,
    what_a_plan_erased_in_part_is_erased_again_after_a_restore,
    what_a_plan_erased_in_part_is_erased_again_for_contacts_that_were_merged_since,
    what_was_answered_after_an_erasure_is_answered_again_after_a_restore,
    a_plan_that_the_vault_does_not_have_is_noted_by_the_next_start,
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

/// Backs up the data without the vault.
fn back_up(service: &Service) -> TempDir {
    let backups = tempfile::tempdir().unwrap();
    match service.engine {
        Engine::Postgres => service.postgres().batch_execute(BACK_UP).unwrap(),
        Engine::Sqlite => {
            service.empty_journals();
            std::fs::copy(service.directory().join("iewm.db"), backups.path().join("iewm.db")).unwrap();
        }
    }
    backups
}

/// Puts a backup of the data beside the present vault, and has `look` look at it before the service starts on it.
async fn restore(mut service: Service, backups: TempDir, look: impl Fn(&Service, &std::path::Path)) -> Service {
    service.state.flush_looks().await;
    match service.engine {
        Engine::Postgres => {
            service.postgres().batch_execute(RESTORE).unwrap();
            look(&service, backups.path());
            service.restart().await;
            service
        }
        Engine::Sqlite => {
            service.empty_journals();
            for file in ["iewm-vault.db", "master.key"] {
                std::fs::copy(service.directory().join(file), backups.path().join(file)).unwrap();
            }
            look(&service, backups.path());
            Service::restored(backups, None, service.now()).await
        }
    }
}

async fn a_restored_backup_cannot_be_read_and_is_erased_again(service: Service) {
    let canary = plant(&service).await;
    let bob = service.sign_up("Bob", "bob@example.org").await;
    let backups = back_up(&service);
    assert!(service.erase(&canary.contact, Vec::new()).await.erased);
    // The backup does not hold a contact that was created after it.
    service.sign_up("Cat", "cat@example.org").await;
    let restored = restore(service, backups, |service, files| {
        let person = Needles::of(CANARIES);
        if service.engine == Engine::Sqlite {
            return dump::search_files(&person, files);
        }
        dump::search_postgres(&person, &service.database_url);
        assert!(!service.cells("contacts", "particulars").is_empty(), "the blobs are back");
    })
    .await;
    restored.get(&format!("/v1/contacts/{}", canary.contact)).await.problem(410, "erased");
    let contacts = restored.items("/v1/contacts").await;
    assert_eq!(contacts.len(), 1, "no other contact changes");
    assert_eq!((text(&contacts[0], "id"), text(&contacts[0], "name")), (bob, "Bob".to_owned()));
    // A notice to a recipient is about no address of the person, and stays.
    let messages = restored.items("/v1/messages").await;
    assert!(messages.iter().all(|message| text(message, "kind").starts_with("obligation_")), "{messages:?}");
    for table in ["memberships", "preference_links", "sharing_allowance_links", "consent_confirmations"] {
        assert_eq!(CARDS.of(table).unwrap().on_erasure.fate(), Some(Fate::Erase));
        assert_eq!(restored.counts().iter().find(|(name, _)| name.ends_with(table)).unwrap().1, &0, "{table}");
    }
    assert!(restored.cells("consent_decisions", "evidence").is_empty());
    assert!(!restored.cells("suppressions", "mark").is_empty());
    let entries = restored.audit(&format!("contact_id={}&action=erasures.repeat", canary.contact)).await;
    assert_eq!(entries.len(), 1);
}

async fn what_a_plan_erased_in_part_is_erased_again_after_a_restore(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    let (one, other) = (service.network("adass").await, service.network("adcs").await);
    let (claimed, goes) = (service.join(&one, &ada, "Dudley").await, service.join(&other, &ada, "Sandwell").await);
    let mut complaints = Vec::new();
    for _ in 0..2 {
        complaints.push(service.complain_as(json!({ "name": "Ada Lovelace" })).await);
        service.answer_complaint(complaints.last().unwrap()).await;
    }
    let [theirs, unsure] = <[String; 2]>::try_from(complaints).unwrap();
    let consent = text(&service.consent(&ada, "newsletter").await, "id");
    let copy = service.built(asked("access", &ada)).await;
    let backups = back_up(&service);

    let answered = |path: &str, answer| AnsweredMatch {
        record: RecordName { table: "complaints".to_owned(), id: path.rsplit('/').next().unwrap().parse().unwrap() },
        answer,
    };
    let said = Said {
        obstacles: vec![claim(Some(("memberships", &claimed)))],
        answers: vec![answered(&theirs, MatchAnswer::SamePerson), answered(&unsure, MatchAnswer::Unsure)],
        explanations_sha256: None,
    };
    let contact: ContactId = ada.parse().unwrap();
    let plan = service.state.job(PROPOSER).run(move |tx| erasure::propose(tx, contact, &said)).await.unwrap();
    assert!(!service.execute(EXECUTOR, &ada, &plan.plan_sha256).await.unwrap().erased);
    let back = |service: &Service, _: &std::path::Path| {
        if service.engine == Engine::Postgres {
            assert_eq!(service.cells("consent_decisions", "evidence").len(), 1, "it is back, and its key is there");
        }
    };
    let mut restored = restore(service, backups, back).await;
    for round in 0..2 {
        restored.get(&format!("/v1/memberships/{goes}")).await.problem(404, "not_found");
        restored.get(&format!("/v1/memberships/{claimed}")).await.expect(200);
        restored.get(&format!("/v1/consents/{consent}/receipt")).await.problem(410, "erased");
        assert!(restored.cells("consent_decisions", "evidence").is_empty(), "{round}");
        assert_eq!(restored.get(&format!("/v1/contacts/{ada}")).await.expect(200).json()["status"], "restricted");
        assert!(restored.get(&theirs).await.expect(200).json()["complainant"].is_null());
        assert_eq!(restored.get(&theirs).await.json()["contact_id"], json!(ada), "the answer is back too");
        restored.by_council("GET", &copy, "").await.problem(410, "gone");
        assert!(restored.get(&copy).await.expect(200).json()["requester"].is_null());
        let kept = restored.get(&unsure).await.expect(200).json();
        assert_eq!((&kept["restricted"], kept["complainant"].is_null()), (&json!(true), true));
        assert_eq!(restored.cells("complaints", "name_index").len(), 1, "the unsure one is kept whole");
        let entries = restored.audit(&format!("contact_id={ada}&action=erasures.repeat")).await;
        assert_eq!(entries.len(), 1, "once, and not at each start");
        restored.restart().await;
    }
    // Once nothing stands in the way, the rest goes as well.
    let plan = restored.propose(PROPOSER, &ada, Vec::new()).await.unwrap();
    let unanswered: Vec<_> = plan.plan.matches.iter().map(|found| found.record.id.to_string()).collect();
    assert_eq!(unanswered, [unsure.rsplit('/').next().unwrap()], "it is asked about again");
}

async fn what_a_plan_erased_in_part_is_erased_again_for_contacts_that_were_merged_since(service: Service) {
    let network = service.network("adass").await;
    let sign_up = async |name: &str, email: &str| {
        let contact = service.sign_up(name, email).await;
        service.give(&contact, "newsletter").await;
        contact
    };
    let old = [sign_up("Ada Byron", "byron@example.org").await, sign_up("Grace Murray", "murray@example.org").await];
    let ada = sign_up("Ada Lovelace", "ada@example.org").await;
    let claimed = service.join(&network, &ada, "Dudley").await;
    let bob = sign_up("Bob", "bob@example.org").await;
    let backups = back_up(&service);
    // The survivor of the second merge is not even in the backup.
    let grace = sign_up("Grace Hopper", "grace@example.org").await;
    let of_grace = service.join(&network, &grace, "Sandwell").await;
    for (from, into, membership) in [(&old[0], &ada, &claimed), (&old[1], &grace, &of_grace)] {
        service.post(&format!("/v1/contacts/{into}/merge"), json!({ "from_contact_id": from })).await.expect(200);
        assert!(!service.erase(into, vec![claim(Some(("memberships", membership)))]).await.erased);
    }
    let mut restored = restore(service, backups, |_, _| {}).await;
    for _ in 0..2 {
        for contact in [&old[0], &old[1], &ada] {
            let status = restored.get(&format!("/v1/contacts/{contact}")).await.expect(200).json()["status"].clone();
            assert_eq!(status, "restricted");
            let entries = restored.audit(&format!("contact_id={contact}&action=erasures.repeat")).await;
            assert_eq!(entries.len(), 1, "once, and not at each start");
        }
        assert_eq!(restored.get(&format!("/v1/contacts/{bob}")).await.expect(200).json()["status"], "active");
        assert_eq!(restored.cells("consent_decisions", "evidence").len(), 1, "Bob's alone");
        restored.get(&format!("/v1/memberships/{claimed}")).await.expect(200);
        restored.restart().await;
    }
}

async fn what_was_answered_after_an_erasure_is_answered_again_after_a_restore(service: Service) {
    let jan = service.sign_up("Jan Tel", "jan@example.org").await;
    let mut complaints = Vec::new();
    for _ in 0..2 {
        complaints.push(service.complain_as(json!({ "name": "Jan Tel" })).await);
        service.answer_complaint(complaints.last().unwrap()).await;
    }
    let [theirs, anothers] = <[String; 2]>::try_from(complaints).unwrap();
    let request = service.asked_by(&jan, "erasure").await;
    let answers = |of: [&str; 2]| {
        let answers = [(&theirs, of[0]), (&anothers, of[1])];
        json!({ "matches": answers.map(|(path, answer)| json!({ "record": record(path), "answer": answer })) })
    };
    service.erased_with(&request, answers(["unsure"; 2])).await;
    let backups = back_up(&service);
    service.erased_with(&request, answers(["same_person", "another_person"])).await;
    let mut restored = restore(service, backups, |_, _| {}).await;
    for _ in 0..2 {
        let gone = restored.get(&theirs).await.expect(200).json();
        assert_eq!((&gone["contact_id"], gone["complainant"].is_null()), (&json!(jan), true), "{gone}");
        let free = restored.get(&anothers).await.expect(200).json();
        assert!(free["restricted"].is_null() && free["complainant"].is_object(), "{free}");
        let entries = restored.audit(&format!("contact_id={jan}&action=erasures.repeat")).await;
        assert_eq!(entries.len(), 1, "once, and not at each start");
        restored.restart().await;
    }
}

async fn a_plan_that_the_vault_does_not_have_is_noted_by_the_next_start(mut service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let network = service.network("adass").await;
    let claimed = service.join(&network, &ada, "Dudley").await;
    let whole = service.sign_up("Bob", "bob@example.org").await;
    assert!(service.erase(&whole, Vec::new()).await.erased);
    assert_eq!(service.count("executed_plans"), 0, "destroyed keys tell of the others");
    service.erase(&ada, vec![claim(Some(("memberships", &claimed)))]).await;
    assert_eq!(service.count("executed_plans"), 1);
    // A crash between the commits of both files, or an older backup of the vault.
    service.sql("DELETE FROM vault.executed_plans").unwrap();
    for _ in 0..2 {
        service.restart().await;
        assert_eq!(service.count("executed_plans"), 1);
    }
    assert_eq!(service.audit("action=erasures.note").await.len(), 1);
    assert_eq!(service.audit("action=erasures.repeat").await.len(), 0, "nothing had come back");
}
