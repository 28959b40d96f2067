//! A person's particulars as address books take them: a vCard (RFC 6350).

use serde_json::Value;

use super::model::{Package, Withheld};
use crate::domain::{EmailAddress, Telephone};

/// How long a line may be, in octets.
const LINE: usize = 75;

/// The contact of a package as a vCard. An address or a number that was left out has a text in its place, which is neither: the
/// card does not have that property.
pub(super) fn written(package: &Package) -> String {
    let contact = package.records("contacts").first().cloned().unwrap_or(Value::Null);
    let member = |name: &str| contact.get(name).and_then(Value::as_str);
    let email = member("email").filter(|email| EmailAddress::parse(email).is_ok());
    let telephone =
        member("telephone").filter(|number| Telephone::parse(number).is_ok_and(|own| own.as_str() == *number));
    let extension = member("telephone_extension").filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let extension = extension.map(|digits| format!(";ext={digits}")).unwrap_or_default();
    let mut lines =
        vec!["BEGIN:VCARD".to_owned(), "VERSION:4.0".to_owned(), format!("UID:urn:uuid:{}", package.contact_id)];
    // A vCard has a formatted name, whatever else it lacks: that of a contact which was left out says so.
    let name = member("name").or_else(|| member("left_out")).unwrap_or("[No name]");
    lines.push(format!("FN:{}", escaped(name)));
    lines.extend(email.map(|email| format!("EMAIL:{}", escaped(email))));
    lines.extend(telephone.map(|number| format!("TEL;VALUE=uri:tel:{number}{extension}")));
    lines.extend(member("organisation").map(|name| format!("ORG:{}", escaped(name))));
    lines.extend(member("job_title").map(|title| format!("TITLE:{}", escaped(title))));
    lines.extend(package.withheld.iter().map(left_out));
    lines.push("END:VCARD".to_owned());
    lines.iter().map(|line| folded(line) + "\r\n").collect()
}

/// The note that something was left out of the package, and why.
fn left_out(withheld: &Withheld) -> String {
    let Withheld { reason, explanation, .. } = withheld;
    format!("NOTE:{}", escaped(&format!("We left something out. {reason} {}", explanation.as_str())))
}

/// A value with what means something in a vCard made literal.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;").replace('\n', "\\n")
}

/// A line, broken where it is too long; never within a character.
fn folded(line: &str) -> String {
    let (mut folded, mut length) = (String::new(), 0);
    for character in line.chars() {
        if length + character.len_utf8() > LINE {
            folded.push_str("\r\n ");
            length = 1;
        }
        folded.push(character);
        length += character.len_utf8();
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_between_characters_and_values_are_literal() {
        let long = "é".repeat(60);
        for line in folded(&long).split("\r\n") {
            assert!(line.len() <= LINE, "{}", line.len());
        }
        assert_eq!(folded(&long).replace("\r\n ", ""), long);
        assert_eq!(escaped("a,b;c\\d\ne"), "a\\,b\\;c\\\\d\\ne");
    }
}
