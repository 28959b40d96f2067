//! `Access<P>`: the proof that a caller may do `P`, and the only way to the database, the clock and
//! entropy. Its doors consume it: one hop to a lane for each request.

use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;

use super::house::{House, Installed};
use super::permissions::{Job, Permission, Writes};
use super::{Verified, bearer, store};
use crate::domain::{Actor, Code, Error, Identity, Instant, Role, Scope};
use crate::platform::audit::{Entry, EntryRow, Outcome, store as audit};
use crate::platform::db::Lane;
use crate::platform::doors::{Context, Noted, ReadTx, Recorded, WriteTx};
use crate::platform::http::{Body, Created, Done, Found, Incoming, Op, Reply, Resource};
use crate::platform::idempotency::{self, Keyed};
use crate::platform::rate::Left;

/// The right to act as `P`.
pub struct Access<P> {
    pub(super) house: House,
    context: Context,
    token: Option<Arc<Verified>>,
    keyed: Option<Arc<Keyed>>,
    left: Option<Left>,
    permission: PhantomData<fn() -> P>,
}

fn invalid_token() -> Error {
    Error::new(Code::InvalidToken, "The token was refused; get a new one from its issuer.")
}

impl<P: Permission> Access<P> {
    pub(super) fn for_actor(house: House, actor: Actor) -> Self {
        let context = Context {
            actor: Arc::new(actor),
            scope: Scope::All,
            now: house.0.clock.now(),
            mint: house.0.mint.clone(),
            entropy: house.0.entropy.clone(),
            vault: house.0.vault.clone(),
            identity: house.0.identity.clone(),
            holders: house.0.holders,
        };
        Self { house, context, token: None, keyed: None, left: None, permission: PhantomData }
    }

    /// Judges the token of a request: its signature, its claims and its roles. Whether it has been
    /// revoked, and whether its organisation is active, is asked in the request's transaction.
    pub(in crate::platform) fn judge(request: &HttpRequest) -> Result<Self, Error> {
        let Some(Installed(house)) = request.app_data::<Installed>() else {
            return Err(Error::internal("no house is installed"));
        };
        let by_address = house.0.limits.address(request)?;
        let sent = request.headers().contains_key(AUTHORIZATION);
        if P::PUBLIC && !(P::TOKEN_SHOWS_MORE && sent) {
            return Ok(Self { left: by_address, ..Self::for_actor(house.clone(), Actor::Anonymous) });
        }
        let mut given = request.headers().get_all(AUTHORIZATION);
        let (value, another) = (given.next(), given.next());
        let Some(value) = value else {
            return Err(Error::new(Code::Unauthenticated, "Send a token, as Authorization: Bearer <token>."));
        };
        let token = value.to_str().ok().filter(|_| another.is_none()).and_then(bearer).ok_or_else(invalid_token)?;
        let now = house.0.clock.now();
        let token = house.0.tokens.verify(token, now).map_err(|_| invalid_token())?;
        let granted = |role: &&Role| P::ROLES.contains(role);
        let scope = match token.caller.roles.iter().find(granted) {
            None if P::PUBLIC => Scope::All,
            None => {
                let detail = format!("None of the token's roles has the permission {}.", P::NAME);
                return Err(Error::new(Code::Forbidden, detail).with(|p| p.permission = Some(P::NAME)));
            }
            // Roles are in their order, the contractor's last: it counts only where no other grants.
            Some(Role::Contractor) => token.caller.organisation.map(Scope::Organisation).ok_or_else(invalid_token)?,
            Some(Role::IewmStaff | Role::Council) => Scope::All,
        };
        let mut access = Self::for_actor(house.clone(), Actor::Caller(token.caller.clone()));
        access.context.scope = scope;
        access.context.now = now;
        access.token = Some(token);
        access.left = house.0.limits.caller(&access.caller_key())?.or(by_address);
        Ok(access)
    }

    /// What is left of the rate limit that the request counted against.
    pub(in crate::platform) fn rate_left(&self) -> Option<&Left> {
        self.left.as_ref()
    }

    /// The request as the handler's arguments are taken from it.
    pub(in crate::platform) fn incoming(&self, request: HttpRequest, payload: Payload) -> Incoming {
        Incoming {
            request,
            body: Body::Coming(payload),
            caller: self.caller_key(),
            cursors: self.context.vault.keyring.cursors.clone(),
            entropy: self.context.entropy.clone(),
        }
    }

    /// Who calls, for what is bound to a caller.
    pub(in crate::platform) fn caller_key(&self) -> String {
        match self.context.actor.caller() {
            Some(caller) => format!("{}\n{}", caller.issuer, caller.subject),
            None => String::new(),
        }
    }

    /// Reads, on a reading lane. What the closure looked at is recorded before the answer leaves the
    /// house's hands.
    ///
    /// # Errors
    /// What the closure fails with; 401 when the token is revoked or its organisation not active; 503
    /// when no lane is free in time.
    pub async fn read<T: Send + 'static>(
        self,
        f: impl FnOnce(&mut ReadTx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let Self { house, context, token, .. } = self;
        let inner = house.clone();
        let (value, looks) = house
            .0
            .database
            .read(move |lane| {
                admit(&inner, lane, token.as_deref())?;
                let mut noted = Noted::default();
                let value = f(&mut ReadTx::new(lane, &context, &mut noted))?;
                if noted.unsealed && noted.looks.is_empty() {
                    return Err(Error::internal("personal data was read without saying so"));
                }
                let rows = noted.looks.into_iter().map(|entry| look_row(entry, &context)).collect::<Vec<_>>();
                Ok((value, rows))
            })
            .await?;
        for look in looks {
            house.0.looks.note(look).await?;
        }
        Ok(value)
    }

    /// Reads one page of a stream: the one use for which an access is not spent. Each page is admitted
    /// and recorded like a read of its own.
    ///
    /// # Errors
    /// As [`Access::read`].
    pub async fn page<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut ReadTx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.again().read(f).await
    }

    /// The same access once more.
    pub(in crate::platform) fn again(&self) -> Self {
        Self {
            house: self.house.clone(),
            context: self.context.clone(),
            token: self.token.clone(),
            keyed: self.keyed.clone(),
            left: self.left.clone(),
            permission: PhantomData,
        }
    }

    /// The time of this request.
    pub fn now(&self) -> Instant {
        self.context.now
    }

    /// The keyring, for what needs no database: signatures and sealed statements.
    pub fn keyring(&self) -> &crate::platform::vault::Keyring {
        &self.context.vault.keyring
    }

    /// The service as it names itself.
    pub fn identity(&self) -> &Identity {
        &self.context.identity
    }

    /// A statement of this access as the one that an idempotent request runs under.
    pub(in crate::platform) fn keyed(mut self, keyed: Arc<Keyed>) -> Self {
        self.keyed = Some(keyed);
        self
    }

    pub(in crate::platform) fn in_flight(&self) -> &idempotency::InFlight {
        &self.house.0.in_flight
    }

    /// Runs a write of the platform's own, which needs no entry: keeping an answer.
    pub(in crate::platform) async fn keep<T: Send + 'static>(
        self,
        f: impl FnOnce(&mut ReadTx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let context = self.context;
        let run = move |lane: &mut Lane| f(&mut ReadTx::new(lane, &context, &mut Noted::default()));
        self.house.0.database.write(run).await
    }
}

fn look_row(entry: Entry, context: &Context) -> EntryRow {
    EntryRow::new(entry, Outcome::Looked, &context.actor, context.mint.id(context.now), context.now)
}

/// What only the database knows of a token: whether it was revoked, and its organisation's standing.
fn admit(house: &House, lane: &mut Lane, token: Option<&Verified>) -> Result<(), Error> {
    let Some(token) = token else { return Ok(()) };
    if store::is_revoked(&mut lane.connection, token)? {
        return Err(invalid_token());
    }
    match token.caller.organisation {
        Some(organisation) if !house.0.standing.is_active(&mut lane.connection, organisation)? => Err(invalid_token()),
        _ => Ok(()),
    }
}

impl<P: Writes> Access<P> {
    /// Writes, in a transaction on a writing lane. With an idempotency key the answer is kept in the
    /// same transaction, so that it can never be lost or given for a deed that was not done.
    ///
    /// # Errors
    /// What the closure fails with, in which case nothing was written; 401 and 503 as for reading.
    pub async fn write<T: Reply>(
        self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<Done<T>, Error> {
        let Self { house, context, token, keyed, .. } = self;
        let (inner, refused_context) = (house.clone(), context.clone());
        let written = house
            .0
            .database
            .write(move |lane| {
                admit(&inner, lane, token.as_deref())?;
                let mut noted = Noted::default();
                let Some(keyed) = keyed else {
                    let value = f(WriteTx::new(ReadTx::new(lane, &context, &mut noted)))?;
                    return Ok(Done::Fresh(value.into_inner()));
                };
                let kept = idempotency::claim(&mut ReadTx::new(lane, &context, &mut noted), &keyed)?;
                if let Some(answer) = kept {
                    return Ok(Done::Rendered(answer));
                }
                let answer = f(WriteTx::new(ReadTx::new(lane, &context, &mut noted)))?.into_inner().into_answer();
                let contact = noted.contact;
                let mut tx = ReadTx::new(lane, &context, &mut noted);
                idempotency::keep(&mut tx, &keyed, &answer, contact, false)?;
                Ok(Done::Rendered(answer))
            })
            .await;
        if let Err(error) = &written {
            record_refusal::<P>(&house, refused_context, error).await;
        }
        written
    }

    /// Writes, and answers 201 with what was made.
    ///
    /// # Errors
    /// As [`Access::write`].
    pub async fn create<T: Resource>(
        self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<Done<Created<T>>, Error> {
        self.write(move |tx| f(tx).map(|made| made.map(Created))).await
    }

    /// Writes, and answers 200 with the resource as it is afterwards.
    ///
    /// # Errors
    /// As [`Access::write`].
    pub async fn change<T: Resource>(
        self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<Done<Found<T>>, Error> {
        self.write(move |tx| f(tx).map(|changed| changed.map(Found))).await
    }
}

impl Access<Job> {
    /// Writes on behalf of the service itself.
    ///
    /// # Errors
    /// What the closure fails with, in which case nothing was written; 503 when no lane is free.
    pub async fn run<T: Send + 'static>(
        self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let context = self.context;
        let run = move |lane: &mut Lane| {
            f(WriteTx::new(ReadTx::new(lane, &context, &mut Noted::default()))).map(Recorded::into_inner)
        };
        self.house.0.database.write(run).await
    }
}

/// A refusal of the law rolled back what it refused, so the door writes it down afterwards.
async fn record_refusal<P: Permission>(house: &House, context: Context, error: &Error) {
    if !error.is_refusal() {
        return;
    }
    let entry = Entry::new(P::NAME);
    let outcome = Outcome::Refused(error.code().entry().name);
    let row = EntryRow::new(entry, outcome, &context.actor, context.mint.id(context.now), context.now);
    let recorded = house.0.database.write(move |lane| audit::append(&mut lane.connection, &row)).await;
    if let Err(error) = recorded {
        tracing::error!(%error, "a refusal could not be recorded");
    }
}

impl<P: Permission> Access<P> {
    /// Adds the permission to the description of an operation.
    pub fn describe(op: &mut Op<'_>) {
        use utoipa::openapi::security::SecurityRequirement;
        if P::PUBLIC {
            let mut ways = vec![SecurityRequirement::default()];
            if P::TOKEN_SHOWS_MORE {
                ways.push(SecurityRequirement::new::<_, [&str; 0], &str>("bearer", []));
                op.code(Code::InvalidToken);
            }
            op.operation.security = Some(ways);
            return;
        }
        op.operation.security = Some(vec![SecurityRequirement::new("bearer", [P::NAME])]);
        let roles = P::ROLES.iter().map(|role| format!("`{}`", role.as_str())).collect::<Vec<_>>().join(", ");
        let needs = format!("Needs the permission `{}`, which these roles have: {roles}.", P::NAME);
        let before = op.operation.description.take().unwrap_or_default();
        op.operation.description = Some(format!("{before}\n\n{needs}").trim().to_owned());
        op.code(Code::Unauthenticated);
        op.code(Code::InvalidToken);
        op.code(Code::Forbidden);
    }
}
