//! CSV (RFC 4180): the request for it, writing and reading.

mod reader;

use super::describe::Op;
use super::incoming::{Incoming, Take};
use crate::domain::Error;
use crate::platform::auth::{Permission, forbidden};

pub use reader::{Record, Records};

/// The media type that a request names.
pub const CSV: &str = "text/csv";
/// The media type of the response.
pub const CSV_UTF8: &str = "text/csv; charset=utf-8";

/// Whether the caller asks for CSV from an operation that gives JSON. The CSV needs the permission `Q`
/// besides the operation's own, because it exports everything at once. Name it before the query: a
/// permission is checked first.
pub struct CsvUnder<Q>(bool, std::marker::PhantomData<fn() -> Q>);

impl<Q> CsvUnder<Q> {
    /// Returns whether the caller asked for CSV.
    pub fn is_wanted(&self) -> bool {
        self.0
    }
}

impl<Q: Permission> Take for CsvUnder<Q> {
    const FORM_NEEDS: Option<&'static str> = Some(Q::NAME);

    async fn take(incoming: &mut Incoming) -> Result<Self, Error> {
        let wanted = incoming.prefers(CSV, super::answer::JSON);
        if wanted && !incoming.actor.has::<Q>() {
            return Err(forbidden::<Q>());
        }
        Ok(Self(wanted, std::marker::PhantomData))
    }

    fn describe(op: &mut Op<'_>) {
        let roles = Q::ROLES.iter().map(|role| format!("`{}`", role.as_str())).collect::<Vec<_>>().join(", ");
        let before = op.operation.description.take().unwrap_or_default();
        let needs = format!("As CSV it needs the permission `{}`, which these roles have: {roles}.", Q::NAME);
        op.operation.description = Some(format!("{before}\n\n{needs}").trim().to_owned());
    }
}

/// A cell that a spreadsheet will not execute: a cell that begins like a formula gets an apostrophe
/// before it.
pub fn formula_safe(cell: &str) -> std::borrow::Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}").into() } else { cell.into() }
}

/// Appends a row to `bytes`; its cells are written unchanged.
pub fn write_row<'a>(bytes: &mut Vec<u8>, cells: impl IntoIterator<Item = impl AsRef<str> + 'a>) {
    for (at, cell) in cells.into_iter().enumerate() {
        let cell = cell.as_ref();
        if at > 0 {
            bytes.push(b',');
        }
        if cell.contains([',', '"', '\r', '\n']) {
            bytes.push(b'"');
            bytes.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
            bytes.push(b'"');
        } else {
            bytes.extend_from_slice(cell.as_bytes());
        }
    }
    bytes.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_begin_like_formulas_are_made_safe() {
        for bad in ["=1+1", "+1", "-1", "@x", "\tx", "\rx"] {
            assert_eq!(formula_safe(bad), format!("'{bad}"));
        }
        assert_eq!(formula_safe("Ada = Lovelace"), "Ada = Lovelace");
    }

    #[test]
    fn a_row_is_quoted_where_it_must_be() {
        let mut bytes = Vec::new();
        write_row(&mut bytes, ["plain", "a, b", "\"x\"", ""]);
        assert_eq!(bytes, b"plain,\"a, b\",\"\"\"x\"\"\",\r\n");
    }
}
