//! Bytes as text.

/// `bytes` in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    push_hex(&mut text, bytes);
    text
}

/// Adds `bytes` to a text, in lower-case hexadecimal.
pub fn push_hex(text: &mut String, bytes: &[u8]) {
    let digit = |half: u8| char::from(if half < 10 { b'0' + half } else { b'a' + half - 10 });
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_two_digits() {
        for byte in u8::MIN..=u8::MAX {
            assert_eq!(hex(&[byte, 0]), format!("{byte:02x}00"));
        }
    }
}
