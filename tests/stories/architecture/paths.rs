//! A source file as the rules see it: its lines without comments and tests, and every path in it that begins at the
//! crate's root.

/// A file.
pub(super) struct Source {
    /// Its path below `src/`.
    pub(super) file: String,
    /// How many lines it has.
    pub(super) length: usize,
    /// Its lines, numbered from 1, without comments and without the tests at its end; none of a file of tests.
    pub(super) lines: Vec<(usize, String)>,
}

/// A path in a file.
pub(super) struct Path {
    /// The line that it begins on.
    pub(super) line: usize,
    /// Its names from the crate's root on.
    pub(super) names: Vec<String>,
}

impl Source {
    pub(super) fn new(file: &str, text: &str) -> Self {
        let is_tests = ["/tests.rs", "auth/forge.rs", "profile/verdicts.rs"].iter().any(|end| file.ends_with(end));
        let is_tests = is_tests || file.contains("/tests/") || file.contains("profile/verdicts/");
        let mut lines = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let ends = line.trim() == "#[cfg(test)]"
                && text.lines().nth(at + 1).is_some_and(|next| next.contains("mod tests {"));
            if is_tests || ends {
                break;
            }
            let code = line.find("//").map_or(line, |comment| &line[..comment]);
            lines.push((at + 1, code.to_owned()));
        }
        Self { file: file.to_owned(), length: text.lines().count(), lines }
    }

    /// The modules that the file is in, from the crate's root on, itself included.
    pub(super) fn module(&self) -> Vec<String> {
        let names = self.file.trim_end_matches(".rs").split('/').map(str::to_owned);
        names.filter(|name| !["mod", "lib", "main"].contains(&name.as_str())).collect()
    }

    /// The first module below the root.
    pub(super) fn floor(&self) -> String {
        self.module().first().cloned().unwrap_or_else(|| self.file.trim_end_matches(".rs").to_owned())
    }

    /// Every path that begins with `crate::` or `super::`, spelt out from the root; of a list, each.
    pub(super) fn paths(&self) -> Vec<Path> {
        let text: String = self.lines.iter().flat_map(|(_, line)| [line.as_str(), "\n"]).collect();
        let mut found = Vec::new();
        let mut from = 0;
        while let Some((at, base, after)) = next_start(&text, from) {
            let line = text[..at].matches('\n').count();
            let line = self.lines.get(line).map_or(0, |(number, _)| *number);
            let mut base = if base == "super" { self.above() } else { Vec::new() };
            let mut rest = &text[after..];
            while let Some(further) = rest.strip_prefix("super::") {
                base.pop();
                rest = further;
            }
            let mut expanded = Vec::new();
            let end = expand(rest, &base, &mut expanded);
            found.extend(expanded.into_iter().map(|names| Path { line, names }));
            from = text.len() - rest.len() + end;
        }
        found
    }

    /// The names that the file imports or re-exports, each with the path that it stands for, spelt out from the root.
    pub(super) fn uses(&self) -> Vec<(String, Vec<String>)> {
        let text: String = self.lines.iter().flat_map(|(_, line)| [line.as_str(), "\n"]).collect();
        let statements = text.split(';').filter_map(|statement| {
            let (before, path) = statement.rsplit_once("use ")?;
            let before = before.lines().next_back().unwrap_or_default().trim();
            (before.is_empty() || before.starts_with("pub")).then(|| path.trim().to_owned())
        });
        let mut found = Vec::new();
        for path in statements {
            let mut rest = path.as_str();
            let mut base = self.module();
            while let Some(further) = rest.strip_prefix("super::") {
                base.pop();
                rest = further;
            }
            if let Some(further) = rest.strip_prefix("crate::") {
                (base, rest) = (Vec::new(), further);
            }
            let mut paths = Vec::new();
            expand(rest, &base, &mut paths);
            found.extend(paths.into_iter().filter_map(|path| Some((path.last()?.clone(), path))));
        }
        found
    }

    fn above(&self) -> Vec<String> {
        let mut module = self.module();
        module.pop();
        module
    }
}

/// Where the next path begins, which word it begins with, and where it goes on.
fn next_start(text: &str, from: usize) -> Option<(usize, &'static str, usize)> {
    let starts = ["crate::", "super::"].into_iter().filter_map(|start| {
        let mut from = from;
        loop {
            let at = from + text.get(from..)?.find(start)?;
            let before = text[..at].chars().next_back();
            // Not the end of a longer word, nor `$crate`, nor the middle of a path.
            if before.is_none_or(|before| !before.is_alphanumeric() && !"_$:".contains(before)) {
                return Some((at, start.trim_end_matches("::"), at + start.len()));
            }
            from = at + start.len();
        }
    });
    starts.min()
}

/// Spells out what follows a base: names joined by `::`, at its end perhaps a list in braces. Returns where it ends.
fn expand(text: &str, base: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut names = base.to_vec();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        if let Some(list) = rest.strip_prefix('{') {
            at += 1;
            let mut inside = list;
            loop {
                let blank = inside.len() - inside.trim_start_matches([' ', '\n', ',']).len();
                at += blank;
                inside = &inside[blank..];
                if inside.is_empty() || inside.starts_with('}') {
                    return at + 1;
                }
                let used = expand(inside, &names, found).max(1);
                at += used;
                // An alias says nothing about where it leads.
                let tail = inside[used.min(inside.len())..].find([',', '}', '{']).unwrap_or_default();
                at += tail;
                inside = &inside[(used + tail).min(inside.len())..];
            }
        }
        let length = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        if length > 0 {
            names.push(rest[..length].to_owned());
            at += length;
        }
        match text[at..].strip_prefix("::") {
            Some(_) if length > 0 => at += 2,
            _ => {
                found.push(names);
                return at;
            }
        }
    }
}

#[test]
fn paths_are_spelt_out() {
    let text = "use crate::domain::{self, Error, ids::{ContactId, EntryId as Entry}, Role};\nfn f() { super::store::list(crate::app::X) }";
    let source = Source::new("resources/contacts/api.rs", text);
    let told: Vec<String> =
        source.paths().iter().map(|path| format!("{} {}", path.line, path.names.join("::"))).collect();
    let expected = [
        "1 domain::self",
        "1 domain::Error",
        "1 domain::ids::ContactId",
        "1 domain::ids::EntryId",
        "1 domain::Role",
        "2 resources::contacts::store::list",
        "2 app::X",
    ];
    assert_eq!(told, expected);
}
