-- The kinds of recipients that a person does not want their data shared with.
CREATE TABLE sharing_refusals (
    contact_id     UUID NOT NULL REFERENCES contacts (id),
    recipient_kind TEXT NOT NULL
        CHECK (recipient_kind IN ('council', 'event_partner', 'venue', 'approved_contractor', 'public_authority')),
    since          TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (contact_id, recipient_kind)
);
