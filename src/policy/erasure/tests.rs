use super::*;
use crate::domain::{ErasurePlanId, RecordName};
use crate::inventory::CARDS;

/// A plan of a person whom no other record may be about.
fn plan(contact: ContactId, records: Vec<PersonalRecord>, obstacles: &[Obstacle]) -> Result<ErasurePlan, Error> {
    super::plan(CARDS, contact, records, obstacles, Vec::new())
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn contact() -> ContactId {
    ContactId::from_uuid(id(1))
}

fn records() -> Vec<PersonalRecord> {
    let record = |table, number, version| PersonalRecord { table, id: id(number), version };
    vec![
        record("memberships", 5, 1),
        record("contacts", 1, 3),
        record("consents", 2, 2),
        record("consent_decisions", 3, 0),
        record("memberships", 4, 1),
    ]
}

fn claim(record: Option<(&str, u128)>) -> Obstacle {
    let record = record.map(|(table, number)| RecordName { table: table.to_owned(), id: id(number) });
    Obstacle { record, ground: ErasureGround::LegalClaims, until: None }
}

fn counts(lines: &[PlannedRecords]) -> Vec<(&str, Option<usize>)> {
    lines.iter().map(|line| (line.record, line.count)).collect()
}

fn withheld(plan: &ErasurePlan) -> Vec<&str> {
    plan.withhold.iter().map(|line| line.record.table.as_str()).collect()
}

#[test]
fn without_obstacles_everything_has_its_fate() {
    let plan = plan(contact(), records(), &[]).unwrap();
    let erased = counts(&plan.erase);
    assert!(erased.contains(&("memberships", Some(2))) && erased.contains(&("vault.data_keys", None)), "{erased:?}");
    let anonymised: Vec<_> = counts(&plan.anonymise).into_iter().filter(|(_, count)| count.is_some()).collect();
    assert_eq!(anonymised, [("contacts", Some(1)), ("consents", Some(1)), ("consent_decisions", Some(1))]);
    assert!(counts(&plan.anonymise).contains(&("subject_requests", None)));
    assert!(counts(&plan.keep).contains(&("suppressions", None)));
    assert!(plan.erases_the_person());
}

#[test]
fn what_is_withheld_takes_the_person_with_it() {
    let whole = plan(contact(), records(), &[claim(None)]).unwrap();
    assert_eq!(whole.withhold.len(), 5);
    // Closed requests, copies of the person's data and words about recipients are emptied although the person is withheld.
    let emptied =
        ["registration_steps", "subject_requests", "subject_request_steps", "subject_request_packages", "obligations"];
    assert_eq!(counts(&whole.anonymise), emptied.map(|table| (table, None)));
    assert!(counts(&whole.erase).iter().all(|(table, _)| *table != "vault.data_keys"));

    let one = plan(contact(), records(), &[claim(Some(("memberships", 4)))]).unwrap();
    assert_eq!(withheld(&one), ["contacts", "memberships"]);
    assert!(counts(&one.erase).contains(&("memberships", Some(1))));
    assert!(!one.erases_the_person() && !counts(&one.anonymise).iter().any(|(table, _)| *table == "contacts"));

    // A record of another person has no effect.
    let others = plan(contact(), records(), &[claim(Some(("memberships", 9)))]).unwrap();
    assert_eq!(others, plan(contact(), records(), &[]).unwrap());
}

#[test]
fn each_ground_is_told_and_none_twice() {
    let access = Obstacle { ground: ErasureGround::AccessRequest, until: "2026-12-24".parse().ok(), record: None };
    let plan = plan(contact(), records(), &[claim(None), access.clone(), access, claim(None)]).unwrap();
    assert_eq!(plan.withhold.len(), 10);
    let told = serde_json::to_value(&plan.withhold).unwrap().to_string();
    assert!(told.contains("UKGDPR.17(3)(e)") && told.contains("DPA2018.173") && told.contains("2026-12-24"), "{told}");
}

#[test]
fn the_hash_is_of_the_state_and_not_of_its_order() {
    let hash = |records| plan(contact(), records, &[]).unwrap().sha256().unwrap();
    let first = hash(records());
    assert_eq!(first.len(), 64);
    let mut turned = records();
    turned.reverse();
    assert_eq!(hash(turned), first);
    let mut changed = records();
    changed[2].version += 1;
    assert_ne!(hash(changed), first);
    // As many as before, and yet others.
    let mut other = records();
    other[0].id = id(6);
    assert_ne!(hash(other), first);
    assert_ne!(plan(contact(), records(), &[claim(None)]).unwrap().sha256().unwrap(), first);
}

#[test]
fn another_person_executes_exactly_the_plan_that_was_proposed_last() {
    let now = plan(contact(), records(), &[claim(Some(("memberships", 4)))]).unwrap();
    let sha256 = now.sha256().unwrap();
    let facts = Facts { proposed: Some((sha256.clone(), Party::from(&Actor::Job("ada")))), plan: now.clone() };
    let code = |facts: &Facts, by, asked: &str| by_plan(facts, &Actor::Job(by), asked).unwrap_err().code();
    assert_eq!(code(&facts, "ada", &sha256), Code::SamePerson);
    assert_eq!(code(&facts, "bob", &"0".repeat(64)), Code::PlanStale);
    assert_eq!(code(&Facts { proposed: None, plan: now.clone() }, "bob", &sha256), Code::PlanStale);
    let changed = Facts { plan: plan(contact(), records(), &[]).unwrap(), ..facts.clone() };
    assert_eq!(code(&changed, "bob", &sha256), Code::PlanStale);
    let lawful = by_plan(&facts, &Actor::Job("bob"), &sha256).unwrap();
    assert_eq!(lawful.withheld, [("contacts", id(1)), ("memberships", id(4))]);
}

#[test]
fn only_whom_nothing_depends_on_is_erased_without_a_request() {
    let matches = with_matches().matches;
    assert!(without_request(false, &[], &[]).is_ok());
    for refused in [
        without_request(true, &[], &[]),
        without_request(false, &[claim(None)], &[]),
        without_request(false, &[], &matches),
    ] {
        assert_eq!(refused.unwrap_err().code, Code::ErasureRequestRequired);
    }
}

#[test]
fn a_table_without_a_rule_is_an_error() {
    let unknown = PersonalRecord { table: "visits", id: id(7), version: 1 };
    assert!(plan(contact(), vec![unknown], &[]).is_err());
}

#[test]
fn a_ground_is_written_as_its_code() {
    for ground in <ErasureGround as strum::VariantArray>::VARIANTS {
        assert_eq!(serde_json::to_value(ground).unwrap(), <&str>::from(ground));
    }
}

fn found(number: u128, answer: Option<MatchAnswer>) -> PossibleMatch {
    let record = RecordName { table: "complaints".to_owned(), id: id(number) };
    PossibleMatch { record, by: vec![MatchedBy::Name], answer }
}

/// A plan with one withheld record, and one match of each answer.
fn with_matches() -> ErasurePlan {
    let answers = [MatchAnswer::SamePerson, MatchAnswer::AnotherPerson, MatchAnswer::Unsure];
    let matches = (11..).zip(answers).map(|(number, answer)| found(number, Some(answer))).collect();
    super::plan(CARDS, contact(), records(), &[claim(Some(("memberships", 4)))], matches).unwrap()
}

#[test]
fn a_plan_waits_for_the_answer_to_each_match() {
    let judged = |answer| {
        let plan = super::plan(CARDS, contact(), records(), &[], vec![found(9, answer)]).unwrap();
        let sha256 = plan.sha256().unwrap();
        let facts = Facts { proposed: Some((sha256.clone(), Party::from(&Actor::Job("ada")))), plan };
        by_plan(&facts, &Actor::Job("bob"), &sha256)
    };
    assert_eq!(judged(None).unwrap_err().code(), Code::MatchesUnanswered);
    assert!(judged(Some(MatchAnswer::AnotherPerson)).unwrap().unsure.is_empty());
    let unsure = judged(Some(MatchAnswer::Unsure)).unwrap();
    assert_eq!((unsure.unsure[0].id, unsure.withheld.len()), (id(9), 0));
}

#[test]
fn a_match_that_stays_unsure_is_withheld_and_the_person_goes() {
    let plan = super::plan(CARDS, contact(), records(), &[], vec![found(9, Some(MatchAnswer::Unsure))]).unwrap();
    assert_eq!((withheld(&plan), plan.withhold[0].ground), (vec!["complaints"], ErasureGround::CannotIdentify));
    assert!(plan.erases_the_person() && plan.is_remembered());
    assert!(counts(&plan.erase).contains(&("vault.data_keys", None)), "the person's own key goes");
    assert!(!super::plan(CARDS, contact(), records(), &[], vec![found(9, None)]).unwrap().is_remembered());
}

#[test]
fn what_is_said_of_other_records_is_a_fault() {
    let name = |table: &str, number| RecordName { table: table.to_owned(), id: id(number) };
    let answer = |record| AnsweredMatch { record, answer: MatchAnswer::Unsure };
    let said = Said {
        obstacles: vec![claim(Some(("memberships", 4))), claim(Some(("memberships", 9))), claim(None)],
        answers: vec![answer(name("complaints", 11)), answer(name("memberships", 4)), answer(name("complaints", 11))],
        explanations_sha256: None,
    };
    let faults = serde_json::to_value(with_matches().faults_of(&said)).unwrap();
    let pointers: Vec<_> = faults.as_array().unwrap().iter().map(|fault| fault["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/withhold/1/record", "/matches/1/record", "/matches/2/record"]);
}

#[test]
fn an_executed_plan_tells_what_it_left() {
    const PLAN: ErasurePlanId = ErasurePlanId::from_uuid(Uuid::from_u128(99));
    let text = serde_json::to_string(&with_matches()).unwrap();
    let (lawful, theirs) = once_more(CARDS, &[(PLAN, &text)], false).unwrap();
    assert_eq!(lawful.withheld, [("contacts", id(1)), ("memberships", id(4))]);
    let ids = |records: &[RecordName]| records.iter().map(|record| record.id).collect::<Vec<_>>();
    assert_eq!((ids(&lawful.unsure), ids(&theirs)), (vec![id(13)], vec![id(11)]));
    // Plans of an older version name a record as a text.
    let mut older: serde_json::Value = serde_json::from_str(&text).unwrap();
    for line in older["withhold"].as_array_mut().unwrap() {
        line["record"] =
            format!("{}/{}", line["record"]["kind"].as_str().unwrap(), line["record"]["id"].as_str().unwrap()).into();
    }
    let (of_older, _) = once_more(CARDS, &[(PLAN, &older.to_string())], false).unwrap();
    assert_eq!((&of_older.withheld, ids(&of_older.unsure)), (&lawful.withheld, ids(&lawful.unsure)));
    // A later plan withheld nothing more, and a destroyed key says so by itself.
    let later = serde_json::to_string(&plan(contact(), records(), &[]).unwrap()).unwrap();
    for (plans, is_whole) in
        [(&[(PLAN, text.as_str()), (PLAN, later.as_str())][..], false), (&[(PLAN, text.as_str())], true)]
    {
        let (lawful, theirs) = once_more(CARDS, plans, is_whole).unwrap();
        assert!(lawful.withheld.is_empty());
        assert_eq!((ids(&lawful.unsure), ids(&theirs)), (vec![id(13)], vec![id(11)]), "what was said of matches stays");
    }
    let (none, theirs) = once_more(CARDS, &[], false).unwrap();
    assert!(none.withheld.is_empty() && none.unsure.is_empty() && theirs.is_empty());
    let error = once_more(CARDS, &[(PLAN, "{}")], false).unwrap_err();
    assert!(
        error.cause().unwrap().starts_with(&format!("vault.executed_plans.plan of {PLAN} cannot be read")),
        "{error}"
    );
}
