//! The handlers.

use super::model::{
    CheckConsents, CheckResults, Consent, ConsentDecision, ConsentFilter, ReceiptQuery, ReceiptVerdict, RecordDecision,
    VerifyReceipt,
};
use super::receipt::Profile;
use super::store::{self, decisions};
use super::stream::{Audience, Form};
use super::{check as checking, receipt as receipts};
use crate::domain::{ConsentId, DecisionId, Error, Purpose};
use crate::platform::access::{Access, Batched};
use crate::platform::auth::{AudiencesRead, ConsentsCheck, ConsentsRead, ConsentsRecord, Public};
use crate::platform::http::{
    ById, ByWord, Created, Done, Found, Listed, Listing, MediaType, NoFilter, Plain, Query, Text, Valid,
};
use crate::platform::transaction::{Each, ManyTx};

/// The media type of a signed receipt.
pub(super) enum Jose {}

impl MediaType for Jose {
    const NAME: &'static str = "application/jose";
}

/// List consents
///
/// Newest first. With `as_at`, each consent shows its state as recorded by that instant.
#[utoipa::path(get, path = "/v1/consents")]
pub(super) async fn list(
    access: Access<ConsentsRead>,
    asked: Listing<ConsentFilter, ConsentId>,
) -> Result<Listed<Consent>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, &filter, after, limit)).await?;
    Ok(page.turn(found))
}

impl Batched for RecordDecision {
    type Made = Consent;

    fn carry_out(tx: &mut ManyTx<'_, '_>, asked: &[&Self]) -> Result<Each<Consent>, Error> {
        store::record(tx, asked)
    }
}

/// Record a consent decision
///
/// A withdrawal always succeeds and takes effect at once, even if no consent was ever given. A grant by
/// `web_form` or `email` waits until the mailbox confirms it, and needs an e-mail address. The same
/// holds for every grant for a suppressed address, for an address that another person had before, and
/// after an objection.
#[utoipa::path(post, path = "/v1/consents")]
pub(super) async fn record(
    access: Access<ConsentsRecord>,
    Valid(asked): Valid<RecordDecision>,
) -> Result<Done<Created<Consent>>, Error> {
    access.create_batched(asked).await
}

/// Check whether people may be sent something
///
/// For each contact, in the order of the request: whether it may be sent something for the purpose, and
/// why.
#[utoipa::path(post, path = "/v1/consents/check")]
pub(super) async fn check(
    access: Access<ConsentsCheck>,
    Valid(asked): Valid<CheckConsents>,
) -> Result<Plain<CheckResults>, Error> {
    access.read(move |tx| checking::check(tx, &asked)).await.map(Plain)
}

/// Read a consent
#[utoipa::path(get, path = "/v1/consents/{id}")]
pub(super) async fn read(access: Access<ConsentsRead>, ById(id): ById<ConsentId>) -> Result<Found<Consent>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// List the decisions of a consent
///
/// Newest first. A decision in the history never changes, and is never removed.
#[utoipa::path(get, path = "/v1/consents/{id}/history")]
pub(super) async fn history(
    access: Access<ConsentsRead>,
    asked: Listing<NoFilter, DecisionId>,
    ById(id): ById<ConsentId>,
) -> Result<Listed<ConsentDecision>, Error> {
    let page = asked.page;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| decisions::list(tx, id, after, limit)).await?;
    Ok(page.turn(found))
}

/// Read the signed receipt of a consent
///
/// A compact JWS about the decision that led to the consent's present state. Any client can verify it
/// with the keys at `/.well-known/jwks.json`.
#[utoipa::path(get, path = "/v1/consents/{id}/receipt")]
pub(super) async fn receipt(
    access: Access<ConsentsRead>,
    Query(query): Query<ReceiptQuery>,
    ById(id): ById<ConsentId>,
) -> Result<Text<Jose>, Error> {
    let profile = Profile::named(query.profile.as_deref())?;
    access.read(move |tx| receipts::of_consent(tx, id, profile)).await.map(Text::new)
}

/// Read the signed receipt of a decision
#[utoipa::path(get, path = "/v1/consent-decisions/{id}/receipt")]
pub(super) async fn decision_receipt(
    access: Access<ConsentsRead>,
    Query(query): Query<ReceiptQuery>,
    ById(id): ById<DecisionId>,
) -> Result<Text<Jose>, Error> {
    let profile = Profile::named(query.profile.as_deref())?;
    access.read(move |tx| receipts::of_decision(tx, id, profile)).await.map(Text::new)
}

/// Verify a receipt
///
/// Says whether this service issued the receipt and its content is unchanged. A forged or malformed
/// receipt gives 200 with `valid: false`, not an error.
#[utoipa::path(post, path = "/v1/receipts/verification")]
pub(super) async fn verify(
    access: Access<Public>,
    Valid(asked): Valid<VerifyReceipt>,
) -> Result<Plain<ReceiptVerdict>, Error> {
    let key = access.keyring().receipts.verifying_key().clone();
    Ok(Plain(receipts::verify(&asked.receipt, &[key])))
}

/// List the people who may be sent something now
///
/// A stream of JSON lines, or of CSV with `Accept: text/csv`. Each line has the person's own
/// unsubscribe link, which every mail to that person must carry.
#[utoipa::path(get, path = "/v1/audiences/{purpose}")]
pub(super) async fn audience(
    access: Access<AudiencesRead>,
    form: Form,
    ByWord(purpose): ByWord<Purpose>,
) -> Result<Audience, Error> {
    Audience::open(access, purpose, form).await
}
