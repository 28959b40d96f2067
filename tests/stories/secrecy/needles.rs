//! What is looked for, in every dress that it could wear.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use memchr::memmem;

/// A name, an e-mail address, a telephone number, an employer, a job title, a source, a wording, an evidence's place and
/// an organisation's contact point, none of which occurs anywhere by chance.
pub(crate) const CANARIES: &[&str; 9] = &[
    "Zebulon Quagmire-Xylophone",
    "canary.zq7@mailbox-quagga.example",
    "+442079460987",
    "Quokka Borough Umbrella",
    "Xenolith Wrangler",
    "Narwhal sign-up sheet 8817",
    "Yes please, dispatch the wombat bulletins.",
    "Shelf platypus 0042-quill",
    "dpo-axolotl@guild-walrus.example",
];

/// The needles.
pub(crate) struct Needles(Vec<(String, Vec<u8>)>);

impl Needles {
    /// Those of some values.
    pub(crate) fn of(values: &[&str]) -> Self {
        let mut needles = Vec::new();
        for value in values {
            let lower = value.to_lowercase();
            let mut add = |bytes: Vec<u8>| needles.push(((*value).to_owned(), bytes));
            add(lower.as_bytes().to_vec());
            add(lower.replace('@', "%40").replace(' ', "%20").into_bytes());
            add(lower.encode_utf16().flat_map(u16::to_le_bytes).collect());
            add(lower.encode_utf16().flat_map(u16::to_be_bytes).collect());
            for text in [*value, &lower] {
                add(iewm::domain::hex(text.as_bytes()).into_bytes());
                for shift in 0..3 {
                    for alphabet in [BASE64_STANDARD, BASE64_URL_SAFE] {
                        add(in_base64(&alphabet, text, shift));
                    }
                }
            }
        }
        Self(needles)
    }

    /// Fails if one of them is in `hay`, in letters of any case.
    #[track_caller]
    pub(crate) fn assert_absent(&self, place: &str, hay: &[u8]) {
        let hay = hay.to_ascii_lowercase();
        for (value, needle) in &self.0 {
            assert!(!contains(&hay, needle), "{value:?} is in {place}: {}", around(&hay, needle));
        }
    }
}

/// The part of a value's base64 that does not depend on what stands before and after it.
fn in_base64(alphabet: &impl Engine, text: &str, shift: usize) -> Vec<u8> {
    let encoded = alphabet.encode([&vec![0; shift], text.as_bytes()].concat());
    let (from, to) = ([0, 2, 3][shift], encoded.len() - 4);
    encoded[from..to].to_ascii_lowercase().into_bytes()
}

pub(crate) fn contains(hay: &[u8], needle: &[u8]) -> bool {
    memmem::find(hay, needle).is_some()
}

fn around(hay: &[u8], needle: &[u8]) -> String {
    let at = memmem::find(hay, needle).unwrap_or(0);
    String::from_utf8_lossy(&hay[at.saturating_sub(200)..hay.len().min(at + needle.len() + 100)]).into_owned()
}

#[test]
fn a_needle_is_found_in_every_dress() {
    let needles = Needles::of(CANARIES);
    let found = |hay: &[u8]| std::panic::catch_unwind(|| needles.assert_absent("here", hay)).is_err();
    let name = CANARIES[0];
    assert!(found(format!("name={name}.").as_bytes()));
    assert!(found(name.to_uppercase().as_bytes()));
    for before in ["", "a", "ab"] {
        assert!(found(BASE64_STANDARD.encode(format!("{before}{name} and more")).as_bytes()), "{before:?}");
    }
    assert!(!found(b"nothing"));
}
