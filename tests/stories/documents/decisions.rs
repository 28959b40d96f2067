//! The index of decisions: `docs/decisions/README.md` lists each page once, by its number and title.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{hold, path};

/// A decision, by its page.
struct Decision {
    file: String,
    title: String,
}

/// Reads the number and the title of a page from its first line, `# 7. Title`. The file's name begins with the number.
fn read(file: &str, page: &str) -> Result<(u32, String), String> {
    let heading = page.lines().next().unwrap_or_default();
    let parts = heading.strip_prefix("# ").and_then(|heading| heading.split_once(". "));
    let (number, title) = parts.ok_or_else(|| format!("{file} must begin with `# NUMBER. TITLE`: {heading}"))?;
    let number: u32 = number.parse().map_err(|_| format!("{file} has no number in its first line: {heading}"))?;
    if !file.starts_with(&format!("{number:04}-")) {
        return Err(format!("{file} calls itself decision {number}"));
    }
    Ok((number, title.to_owned()))
}

/// Every decision by its number. Two with one number are an error, because others refer to a decision by it.
fn decisions() -> BTreeMap<u32, Decision> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(path("docs/decisions")).unwrap() {
        let entry = entry.unwrap();
        let file = entry.file_name().into_string().unwrap();
        if file == "README.md" {
            continue;
        }
        let page = std::fs::read_to_string(entry.path()).unwrap();
        let (number, title) = read(&file, &page).unwrap_or_else(|why| panic!("{why}"));
        if let Some(other) = found.insert(number, Decision { file: file.clone(), title }) {
            panic!("{file} and {} have one number", other.file);
        }
    }
    found
}

#[test]
fn the_index_lists_every_decision() {
    let mut page = "# Decisions\n\n\
        Each page says what was decided, why, and what it costs. A decision is not rewritten when a later one replaces it: the\n\
        later one names it. Take the next free number, and run `cargo xtask gen`, which writes this index from the pages'\n\
        first lines.\n\n\
        | number | decision |\n|---|---|\n"
        .to_owned();
    for (number, Decision { file, title }) in decisions() {
        writeln!(page, "| {number} | [{title}]({file}) |").unwrap();
    }
    hold("decisions/README.md", &page);
}

#[test]
fn a_page_whose_number_is_not_its_files_is_refused() {
    assert_eq!(read("0007-imports.md", "# 7. Imports\n\nText"), Ok((7, "Imports".to_owned())));
    for (file, page) in [("0007-imports.md", "# 8. Imports"), ("0007-imports.md", "# Imports"), ("0007-imports.md", "")]
    {
        assert!(read(file, page).is_err(), "{page}");
    }
}
