//! The tables that hold who the person is, and what they do not want.

use super::super::codes;
use super::Layout::{List, Rows};
use super::Reading::{Always, Code, Text, When};
use super::{TableInWords, member};

/// The tables, in the order of the letter.
pub(super) const TABLES: &[TableInWords] = &[
    TableInWords {
        table: "contacts",
        heading: "Your name and contact details",
        lead: "",
        layout: List,
        members: &[
            member("/name", "Name", Text),
            member("/email", "Email address", Text),
            member("/telephone", "Telephone number", Text),
            member("/telephone_extension", "Extension of that number", Text),
            member("/organisation", "Where you work", Text),
            member("/job_title", "What you do there", Text),
            member("/status", "Our use of it", Code(codes::contact_status)),
            member(
                "/merged_into",
                "An earlier record of you",
                Always("We merged it into the record above. It has no name or address."),
            ),
            member("/created_at", "Recorded", When),
            member("/updated_at", "Last changed", When),
            member("/last_activity_on", "When you last dealt with us", When),
            member("/keep_until", "We keep it until", When),
            member("/email_bounced_at", "Your mailbox refused email", When),
            member("/address_check", "What we should check", Code(codes::address_check)),
        ],
        technical: &["/id", "/source", "/version", "/hashes_of_your_name_and_number", "/obtained_on"],
    },
    TableInWords {
        table: "former_addresses",
        heading: "Addresses and numbers that you had before",
        lead: "We keep a code for each, not the address or number itself.",
        layout: Rows,
        members: &[member("/kind", "Subject", Code(codes::former_kind)), member("/until", "Yours until", When)],
        technical: &[],
    },
    TableInWords {
        table: "suppressions",
        heading: "What we must not send you",
        lead: "We keep a code for your address or number, so that we send nothing to it by mistake.",
        layout: Rows,
        members: &[member("/purpose", "What", Code(codes::purpose)), member("/since", "Since", When)],
        technical: &[],
    },
    TableInWords {
        table: "sharing_refusals",
        heading: "Who must not receive your data",
        lead: "",
        layout: Rows,
        members: &[member("/recipient_kind", "Whom", Code(codes::recipient)), member("/since", "Since", When)],
        technical: &[],
    },
    TableInWords {
        table: "match_answers",
        heading: "Records that may be about you or about another person",
        lead: "We hold records that have your name, or an address or number of yours. Here is what we found out about each.",
        layout: Rows,
        members: &[member("/answer", "We found", Code(codes::match_answer)), member("/answered_at", "When", When)],
        technical: &[],
    },
    TableInWords {
        table: "erasure_plans",
        heading: "Plans to erase your data",
        lead: "",
        layout: Rows,
        members: &[member("/proposed_at", "Proposed", When), member("/executed_at", "Carried out", When)],
        technical: &[],
    },
    TableInWords {
        table: "legal_holds",
        heading: "Why we must keep your data",
        lead: "The law obliges us to keep data about you until an inquiry or a legal claim has ended.",
        layout: Rows,
        members: &[
            member("/statute", "The law", Text),
            member("/reference", "Its reference", Text),
            member("/since", "Since", When),
        ],
        technical: &[],
    },
    TableInWords {
        table: "held_erasures",
        heading: "What we could not erase yet",
        lead: "You asked us to erase your data. The law obliges us to keep a part of it. We will erase it as soon as we may.",
        layout: Rows,
        members: &[member("/refused_at", "Since", When)],
        technical: &[],
    },
    TableInWords {
        table: "held_values",
        heading: "Earlier data that we must keep",
        lead: "Your data was corrected or removed. The law obliges us to keep what it was before. We do not use it.",
        layout: Rows,
        members: &[member("/record", "Where it was", Text)],
        technical: &[],
    },
];
