//! Answers in JSON.

use serde::Serialize;

use super::answer::{Answer, JSON};
use super::problem;
use crate::domain::Error;

impl Answer {
    /// `value` as JSON.
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::bytes(status, JSON, body),
            Err(error) => {
                problem::answer(&Error::internal(format_args!("a response could not be serialised: {error}")), "")
            }
        }
    }
}
