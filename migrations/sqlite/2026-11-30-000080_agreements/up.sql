-- The mailbox of an organisation that receives personal data: the service tells it what to correct, restrict or erase.
ALTER TABLE organisations ADD COLUMN contact_email BLOB;

-- Agreements to share personal data with an organisation. Purposes and fields are words, each followed by one space but the last,
-- in the order of their enumerations. A row from a proposal that was turned down has ended without an approval.
CREATE TABLE sharing_agreements (
    id              BLOB NOT NULL PRIMARY KEY,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    purposes        TEXT NOT NULL CHECK (purposes <> ''),
    fields          TEXT NOT NULL CHECK (fields <> ''),
    necessity       BLOB NOT NULL,
    starts_on       TEXT NOT NULL,
    ends_on         TEXT NOT NULL CHECK (ends_on >= starts_on),
    status          TEXT NOT NULL CHECK (status IN ('proposed', 'active', 'suspended', 'ended')),
    end_reason      BLOB CHECK (end_reason IS NULL OR status = 'ended'),
    ended_at        INTEGER CHECK ((ended_at IS NOT NULL) = (status = 'ended')),
    proposed_by     TEXT NOT NULL,
    proposed_issuer TEXT,
    proposed_claim  TEXT,
    proposed_at     INTEGER NOT NULL,
    approved_by     TEXT,
    approved_issuer TEXT,
    approved_at     INTEGER,
    updated_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    CHECK (status NOT IN ('active', 'suspended') OR approved_by IS NOT NULL),
    CHECK (approved_by IS NULL OR approved_by <> proposed_by OR coalesce(approved_issuer <> proposed_issuer, FALSE))
) STRICT;
CREATE INDEX sharing_agreements_by_organisation ON sharing_agreements (organisation_id, id);
CREATE INDEX sharing_agreements_by_end ON sharing_agreements (status, ends_on);
-- The transitions that policy::agreements allows.
CREATE TRIGGER sharing_agreements_transition BEFORE UPDATE OF status ON sharing_agreements
    WHEN NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (VALUES
        ('proposed', 'active'), ('proposed', 'ended'), ('active', 'suspended'), ('active', 'ended'),
        ('suspended', 'active'), ('suspended', 'ended'))
BEGIN
    SELECT RAISE(ABORT, 'an agreement does not go there from where it is');
END;
