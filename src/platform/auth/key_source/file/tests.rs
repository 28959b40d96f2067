use chrono::Duration;

use super::super::super::forge::{Pair, jwks, noon};
use super::super::{Authorities, KeySource};
use super::*;

fn set(kid: &str) -> String {
    jwks(&[Pair::ed().jwk(kid)])
}

#[test]
fn a_changed_file_is_in_force_after_two_seconds() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys.json");
    std::fs::write(&path, set("old")).unwrap();
    let source = KeySource::file(&path).unwrap();
    assert!(source.current(noon()).keys.find("old").is_some());

    std::fs::write(&path, set("new")).unwrap();
    let early = source.current(noon().plus(Duration::milliseconds(1999)));
    assert!(early.keys.find("old").is_some());
    let due = source.current(noon().plus(Duration::seconds(2)));
    assert!(due.keys.find("new").is_some() && due.keys.find("old").is_none());
    assert_eq!(due.generation, early.generation + 1);
    assert_eq!(source.current(noon().plus(Duration::seconds(4))).generation, due.generation);

    std::fs::write(&path, set("after the clock stepped back")).unwrap();
    assert!(source.current(noon()).keys.find("new").is_none());
}

#[test]
fn a_bad_file_leaves_the_old_keys_in_force_until_a_good_one_comes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys.json");
    std::fs::write(&path, set("old")).unwrap();
    let source = KeySource::file(&path).unwrap();
    let mut now = noon();
    let mut look = || {
        now = now.plus(Duration::seconds(2));
        source.current(now)
    };
    for bad in ["", "{", r#"{"keys":[{"kty":"oct","kid":"k","k":"c2VjcmV0"}]}"#] {
        std::fs::write(&path, bad).unwrap();
        let current = look();
        assert!(current.keys.find("old").is_some() && current.generation == 0);
    }
    std::fs::write(&path, vec![b' '; 300_000]).unwrap();
    assert!(look().keys.find("old").is_some());
    std::fs::remove_file(&path).unwrap();
    assert!(look().keys.find("old").is_some() && look().generation == 0);
    std::fs::write(&path, set("new")).unwrap();
    assert!(look().keys.find("new").is_some());
    std::fs::write(&path, jwks(&[])).unwrap();
    assert!(look().keys.is_empty());
}

#[test]
fn a_source_must_be_good_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys.json");
    assert!(matches!(KeySource::file(&path), Err(KeySourceError::Unreadable(..))));
    assert!(matches!(KeySource::file(dir.path()), Err(KeySourceError::Unreadable(..))));
    std::fs::write(&path, "{}").unwrap();
    assert!(matches!(KeySource::named(path.to_str().unwrap(), &Authorities::default()), Err(KeySourceError::Bad(..))));
}
