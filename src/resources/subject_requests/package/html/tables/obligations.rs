//! The tables that hold what the recipients of the data must do.

use super::super::codes;
use super::Layout::Rows;
use super::Reading::{Code, Text, When};
use super::{TableInWords, member};

/// The tables, in the order of the letter.
pub(super) const TABLES: &[TableInWords] = &[
    TableInWords {
        table: "obligations",
        heading: "What those who received your data must do",
        lead: "When we correct, restrict or erase your data, we tell those who received it from us to do the same.",
        layout: Rows,
        members: &[
            member("/recipient", "Who", Text),
            member("/action", "What it must do", Code(codes::obligation_action)),
            member("/opened_at", "Since", When),
            member("/due_on", "By", When),
            member("/status", "Progress", Code(codes::obligation_status)),
            member("/recipient_has", "What it did", Code(codes::recipient_act)),
            member("/acted_on", "On", When),
            member("/closed_because", "Why we closed it", Code(codes::closure_reason)),
        ],
        technical: &[],
    },
    TableInWords {
        table: "obligation_disclosures",
        heading: "How they received the data that they must correct, restrict or erase",
        lead: "",
        layout: Rows,
        members: &[member("/recipient", "Who", Text), member("/opened_at", "Told on", When)],
        technical: &["/disclosure_id"],
    },
];
