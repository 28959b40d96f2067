//! Sends what the outbox holds.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use crate::domain::{Code, EmailAddress, Error};
use crate::platform::access::AppState;
use crate::platform::mail::{Courier, Failure, Mail, Sender};
use crate::platform::outbox::store::{self as outbox, Attempt};
use crate::platform::outbox::{Claimed, Letters};
use crate::platform::queue::{About, Attempted, Job, Next, Round, drain};
use crate::platform::transaction::WriteTx;
use crate::resources::contacts;

const ABOUT: About = About {
    name: "delivery",
    period: Duration::from_millis(500),
    does: "sends the messages of the outbox, if a mail server is configured, and deletes old ones",
    instances: "each message is claimed by one",
    late: "messages wait",
    in_readiness: true,
    cut_off: "a message is still on its way to the mail server; it may be sent twice",
};

/// Sends what the outbox holds.
pub struct Delivery {
    state: AppState,
    letters: Letters,
    courier: Courier,
    sender: Sender,
}

impl Delivery {
    /// A delivery of the service's messages, put together by `letters`.
    pub fn new(state: AppState, letters: Letters, courier: Courier, sender: Sender) -> Self {
        Self { state, letters, courier, sender }
    }

    async fn send(&self, round: Round<'_>) -> Result<usize, Error> {
        let job = || self.state.job(ABOUT.name);
        let is_due = async || job().read(outbox::is_due).await;
        let deliver = async |attempt: Attempt| match attempt.mail {
            Some(mail) => self.deliver(attempt.message, mail).await,
            None => Ok(Next::GoOn),
        };
        let tried = drain(round, is_due, async || self.claim().await, deliver).await?;
        if job().read(outbox::has_old).await? {
            job().run(outbox::sweep).await?;
        }
        Ok(tried)
    }

    /// Claims a message and composes it. One that cannot be composed is put off, and holds up no other.
    async fn claim(&self) -> Result<Option<Attempt>, Error> {
        let (letters, in_hand) = (self.letters, Arc::new(OnceLock::new()));
        let noted = in_hand.clone();
        let claimed = self.state.job(ABOUT.name).run(move |tx| outbox::claim(tx, letters, &noted)).await;
        let error = match claimed {
            Ok(attempt) => return Ok(attempt),
            Err(error) => error,
        };
        // Without a message in hand it is the queue that failed, and not a letter.
        let Some(message) = in_hand.get().cloned() else { return Err(error) };
        let missing = error.code() == Code::KeyMissing;
        let reason = if missing { Code::KeyMissing.entry().name } else { "not_composed" };
        tracing::error!(mail = %message.id, reason, %error, "a message could not be composed");
        let late = message.clone();
        let put_off = move |tx: WriteTx<'_>| outbox::put_off(tx, &late, reason.to_owned());
        self.state.job(ABOUT.name).run(put_off).await?;
        Ok(Some(Attempt { message, mail: None }))
    }

    async fn deliver(&self, claimed: Claimed, mail: Mail) -> Result<Next, Error> {
        let id = claimed.id;
        let Ok(message) = mail.message(&self.sender, id, self.state.clock().now()) else {
            self.settle(claimed, Attempted::Refused("address_unusable".to_owned()), None).await?;
            return Ok(Next::GoOn);
        };
        let name = format!("{}-{id}", claimed.kind);
        let (attempted, bounced, next) = match self.courier.deliver(&name, message).await {
            Ok(()) => (Attempted::Done, None, Next::GoOn),
            Err(Failure::Passing(reason)) => (Attempted::Later(reason), None, Next::GoOn),
            Err(Failure::Away(reason)) => {
                tracing::warn!(mail = %id, reason, "the mail server does not accept mail");
                (Attempted::Later(reason), None, Next::Rest)
            }
            Err(Failure::Refused { reason, address }) => {
                (Attempted::Refused(reason), address.then_some(mail.to), Next::GoOn)
            }
        };
        self.settle(claimed, attempted, bounced).await?;
        Ok(next)
    }

    /// Records what came of an attempt, and on the contact that has the address that it was `refused` for good.
    async fn settle(&self, claimed: Claimed, attempted: Attempted, refused: Option<EmailAddress>) -> Result<(), Error> {
        let settle = move |mut tx: WriteTx<'_>| {
            if let Some(address) = refused {
                tx.also(|tx| contacts::store::bounce::note(tx, &address))?;
            }
            outbox::settle(tx, &claimed, attempted)
        };
        self.state.job(ABOUT.name).run(settle).await
    }
}

impl Job for Delivery {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// Sends every message that is due, and returns how many were tried. Ends early when the mail server is away. A stop
    /// lets it deliver the message in progress, so that the message does not leave twice.
    fn tick<'a>(&'a self, round: Round<'a>) -> LocalBoxFuture<'a, Result<usize, Error>> {
        Box::pin(self.send(round))
    }
}
