-- Why data was disclosed by a caller's decision: the necessity, and the gateway of the Data Protection Act 2018 where the law
-- requires the disclosure. One row for each call, whatever the number of people. Append-only.
CREATE TABLE disclosure_grounds (
    id                UUID NOT NULL PRIMARY KEY,
    gateway           TEXT CHECK (gateway IN ('Sch2.p2', 'Sch2.p5(2)', 'Sch2.p5(3)')),
    gateway_reference BYTEA CHECK ((gateway_reference IS NULL) = (gateway IS NULL)),
    requested_by      BYTEA CHECK ((requested_by IS NULL) = (gateway IS NULL)),
    necessity         BYTEA NOT NULL,
    proposed_by       TEXT NOT NULL,
    proposed_issuer   TEXT,
    proposed_claim    TEXT,
    proposed_at       TIMESTAMPTZ NOT NULL
);
CREATE TRIGGER disclosure_grounds_append_only BEFORE UPDATE OR DELETE ON disclosure_grounds
    FOR EACH ROW EXECUTE FUNCTION refuse_change('the grounds of disclosures');
CREATE TRIGGER disclosure_grounds_no_truncate BEFORE TRUNCATE ON disclosure_grounds
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the grounds of disclosures');

-- One person's data, disclosed to one organisation. Under an agreement, or required by law: then without agreement and purpose.
-- A disclosure that an attendee list or an audience made has no row of grounds: its necessity is the agreement's. Whether a live
-- row has expired is computed when it is read; 'expired' is stored only when the same disclosure is made anew.
CREATE TABLE disclosures (
    id              UUID NOT NULL PRIMARY KEY,
    contact_id      UUID NOT NULL REFERENCES contacts (id),
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    agreement_id    UUID REFERENCES sharing_agreements (id),
    purpose         TEXT CHECK ((purpose IS NULL) = (agreement_id IS NULL)),
    event_id        UUID REFERENCES events (id),
    grounds_id      UUID REFERENCES disclosure_grounds (id),
    fields          TEXT NOT NULL CHECK (fields <> ''),
    status          TEXT NOT NULL CHECK (status IN ('proposed', 'live', 'recalled', 'expired')),
    disclosed_at    TIMESTAMPTZ CHECK (disclosed_at IS NOT NULL OR status IN ('proposed', 'recalled')),
    expires_at      TIMESTAMPTZ,
    approved_by     TEXT,
    approved_issuer TEXT,
    approved_at     TIMESTAMPTZ CHECK ((approved_at IS NULL) = (approved_by IS NULL)),
    recalled_at     TIMESTAMPTZ CHECK ((recalled_at IS NULL) = (status <> 'recalled')),
    recall_cause    TEXT CHECK ((recall_cause IS NULL) = (status <> 'recalled')),
    created_at      TIMESTAMPTZ NOT NULL,
    updated_at      TIMESTAMPTZ NOT NULL,
    version         INTEGER NOT NULL,
    CHECK (agreement_id IS NOT NULL OR grounds_id IS NOT NULL),
    CHECK (status <> 'live' OR agreement_id IS NOT NULL OR approved_by IS NOT NULL)
);
-- The same person, organisation, agreement, purpose and event have one live disclosure.
CREATE UNIQUE INDEX disclosures_live ON disclosures
    (contact_id, organisation_id, agreement_id, purpose, coalesce(event_id, '00000000-0000-0000-0000-000000000000'::uuid)) WHERE status = 'live';
CREATE INDEX disclosures_by_contact ON disclosures (contact_id, id);
CREATE INDEX disclosures_by_organisation ON disclosures (organisation_id, id);
CREATE INDEX disclosures_shown ON disclosures (organisation_id, contact_id) WHERE status = 'live';
CREATE INDEX disclosures_recalled ON disclosures (organisation_id, recalled_at, id) WHERE status = 'recalled';
CREATE INDEX disclosures_by_agreement ON disclosures (agreement_id, id);
CREATE INDEX disclosures_proposed ON disclosures (id) WHERE status = 'proposed';
CREATE INDEX disclosures_recalled_of_all ON disclosures (recalled_at, id) WHERE status = 'recalled';
CREATE INDEX disclosures_by_event ON disclosures (event_id, organisation_id, id) WHERE event_id IS NOT NULL;
CREATE INDEX disclosures_by_day ON disclosures (disclosed_at);
-- The transitions that policy::sharing allows.
CREATE FUNCTION refuse_disclosure_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (
        ('proposed', 'live'), ('proposed', 'recalled'), ('live', 'recalled'), ('live', 'expired'))
    THEN
        RAISE EXCEPTION 'a disclosure does not go there from where it is';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disclosures_transition BEFORE UPDATE OF status ON disclosures
    FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION refuse_disclosure_transition();
