//! The file as it was sent, parsed a few rows at a time.

use std::fmt;
use std::str::Utf8Error;

use bytestring::ByteString;
use chrono::NaiveDate;
use serde_json::{Map, Value};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{ContentBuilder, RefOr, Required};
use utoipa::{PartialSchema, ToSchema};

use super::row::{COLUMNS, ImportRow};
use crate::domain::{Code, Error, Fault, Faults, unknown_name};
use crate::platform::http::csv::{CSV, Record, Records};
use crate::platform::http::ndjson::NDJSON;
use crate::platform::http::{Incoming, Op, Take, parse_body, parse_value};

/// How large a file can be.
const FILE_LIMIT: usize = 20 * 1024 * 1024;
/// How many lines it can have, so that the answer has an end as well.
const MOST_LINES: usize = 250_000;

/// How many bytes a row of JSON can have. The longest that can be stored has about 30,000, every character escaped.
const LONGEST_LINE: usize = 64 * 1024;

/// A row that can be stored, or what is wrong with it.
pub(super) type Parsed = Result<ImportRow, Faults>;

/// A file being read: the bytes that arrived, of which there is no other copy.
pub struct ImportFile {
    text: ByteString,
    at: usize,
    form: Form,
}

enum Form {
    /// A JSON object in each line.
    Lines,
    /// Comma-separated values of these columns.
    Csv(Vec<&'static str>),
}

impl fmt::Debug for ImportFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

impl Take for ImportFile {
    const BODY_LIMIT: Option<usize> = Some(FILE_LIMIT);

    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        let media_type = incoming.expect_one_of(&[CSV, NDJSON])?;
        let open = incoming.checked_body(move |body| {
            let text = ByteString::try_from(body.clone()).map_err(|wrong| not_utf8(&body, wrong))?;
            Self::open(media_type, text)
        });
        open.await
    }

    fn describe(op: &mut Op<'_>) {
        let row = op.schema::<ImportRow>();
        let table = "name,email,organisation\r\nAda Lovelace,ada.lovelace@example.org,Analytical Engines Ltd\r\n";
        let csv = ContentBuilder::new().schema(Some(String::schema())).example(Some(table.into())).build();
        let lines = ContentBuilder::new().schema(Some(row)).build();
        let text = format!(
            "CSV with a header row, or JSON lines, each a `{}`. The header row has any of `{}`, in any order, and must \
             have `name` and one of `email` and `telephone`. At most {MOST_LINES} lines.",
            ImportRow::name(),
            COLUMNS.join("`, `"),
        );
        let body = RequestBodyBuilder::new().description(Some(text)).required(Some(Required::True));
        op.operation.request_body = Some(RefOr::T(body.content(CSV, csv).content(NDJSON, lines).build()));
        for code in [
            Code::MalformedJson,
            Code::NotUtf8,
            Code::RequestTimeout,
            Code::TooManyImports,
            Code::TooLarge,
            Code::UnsupportedMediaType,
            Code::Invalid,
        ] {
            op.code(code);
        }
    }
}

/// The problem of a file in another encoding, with the line and the byte at which it shows. The detail repeats nothing of
/// the file.
fn not_utf8(file: &[u8], wrong: Utf8Error) -> Error {
    let end = wrong.valid_up_to();
    let line = 1 + file.iter().take(end).filter(|&&byte| byte == b'\n').count();
    let detail = format!(
        "The file is not text in UTF-8: line {line} has another encoding, at byte {} of the file. Save the file as \
         UTF-8 (in Excel: \u{201c}CSV UTF-8\u{201d}) and send it again.",
        end + 1,
    );
    Error::new(Code::NotUtf8, detail)
}

/// The columns that the header row names. A file without one would show a person's data here, so that a
/// fault tells the column's place and not what stands there.
fn columns(header: Record) -> Result<Vec<&'static str>, Error> {
    let Some(header) = header else {
        let detail = format!("must be a header row of some of {}", COLUMNS.join(", "));
        return Err(Error::invalid(vec![Fault::new("/header", "missing", detail)]));
    };
    let (mut columns, mut faults) = (Vec::new(), Faults::default());
    for (at, cell) in header.iter().enumerate() {
        let pointer = format!("/header/{at}");
        match COLUMNS.iter().copied().find(|&known| known == cell) {
            None => {
                faults.push(Fault::new(pointer, "unknown", unknown_name("column", cell, COLUMNS.iter().copied())));
            }
            Some(column) if columns.contains(&column) => {
                faults.push(Fault::new(pointer, "repeated", "is a column that appears twice"));
            }
            Some(column) => columns.push(column),
        }
    }
    let has = |name: &str| columns.contains(&name);
    if faults.is_empty() && !has("name") {
        faults.push(Fault::new("/name", "missing", "is a required column"));
    }
    if faults.is_empty() && !has("email") && !has("telephone") {
        faults.push(Fault::new("/email", "missing", "or telephone is a required column"));
    }
    if faults.is_empty() { Ok(columns) } else { Err(Error::invalid(faults)) }
}

impl ImportFile {
    /// Checks the file as a whole, and reads its header row.
    ///
    /// # Errors
    /// 422 when it has too many lines, or its header row is wrong.
    fn open(media_type: &str, text: ByteString) -> Result<Self, Error> {
        if text.bytes().filter(|&byte| byte == b'\n').count() > MOST_LINES {
            let detail = format!("must have at most {MOST_LINES} lines; send several files");
            return Err(Error::invalid(vec![Fault::new("", "too_many", detail)]));
        }
        // Some spreadsheets begin a text in UTF-8 with a byte order mark.
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        if media_type == NDJSON {
            return Ok(Self { text, at, form: Form::Lines });
        }
        let mut records = Records::from(&text, at);
        let columns = columns(records.next().flatten())?;
        let at = records.at();
        Ok(Self { text, at, form: Form::Csv(columns) })
    }

    /// The next rows, at most `most` of them; none at the end.
    pub(super) fn next_rows(&mut self, most: usize, today: NaiveDate) -> Vec<Parsed> {
        let Self { text, at, form } = self;
        match form {
            Form::Csv(columns) => {
                let mut records = Records::from(text, *at);
                let rows = records.by_ref().take(most).map(|record| checked(cells(columns, record), today)).collect();
                *at = records.at();
                rows
            }
            Form::Lines => {
                let mut rows = Vec::new();
                while rows.len() < most {
                    let Some(rest) = text.get(*at..).filter(|rest| !rest.is_empty()) else { break };
                    let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
                    let line = rest.get(..length).unwrap_or(rest).trim_end_matches(['\r', '\n']);
                    *at += length;
                    if !line.trim().is_empty() {
                        rows.push(checked(line_of(line), today));
                    }
                }
                rows
            }
        }
    }
}

/// A line of JSON as the row that it is.
fn line_of(line: &str) -> Parsed {
    if line.len() > LONGEST_LINE {
        return Err(Fault::new("", "too_long", format!("must have at most {LONGEST_LINE} bytes")).into());
    }
    parse_body(line.as_bytes()).map_err(|error| faults(&error))
}

/// A CSV record as the row that it is; an empty cell is as none.
fn cells(columns: &[&'static str], record: Record) -> Parsed {
    let Some(record) = record else {
        let detail = "has an open quotation mark, text after a closing quotation mark, or a cell of more than 32 KiB";
        return Err(Fault::new("", "malformed_csv", detail).into());
    };
    if record.len() != columns.len() {
        let detail = format!("must have {} cells, as many as the header row", columns.len());
        return Err(Fault::new("", "columns", detail).into());
    }
    let given = columns.iter().zip(record).filter(|(_, cell)| !cell.is_empty());
    let members: Map<String, Value> = given.map(|(&name, cell)| (name.to_owned(), cell.into())).collect();
    parse_value(Value::Object(members)).map_err(|error| faults(&error))
}

fn faults(error: &Error) -> Faults {
    let found = &error.particulars().faults;
    if found.is_empty() {
        return Fault::new("", error.code().entry().name, error.detail().to_owned()).into();
    }
    found.clone()
}

fn checked(row: Parsed, today: NaiveDate) -> Parsed {
    match row {
        Ok(row) if row.obtained_on.is_some_and(|day| day > today) => {
            Err(Fault::new("/obtained_on", "future", "must not be in the future").into())
        }
        row => row,
    }
}
