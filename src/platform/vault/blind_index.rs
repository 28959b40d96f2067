//! Blind indexes: how a person is found by what is sealed.
//!
//! A keyed digest of the normalised value stands beside the sealed one; without the key it tells nothing
//! but which rows are equal. E-mail addresses and telephone numbers are found whole, names by the
//! beginnings of their words, cut to four bytes; a number is looked up by the first four bytes, and told apart by
//! all. The key is not derived from a master key, so that rotating those breaks no index.

use super::words::{Key, NameQueryFault, fold, folded_name, keys_of_name, keys_of_query};
use super::{MacKey, SecretBytes};
use crate::domain::{EmailAddress, Telephone};

/// The key of the blind indexes.
#[derive(Debug)]
pub struct BlindIndexKey(MacKey);

impl BlindIndexKey {
    /// The key with these bytes.
    pub fn new(secret: &SecretBytes) -> Self {
        Self(MacKey::new(secret))
    }

    /// The index of an e-mail address, the same however its letters are cased. It is the address's suppression
    /// mark as well, which is how a mark that outlives an erasure is joined to a new sign-up.
    pub fn email(&self, address: &EmailAddress) -> [u8; 32] {
        self.0.mac("email", &[address.folded().as_bytes()])
    }

    /// The index of a telephone number.
    pub fn telephone(&self, number: &Telephone) -> [u8; 32] {
        self.0.mac("telephone", &[number.as_str().as_bytes()])
    }

    /// The index of a telephone number and a name together. The name is folded, so that case, accents and spaces make no
    /// difference. It tells people apart who share a number, such as that of a switchboard.
    pub fn named_number(&self, number: &Telephone, name: &str) -> [u8; 32] {
        self.0.mac("named number", &[number.as_str().as_bytes(), folded_name(name).as_bytes()])
    }

    /// The index of a whole name, folded as for [`named_number`](Self::named_number). Many people can have one name.
    pub fn name(&self, name: &str) -> [u8; 32] {
        self.0.mac("name", &[folded_name(name).as_bytes()])
    }

    /// The token to look a telephone number up by: what its index begins with. Others can have it too.
    pub fn telephone_token(&self, number: &Telephone) -> [u8; 4] {
        let [a, b, c, d, ..] = self.telephone(number);
        [a, b, c, d]
    }

    /// The tokens to store for a name, sorted, each once.
    pub fn name_tokens(&self, name: &str) -> Vec<[u8; 4]> {
        self.tokens(keys_of_name(&fold(name)))
    }

    /// The tokens that a name must all have to be found with `query`. What has them all may still not
    /// match: ask [`matches`](super::matches) once it is unsealed.
    ///
    /// # Errors
    /// A [`NameQueryFault`] if the query is blank, or has a word too short to search for.
    pub fn query_tokens(&self, query: &str) -> Result<Vec<[u8; 4]>, NameQueryFault> {
        keys_of_query(&fold(query)).map(|keys| self.tokens(keys))
    }

    fn tokens<'a>(&self, keys: impl IntoIterator<Item = Key<'a>>) -> Vec<[u8; 4]> {
        let token = |key| {
            let [a, b, c, d, ..] = match key {
                Key::Prefix(text) => self.0.mac("name prefix", &[text.as_bytes()]),
                Key::Whole(text) => self.0.mac("name whole", &[text.as_bytes()]),
            };
            [a, b, c, d]
        };
        let mut tokens: Vec<_> = keys.into_iter().map(token).collect();
        // In an order of their own, which does not tell how the words stood.
        tokens.sort_unstable();
        tokens.dedup();
        tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> BlindIndexKey {
        BlindIndexKey::new(&SecretBytes::from_slice(&[7; 32]).unwrap())
    }

    #[test]
    fn an_address_has_one_index_however_it_is_cased() {
        let (one, other) =
            (EmailAddress::parse("Ada@example.org").unwrap(), EmailAddress::parse("ada@EXAMPLE.org").unwrap());
        assert_eq!(key().email(&one), key().email(&other));
        assert_ne!(key().email(&one), key().email(&EmailAddress::parse("bob@example.org").unwrap()));
    }

    #[test]
    fn a_telephone_number_has_one_index_however_it_is_written() {
        let (one, other) = (Telephone::parse("01905 765765").unwrap(), Telephone::parse("+44 1905 765765").unwrap());
        assert_eq!(key().telephone(&one), key().telephone(&other));
    }

    #[test]
    fn a_named_number_is_one_persons_however_the_name_is_written() {
        let number = Telephone::parse("01905 765765").unwrap();
        let index = |name: &str| key().named_number(&number, name);
        for same in ["ada  LOVELACE", "Ada Lovelace ", "Ada-Lovelace"] {
            assert_eq!(index("Ada Lovelace"), index(same), "{same}");
        }
        assert_ne!(index("Ada Lovelace"), index("Adal Ovelace"), "words are kept apart");
        assert_ne!(index("Ada Lovelace"), index("Ada"));
        assert_ne!(index("🦄"), index("✨"), "a name without words is itself");
        assert_ne!(index("Ada"), key().named_number(&Telephone::parse("01905 765766").unwrap(), "Ada"));
        assert_ne!(index(""), key().telephone(&number));
    }

    #[test]
    fn a_name_has_one_index_however_it_is_written() {
        for same in ["ada  LOVELACE", "Ada-Lovelace"] {
            assert_eq!(key().name("Ada Lovelace"), key().name(same), "{same}");
        }
        assert_ne!(key().name("Ada Lovelace"), key().name("Ada"));
    }

    #[test]
    fn the_indexes_depend_on_the_key() {
        let other = BlindIndexKey::new(&SecretBytes::from_slice(&[8; 32]).unwrap());
        assert_ne!(key().name_tokens("Ada"), other.name_tokens("Ada"));
    }

    #[test]
    fn every_token_of_a_fitting_query_is_stored_with_the_name() {
        for (name, query) in [
            ("Siân O'Brien-Smith", "obr SIAN"),
            ("Siân O'Brien-Smith", "smith"),
            ("王小明", "王"),
            ("김철수", "김철수"),
            ("🦄✨", "🦄✨"),
        ] {
            let stored = key().name_tokens(name);
            assert!(key().query_tokens(query).unwrap().iter().all(|token| stored.contains(token)), "{query}");
        }
        let stored = key().name_tokens("Ada Lovelace");
        assert!(!key().query_tokens("byron").unwrap().iter().all(|token| stored.contains(token)));
    }

    #[test]
    fn a_word_that_stands_twice_is_stored_once() {
        assert_eq!(key().name_tokens("Ng Ng NG").len(), 1);
        assert_eq!(key().query_tokens("ng ng").unwrap().len(), 1);
    }

    #[test]
    fn debug_does_not_tell_the_key() {
        assert_eq!(format!("{:?}", key()), "BlindIndexKey([secret])");
    }
}
