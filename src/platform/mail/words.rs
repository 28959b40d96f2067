//! What a letter says: the same words for a mail, its HTML, and a sheet of paper.

use askama::Template;

use crate::domain::{Controller, Error};

/// A part of a letter.
pub enum Block {
    /// A heading.
    Heading(&'static str),
    /// A paragraph.
    Text(String),
    /// Words that a person wrote.
    Quote(String),
    /// A link: what it does, and where it leads.
    Link(&'static str, String),
}

/// A letter in words.
pub struct Words {
    /// Its title, which is the subject of a mail.
    pub title: String,
    /// Its parts.
    pub blocks: Vec<Block>,
}

#[derive(Template)]
#[template(path = "mail/words.txt", escape = "none")]
struct AsText<'a> {
    words: &'a Words,
    controller: &'a Controller,
}

#[derive(Template)]
#[template(path = "mail/words.html")]
struct AsHtml<'a> {
    words: &'a Words,
    controller: &'a Controller,
}

impl Words {
    /// The letter as text.
    ///
    /// # Errors
    /// When it cannot be written, which none of ours is.
    pub fn text(&self, controller: &Controller) -> Result<String, Error> {
        AsText { words: self, controller }.render().map_err(|error| Error::internal(error))
    }

    /// The letter as HTML.
    ///
    /// # Errors
    /// When it cannot be written, which none of ours is.
    pub fn html(&self, controller: &Controller) -> Result<String, Error> {
        AsHtml { words: self, controller }.render().map_err(|error| Error::internal(error))
    }
}
