//! What the image is built from: everything that the Dockerfile copies is there, is let through, and is enough.

use std::fs;
use std::path::Path;

const DOCKERFILE: &str = include_str!("../../docker/Dockerfile");
const IGNORED: &str = include_str!("../../.dockerignore");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What the Dockerfile copies from the tree.
fn copied() -> Vec<&'static str> {
    let lines = DOCKERFILE.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.starts_with("--"));
    lines
        .flat_map(|line| {
            let words: Vec<_> = line.split_whitespace().collect();
            words[..words.len() - 1].to_vec()
        })
        .collect()
}

fn is_copied(path: &str) -> bool {
    copied().iter().any(|copied| Path::new(path).starts_with(copied))
}

#[test]
fn what_the_image_is_built_from_is_there_and_let_through() {
    assert!(!copied().is_empty());
    assert_eq!(
        IGNORED.lines().find(|line| !line.starts_with('#')),
        Some("*"),
        "nothing is let through unless it is said"
    );
    for path in copied() {
        assert!(root().join(path).exists(), "{path} is not there");
        assert!(IGNORED.lines().any(|line| line == format!("!{path}")), ".dockerignore keeps {path} out");
    }
    for path in IGNORED.lines().filter_map(|line| line.strip_prefix('!')) {
        assert!(copied().contains(&path), "{path} is let through and not copied");
    }
}

#[test]
fn every_target_of_the_manifest_is_there_for_cargo_to_see() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut seen = 0;
    for section in manifest.split("\n[") {
        let (head, body) = section.split_once('\n').unwrap_or((section, ""));
        let kind = head.trim_matches(['[', ']']).trim();
        if !["lib", "bin", "test", "bench", "example"].contains(&kind) {
            continue;
        }
        let value = |key: &str| {
            let lines = body.lines().filter_map(|line| line.split_once('='));
            let mut values =
                lines.filter(|(name, _)| name.trim() == key).map(|(_, value)| value.trim().trim_matches('"'));
            values.next().map(str::to_owned)
        };
        let folder = match kind {
            "bench" => "benches".to_owned(),
            other => format!("{other}s"),
        };
        let path = value("path").unwrap_or_else(|| format!("{folder}/{}.rs", value("name").unwrap()));
        assert!(is_copied(&path), "the Dockerfile does not copy {path}, which Cargo.toml names");
        seen += 1;
    }
    assert!(seen >= 3, "{seen} targets");
}

#[test]
fn every_member_of_the_workspace_is_there_for_cargo_to_see() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let members = manifest.lines().find_map(|line| line.strip_prefix("members = ")).unwrap();
    let members: Vec<_> = members.split('"').skip(1).step_by(2).collect();
    assert!(members.contains(&"crates/xtask"), "{members:?}");
    for member in members {
        for file in ["Cargo.toml", "src/main.rs"] {
            let file = format!("{member}/{file}");
            assert!(is_copied(&file), "the Dockerfile does not copy {file}, which Cargo.toml names");
        }
    }
}

/// The files outside `src` that are compiled into the program.
#[test]
fn what_is_compiled_in_is_copied() {
    let mut seen = 0;
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let beside = folder.as_path();
            let macros = [("include_str!(\"", beside), ("include_bytes!(\"", beside), ("embed_migrations!(\"", root())];
            for (macro_name, base) in macros {
                for found in text.split(macro_name).skip(1) {
                    let named = base.join(found.split('"').next().unwrap()).canonicalize().unwrap();
                    let named = named.strip_prefix(root().canonicalize().unwrap()).unwrap().to_str().unwrap();
                    assert!(is_copied(named), "{} compiles in {named}, which is not copied", path.display());
                    seen += 1;
                }
            }
        }
    }
    assert!(seen >= 5, "{seen} files");
}
