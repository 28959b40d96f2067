//! The tables that hold networks and events.

use super::super::codes;
use super::Layout::{List, Rows};
use super::Reading::{Code, Text, When, YesOrNo};
use super::{TableInWords, member};

/// The tables, in the order of the letter.
pub(super) const TABLES: &[TableInWords] = &[
    TableInWords {
        table: "memberships",
        heading: "Networks",
        lead: "",
        layout: List,
        members: &[
            member("/network", "Network", Text),
            member("/membership/role", "Your role", Code(codes::member_role)),
            member("/membership/represents", "Who you represent", Text),
            member("/membership/status", "What holds", Code(codes::membership_status)),
            member("/membership/started_on", "From", When),
            member("/membership/ended_on", "Until", When),
            member("/membership/end_reason", "Why it ended", Text),
            member("/membership/directory_visibility", "The network's directory", Code(codes::visibility)),
        ],
        technical: &["/membership/id", "/membership/network_id", "/membership/contact_id", "/membership/version"],
    },
    TableInWords {
        table: "registrations",
        heading: "Events that you registered for",
        lead: "",
        layout: List,
        members: &[
            member("/event", "Event", Text),
            member("/registration/status", "What holds", Code(codes::registration_status)),
            member("/registration/position", "Place on the waiting list", Text),
            member("/registration/offer_expires_at", "Offer of a place until", When),
            member("/registration/sharing/event_partners", "Shared with the event's partners", YesOrNo),
            member("/registration/sharing/venue", "Shared with the venue", YesOrNo),
            member("/registration/created_at", "When you registered", When),
        ],
        technical: &[
            "/registration/id",
            "/registration/event_id",
            "/registration/contact_id",
            "/registration/source",
            "/registration/version",
            // The table of what you need says it.
            "/registration/access_requirements",
        ],
    },
    TableInWords {
        table: "registration_steps",
        heading: "Steps of each registration",
        lead: "",
        layout: Rows,
        members: &[
            member("/event", "Event", Text),
            member("/cause", "What happened", Code(codes::cause)),
            member("/status", "State after it", Code(codes::registration_status)),
            member("/recorded_at", "When", When),
            member("/reason", "Why", Text),
        ],
        technical: &[],
    },
    TableInWords {
        table: "check_ins",
        heading: "When you went in and out",
        lead: "",
        layout: Rows,
        members: &[
            member("/event", "Event", Text),
            member("/direction", "What", Code(codes::direction)),
            member("/occurred_at", "When", When),
        ],
        technical: &[],
    },
    TableInWords {
        table: "access_requirements",
        heading: "What you need at events",
        lead: "We delete it thirty days after the event.",
        layout: List,
        members: &[
            member("/event", "Event", Text),
            member("/access_requirements/dietary", "Food", Code(codes::dietary)),
            member("/access_requirements/access", "Access", Code(codes::access_requirement)),
            member("/access_requirements/details", "More", Text),
        ],
        technical: &[],
    },
];
