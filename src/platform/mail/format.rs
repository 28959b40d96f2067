//! A mail and the bytes that it becomes.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, MultiPart, SinglePart};

use crate::domain::{EmailAddress, Error, Instant, MessageId};

/// A mail to one person.
pub struct Mail {
    /// Where it goes.
    pub to: EmailAddress,
    /// The subject, on one line.
    pub subject: String,
    /// The text for programs that show no HTML.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// The address that withdraws what the mail is about with one click (RFC 8058), if it is about a consent.
    pub unsubscribe_url: Option<String>,
    /// What calendars take up from the mail.
    pub calendar: Option<CalendarPart>,
}

/// An iCalendar object as it goes with a mail (RFC 6047).
pub struct CalendarPart {
    /// Its method, such as `PUBLISH` or `CANCEL`.
    pub method: &'static str,
    /// The object.
    pub object: String,
}

impl CalendarPart {
    fn attached(&self) -> Result<SinglePart, Error> {
        let media_type = format!("text/calendar; method={}; charset=utf-8", self.method);
        let media_type = ContentType::parse(&media_type).map_err(|error| Error::internal(error))?;
        Ok(Attachment::new("event.ics".to_owned()).body(self.object.clone(), media_type))
    }
}

/// Who sends.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The `From` of every mail.
    pub from: Mailbox,
    /// Where answers go, if not there.
    pub reply_to: Option<Mailbox>,
    /// The host that message ids are made with.
    pub host: String,
}

macro_rules! header {
    ($(#[$doc:meta])* $type:ident, $name:literal) => {
        $(#[$doc])*
        #[derive(Clone)]
        struct $type(String);

        impl Header for $type {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($name)
            }

            fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self(text.to_owned()))
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), self.0.clone())
            }
        }
    };
}
header!(
    /// Where to withdraw (RFC 2369).
    ListUnsubscribe,
    "List-Unsubscribe"
);
header!(
    /// That a POST there is enough (RFC 8058).
    ListUnsubscribePost,
    "List-Unsubscribe-Post"
);
header!(
    /// That no answering machine need answer (RFC 3834).
    AutoSubmitted,
    "Auto-Submitted"
);

impl Mail {
    /// The message, ready to be handed over. The `Message-ID` is made of the id, so that a mail that leaves twice can be
    /// recognised.
    ///
    /// # Errors
    /// Internal, when the address or the subject cannot be written in a header; nothing is quoted.
    pub fn message(&self, sender: &Sender, id: MessageId, now: Instant) -> Result<Message, Error> {
        let address = self.to.as_str().parse().map_err(|_| Error::internal("an address cannot be written to"))?;
        let since_1970 = Duration::from_micros(u64::try_from(now.micros()).unwrap_or(0));
        let mut builder = Message::builder()
            .from(sender.from.clone())
            .to(Mailbox::new(None, address))
            .subject(self.subject.replace(char::is_control, " "))
            .message_id(Some(format!("<{id}@{}>", sender.host)))
            .date(UNIX_EPOCH + since_1970)
            .header(AutoSubmitted("auto-generated".to_owned()));
        if let Some(reply_to) = &sender.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        if let Some(url) = &self.unsubscribe_url {
            builder = builder
                .header(ListUnsubscribe(format!("<{url}>")))
                .header(ListUnsubscribePost("List-Unsubscribe=One-Click".to_owned()));
        }
        let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(body(&self.text));
        let html = SinglePart::builder().header(ContentType::TEXT_HTML).body(body(&self.html));
        let words = MultiPart::alternative().singlepart(text).singlepart(html);
        let whole = match &self.calendar {
            None => words,
            Some(calendar) => MultiPart::mixed().multipart(words).singlepart(calendar.attached()?),
        };
        builder.multipart(whole).map_err(|_| Error::internal("a mail cannot be put together"))
    }
}

/// The longest line that may be sent as it is, in octets (RFC 5322 section 2.1.1).
const LONGEST_LINE: usize = 998;

/// Encodes a part only where mail requires it, so that a link stays whole in the source.
fn body(text: &str) -> Body {
    if text.is_ascii() && text.lines().all(|line| line.len() <= LONGEST_LINE) {
        let lines = text.lines().fold(String::with_capacity(text.len()), |lines, line| lines + line + "\r\n");
        return Body::dangerous_pre_encoded(lines.into_bytes(), ContentTransferEncoding::SevenBit);
    }
    Body::new(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(subject: &str, to: &str) -> String {
        let mail = Mail {
            to: EmailAddress::parse(to).unwrap(),
            subject: subject.to_owned(),
            text: "Good day".to_owned(),
            html: "<p>Good day</p>".to_owned(),
            unsubscribe_url: Some("https://iewm.example/v1/unsubscribe/abc".to_owned()),
            calendar: None,
        };
        let sender =
            Sender { from: "IEWM <iewm@example.org>".parse().unwrap(), reply_to: None, host: "h.example".into() };
        let id = MessageId::from_uuid(uuid::Uuid::nil());
        let now = Instant::parse("2026-11-24T10:00:00Z").unwrap();
        String::from_utf8(mail.message(&sender, id, now).unwrap().formatted()).unwrap()
    }

    #[test]
    fn the_headers_say_who_when_and_how_to_stop_it() {
        let mail = written("Please confirm", "ada@example.org");
        let head = mail.split("\r\n\r\n").next().unwrap();
        for line in [
            "From: IEWM <iewm@example.org>",
            "To: ada@example.org",
            "Date: Tue, 24 Nov 2026 10:00:00 +0000",
            "Message-ID: <00000000-0000-0000-0000-000000000000@h.example>",
            "Auto-Submitted: auto-generated",
            "List-Unsubscribe: <https://iewm.example/v1/unsubscribe/abc>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ] {
            assert!(head.contains(line), "{line} in {head}");
        }
    }

    #[test]
    fn a_part_stands_as_it_is_where_mail_allows_it() {
        let link = format!("https://iewm.example/{}", "x".repeat(200));
        assert_eq!(body(&link).encoding(), ContentTransferEncoding::SevenBit);
        assert_eq!(body(&format!("{link}\n.\n")).as_ref(), format!("{link}\r\n.\r\n").as_bytes());
        for encoded in ["Caf\u{e9}".to_owned(), "x".repeat(999)] {
            assert_ne!(body(&encoded).encoding(), ContentTransferEncoding::SevenBit);
        }
    }

    #[test]
    fn a_subject_cannot_add_a_header() {
        let mail = written("Hello\r\nBcc: eve@example.org", "ada@example.org");
        assert!(!mail.contains("\nBcc:"), "{mail}");
    }
}
