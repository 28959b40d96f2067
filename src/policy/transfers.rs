//! Transfers of data to other countries (UK GDPR Chapter V).

/// The transfers, as people and the record of processing see them (Articles 13(1)(f), 15(2) and
/// 30(1)(e)).
pub const TRANSFERS: &str = "None: the data stays in the United Kingdom.";
