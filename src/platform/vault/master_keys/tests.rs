use std::sync::Arc;

use super::super::CountingEntropy;
use super::*;

fn line(seed: u8) -> String {
    let mut bytes = [seed; 32];
    bytes[31] = seed.wrapping_add(77);
    BASE64_STANDARD.encode(bytes)
}

fn write(path: &Path, text: &str) {
    let _ = fs::remove_file(path);
    fs::write(path, text).unwrap();
    chmod(path, 0o600);
}

fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn fault(path: &Path) -> KeyFileFault {
    let error = MasterKeys::read(path).unwrap_err();
    assert!(error.to_string().contains("keys"), "{error}");
    error.fault
}

#[test]
fn a_generated_file_is_its_owners_alone_and_never_overwritten() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys");
    let entropy = CountingEntropy::new();
    MasterKeys::generate_file(&path, &entropy).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    let id = MasterKeys::read(&path).unwrap().newest();
    let error = MasterKeys::generate_file(&path, &entropy).unwrap_err();
    assert!(matches!(error.fault(), KeyFileFault::Exists));
    assert_eq!(MasterKeys::read(&path).unwrap().newest(), id);
}

#[test]
fn a_file_that_is_not_fit_is_refused_and_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys");
    assert!(matches!(fault(&path), KeyFileFault::Missing));
    assert!(matches!(fault(dir.path()), KeyFileFault::NotAKeyFile));
    write(&path, "# nothing\n\n");
    assert!(matches!(fault(&path), KeyFileFault::Empty));
    write(&path, &format!("{}\n\nhunter2\n", line(1)));
    assert!(matches!(fault(&path), KeyFileFault::Malformed(3)));
    assert!(!MasterKeys::read(&path).unwrap_err().to_string().contains("hunter2"));
    write(&path, &BASE64_STANDARD.encode([1; 31]));
    assert!(matches!(fault(&path), KeyFileFault::Malformed(1)));
    write(&path, &format!("{}AAAA", line(1)));
    assert!(matches!(fault(&path), KeyFileFault::Malformed(1)));
    write(&path, &format!("{0}\n# again\n{0}\n", line(1)));
    assert!(matches!(fault(&path), KeyFileFault::Duplicate(3)));
    let counted: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap());
    for sample in [[0; 32], [b'A'; 32], counted] {
        write(&path, &BASE64_STANDARD.encode(sample));
        assert!(matches!(fault(&path), KeyFileFault::Sample(1)));
    }
    write(&path, &"#".repeat(70_000));
    assert!(matches!(fault(&path), KeyFileFault::NotAKeyFile));
    write(&path, &line(1));
    for mode in [0o640, 0o604, 0o610, 0o601] {
        chmod(&path, mode);
        assert!(matches!(fault(&path), KeyFileFault::OpenToOthers(found) if found == mode));
    }
    chmod(&path, 0o400);
    assert!(MasterKeys::read(&path).is_ok());
}

#[test]
fn comments_blank_lines_and_carriage_returns_are_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys");
    write(&path, &format!("# new\r\n{}\r\n\r\n{}", line(1), line(2)));
    let keys = MasterKeys::read(&path).unwrap();
    let ring = keys.ring.read().unwrap();
    assert_eq!(ring.older.len(), 1);
}

#[test]
fn a_wrapped_key_survives_rotation_until_its_master_key_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys");
    let entropy = CountingEntropy::new();
    write(&path, &line(1));
    let keys = Arc::new(MasterKeys::read(&path).unwrap());
    let secret = SecretBytes::random(&entropy);
    let old = keys.wrap(&entropy, b"person 1", &secret);
    assert!(!keys.reload_if_changed().unwrap());

    write(&path, &format!("{}\n{}\n", line(2), line(1)));
    assert!(keys.reload_if_changed().unwrap());
    assert_ne!(keys.newest(), old.master_key);
    assert_eq!(keys.unwrap(b"person 1", &old).unwrap(), secret);
    let new = keys.wrap(&entropy, b"person 1", &secret);
    assert_eq!(new.master_key, keys.newest());

    write(&path, &line(2));
    assert!(keys.reload_if_changed().unwrap());
    assert!(!keys.holds(old.master_key));
    assert_eq!(keys.unwrap(b"person 1", &new).unwrap(), secret);
    let error = keys.unwrap(b"person 1", &old).unwrap_err();
    assert!(error.cause().unwrap().contains("missing"), "{error}");
}

#[test]
fn a_bad_file_leaves_the_old_keys_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys");
    let entropy = CountingEntropy::new();
    write(&path, &line(1));
    let keys = MasterKeys::read(&path).unwrap();
    let secret = SecretBytes::random(&entropy);
    let wrapped = keys.wrap(&entropy, b"person", &secret);
    write(&path, "rubbish");
    assert!(keys.reload_if_changed().is_err());
    assert!(keys.reload_if_changed().is_err());
    fs::remove_file(&path).unwrap();
    assert!(keys.reload_if_changed().is_err());
    assert_eq!(keys.unwrap(b"person", &wrapped).unwrap(), secret);
    write(&path, &line(1));
    assert!(keys.reload_if_changed().unwrap());
    chmod(&path, 0o644);
    assert!(keys.reload_if_changed().is_err());
}

#[test]
fn a_wrapped_key_is_its_owners_and_cannot_be_changed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys");
    let entropy = CountingEntropy::new();
    write(&path, &line(1));
    let keys = MasterKeys::read(&path).unwrap();
    let wrapped = keys.wrap(&entropy, b"person 1", &SecretBytes::random(&entropy));
    assert_eq!(wrapped.bytes.len(), 12 + 32 + 16);
    assert!(keys.unwrap(b"person 2", &wrapped).is_err());
    for byte in 0..wrapped.bytes.len() {
        let mut changed = wrapped.clone();
        changed.bytes[byte] ^= 1;
        assert!(keys.unwrap(b"person 1", &changed).is_err());
    }
    let short = Wrapped { bytes: wrapped.bytes[1..].to_vec(), ..wrapped };
    assert!(keys.unwrap(b"person 1", &short).is_err());
}

#[test]
fn an_id_is_read_back_from_its_eight_bytes() {
    let id = MasterKeyId([1, 2, 3, 4, 5, 6, 7, 255]);
    assert_eq!(MasterKeyId::try_from(&id.0[..]).unwrap(), id);
    assert!(MasterKeyId::try_from(&id.0[1..]).is_err());
    assert_eq!(id.to_string(), "01020304050607ff");
}
