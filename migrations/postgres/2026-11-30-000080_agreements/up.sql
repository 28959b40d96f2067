-- The mailbox of an organisation that receives personal data: the service tells it what to correct, restrict or erase.
ALTER TABLE organisations ADD COLUMN contact_email BYTEA;

-- Agreements to share personal data with an organisation. Purposes and fields are words, each followed by one space but the last,
-- in the order of their enumerations. A row from a proposal that was turned down has ended without an approval.
CREATE TABLE sharing_agreements (
    id              UUID NOT NULL PRIMARY KEY,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    purposes        TEXT NOT NULL CHECK (purposes <> ''),
    fields          TEXT NOT NULL CHECK (fields <> ''),
    necessity       BYTEA NOT NULL,
    starts_on       DATE NOT NULL,
    ends_on         DATE NOT NULL CHECK (ends_on >= starts_on),
    status          TEXT NOT NULL CHECK (status IN ('proposed', 'active', 'suspended', 'ended')),
    end_reason      BYTEA CHECK (end_reason IS NULL OR status = 'ended'),
    ended_at        TIMESTAMPTZ CHECK ((ended_at IS NOT NULL) = (status = 'ended')),
    proposed_by     TEXT NOT NULL,
    proposed_issuer TEXT,
    proposed_claim  TEXT,
    proposed_at     TIMESTAMPTZ NOT NULL,
    approved_by     TEXT,
    approved_issuer TEXT,
    approved_at     TIMESTAMPTZ,
    updated_at      TIMESTAMPTZ NOT NULL,
    version         INTEGER NOT NULL,
    CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    CHECK (status NOT IN ('active', 'suspended') OR approved_by IS NOT NULL),
    CHECK (approved_by IS NULL OR approved_by <> proposed_by OR coalesce(approved_issuer <> proposed_issuer, FALSE))
);
CREATE INDEX sharing_agreements_by_organisation ON sharing_agreements (organisation_id, id);
CREATE INDEX sharing_agreements_by_end ON sharing_agreements (status, ends_on);
-- The transitions that policy::agreements allows.
CREATE FUNCTION refuse_agreement_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (
        ('proposed', 'active'), ('proposed', 'ended'), ('active', 'suspended'), ('active', 'ended'),
        ('suspended', 'active'), ('suspended', 'ended'))
    THEN
        RAISE EXCEPTION 'an agreement does not go there from where it is';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sharing_agreements_transition BEFORE UPDATE OF status ON sharing_agreements
    FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION refuse_agreement_transition();
