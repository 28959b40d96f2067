"""What Schemathesis cannot know by itself: a format and two media types of ours, and the rules that no schema can say."""

import datetime
import json

import schemathesis
from hypothesis import strategies

# Why a request that fits the document may be refused all the same: the codes of its problem, or of the faults in it. Any
# other, such as `type`, `too_long` or `unknown`, would mean that the document promises more than the service takes.
REASONS = {
    400: {"invalid_cursor"},
    404: {"not_found"},
    409: {
        "contact_exists",
        "version_exists",
        "illegal_transition",
        "conflict",
        "plan_stale",
        "matches_unanswered",
        "erasure_request_required",
        "superseded_by_withdrawal",
        "network_exists",
        "network_closed",
        "already_member",
        "not_published",
        "agreement_required",
        "agreement_not_live",
        "wrong_organisation",
        "organisation_not_active",
        "not_ended",
        "registration_closed",
        "already_registered",
        "event_full",
        "offer_expired",
        "too_late",
        "already_extended",
        "identity_unproven",
        "wrong_right",
        "no_contact",
    },
    410: {"gone", "erased", "merged"},
    412: {"stale_version"},
    422: {
        "idempotency_key_reused",  # the tool's keys are short, and come again
        "unknown_reference",  # an id that names nothing
        "unknown_issuer",  # that issues no tokens for this service
        "same_contact",  # merged into itself
        "exactly_one",  # of several members
        "superfluous",  # beside a law that requires a disclosure, or beside a hold on everything
        "unreachable",  # neither an e-mail address nor a telephone number
        "telephone_needed",  # for an extension
        "other_extension",  # than that written with the number
        "needs_subject",  # not_before without one
        "not_unique",  # in a list of objects, by one of their members
        "future",  # what cannot have happened yet
        "not_later",  # than the notice in force
        "lawful_basis",  # that the purpose cannot rest on
        "purpose_not_consent",
        "before_start",  # a membership or an agreement that ends before it begins
        "order",  # of an event's times
        "too_early",  # a complaint before the law
        "before_awareness",  # a notification of a breach before it was known
        "missing /lateness_reason",  # of a notification after the 72 hours
        "notification_required",  # of a breach that is likely to result in a risk
        "before_restriction",  # a person told of its end before it began
        "before_receipt",  # what was done about a complaint before it came
        "missing /scope/id",  # of a legal hold that keeps one thing
        "unknown_value /scope/id",  # a class of records that is not there
        "past",  # an event that begins there, an agreement that ends there, a review of a legal hold
        "own_organisation",  # an agreement of the council with itself
        "nothing_said",  # what somebody needs, of which nothing is said
        "not_waiting",  # a registration that somebody is to be put before
        "missing /starts_at",  # of an event that is published, as are the next two
        "missing /ends_at",
        "missing /location/name",
        "missing /wording",  # of a consent that is given
        "missing /evidence_ref",  # of one that left no trace here
        "email_needed",  # for a grant that only a mailbox can confirm
        "missing /agreement_id",  # without a law that requires the disclosure
        "missing /purpose",  # the same
        "outside_agreement",  # a purpose or a member
        "too_late",  # an end after the agreement's, a review after more than a year
        "missing /right",  # of one kind of clock, as are the next three
        "missing /received_on",
        "missing /aware_at",
        "not_here",  # what belongs to another kind
        "missing /requested_on",  # of proof that is asked for, as is the next; the one after is of proof that came
        "missing /reason",
        "missing /sufficient",
        "missing /outcome/ground",  # of what is refused in part
        "wrong_ground",  # for this right, or this request
        "not_in_plan",  # a record that the plan does not list
        "merge_first",  # another contact that is the same person
        "address_needed",  # for a package by post
        "same_request",  # a duplicate of itself
        "other_right",  # a duplicate of a request about another
        "duplicate_too",  # a duplicate of a duplicate
        "wrong_reference",  # for a link to a package
        "no_match",  # a pointer into a draft that leads nowhere; the next two, of one that must not be followed
        "needed",
        "left_out_already",
        "draft_is_there",  # whose search is not described anew
        "too_long_together",  # two texts of which each fits
        "too_short /name",  # a word of a name that is looked up
    },
    423: {"restricted", "held"},
    503: {"calendar_exhausted"},  # a day that no table of bank holidays covers
}


@schemathesis.check
def refused_for_a_reason(ctx, response, case):
    """A request that fits the document is refused only for what the document cannot say."""
    known = REASONS.get(response.status_code)
    if known is None or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    problem = response.json()
    faults = [(fault["code"], fault.get("pointer", fault.get("parameter", ""))) for fault in problem.get("errors", [])] or [(problem["code"], "")]
    for code, pointer in faults:
        assert {code, f"{code} {pointer}"} & known, f"fits the document, and was refused: {code} at '{pointer}'"


telephones = strategies.from_regex(r"\+4419057657[0-9]{2}", fullmatch=True)
schemathesis.openapi.format("telephone", telephones)
# Dates and instants are those of the years 1900 to 9999.
schemathesis.openapi.format("date", strategies.dates(min_value=datetime.date(1900, 1, 1)).map(str))
instants = strategies.datetimes(min_value=datetime.datetime(1900, 1, 1))
schemathesis.openapi.format("date-time", instants.map(lambda instant: f"{instant.isoformat()}Z"))


@schemathesis.serializer("text/csv")
def write_table(ctx, value):
    """A drawn text makes the rows; without a header they would be refused before they are read, as what is no text must be."""
    if not isinstance(value, str):
        return json.dumps(value).encode()
    return (value if value.startswith("name,") else f"name,email\r\n{value}").encode()


@schemathesis.serializer("application/x-ndjson")
def write_lines(ctx, value):
    """The document describes a line, and one line is a file."""
    return json.dumps(value).encode()
