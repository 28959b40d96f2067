//! A package as a letter that the person can read and print (UK GDPR Article 12(1)): chapters in the order of Article 15, in
//! people's words, of what is held alone; what only a technician needs is in an annex.

mod accesses;
mod chapters;
mod codes;
mod matches;
mod records;
mod sharing_codes;
mod tables;

use std::borrow::Cow;

use askama::Template;

use super::super::wording::asked_for;
use super::model::{Package, SearchRecord};
use super::search::{AUDIT, unsure_in_words};
use crate::domain::{Cards, Error, day_words, london_date};
use crate::personal::SearchTerm;
use accesses::Acts;
use chapters::{Kept, Received, Use};
use matches::Match;
use records::{Details, Line, Section};

/// What a value says to the person. A code that has no words stays a code, and is marked so that a test can find it.
#[derive(Default)]
struct Said {
    text: Cow<'static, str>,
    is_code: bool,
}

impl Said {
    fn words(words: impl Into<Cow<'static, str>>) -> Self {
        Self { text: words.into(), is_code: false }
    }

    /// A value that has no words. What was put in the place of something that is left out is no code, and reads as it is.
    fn unworded(text: String) -> Self {
        let is_code = !text.contains([' ', '[']);
        Self { text: text.into(), is_code }
    }
}

impl FromIterator<Self> for Said {
    /// Several, one after the other.
    fn from_iter<I: IntoIterator<Item = Self>>(several: I) -> Self {
        several
            .into_iter()
            .reduce(|all, next| Self {
                text: format!("{}; {}", all.text, next.text).into(),
                is_code: all.is_code || next.is_code,
            })
            .unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "pages/package.html")]
struct Page<'a> {
    package: &'a Package,
    name: Option<&'a str>,
    asked: String,
    built_on: String,
    notice_of: String,
    keep_until: String,
    uses: Vec<Use>,
    recipients: Vec<Received>,
    acts: Vec<Acts>,
    kept: Vec<Kept>,
    source: Vec<Line>,
    earlier_sources: Vec<Vec<Line>>,
    sections: Vec<Section>,
    matches: Vec<Match>,
    unsure: Option<String>,
    search: Option<Search<'a>>,
    details: Vec<Details>,
}

/// How it was searched for.
struct Search<'a> {
    day: String,
    terms: String,
    tables: Vec<Searched<'a>>,
    reasons: &'a str,
    elsewhere: &'a str,
}

/// A table that was searched.
struct Searched<'a> {
    heading: &'a str,
    table: &'a str,
    by: String,
    records: usize,
}

/// The heading of a table in the letter; its name where it has none.
pub(super) fn heading(table: &str) -> &str {
    if table == AUDIT { "Who saw or changed your data" } else { tables::heading(table) }
}

/// A word of the wire as people read it.
fn plain(word: &str) -> String {
    let words = word.replace('_', " ").replace('/', ", ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn search(record: &SearchRecord) -> Search<'_> {
    let term = |term: &SearchTerm| match term {
        SearchTerm::ContactId => "contact id",
        SearchTerm::EmailAddress => "email address",
        SearchTerm::TelephoneAndName => "telephone number and name",
    };
    let searched = record.searched.iter().map(|searched| Searched {
        heading: heading(&searched.table),
        table: &searched.table,
        by: searched.searched_by.iter().map(term).collect::<Vec<_>>().join("; "),
        records: searched.records,
    });
    Search {
        day: day_words(london_date(record.ended_at)),
        terms: record.terms(),
        tables: searched.collect(),
        reasons: &record.reasons,
        elsewhere: &record.elsewhere,
    }
}

/// Writes the package as a page; `cards` tell how long each table is kept.
///
/// # Errors
/// Internal when the template cannot be rendered.
pub fn page(package: &Package, cards: Cards) -> Result<String, Error> {
    let particulars = &package.particulars;
    let page = Page {
        package,
        name: package.records("contacts").first().and_then(|contact| contact.get("name")?.as_str()),
        asked: asked_for(package.kind, "you"),
        built_on: day_words(london_date(package.built_at)),
        notice_of: day_words(particulars.notice_version),
        keep_until: day_words(particulars.keep_until),
        uses: chapters::uses(package),
        recipients: chapters::recipients(package),
        acts: accesses::summed_up(&package.accesses),
        kept: chapters::kept(package, cards),
        source: records::source(&particulars.source),
        earlier_sources: particulars.earlier_sources.iter().map(records::source).collect(),
        sections: records::sections(&package.held),
        matches: matches::listed(package),
        unsure: package.search.as_ref().and_then(|search| unsure_in_words(search.unsure)),
        search: package.search.as_ref().map(search),
        details: records::details(&package.held),
    };
    page.render().map_err(|error| Error::internal(error))
}
