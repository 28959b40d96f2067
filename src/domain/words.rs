//! Enumerations whose variants are words: the same on the wire, in the database and in the document.

/// Makes an enum one of words in `snake_case`: `#[apply(words!)]`. JSON and the document get the words by serde and utoipa, the
/// database by strum, so that a variant has one spelling. A variant with another spelling has it twice:
/// `#[serde(rename = "...")]` and `#[strum(serialize = "...")]`.
macro_rules! words {
    ($(#[$about:meta])* $visible:vis enum $name:ident { $($variants:tt)* }) => {
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
            strum::IntoStaticStr, strum::EnumString,
        )]
        #[serde(rename_all = "snake_case")]
        #[strum(serialize_all = "snake_case")]
        $(#[$about])*
        $visible enum $name { $($variants)* }
    };
}
pub(crate) use words;
