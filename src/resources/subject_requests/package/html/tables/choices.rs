//! The tables that hold what the person agreed to, and the mail to them.

use super::super::codes;
use super::Layout::{List, Rows};
use super::Reading::{Always, Code, Text, When};
use super::{TableInWords, member};

/// The tables, in the order of the letter.
pub(super) const TABLES: &[TableInWords] = &[
    TableInWords {
        table: "consents",
        heading: "What you agreed to",
        lead: "",
        layout: Rows,
        members: &[
            member("/purpose", "What for", Code(codes::purpose)),
            member("/state", "What holds", Code(codes::consent_state)),
            member("/since", "Since", When),
            member("/method", "How you told us", Code(codes::method)),
            member(
                "/is_of_earlier_record",
                "Which record",
                Always("An earlier one of you, which became one with this."),
            ),
        ],
        technical: &["/id", "/contact_id", "/notice_version", "/decision_id", "/version"],
    },
    TableInWords {
        table: "consent_decisions",
        heading: "Each answer that you gave",
        lead: "",
        layout: List,
        members: &[
            member("/purpose", "What for", Code(codes::purpose)),
            member("/decision", "Your answer", Code(codes::decision)),
            member("/method", "How you told us", Code(codes::method)),
            member("/occurred_at", "When", When),
            member("/recorded_at", "When we recorded it", When),
            member("/notice_version", "Privacy notice that you were shown", When),
            member("/wording", "What you were shown", Text),
            member("/evidence_ref", "Our proof", Text),
            member("/merged_from", "Repeated", Always("From an earlier record of you, which we merged into this one.")),
        ],
        technical: &["/id", "/consent_id", "/contact_id", "/wording_sha256", "/locale", "/confirms"],
    },
    TableInWords {
        table: "consent_confirmations",
        heading: "Links that asked you to confirm",
        lead: "",
        layout: Rows,
        members: &[member("/expires_at", "Could be used until", When), member("/spent_at", "Used or closed", When)],
        technical: &["/decision_id"],
    },
    TableInWords {
        table: "messages",
        heading: "Emails to you",
        lead: "We keep the subject and the delivery of each email, not its text.",
        layout: Rows,
        members: &[
            member("/kind", "Subject", Code(codes::message_kind)),
            member("/status", "Outcome", Code(codes::message_status)),
            member("/created_at", "When", When),
        ],
        technical: &["/id", "/contact_id", "/attempts", "/next_attempt_at", "/reason", "/version"],
    },
    TableInWords {
        table: "preference_links",
        heading: "Links to your choices about emails",
        lead: "",
        layout: Rows,
        members: &[member("/expires_at", "Could be used until", When)],
        technical: &[],
    },
    TableInWords {
        table: "sharing_allowance_links",
        heading: "Links to allow sharing again",
        lead: "",
        layout: Rows,
        members: &[
            member("/recipient_kind", "Recipients", Code(codes::recipient)),
            member("/expires_at", "Could be used until", When),
        ],
        technical: &[],
    },
];
