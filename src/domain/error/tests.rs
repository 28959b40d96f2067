use super::*;

#[test]
fn every_code_has_a_name_of_its_own() {
    let mut names: Vec<_> = CODES.iter().map(|entry| entry.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), CODES.len());
}

#[test]
fn an_error_is_one_word_wide() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}
