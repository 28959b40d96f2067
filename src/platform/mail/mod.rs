//! Mail as it leaves: a message with its headers (RFC 5322, 2369, 3834, 8058), and the courier that hands it over.

mod courier;
mod format;
mod words;

pub use courier::{Courier, CourierSettings, Failure, SmtpUrlError};
pub use format::{CalendarPart, Mail, Sender};
pub use words::{Block, Words};
