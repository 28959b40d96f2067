//! Every relative link of a page leads to a file, and its anchor to a heading. Every path of `docs/ADDING_A_ROOM.md` exists.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::path;
use crate::shell_blocks::pages;

/// The targets of the Markdown links of a text.
fn links(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|character| character.is_alphanumeric() || " -_".contains(*character));
    kept.flat_map(char::to_lowercase).map(|character| if character == ' ' { '-' } else { character }).collect()
}

fn has_anchor(page: &str, wanted: &str) -> bool {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#').trim())).any(|anchor| anchor == wanted)
}

/// The links of `page`, at `place`, that lead nowhere.
fn broken<'a>(place: &Path, page: &'a str) -> Vec<&'a str> {
    let leads_nowhere = |link: &&str| {
        if link.contains("://") || link.starts_with("mailto:") {
            return false;
        }
        let (file, wanted) = link.split_once('#').unwrap_or((link, ""));
        let target = if file.is_empty() { place.to_owned() } else { place.parent().unwrap().join(file) };
        match fs::read_to_string(&target) {
            Ok(text) => !wanted.is_empty() && !has_anchor(&text, wanted),
            Err(_) => !target.is_dir(),
        }
    };
    links(page).into_iter().filter(leads_nowhere).collect()
}

#[test]
fn every_link_of_a_page_leads_somewhere() {
    let mut found = BTreeMap::new();
    for name in pages() {
        let text = fs::read_to_string(path(&name)).unwrap();
        let links: Vec<_> = broken(&path(&name), &text).into_iter().map(str::to_owned).collect();
        if !links.is_empty() {
            found.insert(name, links);
        }
    }
    assert_eq!(found, BTreeMap::new());
}

#[test]
fn every_path_of_the_walk_through_a_room_is_there() {
    let page = fs::read_to_string(path("docs/ADDING_A_ROOM.md")).unwrap();
    let quoted = page.split('`').skip(1).step_by(2);
    let of_the_tree = quoted.filter(|text| ["src/", "tests/", "migrations/"].iter().any(|root| text.starts_with(root)));
    // The walk's own example.
    let paths: Vec<PathBuf> = of_the_tree.filter(|text| !text.contains("venues")).map(path).collect();
    assert!(paths.len() > 10, "{paths:?}");
    let missing: Vec<_> = paths.iter().filter(|path| !path.exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_broken_link_is_found() {
    let page = "[a](README.md) [b](nowhere.md) [c](#set-up) [d](#two) [e](https://example.org) [f](docs)";
    assert_eq!(broken(&path("README.md"), page), ["nowhere.md", "#two"]);
}
