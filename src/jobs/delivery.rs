//! Sends what the outbox holds.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use crate::domain::{Code, Error};
use crate::platform::access::AppState;
use crate::platform::mail::{Courier, Failure, Sender};
use crate::platform::outbox::store::{self as outbox, Attempted};
use crate::platform::outbox::{Claimed, Composed, Letters};
use crate::platform::queue::{About, Job, Round};
use crate::resources::contacts;

const ABOUT: About = About {
    name: "delivery",
    period: Duration::from_millis(500),
    does: "sends the messages of the outbox, if a mail server is configured, and deletes old ones",
    instances: "each message is claimed by one",
    late: "messages wait",
    cut_off: "a message is still on its way to the mail server; it may be sent twice",
};

/// Sends what the outbox holds.
pub struct Delivery {
    state: AppState,
    letters: Letters,
    courier: Courier,
    sender: Sender,
}

/// Whether another message can be tried after this one.
#[derive(PartialEq, Eq)]
enum Next {
    GoOn,
    /// The mail server is away: it would refuse the others as well.
    Rest,
}

impl Delivery {
    /// A delivery of the service's messages, put together by `letters`.
    pub fn new(state: AppState, letters: Letters, courier: Courier, sender: Sender) -> Self {
        Self { state, letters, courier, sender }
    }

    async fn send(&self, round: Round<'_>) -> Result<usize, Error> {
        let mut tried = 0;
        // A read first: the outbox is usually empty, and a read delays no writer.
        while round.goes_on() && self.state.job(ABOUT.name).read(outbox::is_due).await? {
            let Some(claimed) = self.state.job(ABOUT.name).run(outbox::claim).await? else { break };
            tried += 1;
            if self.deliver(claimed).await? == Next::Rest {
                break;
            }
        }
        if self.state.job(ABOUT.name).read(outbox::has_old).await? {
            self.state.job(ABOUT.name).run(outbox::sweep).await?;
        }
        Ok(tried)
    }

    async fn deliver(&self, claimed: Claimed) -> Result<Next, Error> {
        let id = claimed.id;
        let (letters, message) = (self.letters, claimed.clone());
        let composed = self
            .state
            .job(ABOUT.name)
            .run(move |mut tx| {
                let Some(letter) = letters.iter().find(|letter| letter.kind() == message.kind) else {
                    return Err(Error::internal("a message of an unknown kind"));
                };
                let composed = letter.compose(&mut tx, &message)?;
                outbox::composed(tx, &message, composed)
            })
            .await;
        let mail = match composed {
            Ok(Composed::Mail(mail)) => mail,
            Ok(Composed::Moot(reason)) => {
                self.settle(claimed, Attempted::Moot(reason)).await?;
                return Ok(Next::GoOn);
            }
            Err(error) => {
                let missing = error.code() == Code::KeyMissing;
                let reason = if missing { Code::KeyMissing.entry().name } else { "not_composed" };
                tracing::error!(mail = %id, reason, %error, "a message could not be composed");
                self.settle(claimed, Attempted::Later(reason.to_owned())).await?;
                return Ok(Next::GoOn);
            }
        };
        let Ok(message) = mail.message(&self.sender, id, self.state.clock().now()) else {
            self.settle(claimed, Attempted::Refused("address_unusable".to_owned())).await?;
            return Ok(Next::GoOn);
        };
        let name = format!("{}-{id}", claimed.kind);
        let failure = match self.courier.deliver(&name, message).await {
            Ok(()) => {
                self.settle(claimed, Attempted::Sent).await?;
                return Ok(Next::GoOn);
            }
            Err(failure) => failure,
        };
        match failure {
            Failure::Passing(reason) => {
                self.settle(claimed, Attempted::Later(reason)).await?;
                Ok(Next::GoOn)
            }
            Failure::Away(reason) => {
                tracing::warn!(mail = %id, reason, "the mail server does not accept mail");
                self.settle(claimed, Attempted::Later(reason)).await?;
                Ok(Next::Rest)
            }
            Failure::Refused { reason, address } => {
                if let Some(contact) = mail.contact.filter(|_| address) {
                    let refused = mail.to;
                    self.state
                        .job(ABOUT.name)
                        .run(move |tx| contacts::store::bounce::note(tx, contact, &refused))
                        .await?;
                }
                self.settle(claimed, Attempted::Refused(reason)).await?;
                Ok(Next::GoOn)
            }
        }
    }

    async fn settle(&self, claimed: Claimed, attempted: Attempted) -> Result<(), Error> {
        self.state.job(ABOUT.name).run(move |tx| outbox::settle(tx, &claimed, attempted)).await
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
