//! The letters to a recipient: what it must do with data that it received, and the reminders. They have ids, never a name, because
//! any member of the organisation may read them.

use crate::domain::{EmailAddress, Error, ObligationId, day_words};
use crate::platform::mail::{Block, Mail, Words};
use crate::platform::outbox::{Claimed, Composed, Letter, Letters};
use crate::platform::transaction::WriteTx;
use crate::resources::disclosures::obligations::model::{Obligation, ObligationAction, ObligationStatus};
use crate::resources::disclosures::obligations::store::{self, OPENED, REMINDED};
use crate::resources::organisations::model::{Organisation, OrganisationStatus};
use crate::resources::organisations::store as organisations;

/// The letters of this room.
pub static LETTERS: Letters = &[&ObligationLetter { kind: OPENED }, &ObligationLetter { kind: REMINDED }];

/// How many disclosures a letter lists. The obligation lists all.
const LISTED: usize = 50;

/// Where an organisation gets the letters, or why it gets none.
pub(super) fn mailbox(organisation: &Organisation) -> Result<&EmailAddress, &'static str> {
    if organisation.status != OrganisationStatus::Active {
        return Err("organisation_not_active");
    }
    organisation.contact_email.as_ref().ok_or("no_address")
}

/// Tells a recipient of an obligation, or reminds it.
struct ObligationLetter {
    kind: &'static str,
}

/// What was done here, and what the recipient must do: in the past, and as a request.
fn in_words(action: ObligationAction) -> (&'static str, &'static str) {
    match action {
        ObligationAction::Correct => ("corrected", "correct"),
        ObligationAction::Restrict => ("restricted", "restrict"),
        ObligationAction::Erase => ("erased", "erase"),
    }
}

/// How the recipient does it.
fn how(action: ObligationAction) -> &'static str {
    match action {
        ObligationAction::Correct => {
            "If we still share the data with you, get it from our service, and put it in the place of what you hold. If not, \
             delete every copy that you hold."
        }
        ObligationAction::Restrict => "Store the data, and do nothing else with it until we tell you otherwise.",
        ObligationAction::Erase => "Delete every copy of the data that you hold.",
    }
}

/// The disclosures, a line each.
fn listed(obligation: &Obligation) -> String {
    let mut lines: Vec<String> = obligation.disclosure_ids.iter().take(LISTED).map(ToString::to_string).collect();
    let more = obligation.disclosure_ids.len().saturating_sub(LISTED);
    if more > 0 {
        lines.push(format!("and {more} more, which the obligation lists"));
    }
    lines.join("\n")
}

/// The letter about an obligation.
fn words(obligation: &Obligation, is_reminder: bool) -> Words {
    let (done, to_do) = in_words(obligation.action);
    let due_on = day_words(obligation.due_on);
    let first = if is_reminder {
        format!("We asked you to {to_do} personal data that we shared with you. You have not told us yet that you did.")
    } else {
        format!("We have {done} the personal data of a person. We shared that data with you before.")
    };
    let title = if is_reminder { "Reminder: please" } else { "Please" };
    Words {
        title: format!("{title} {to_do} personal data that we shared with you"),
        blocks: vec![
            Block::Text(first),
            Block::Text(format!(
                "Please {to_do} the data too, by {due_on}, and tell us when you have done so. {}",
                how(obligation.action)
            )),
            Block::Text("The obligation, the person and the disclosures have these ids in our service:".to_owned()),
            Block::Quote(format!("Obligation {}\nContact {}", obligation.id, obligation.contact_id)),
            Block::Quote(listed(obligation)),
            Block::Text(
                "To tell us, record it in our service with your own access, or answer this email with the id of the \
                 obligation and the day on which you did it. If you no longer hold the data, tell us that."
                    .to_owned(),
            ),
            Block::Text(
                "The law requires us to tell you (UK GDPR, Article 19). We tell the person who has received their data."
                    .to_owned(),
            ),
        ],
    }
}

impl Letter for ObligationLetter {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn compose(&self, tx: &mut WriteTx<'_>, message: &Claimed) -> Result<Composed, Error> {
        let subject = message.subject.ok_or_else(|| Error::internal("a letter without its obligation"))?;
        let obligation = store::read(tx, ObligationId::from_uuid(subject.uuid()))?;
        if obligation.status != ObligationStatus::Open {
            return Ok(Composed::Moot("settled"));
        }
        let organisation = organisations::read(tx, obligation.organisation_id)?;
        let to = match mailbox(&organisation) {
            Ok(to) => to.clone(),
            Err(reason) => return Ok(Composed::Moot(reason)),
        };
        let words = words(&obligation, self.kind == REMINDED);
        let controller = &tx.identity().controller;
        let (text, html) = (words.text(controller)?, words.html(controller)?);
        Ok(Composed::Mail(Mail { to, subject: words.title, text, html, unsubscribe_url: None, calendar: None }))
    }
}
