//! Erasure of a person (UK GDPR Article 17), the one way there is: every room is asked what it holds, what stands in the
//! way, and to let go of it; then the key is destroyed. Erasures by plan, deletions of contacts on which nothing depends, and
//! starts on a restored backup all use [`carry_out`].

use chrono::{Days, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::model::ContactStatus;
use super::{answers, erased, matches, merged, person, plans};
use crate::domain::{
    Code, ContactId, Error, Fault, Instant, Obstacle, PersonalRecord, SubjectClaim, ids_alone, london_date,
};
use crate::personal::{Erasing, Person, cards, holders, holds};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::dialect;
use crate::platform::http::{IfMatch, NoContent};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::platform::vault::store::executed_plans::ExecutedPlan;
use crate::policy::Lawful;
use crate::policy::erasure::{self, Erasure, ErasurePlan, Facts, Said, WithheldRecord};
use crate::policy::restriction;

/// What is wrong with an answer that would erase a record that must be answered first.
const STILL_OPEN: &str =
    "names a complaint or request as the person's that is still open; answer it first, or leave it out";

/// A proposed plan, with the hash by which another person executes it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProposedErasure {
    /// SHA-256, in hexadecimal, of the plan's RFC 8785 form without this member.
    pub plan_sha256: String,
    /// The plan.
    #[serde(flatten)]
    pub plan: ErasurePlan,
}

ids_alone!(ProposedErasure { plan; ids: plan_sha256 });

/// What an erasure has done, and what it does not reach at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExecutedErasure {
    /// The plan that was carried out.
    pub plan_sha256: String,
    /// Whether the person's own record and key were erased. They stay while a record is withheld, and the
    /// execution then restricts the person.
    pub erased: bool,
    /// The withheld records with grounds and last days, for the letter to the person.
    pub withheld: Vec<WithheldRecord>,
    /// SHA-256 over the explanations of what was asked to be withheld; `None` without any.
    #[serde(skip)]
    pub explanations_sha256: Option<String>,
    /// What backups still hold.
    pub backups: ErasureInBackups,
}

/// What backups still hold of an erased person, by the times that the operator keeps them for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErasureInBackups {
    /// The last day on which a backup of the data can be read: while one of the vault has the person's key; while anything is
    /// withheld, the key stays, and so does every backup.
    #[schema(example = "2026-12-24")]
    pub readable_until: NaiveDate,
    /// The last day on which a backup holds anything of the person, sealed.
    #[schema(example = "2027-02-22")]
    pub held_until: NaiveDate,
}

/// Proposes what an erasure of the person would do. The plan takes the place of one that was proposed before. `said` is what
/// the proposer knows, such as a legal claim, or whose a possible match is; the rooms add what they know.
///
/// # Errors
/// 404; 410 when the contact was erased or merged; 422 when `said` names a record that the plan does not list, or says
/// that another contact is the same person.
pub fn propose(mut tx: WriteTx<'_>, contact: ContactId, said: &Said) -> Result<Recorded<ProposedErasure>, Error> {
    let mut person = locked_for_plan(&mut tx, contact)?;
    let plan = plan(&mut tx, &mut person, said)?;
    let faults = plan.faults_of(said);
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let plan_sha256 = plan.sha256()?;
    let text = serde_json::to_string(&plan).map_err(|error| Error::internal(error))?;
    let id = plans::replace(&mut tx, contact, (&plan_sha256, &text), said)?;
    let entry = Entry::new(Action::ErasuresPropose).contact(contact).subject(id);
    let entry = entry.with("plan_sha256", plan_sha256.as_str()).with("withheld", plan.withhold.len());
    let entry = entry.with("matches", plan.matches.len()).with("answered", said.answers.len());
    tx.record(entry, ProposedErasure { plan_sha256, plan })
}

/// Carries out exactly the plan whose hash is `plan_sha256`. A last letter to the person is queued after this, and takes
/// its address from elsewhere.
///
/// # Errors
/// 404; 410 when the contact was erased already, or merged; 403 `same_person` for the proposer of the plan, and
/// `person_required` for a program; 409
/// `plan_stale` for another plan's hash, or when anything that it is about has changed, `matches_unanswered` while one of its
/// matches has no answer.
pub fn execute(mut tx: WriteTx<'_>, contact: ContactId, plan_sha256: &str) -> Result<Recorded<ExecutedErasure>, Error> {
    let mut person = locked_for_plan(&mut tx, contact)?;
    holds::keep_out(&mut tx)?;
    let proposed = plans::open(&mut tx, contact)?;
    let said = proposed.as_ref().map(|proposed| proposed.said.clone()).unwrap_or_default();
    let plan = plan(&mut tx, &mut person, &said)?;
    let of_plan = proposed.as_ref().map(|proposed| (proposed.sha256.clone(), proposed.proposer.clone()));
    let facts = Facts { proposed: of_plan, plan };
    let lawful = erasure::by_plan(&facts, tx.actor(), plan_sha256)?;
    carry_out(&mut tx, person, lawful)?;
    if let Some(proposed) = proposed {
        plans::executed(&mut tx, proposed.id)?;
        if facts.plan.is_remembered() {
            let plan = serde_json::to_string(&facts.plan).map_err(|error| Error::internal(error))?;
            let (plan_id, sha256, executed_at) = (proposed.id, proposed.sha256, tx.now());
            tx.note_executed_plan(ExecutedPlan { plan_id, contact_id: contact, sha256, plan, executed_at })?;
        }
    }
    let count = |lines: &[erasure::PlannedRecords]| lines.iter().filter_map(|line| line.count).sum::<usize>();
    let entry = Entry::new(Action::ErasuresExecute)
        .contact(contact)
        .with("plan_sha256", plan_sha256)
        .with("erased", count(&facts.plan.erase))
        .with("anonymised", count(&facts.plan.anonymise))
        .with("withheld", facts.plan.withhold.len());
    let erased = facts.plan.erases_the_person();
    let executed = ExecutedErasure {
        plan_sha256: plan_sha256.to_owned(),
        erased,
        explanations_sha256: facts.plan.explanations_sha256,
        withheld: facts.plan.withhold,
        backups: in_backups(&tx, erased)?,
    };
    tx.record(entry, executed)
}

/// Deletes a contact on which nothing depends. The id stays, and so does the address's suppression mark.
///
/// # Errors
/// 404; 410 when it was erased or merged; 412 when it has changed since; 409 `erasure_request_required` when other records
/// depend on it, something stands in the way, or another record may be about the person; 423 when a legal hold keeps it, or when it
/// is restricted.
pub(crate) fn delete(
    mut tx: WriteTx<'_>,
    contact: ContactId,
    if_match: &IfMatch,
) -> Result<Recorded<NoContent>, Error> {
    let person = locked(&mut tx, contact)?;
    if_match.check(super::version(&mut tx, contact)?)?;
    let known = super::facts(&mut tx, contact)?;
    holds::must_be_free(&mut tx, &person)?;
    restriction::may_be_used(known.and_then(|known| known.restriction).as_ref())?;
    let mut depended_on = false;
    for holder in holders(&tx)? {
        depended_on |= holder.blocks_deletion(&mut tx, &person)?;
    }
    let (_, obstacles) = told(&mut tx, &person)?;
    let matches = matches::of(&mut tx, &person)?;
    let lawful = erasure::without_request(depended_on, &obstacles, &matches)?;
    carry_out(&mut tx, person, lawful)?;
    tx.record(Entry::new(Action::ContactsDelete).contact(contact), NoContent)
}

/// The person that a contact is, locked until the transaction ends.
pub(super) fn locked(tx: &mut WriteTx<'_>, contact: ContactId) -> Result<Person, Error> {
    dialect::lock(tx.connection(), "contacts", contact.uuid())?;
    let known = super::facts(tx, contact)?.ok_or_else(Error::not_found)?;
    if let Some(into) = known.merged_into {
        return Err(merged(into));
    }
    if known.status == ContactStatus::Erased {
        return Err(erased());
    }
    person(tx, contact)
}

/// What the rooms hold of a person, and what they know that stands in the way.
fn told(tx: &mut ReadTx<'_>, person: &Person) -> Result<(Vec<PersonalRecord>, Vec<Obstacle>), Error> {
    let (mut records, mut obstacles) = (Vec::new(), Vec::new());
    for holder in holders(tx)? {
        records.extend(holder.records(tx, person)?);
        obstacles.extend(holder.obstacles(tx, person)?);
    }
    Ok((records, obstacles))
}

/// The person of a plan, locked until the transaction ends. Of an erased person, the plan is about the records that stayed unsure
/// when they were erased.
fn locked_for_plan(tx: &mut WriteTx<'_>, contact: ContactId) -> Result<Person, Error> {
    match locked(tx, contact) {
        Err(error) if error.code() == Code::Erased && has_unsure_matches(tx, contact)? => Ok(Person::unknown(contact)),
        person => person,
    }
}

/// Returns whether a person was erased, and it stayed unsure of a record whether it is about that person.
///
/// # Errors
/// 404 when there is no such contact.
pub(crate) fn has_unsure_matches(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<bool, Error> {
    let known = super::facts(tx, contact)?.ok_or_else(Error::not_found)?;
    let is_erased = known.status == ContactStatus::Erased && known.merged_into.is_none();
    Ok(is_erased && !answers::unsure(tx, &[contact])?.is_empty())
}

/// Plans an erasure. The matches that were said to be about the person are theirs from then on.
fn plan(tx: &mut ReadTx<'_>, person: &mut Person, said: &Said) -> Result<ErasurePlan, Error> {
    if person.ids.is_empty() {
        return plan_of_erased(tx, person, said);
    }
    let matches = matches::answered(tx, person, &said.answers)?;
    let (records, mut obstacles) = told(tx, person)?;
    obstacles.extend_from_slice(&said.obstacles);
    let plan = erasure::plan(cards(tx)?, person.contact, records, &obstacles, matches)?;
    Ok(plan.explained(said))
}

/// Plans what becomes of the records that stayed unsure when their person was erased.
///
/// # Errors
/// 422 when a record that is said to be about the person is still open: the law wants an answer to it first.
fn plan_of_erased(tx: &mut ReadTx<'_>, person: &mut Person, said: &Said) -> Result<ErasurePlan, Error> {
    let matches = matches::answered_of_erased(tx, person, &said.answers)?;
    let (records, obstacles) = told(tx, person)?;
    if !obstacles.is_empty() {
        return Err(Error::invalid(Fault::new("/matches", "still_open", STILL_OPEN)));
    }
    Ok(erasure::plan(cards(tx)?, person.contact, records, &said.obstacles, matches)?.about_matches_alone())
}

/// Has every room let go of the person, and destroys the key unless something that it opens is withheld.
pub(super) fn carry_out(tx: &mut WriteTx<'_>, person: Person, lawful: Lawful<Erasure>) -> Result<(), Error> {
    let Erasure { withheld, unsure, anothers } = lawful.into_inner();
    let free = answers::remember(tx, &person, &unsure, &anothers)?;
    let erasing = Erasing { person, withheld, unsure };
    for holder in holders(tx)? {
        holder.erase(tx, &erasing)?;
        holder.lift_restriction(tx, &free)?;
    }
    if erasing.withheld.is_empty() {
        for id in &erasing.person.ids {
            tx.destroy_key(id.uuid())?;
        }
    }
    Ok(())
}

/// What backups still hold. While anything is withheld the key stays, and opens what they hold of the rest.
fn in_backups(tx: &ReadTx<'_>, erased: bool) -> Result<ErasureInBackups, Error> {
    let (today, kept) = (london_date(tx.now()), tx.identity().backups);
    let after = |days: u32| {
        let day = today.checked_add_days(Days::new(days.into()));
        day.ok_or_else(|| Error::internal("backups are kept for longer than there are days"))
    };
    let held_until = after(kept.data_days.max(kept.vault_days))?;
    // A backup of the data alone tells nothing once the key is in none.
    let readable_until = if erased { after(kept.vault_days)? } else { held_until };
    Ok(ErasureInBackups { readable_until, held_until })
}

/// Returns how many open plans of an issuer name their proposer by another claim than its tokens do now: none of its people
/// can carry them out.
pub fn open_under_another_claim(tx: &mut ReadTx<'_>, issuer: &str, claim: SubjectClaim) -> Result<i64, Error> {
    plans::open_under_another_claim(tx, issuer, claim)
}

/// Returns when erasures of a person were proposed, and when each was carried out.
///
/// # Errors
/// When the plans cannot be read.
pub(crate) fn plans_of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<(Instant, Option<Instant>)>, Error> {
    plans::of(tx, person)
}
