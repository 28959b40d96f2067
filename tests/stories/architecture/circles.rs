//! Circles of imports. In each folder, the files and the folders within it must have an order: none imports a later one.
//!
//! An import counts for the file that defines what is imported, whatever module re-exports it. The module file of a folder
//! may name the files of that folder, because it is their table of contents; they may use what it defines.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::paths::Source;

/// The files and folders of one folder, each with those that it imports and an example: importing file, imported file.
type Imports<'a> = BTreeMap<&'a str, BTreeMap<&'a str, (&'a str, &'a str)>>;

/// The name of a folder's own module among its files.
const OWN: &str = "mod";

/// Every folder in which imports form a circle, with one of its circles.
pub(super) fn circles(sources: &[Source]) -> Vec<String> {
    let modules: Vec<Vec<String>> = sources.iter().map(Source::module).collect();
    let crate_ = Crate::new(sources, &modules);
    let mut folders: BTreeMap<String, Imports<'_>> = BTreeMap::new();
    for (at, source) in sources.iter().enumerate() {
        for to in crate_.imported_by(at) {
            let (from, into) = (&modules[at], &modules[to]);
            let shared = from.iter().zip(into).take_while(|(one, other)| one == other).count();
            // Its own files, or itself.
            if shared == from.len() {
                continue;
            }
            let own = |module: &'_ [String]| module.len() == shared;
            let importing = from[shared].as_str();
            let imported = if own(into) { OWN } else { into[shared].as_str() };
            let example = (source.file.as_str(), sources[to].file.as_str());
            let imports = folders.entry(from[..shared].join("/")).or_default();
            imports.entry(importing).or_default().entry(imported).or_insert(example);
        }
    }
    folders.iter().filter_map(|(folder, imports)| Some(format!("src/{folder}: {}", circle(imports)?))).collect()
}

/// One circle, told by its files.
fn circle(imports: &Imports<'_>) -> Option<String> {
    let mut left: BTreeSet<&str> = imports.keys().copied().collect();
    // What imports nothing that is left is in no circle.
    loop {
        let before = left.len();
        let still = left.clone();
        left.retain(|item| imports[item].keys().any(|imported| still.contains(imported)));
        if left.len() == before {
            break;
        }
    }
    let mut way = vec![*left.first()?];
    loop {
        let last = way[way.len() - 1];
        let next = imports[last].keys().find(|imported| left.contains(*imported))?;
        if let Some(begin) = way.iter().position(|item| item == next) {
            let told = way[begin..].iter().zip(way[begin + 1..].iter().chain([next])).map(|(from, to)| {
                let (file, other) = imports[from][to];
                format!("{file} imports {other}")
            });
            return Some(told.collect::<Vec<_>>().join(", "));
        }
        way.push(next);
    }
}

/// The modules of the crate and what they re-export.
struct Crate<'a> {
    sources: &'a [Source],
    files: HashMap<&'a [String], usize>,
    uses: Vec<HashMap<String, Vec<String>>>,
}

impl<'a> Crate<'a> {
    fn new(sources: &'a [Source], modules: &'a [Vec<String>]) -> Self {
        let files = modules.iter().enumerate().map(|(at, module)| (module.as_slice(), at)).collect();
        let uses = sources.iter().map(|source| source.uses().into_iter().collect()).collect();
        Self { sources, files, uses }
    }

    fn imported_by(&self, at: usize) -> BTreeSet<usize> {
        let paths = self.sources[at].paths();
        paths.into_iter().filter_map(|path| self.defining(&path.names, 0)).filter(|to| *to != at).collect()
    }

    /// The file that defines what a path from the root names. Re-exports are followed a few steps.
    fn defining(&self, names: &[String], steps: usize) -> Option<usize> {
        let depth = (1..=names.len()).rev().find(|depth| self.files.contains_key(&names[..*depth]))?;
        let file = self.files[&names[..depth]];
        let Some(name) = names.get(depth).filter(|_| steps < 8) else { return Some(file) };
        match self.uses[file].get(name) {
            Some(path) => {
                let path: Vec<String> = path.iter().chain(&names[depth + 1..]).cloned().collect();
                self.defining(&path, steps + 1).or(Some(file))
            }
            None => Some(file),
        }
    }
}

#[test]
fn a_circle_is_found() {
    let circles_of = |files: &[(&str, &str)]| {
        let sources: Vec<Source> = files.iter().map(|(file, text)| Source::new(file, text)).collect();
        circles(&sources)
    };
    let of_files = circles_of(&[("a/one.rs", "use super::two::X;"), ("a/two.rs", "fn f() { super::one::g() }")]);
    assert_eq!(of_files, ["src/a: a/one.rs imports a/two.rs, a/two.rs imports a/one.rs"]);

    let of_three = circles_of(&[
        ("a/one.rs", "use super::two;"),
        ("a/two.rs", "use super::three::Y;"),
        ("a/three.rs", "use crate::a::one::X;"),
        ("a/four.rs", "use super::one;"),
    ]);
    assert_eq!(of_three.len(), 1, "{of_three:?}");

    // No two files import each other, and yet neither folder can be understood without the other.
    let of_folders = circles_of(&[
        ("a/mod.rs", "mod one;"),
        ("a/one.rs", "use crate::b::one::X;"),
        ("a/two.rs", ""),
        ("b/one.rs", ""),
        ("b/two.rs", "use crate::a::two::Y;"),
    ]);
    assert_eq!(of_folders, ["src/: a/one.rs imports b/one.rs, b/two.rs imports a/two.rs"]);

    // The path names the folder, and the file behind it is meant.
    let by_name = circles_of(&[
        ("a/mod.rs", "mod deep;\npub use deep::{X, Y};"),
        ("a/deep.rs", "use super::other::Z;"),
        ("a/other.rs", "use super::X;"),
    ]);
    assert_eq!(by_name, ["src/a: a/deep.rs imports a/other.rs, a/other.rs imports a/deep.rs"]);
}

#[test]
fn an_order_is_no_circle() {
    let sources: Vec<Source> = [
        ("lib.rs", "pub mod a;\npub mod b;"),
        ("a/mod.rs", "mod one;\nmod two;\npub use one::X;\npub struct Row;\nfn f() { two::g() }"),
        ("a/one.rs", "use super::Row;"),
        ("a/two.rs", "use super::{Row, X};"),
        ("b.rs", "use crate::a::{self, X};"),
        ("b/tests.rs", "use crate::b;"),
    ]
    .into_iter()
    .map(|(file, text)| Source::new(file, text))
    .collect();
    assert_eq!(circles(&sources), [""; 0]);
}
