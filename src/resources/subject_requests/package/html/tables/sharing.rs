//! The tables of who received the person's data, and when they read it.

use super::super::{codes, sharing_codes};
use super::Layout::{List, Rows};
use super::Reading::{Code, Text, When};
use super::{TableInWords, member};

/// The tables, in the order of the letter.
pub(super) const TABLES: &[TableInWords] = &[
    TableInWords {
        table: "disclosures",
        heading: "Organisations that received your data",
        lead: "",
        layout: List,
        members: &[
            member("/recipient", "Who", Text),
            member("/recipient_kind", "Kind of organisation", Code(sharing_codes::organisation_kind)),
            member("/purpose", "What for", Code(codes::purpose)),
            member("/legal_gateway", "The law that required it", Code(sharing_codes::gateway)),
            member("/fields", "Which data", Code(sharing_codes::field)),
            member("/status", "What holds", Code(sharing_codes::status)),
            member("/disclosed_at", "Since", When),
            member("/expires_at", "Until", When),
            member("/recalled_at", "Stopped", When),
            member("/recall_cause", "Why it stopped", Code(sharing_codes::recall_cause)),
        ],
        technical: &["/id", "/event_id"],
    },
    TableInWords {
        table: "disclosure_batches",
        heading: "Each time that an organisation read your data",
        lead: "",
        layout: Rows,
        members: &[
            member("/recipient", "Who", Text),
            member("/read_at", "When", When),
            member("/operation", "How", Code(sharing_codes::operation)),
            member("/purpose", "What for", Code(codes::purpose)),
        ],
        technical: &["/event_id"],
    },
];
