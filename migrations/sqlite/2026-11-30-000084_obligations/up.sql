-- What a recipient must do because a person's data was corrected, restricted or erased here (UK GDPR Article 19). One for each
-- request and recipient.
CREATE TABLE obligations (
    id              BLOB NOT NULL PRIMARY KEY,
    request_id      BLOB NOT NULL REFERENCES subject_requests (id),
    contact_id      BLOB NOT NULL REFERENCES contacts (id),
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    action          TEXT NOT NULL CHECK (action IN ('correct', 'restrict', 'erase')),
    status          TEXT NOT NULL CHECK (status IN ('open', 'acknowledged', 'closed')),
    due_on          TEXT NOT NULL,
    reminders       INTEGER NOT NULL,
    acknowledged    TEXT CHECK (acknowledged IN ('corrected', 'restricted', 'erased', 'not_held')),
    acted_on        TEXT CHECK ((acted_on IS NULL) = (acknowledged IS NULL)),
    closure_reason  TEXT CHECK (closure_reason IN ('impossible', 'disproportionate')),
    explanation     BLOB CHECK (explanation IS NULL OR closure_reason IS NOT NULL),
    settled_by      TEXT,
    settled_at      INTEGER,
    opened_at       INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    UNIQUE (request_id, organisation_id),
    CHECK ((status = 'acknowledged') = (acknowledged IS NOT NULL)),
    CHECK ((status = 'closed') = (closure_reason IS NOT NULL)),
    CHECK ((status = 'open') = (settled_at IS NULL) AND (settled_by IS NULL) = (settled_at IS NULL))
) STRICT;
CREATE INDEX obligations_by_organisation ON obligations (organisation_id, id);
CREATE INDEX obligations_by_contact ON obligations (contact_id, organisation_id, id);
CREATE INDEX obligations_open ON obligations (due_on, id) WHERE status = 'open';
-- A settled obligation stays settled.
CREATE TRIGGER obligations_transition BEFORE UPDATE OF status ON obligations
    WHEN NEW.status <> OLD.status AND OLD.status <> 'open'
BEGIN
    SELECT RAISE(ABORT, 'a settled obligation stays settled');
END;

-- The disclosures by which the recipient received the person's data.
CREATE TABLE obligation_disclosures (
    obligation_id BLOB NOT NULL REFERENCES obligations (id),
    disclosure_id BLOB NOT NULL REFERENCES disclosures (id),
    PRIMARY KEY (obligation_id, disclosure_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX obligation_disclosures_by_disclosure ON obligation_disclosures (disclosure_id);

-- The links by which a mailbox allows sharing again with a kind of recipient that the person refused. A link is used up when the
-- refusal ends that began at refused_since.
CREATE TABLE sharing_allowance_links (
    token_hash     BLOB NOT NULL PRIMARY KEY,
    contact_id     BLOB NOT NULL REFERENCES contacts (id),
    recipient_kind TEXT NOT NULL
        CHECK (recipient_kind IN ('council', 'event_partner', 'venue', 'approved_contractor', 'public_authority')),
    refused_since  INTEGER NOT NULL,
    mark           BLOB NOT NULL,
    expires_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX sharing_allowance_links_by_contact ON sharing_allowance_links (contact_id);
CREATE INDEX sharing_allowance_links_by_expiry ON sharing_allowance_links (expires_at);
