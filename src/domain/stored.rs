//! Stored values that cannot be read: what the log says about them.
//!
//! A caller gets the code `internal` and nothing else. The log gets the table, the column, the row's id, the cause and the place in
//! the source. It never gets the value, which may be about a person, so each type of cause says itself what may be logged.

use std::fmt::Display;

use super::{Error, TextFault};

/// A row of a table, whose values are read one by one.
#[derive(Clone, Copy, Debug)]
pub struct StoredRow<'a, I> {
    table: &'a str,
    id: I,
}

impl<'a, I: Display> StoredRow<'a, I> {
    /// The row of `table` with this id. An id is logged, so it must not be made of an address or a secret.
    pub fn new(table: &'a str, id: I) -> Self {
        Self { table, id }
    }

    /// Returns the value that was read from `column`.
    ///
    /// # Errors
    /// 500 that logs which value cannot be read, why, and where it was read.
    #[track_caller]
    pub fn read<T, C: LoggedCause>(&self, column: &str, read: Result<T, C>) -> Result<T, Error> {
        // Not a closure, which would be the place of the error.
        match read {
            Ok(value) => Ok(value),
            Err(cause) => Err(self.unreadable(column, &cause)),
        }
    }

    /// Returns the value of a `column` that must have one here.
    ///
    /// # Errors
    /// As [`StoredRow::read`].
    #[track_caller]
    pub fn required<T>(&self, column: &str, value: Option<T>) -> Result<T, Error> {
        self.read(column, value.ok_or("it is missing"))
    }

    /// The error for a value of `column` that cannot be read.
    #[track_caller]
    pub fn unreadable(&self, column: &str, cause: &impl LoggedCause) -> Error {
        let Self { table, id } = self;
        Error::internal(format_args!("{table}.{column} of {id} cannot be read: {}", cause.logged()))
    }
}

/// Why a stored value cannot be read.
pub trait LoggedCause {
    /// The cause, without any part of the value.
    fn logged(&self) -> String;
}

impl LoggedCause for &'static str {
    fn logged(&self) -> String {
        (*self).to_owned()
    }
}

impl LoggedCause for strum::ParseError {
    fn logged(&self) -> String {
        "it is none of the known words".to_owned()
    }
}

impl LoggedCause for TextFault {
    fn logged(&self) -> String {
        format!("the text {}", self.detail())
    }
}

impl LoggedCause for std::string::FromUtf8Error {
    fn logged(&self) -> String {
        // Tells the positions of the bytes, and not the bytes.
        self.utf8_error().to_string()
    }
}

impl LoggedCause for uuid::Error {
    fn logged(&self) -> String {
        "it is no UUID".to_owned()
    }
}

impl LoggedCause for std::num::TryFromIntError {
    fn logged(&self) -> String {
        "the number is out of range".to_owned()
    }
}

impl LoggedCause for serde_json::Error {
    /// The kind and the position: the message itself can quote the value.
    fn logged(&self) -> String {
        let kind = match self.classify() {
            serde_json::error::Category::Io => "it could not be read",
            serde_json::error::Category::Syntax => "it is not JSON",
            serde_json::error::Category::Data => "the JSON is not of the expected shape",
            serde_json::error::Category::Eof => "the JSON ends too early",
        };
        format!("{kind}, at line {}, column {}", self.line(), self.column())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Code, Purpose};

    fn logged(cause: &impl LoggedCause) -> String {
        let error = StoredRow::new("contacts", 7).unreadable("particulars", cause);
        assert_eq!((error.code(), error.detail()), (Code::Internal, Error::internal("").detail()));
        let logged = error.cause().unwrap().to_owned();
        assert!(logged.starts_with("contacts.particulars of 7 cannot be read: "), "{logged}");
        logged
    }

    #[test]
    fn no_cause_repeats_the_value() {
        for logged in [
            logged(&"Ada".parse::<Purpose>().unwrap_err()),
            logged(&serde_json::from_str::<u8>("\"Ada\"").unwrap_err()),
            logged(&serde_json::from_str::<Purpose>("\"Ada\"").unwrap_err()),
            logged(&serde_json::from_str::<String>("Ada").unwrap_err()),
            logged(&String::from_utf8(b"Ada\xff".to_vec()).unwrap_err()),
            logged(&TextFault::Blank),
        ] {
            assert!(!logged.contains("Ada") && !logged.contains("255"), "{logged}");
        }
    }

    #[test]
    fn the_place_is_that_of_the_reading() {
        let row = StoredRow::new("consents", 7);
        let (error, line) = (row.read("purpose", "Ada".parse::<Purpose>()).unwrap_err(), line!());
        let place = error.place().unwrap();
        assert_eq!((place.file(), place.line()), (file!(), line));
        let (error, line) = (row.required::<u8>("purpose", None).unwrap_err(), line!());
        assert_eq!(error.place().unwrap().line(), line);
    }
}
