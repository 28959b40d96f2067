//! `Access<P>`: the proof that a caller may do `P`, and the only way to the database, the clock and entropy. `read` and
//! `write` consume it: one hop to a lane for each request.

use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::dev::Payload;

use super::admit::{admit_once, caller_key, invalid_token};
use super::erased;
use super::reading::{Brake, Reading};
use super::state::AppState;
use crate::domain::{Actor, Calendar, Caller, Code, Error, Identity, Instant, Role, Scope};
use crate::platform::auth::{Job, Permission, Terms, Verified};
use crate::platform::db::{Lane, Patience};
use crate::platform::http::{Body, Incoming, Op};
use crate::platform::idempotency::{self, Keyed};
use crate::platform::rate::Left;
use crate::platform::transaction::{Context, Noted, ReadTx};

/// The right to act as `P`.
///
/// A handler without it as its first argument cannot be served:
///
/// ```
/// use iewm::domain::Error;
/// use iewm::platform::access::Access;
/// use iewm::platform::auth::OrganisationsRead;
/// use iewm::platform::http::Plain;
/// use iewm::platform::serve::Room;
///
/// /// Greet
/// #[utoipa::path(get, path = "/greeting")]
/// async fn greet(_: Access<OrganisationsRead>) -> Result<Plain<String>, Error> {
///     Ok(Plain("Good morning".to_owned()))
/// }
///
/// let room = Room::new("greetings", "The greeting.").serve(__path_greet, greet);
/// assert_eq!(room.listing()[0].permission, Some("organisations:read"));
/// ```
///
/// The same handler without an access does not compile:
///
/// ```compile_fail,E0277
/// use iewm::domain::Error;
/// use iewm::platform::http::Plain;
/// use iewm::platform::serve::Room;
///
/// /// Greet
/// #[utoipa::path(get, path = "/greeting")]
/// async fn greet() -> Result<Plain<String>, Error> {
///     Ok(Plain("Good morning".to_owned()))
/// }
///
/// let room = Room::new("greetings", "The greeting.").serve(__path_greet, greet);
/// ```
///
/// A permission that writes has the writing methods:
///
/// ```
/// use iewm::domain::Error;
/// use iewm::platform::access::Access;
/// use iewm::platform::audit::{Action, Entry};
/// use iewm::platform::auth::OrganisationsWrite;
/// use iewm::platform::http::{Done, NoContent};
///
/// async fn act(access: Access<OrganisationsWrite>) -> Result<Done<NoContent>, Error> {
///     access.write(|tx| tx.record(Entry::new(Action::OrganisationsUpdate), NoContent)).await
/// }
/// ```
///
/// A permission that reads does not:
///
/// ```compile_fail,E0599
/// use iewm::domain::Error;
/// use iewm::platform::access::Access;
/// use iewm::platform::audit::{Action, Entry};
/// use iewm::platform::auth::OrganisationsRead;
/// use iewm::platform::http::{Done, NoContent};
///
/// async fn act(access: Access<OrganisationsRead>) -> Result<Done<NoContent>, Error> {
///     access.write(|tx| tx.record(Entry::new(Action::OrganisationsUpdate), NoContent)).await
/// }
/// ```
///
/// Code outside `platform` cannot make one, not even from `AppState`:
///
/// ```compile_fail,E0624
/// use iewm::domain::Actor;
/// use iewm::platform::access::{Access, AppState};
/// use iewm::platform::auth::OrganisationsWrite;
///
/// fn help_oneself(state: AppState) -> Access<OrganisationsWrite> {
///     Access::for_actor(state, Actor::Anonymous)
/// }
/// ```
pub struct Access<P> {
    pub(super) state: AppState,
    pub(super) context: Context,
    pub(super) token: Option<Arc<Verified>>,
    pub(super) keyed: Option<Arc<Keyed>>,
    pub(super) left: Option<Left>,
    pub(super) permission: PhantomData<fn() -> P>,
}

/// What stands for the permission of a request before its handler is called. [`Access::judge`] has judged the request by the
/// operation's [`Terms`].
pub enum Judged {}

/// How far a caller sees under a permission.
pub(super) fn scope_under(caller: &Caller, terms: &Terms) -> Result<Scope, Error> {
    match caller.roles.iter().find(|role| terms.roles.contains(role)) {
        None if terms.public => Ok(Scope::All),
        None => Err(terms.forbidden()),
        // Roles are in order, and the contractor's is last: it decides only if no other role grants the
        // permission.
        Some(Role::Contractor) => caller.organisation.map(Scope::Organisation).ok_or_else(invalid_token),
        Some(Role::IewmStaff | Role::Council) => Ok(Scope::All),
    }
}

impl AppState {
    /// The access of the background job `name`.
    pub fn job(&self, name: &'static str) -> Access<Job> {
        Access::for_actor(self.clone(), Actor::Job(name))
    }
}

impl<P> Access<P> {
    pub(super) fn for_actor(state: AppState, actor: Actor) -> Self {
        let context = Context {
            actor: Arc::new(actor),
            scope: Scope::All,
            time: state.0.parts.services.clock.read(),
            services: state.0.parts.services.clone(),
        };
        Self { state, context, token: None, keyed: None, left: None, permission: PhantomData }
    }

    /// The remainder of the rate limit that counts the request.
    pub(in crate::platform) fn rate_left(&self) -> Option<&Left> {
        self.left.as_ref()
    }

    /// The request, from which the handler's arguments are parsed.
    pub(in crate::platform) fn incoming(&self, request: HttpRequest, payload: Payload, body_limit: usize) -> Incoming {
        Incoming {
            request,
            body: Body::Coming(payload),
            body_limit,
            receiving: self.state.0.parts.receiving.clone(),
            read_again: None,
            caller: self.caller_key(),
            actor: self.context.actor.clone(),
            cursors: self.context.services.vault.keyring.cursors.clone(),
            entropy: self.context.services.entropy.clone(),
        }
    }

    /// The caller, for values that belong to one caller.
    pub(in crate::platform) fn caller_key(&self) -> String {
        caller_key(&self.context)
    }

    /// For a path that names nothing, which ends a request before its transaction. Checks first that the
    /// token is still valid, as the transaction would.
    ///
    /// # Errors
    /// 401 when the token is revoked or its organisation is not active; 503 when no lane is free in time.
    pub(in crate::platform) async fn admitted(self) -> Result<(), Error> {
        let Self { state, token, .. } = self;
        let Some(token) = token else { return Ok(()) };
        let (inner, came) = (state.clone(), state.0.moments.now());
        state.0.parts.database.read(move |lane| admit_once(&inner, lane, Some(&token), came)).await
    }

    /// Reads, on a reading lane. The audit gets the accesses of the closure before the response is sent.
    ///
    /// # Errors
    /// The closure's error; 401 when the token is revoked or its organisation is not active; 429
    /// `reading_too_much`; 503 when no lane is free in time.
    pub async fn read<T: Send + 'static>(
        self,
        f: impl FnOnce(&mut ReadTx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        erased::typed(self.reading().run(erased::read(f), Brake::Refuses).await?)
    }

    /// Reads the first page of a stream: the one use that does not consume an access. Each page is admitted
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

    /// Reads a further page of a stream. The service never cuts a stream: it counts the people, and refuses
    /// the caller's next read if they were too many.
    ///
    /// # Errors
    /// As [`Access::read`], but never 429.
    pub async fn next_page<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut ReadTx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        erased::typed(self.again().reading().run(erased::read(f), Brake::Counts).await?)
    }

    fn reading(self) -> Reading {
        let Self { state, context, token, .. } = self;
        Reading { state, context, token }
    }

    /// The same caller under another permission, for an operation with a format that needs its own.
    ///
    /// # Errors
    /// 403, naming the permission, when none of the token's roles has it.
    pub fn narrow<Q: Permission>(self) -> Result<Access<Q>, Error> {
        Ok(self.narrowed(&Terms::of::<Q>())?.under())
    }

    /// As [`Access::narrow`], for a permission that is known as a value.
    pub(in crate::platform) fn narrowed(self, terms: &Terms) -> Result<Access<Judged>, Error> {
        let Self { state, mut context, token, keyed, left, .. } = self;
        context.scope = match context.actor.caller() {
            Some(caller) => scope_under(caller, terms)?,
            None => return Err(terms.forbidden()),
        };
        Ok(Access { state, context, token, keyed, left, permission: PhantomData })
    }

    /// A copy of the access.
    pub(in crate::platform) fn again(&self) -> Self {
        Self {
            state: self.state.clone(),
            context: self.context.clone(),
            token: self.token.clone(),
            keyed: self.keyed.clone(),
            left: self.left.clone(),
            permission: PhantomData,
        }
    }

    /// Checks that the service can do its work.
    ///
    /// # Errors
    /// 503, naming the failed parts.
    pub async fn readiness(self) -> Result<(), Error> {
        self.state.check_readiness().await
    }

    /// The time of this request.
    pub fn now(&self) -> Instant {
        self.context.time.now
    }

    /// The working days, for a response without the database.
    pub fn calendar(&self) -> &Calendar {
        &self.context.services.calendar
    }

    /// The keyring, for work without the database: signatures and sealed statements.
    pub fn keyring(&self) -> &crate::platform::vault::Keyring {
        &self.context.services.vault.keyring
    }

    /// The service as it names itself.
    pub fn identity(&self) -> &Identity {
        &self.context.services.identity
    }

    /// A digest of this access, to compare the callers of an idempotent request.
    pub(in crate::platform) fn keyed(mut self, keyed: Arc<Keyed>) -> Self {
        self.keyed = Some(keyed);
        self
    }

    pub(in crate::platform) fn in_flight(&self) -> &idempotency::InFlight {
        &self.state.0.in_flight
    }

    /// How many bytes of bodies are stored for the idempotency keys of one caller.
    pub(in crate::platform) fn kept_bytes(&self) -> usize {
        self.state.0.parts.kept_bytes
    }

    /// Runs a write of the platform itself, which needs no audit entry: storing a response.
    pub(in crate::platform) async fn keep<T: Send + 'static>(
        self,
        f: impl FnOnce(&mut ReadTx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let context = self.context;
        let run = move |lane: &mut Lane| f(&mut ReadTx::new(lane, &context, &mut Noted::default()));
        self.state.0.parts.database.write(Patience::Request, run).await
    }
}

impl Access<Judged> {
    /// The access of the handler whose permission the request was judged by.
    pub(in crate::platform) fn under<P: Permission>(self) -> Access<P> {
        let Self { state, context, token, keyed, left, .. } = self;
        Access { state, context, token, keyed, left, permission: PhantomData }
    }
}

impl<P: Permission> Access<P> {
    /// Adds the permission to the description of an operation.
    pub fn describe(op: &mut Op<'_>) {
        use utoipa::openapi::security::SecurityRequirement;
        if P::PUBLIC {
            // No requirement at all, which generated clients read as "no token"; fewer of them understand `{}`
            // alone.
            let mut ways = Vec::new();
            if P::TOKEN_SHOWS_MORE {
                ways.push(SecurityRequirement::default());
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
