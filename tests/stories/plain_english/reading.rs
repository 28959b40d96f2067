//! Reads prose: the words of a text with their lines, and the string literals of a source file.

/// Words that hide who acts. `docs/` and every text of the service name the subject instead.
const HIDING: [&str; 10] = [
    "whoever",
    "whomever",
    "nobody",
    "somebody",
    "is told",
    "are told",
    "unless said",
    "what is said",
    "lets go",
    "comes back to",
];

/// The lower-case words of a text with their lines, counted from 1. Code in backticks is not prose.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("```")) {
        for prose in line.split('`').step_by(2) {
            let parts = prose.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
            found.extend(parts.map(|part| (at + 1, part.to_lowercase())));
        }
    }
    found
}

/// The hiding words of a text, each with the line on which it begins.
pub(super) fn findings(text: &str) -> Vec<(usize, &'static str)> {
    let words = words(text);
    let mut found = Vec::new();
    for (at, (line, _)) in words.iter().enumerate() {
        for hiding in HIDING {
            let mut rest = words[at..].iter();
            if hiding.split(' ').all(|word| rest.next().is_some_and(|(_, next)| next == word)) {
                found.push((*line, hiding));
            }
        }
    }
    found
}

/// The string literals of a source file on their lines, without comments, codes (literals of one word) and tests.
pub(super) fn literals(source: &str) -> String {
    let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut prose = String::new();
    for piece in pieces(source) {
        match piece {
            Piece::Literal(inside) if inside.contains(char::is_whitespace) => {
                prose.extend([" ", &inside, " "]);
            }
            Piece::Literal(_) => prose.push(' '),
            Piece::Comment(_) => {}
            Piece::Line => prose.push('\n'),
        }
    }
    prose
}

/// The comments of a source file on their lines, those of its tests included.
pub(super) fn comments(source: &str) -> String {
    let mut prose = String::new();
    for piece in pieces(source) {
        match piece {
            Piece::Literal(inside) => prose.extend(inside.chars().filter(|c| *c == '\n')),
            Piece::Comment(text) => prose.push_str(text),
            Piece::Line => prose.push('\n'),
        }
    }
    prose
}

/// A part of a source file that is no code.
enum Piece<'a> {
    /// A comment to the end of its line, with its slashes.
    Comment(&'a str),
    /// The content of a string literal.
    Literal(String),
    /// The end of a line.
    Line,
}

fn pieces(source: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(next) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            let length = rest.find('\n').unwrap_or(rest.len());
            found.push(Piece::Comment(&rest[..length]));
            length
        } else if let Some(length) = character(rest) {
            length
        } else if let Some((inside, length)) = literal(rest) {
            found.push(Piece::Literal(inside));
            length
        } else {
            if next == '\n' {
                found.push(Piece::Line);
            }
            next.len_utf8()
        };
        rest = &rest[length..];
    }
    found
}

/// The length of the character literal that `text` begins with, such as `'"'`. A lifetime is none.
fn character(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('\'')?;
    let mut chars = inside.chars();
    let first = chars.next()?;
    let length = if first == '\\' { 1 + chars.next()?.len_utf8() } else { first.len_utf8() };
    inside[length..].starts_with('\'').then_some(length + 2)
}

/// The content of the string literal that `text` begins with, escapes as spaces, and the literal's length.
fn literal(text: &str) -> Option<(String, usize)> {
    let marks = text.strip_prefix('r').map_or(0, |raw| raw.len() - raw.trim_start_matches('#').len());
    let raw = text.strip_prefix('r').filter(|raw| raw[marks..].starts_with('"'));
    if raw.is_some() {
        let (begin, end) = (2 + marks, format!("\"{}", "#".repeat(marks)));
        let inside = &text[begin..begin + text[begin..].find(&end)?];
        return Some((inside.to_owned(), begin + inside.len() + end.len()));
    }
    let inside = text.strip_prefix('"')?;
    let mut kept = String::new();
    let mut chars = inside.char_indices();
    while let Some((at, next)) = chars.next() {
        match next {
            '"' => return Some((kept, at + 2)),
            '\\' => match chars.next() {
                Some((_, '\n')) => kept.push('\n'),
                _ => kept.push(' '),
            },
            _ => kept.push(next),
        }
    }
    None
}
