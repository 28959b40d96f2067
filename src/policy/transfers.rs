//! Transfers of data to other countries (UK GDPR Chapter V).

/// What people and the record of processing are told of them (Articles 13(1)(f), 15(2) and 30(1)(e)).
pub const TRANSFERS: &str = "None: the data stay in the United Kingdom.";
