//! The shell blocks of the README and of the other pages, run as a reader runs them.
//!
//! A page's blocks are one bash script, in their order, in the folder of a fresh demo. `bash -euo pipefail` stops at the
//! first command that fails. The script runs twice, because a reader repeats what went wrong. The demo listens on a free
//! port, which replaces `http://127.0.0.1:8080` in the blocks; its tokens are in the environment, as after the README's
//! first step.
//!
//! A block that cannot run here says so in its info string, `sh no_run=REASON`, and is counted in `NOT_RUN`.

mod blocks;
mod demo;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use blocks::{Block, statements};
use demo::Demo;

use crate::harness::Engine;

/// Makes two tests for each page, one on each engine, and lists the pages.
macro_rules! pages {
    ($($name:ident: $page:literal,)+) => {
        const PAGES: &[&str] = &[$($page),+];

        $(
            mod $name {
                #[test]
                fn on_sqlite() {
                    super::runs_twice($page, super::Engine::Sqlite);
                }

                #[test]
                fn on_postgres() {
                    super::runs_twice($page, super::Engine::Postgres);
                }
            }
        )+
    };
}

pages! {
    readme: "README.md",
    complaints_and_breaches: "docs/COMPLAINTS_AND_BREACHES.md",
    consent: "docs/CONSENT.md",
    erasure: "docs/ERASURE.md",
    operations: "docs/OPERATIONS.md",
    receipts: "docs/RECEIPTS.md",
    rights: "docs/RIGHTS.md",
    sharing: "docs/SHARING.md",
}

/// The blocks that no test runs: their page, the reason, and how many there are.
const NOT_RUN: &[(&str, &str, usize)] = &[
    // They compile the service, or run for minutes.
    ("CONTRIBUTING.md", "build", 2),
    ("docs/ADDING_A_ROOM.md", "build", 1),
    ("README.md", "build", 1),
    ("docs/PERFORMANCE.md", "build", 1),
    // They install packages.
    ("README.md", "packages", 1),
    // They need a Docker daemon. `docker/try` runs what they say.
    ("docs/OPERATIONS.md", "docker", 2),
    // They name a database or a folder of the operator's. The stories `backups` and `command_line` do the same elsewhere.
    ("README.md", "operator", 1),
    ("docs/OPERATIONS.md", "operator", 2),
    // They need an identity provider. The story `token_check` has one of its own.
    ("docs/TOKENS.md", "identity_provider", 4),
];

/// What a fence may be called. A shell block by another name, such as `bash`, would escape the test.
const LANGUAGES: &[&str] = &["sh", "json", "toml", "sql", "mermaid", "text", "rust"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page of the repository, by its path from the root.
pub(crate) fn pages() -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && !name.starts_with('.') && !["target", "data", "node_modules"].contains(&name) {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(root(), &mut found);
    found.sort();
    found.iter().map(|path| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned()).collect()
}

fn blocks_of(page: &str) -> Vec<Block> {
    blocks::read(page, &fs::read_to_string(root().join(page)).unwrap())
}

/// The blocks of a page that run.
fn shell_blocks(page: &str) -> Vec<Block> {
    blocks_of(page).into_iter().filter(|block| block.language == "sh" && block.not_run.is_none()).collect()
}

#[test]
fn every_page_with_a_shell_block_is_run() {
    let with_blocks: Vec<_> = pages().into_iter().filter(|page| !shell_blocks(page).is_empty()).collect();
    assert_eq!(with_blocks.iter().map(String::as_str).collect::<BTreeSet<_>>(), PAGES.iter().copied().collect());
}

#[test]
fn every_fence_has_a_language_that_is_known() {
    for block in pages().iter().flat_map(|page| blocks_of(page)) {
        let Block { page, line, language, .. } = block;
        assert!(LANGUAGES.contains(&&*language), "{page}:{line}: {language:?} is none of {LANGUAGES:?}");
    }
}

#[test]
fn the_blocks_that_no_test_runs_are_counted() {
    let mut found = BTreeMap::new();
    for block in pages().iter().flat_map(|page| blocks_of(page)) {
        if let Some(reason) = block.not_run {
            *found.entry((block.page, reason)).or_default() += 1;
        }
    }
    let expected = NOT_RUN.iter().map(|&(page, reason, count)| ((page.to_owned(), reason.to_owned()), count));
    assert_eq!(found, expected.collect::<BTreeMap<_, usize>>());
}

/// A reader's shell has no `pipefail`, and `curl` without `-f` succeeds with any answer.
#[test]
fn a_request_that_is_refused_is_noticed() {
    for block in pages().iter().flat_map(|page| shell_blocks(page)) {
        for statement in statements(&block.text) {
            let asks = statement.match_indices("curl ").filter(|(at, _)| !statement[at + 5..].starts_with("-fsS"));
            for (at, _) in asks {
                let is_judged = statement[at..].contains("| grep ");
                assert!(
                    is_judged,
                    "{}:{}: `curl -fsS`, or a grep for the refusal: {statement}",
                    block.page, block.line
                );
            }
        }
    }
}

fn runs_twice(page: &str, engine: Engine) {
    let blocks = shell_blocks(page);
    assert!(!blocks.is_empty(), "{page} has no shell block");
    let Some(demo) = Demo::start(engine, &blocks) else { return };
    for time in ["first", "second"] {
        demo.run(&blocks, time);
    }
    demo.stop();
}
