//! Text that people write. One line or several, NFC, with no control or bidirectional-override
//! characters; everything else is kept byte for byte and nothing is trimmed.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::invisible::is_invisible;

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    /// Nothing but white space.
    Blank,
    /// A control character, U+0000, or a bidirectional control (U+202A-202E, U+2066-2069).
    Characters,
    /// Nothing but white space and characters that show nothing.
    Invisible,
    /// More characters than the type allows.
    TooLong,
}

impl TextFault {
    /// The fault's stable code in a problem's `errors`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Blank | Self::Invisible => "blank",
            Self::Characters => "characters",
            Self::TooLong => "too_long",
        }
    }

    /// What to change, in a sentence without the subject.
    pub fn detail(self) -> &'static str {
        match self {
            Self::Blank => "must contain something other than white space",
            Self::Invisible => {
                "must contain a visible character, not only format characters such as a zero-width space"
            }
            Self::Characters => "must not contain control characters, U+0000 or bidirectional controls",
            Self::TooLong => "is too long",
        }
    }
}

impl std::fmt::Display for TextFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.detail())
    }
}

fn clean(text: String, most: usize, breaks: bool) -> Result<String, TextFault> {
    let bidi = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if text.chars().any(|c| (c.is_control() && !(breaks && c == '\n')) || bidi(c)) {
        return Err(TextFault::Characters);
    }
    if text.trim().is_empty() {
        return Err(TextFault::Blank);
    }
    let text = if is_nfc(&text) { text } else { text.nfc().collect() };
    if text.chars().count() > most { Err(TextFault::TooLong) } else { Ok(text) }
}

/// One line of text of at most `most` characters, in NFC.
///
/// # Errors
/// The first [`TextFault`] found.
pub fn clean_line(text: String, most: usize) -> Result<String, TextFault> {
    clean(text, most, false)
}

/// The name of a person: one line of text of at most `most` characters, in NFC, with a character that can be seen.
///
/// # Errors
/// The first [`TextFault`] found.
pub fn clean_name(text: String, most: usize) -> Result<String, TextFault> {
    let name = clean_line(text, most)?;
    if is_invisible_text(&name) { Err(TextFault::Invisible) } else { Ok(name) }
}

fn is_invisible_text(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Returns the fault of a text that does not have the form that the document describes.
pub fn fault_of(text: &str) -> TextFault {
    match clean_prose(text.to_owned(), usize::MAX) {
        Err(fault) => fault,
        Ok(_) if is_invisible_text(text) => TextFault::Invisible,
        Ok(_) => TextFault::Characters,
    }
}

/// One line of text of at most `most` characters, byte for byte as given: for values to compare, not
/// prose.
///
/// # Errors
/// The first [`TextFault`] found.
pub fn opaque_line(text: String, most: usize) -> Result<String, TextFault> {
    clean_line(text.clone(), most).map(|_| text)
}

/// Text of at most `most` characters in which line feeds are allowed, in NFC.
///
/// # Errors
/// The first [`TextFault`] found.
pub fn clean_prose(text: String, most: usize) -> Result<String, TextFault> {
    clean(text, most, true)
}

/// Defines a type for one kind of text: parsed when read, redacted when debugged, described in the
/// OpenAPI document with its bounds.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $most:tt, $example:tt, $clean:path, $pattern:tt) => {
        #[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        $(#[$doc])*
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String, min_length = 1, max_length = $most, example = $example, pattern = $pattern)]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl crate::domain::FromKept for $name {
            fn from_kept(text: String) -> Self {
                Self(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::domain::TextFault;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                $clean(text, $most).map(Self)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("[personal]")
            }
        }
    };
}

// Each pattern below asks for a character that is not white space among those that are allowed.

/// `line_type! { /// doc  Name, max characters, "example" }`: one line of text. With `, opaque_line` it is kept as it is.
macro_rules! line_type {
    ($(#[$doc:meta])* $name:ident, $most:tt, $example:tt) => {
        $crate::domain::line_type! { $(#[$doc])* $name, $most, $example, clean_line }
    };
    ($(#[$doc:meta])* $name:ident, $most:tt, $example:tt, $clean:ident) => {
        $crate::domain::text_type! {
            $(#[$doc])* $name, $most, $example, $crate::domain::$clean,
            r"^[^\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]*[^\u0000-\u0020\u007F-\u00A0\u1680\u2000-\u200A\u2028-\u202F\u205F\u2066-\u2069\u3000][^\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]*$"
        }
    };
}

/// `name_type! { /// doc  Name, max characters, "example" }`: the name of a person. Besides what a line must have, its pattern asks
/// for a character that can be seen (in the notation of Unicode sets, `[[:Cf:][:DI:]]`, as far as two bytes reach; parsing finds the others).
macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $most:tt, $example:tt) => {
        $crate::domain::text_type! {
            $(#[$doc])* $name, $most, $example, $crate::domain::clean_name,
            r"^[^\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]*[^\u0000-\u0020\u007F-\u00A0\u00AD\u034F\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u115F\u1160\u1680\u17B4\u17B5\u180B-\u180F\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB][^\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]*$"
        }
    };
}

/// `prose_type! { /// doc  Name, max characters, "example" }`: text that may have line feeds.
macro_rules! prose_type {
    ($(#[$doc:meta])* $name:ident, $most:tt, $example:tt) => {
        $crate::domain::text_type! {
            $(#[$doc])* $name, $most, $example, $crate::domain::clean_prose,
            r"^[^\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]*[^\u0000-\u0020\u007F-\u00A0\u1680\u2000-\u200A\u2028-\u202F\u205F\u2066-\u2069\u3000][^\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]*$"
        }
    };
}
pub(crate) use {line_type, name_type, prose_type, text_type};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_world_are_kept_byte_for_byte() {
        for name in ["李小龍", "🦄", "  O'Brien ", "Zoë"] {
            assert_eq!(clean_line(name.to_owned(), 200), Ok(name.to_owned()));
        }
    }

    #[test]
    fn decomposed_text_is_composed() {
        assert_eq!(clean_line("Zoe\u{308}".to_owned(), 200), Ok("Zoë".to_owned()));
        assert_eq!(opaque_line("Zoe\u{308}".to_owned(), 200), Ok("Zoe\u{308}".to_owned()));
    }

    #[test]
    fn controls_and_blanks_are_refused() {
        for bad in ["a\0b", "a\u{202E}b", "a\u{2066}", "tab\there", "line\nfeed", "del\u{7f}"] {
            assert_eq!(clean_line(bad.to_owned(), 200), Err(TextFault::Characters), "{bad:?}");
        }
        assert_eq!(clean_line(" \u{a0}\u{3000}".to_owned(), 200), Err(TextFault::Blank));
        assert_eq!(clean_name("\u{200b}\u{e0041} ".to_owned(), 200), Err(TextFault::Invisible));
        assert_eq!(clean_name("a\u{200d}b".to_owned(), 200), Ok("a\u{200d}b".to_owned()));
        assert_eq!(clean_line("abc".to_owned(), 2), Err(TextFault::TooLong));
        assert_eq!(clean_prose("two\nlines".to_owned(), 200), Ok("two\nlines".to_owned()));
        assert_eq!(clean_prose("two\r\nlines".to_owned(), 200), Err(TextFault::Characters));
    }
}
