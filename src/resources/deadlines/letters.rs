//! The digest as a mail: numbers and days for the deciders, without personal data.

use chrono_tz::Europe::London;

use super::digest::{self, DIGEST};
use crate::domain::{EmailAddress, Error, Instant, day_words, london_date};
use crate::platform::mail::{Block, Mail, Words};
use crate::platform::outbox::{Claimed, Composed, Letter, Letters};
use crate::platform::transaction::WriteTx;
use crate::policy::deadlines::{Deadline, DeadlineKind, Due};

/// The letters of this room.
pub static LETTERS: Letters = &[&DigestLetter];

/// Tells what falls due.
struct DigestLetter;

/// What is to be done.
fn duty(kind: DeadlineKind) -> &'static str {
    match kind {
        DeadlineKind::ComplaintAcknowledgement => "acknowledge the complaint",
        DeadlineKind::ComplaintOutcome => "tell the person the outcome of the complaint",
        DeadlineKind::RightsRequest => "answer the request",
        DeadlineKind::PackageDelivery => {
            "give the person the copy in another way, because the email with the link could not be delivered"
        }
        DeadlineKind::AgreementEnd => "renew the agreement to share data, or let it end,",
        DeadlineKind::BreachNotification => "notify the Information Commission of the breach",
        DeadlineKind::RecipientUntold => {
            "tell the recipient what to do with the data in another way, because no email reaches it"
        }
        DeadlineKind::HeldErasure => "erase the rest of the person's data, which no legal hold keeps any longer,",
        DeadlineKind::HoldReview => "review the legal hold",
        DeadlineKind::RecipientOverdue => "ask the recipient what it has done with the data",
    }
}

/// By when, as the calendar and the clocks of London show it.
fn by_when(due: Due) -> String {
    match due {
        Due::On(day) => format!("by {}", day_words(day)),
        // With the name of the zone: in autumn, an hour comes twice.
        Due::At(instant) => {
            let time = instant.to_chrono().with_timezone(&London).format("%H:%M %Z");
            format!("by {}, {time}", day_words(london_date(instant)))
        }
        Due::WithoutUndueDelay(received_on) => {
            format!("without undue delay (received on {})", day_words(received_on))
        }
    }
}

/// A line of the digest.
fn line(deadline: &Deadline, now: Instant) -> String {
    let late = if deadline.due.is_over(now) { ", OVERDUE" } else { "" };
    format!("{}: {} {}{late}", deadline.reference, duty(deadline.kind), by_when(deadline.due))
}

impl Letter for DigestLetter {
    fn kind(&self) -> &'static str {
        DIGEST
    }

    fn compose(&self, tx: &mut WriteTx<'_>, _: &Claimed) -> Result<Composed, Error> {
        let (falling, now) = (digest::falling_due(tx)?, tx.now());
        if falling.is_empty() {
            return Ok(Composed::Moot("done"));
        }
        let controller = &tx.identity().controller;
        let Ok(to) = EmailAddress::parse(&controller.data_protection_email) else {
            return Ok(Composed::Moot("address_unusable"));
        };
        let of_kind = |kind| falling.iter().filter(|deadline| deadline.kind == kind).count();
        let undated = of_kind(DeadlineKind::ComplaintOutcome);
        let freed = of_kind(DeadlineKind::HeldErasure);
        let overdue = falling.iter().filter(|deadline| deadline.due.is_over(now)).count();
        let lines: Vec<String> = falling.iter().map(|deadline| line(deadline, now)).collect();
        let agreements = of_kind(DeadlineKind::AgreementEnd);
        let total = lines.len() - undated - freed - agreements;
        let words = Words {
            title: format!("Legal deadlines: {total} within five working days or overdue"),
            blocks: vec![
                Block::Text(format!(
                    "Deadlines within five working days or overdue: {total}. Overdue: {overdue}. Complaints without \
                     an outcome: {undated}. Erasures that a legal hold no longer prevents: {freed}. Agreements to share data that end within 30 days: {agreements}."
                )),
                Block::Quote(lines.join("\n")),
                Block::Text("The list omits requests whose clock waits for proof or for an answer.".to_owned()),
            ],
        };
        let (text, html) = (words.text(controller)?, words.html(controller)?);
        Ok(Composed::Mail(Mail { to, subject: words.title, text, html, unsubscribe_url: None, calendar: None }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_by_the_clocks_of_london() {
        let at = |text: &str| by_when(Due::At(Instant::parse(text).unwrap()));
        assert_eq!(at("2026-11-27T09:30:59.999999Z"), "by 27 November 2026, 09:30 GMT");
        assert_eq!(at("2027-06-30T23:30:00Z"), "by 1 July 2027, 00:30 BST");
        // The hour that comes twice.
        assert_eq!(at("2026-10-25T00:30:00Z"), "by 25 October 2026, 01:30 BST");
        assert_eq!(at("2026-10-25T01:30:00Z"), "by 25 October 2026, 01:30 GMT");
    }
}
