//! A CSV reader that reads one record at a time, so that a stray quotation mark affects its own line
//! alone.
//!
//! An invalid record (a quoted cell that does not end, or continues after its end) is its first line
//! alone; reading continues with the next line. So the reader keeps the rows that a forgotten quotation
//! mark would otherwise swallow.

/// How long a cell can be. A quotation mark that is not closed within it is a mistake.
const LONGEST: usize = 32 * 1024;

/// How many cells a record can have.
const MOST_CELLS: usize = 100;

/// A record, or `None` for a line that is not CSV.
pub type Record = Option<Vec<String>>;

/// The records of a text. Blank lines are skipped.
#[derive(Debug)]
pub struct Records<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Records<'a> {
    /// The records of `text` from the byte `at` on, which must be the beginning of a line.
    pub fn from(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    /// The start of the next record.
    pub fn at(&self) -> usize {
        self.at
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
            let line_end = rest.find('\n').map_or(rest.len(), |at| at + 1);
            let line = rest.get(..line_end).unwrap_or(rest);
            if line.trim_end_matches(['\r', '\n']).is_empty() {
                self.at += line_end;
                continue;
            }
            let (record, length) = match record(rest) {
                Some((cells, length)) => (Some(cells), length),
                None => (None, line_end),
            };
            self.at += length;
            return Some(record);
        }
    }
}

/// The first record of `rest`, and its length with its line end.
fn record(rest: &str) -> Option<(Vec<String>, usize)> {
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let from = rest.get(at..)?;
        if cells.len() > MOST_CELLS || at > LONGEST {
            return None;
        }
        let (cell, length) = if from.starts_with('"') { quoted(from)? } else { plain(from)? };
        cells.push(cell);
        at += length;
        let after = rest.get(at..)?;
        if after.starts_with(',') {
            at += 1;
            continue;
        }
        let end = if after.is_empty() {
            0
        } else if after.starts_with("\r\n") {
            2
        } else if after.starts_with('\n') || after == "\r" {
            1
        } else {
            return None;
        };
        return Some((cells, at + end));
    }
}

fn plain(from: &str) -> Option<(String, usize)> {
    let end = from.find([',', '\n']).unwrap_or(from.len());
    if end > LONGEST {
        return None;
    }
    let cell = from.get(..end).unwrap_or(from);
    let at_line_end = !from.get(end..).is_some_and(|after| after.starts_with(','));
    let cell = if at_line_end { cell.strip_suffix('\r').unwrap_or(cell) } else { cell };
    Some((cell.to_owned(), cell.len()))
}

fn quoted(from: &str) -> Option<(String, usize)> {
    let mut cell = String::new();
    let mut at = 1;
    loop {
        let rest = from.get(at..)?;
        let window = rest.as_bytes().get(..LONGEST).unwrap_or(rest.as_bytes());
        let quote = window.iter().position(|&byte| byte == b'"')?;
        cell.push_str(rest.get(..quote)?);
        at += quote + 1;
        if at > LONGEST {
            return None;
        }
        if from.get(at..)?.starts_with('"') {
            cell.push('"');
            at += 1;
        } else {
            return Some((cell, at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Record> {
        Records::from(text, 0).collect()
    }

    macro_rules! row {
        ($($cell:expr),*) => { Some(vec![$($cell.to_owned()),*]) };
    }

    #[test]
    fn cells_are_plain_or_quoted_and_lines_end_either_way() {
        assert_eq!(read("a,b\r\nc,d\n\n\r\ne"), [row!("a", "b"), row!("c", "d"), row!("e")]);
        assert_eq!(read("\"a, \"\"b\"\"\",\"\"\n,\r\n"), [row!("a, \"b\"", ""), row!("", "")]);
        assert_eq!(read("\"two\nlines\",x\ny,z"), [row!("two\nlines", "x"), row!("y", "z")]);
        assert_eq!(read("Ada \"A\" L,x"), [row!("Ada \"A\" L", "x")]);
        assert!(read("").is_empty());
    }

    #[test]
    fn a_stray_quotation_mark_spoils_its_own_line_alone() {
        assert_eq!(read("\"a,1\nb,2\nc,3"), [None, row!("b", "2"), row!("c", "3")]);
        assert_eq!(read("\"a,1\nb,2\n\"c,3\nd,4"), [None, row!("b", "2"), None, row!("d", "4")]);
        assert_eq!(read("\"a\"x,1\nb,2"), [None, row!("b", "2")]);
    }

    #[test]
    fn a_cell_without_an_end_is_no_cell() {
        let long = "x".repeat(LONGEST);
        assert_eq!(read(&format!("{long}\nb")), [row!(long), row!("b")]);
        assert_eq!(read(&format!("{long}x\nb")), [None, row!("b")]);
        assert_eq!(read(&format!("a,{long}x")), [None]);
        assert_eq!(read(&format!("\"{long}\"\nb")), [None, row!("b")]);
    }

    #[test]
    fn reading_goes_on_where_it_was_left() {
        let text = "a\nb\nc\n";
        let mut records = Records::from(text, 0);
        records.next();
        assert_eq!(Records::from(text, records.at()).collect::<Vec<_>>(), [row!("b"), row!("c")]);
    }
}
