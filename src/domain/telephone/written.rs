//! A telephone number as people write it, taken apart: the digits, and the extension.

use super::TelephoneExtension;
use crate::domain::invisible::is_invisible;

/// Characters that people put between the digits of a number, spaces and dashes aside.
const SEPARATORS: &str = "./()\u{b7}";
/// What people write before an extension, in lower case, without the punctuation around it.
const BEFORE_EXTENSIONS: &[&str] = &["ext", "extn", "extension", "x", "#"];

/// Reads a written number: digits with or without a `+` before them, and the extension. `None` where something else is in it.
/// Invisible characters, such as the direction marks of an address book, are left out.
pub(super) fn read(text: &str) -> Option<(String, Option<TelephoneExtension>)> {
    let plain: String = text.chars().filter(|c| !is_invisible(*c)).map(plain).collect();
    let plain = plain.trim();
    let plain = plain.strip_prefix("tel:").unwrap_or(plain);
    let end = plain.find(|c| !is_of_a_number(c)).unwrap_or(plain.len());
    let (number, rest) = plain.split_at_checked(end)?;
    let digits: String = number.chars().filter(|c| *c == '+' || c.is_ascii_digit()).collect();
    if digits.is_empty() || digits.rfind('+').is_some_and(|place| place > 0) {
        return None;
    }
    let extension = if rest.is_empty() { None } else { Some(extension(rest)?) };
    Some((digits, extension))
}

fn is_of_a_number(c: char) -> bool {
    c.is_ascii_digit() || " -+".contains(c) || SEPARATORS.contains(c)
}

/// Reads an extension with the word before it, such as `ext. 12`, `x12` or `;ext=12`.
fn extension(text: &str) -> Option<TelephoneExtension> {
    let (word, digits) = text.split_at_checked(text.find(|c: char| c.is_ascii_digit())?)?;
    let word = word.trim_matches(|c| " .:;=,".contains(c));
    let known = BEFORE_EXTENSIONS.contains(&word);
    if known { TelephoneExtension::try_from(digits.trim_end_matches([' ', ')']).to_owned()).ok() } else { None }
}

/// Returns a character as ASCII has it: spaces and dashes of any kind, full-width forms, letters in lower case.
fn plain(c: char) -> char {
    match c {
        c if c.is_whitespace() => ' ',
        // General category Pd as far as it occurs in numbers, and the minus sign.
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c.to_ascii_lowercase(),
    }
}
