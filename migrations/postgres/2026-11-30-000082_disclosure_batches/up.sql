-- What a recipient read: one row for each answer that showed people, or for each page of a stream, whose rows have one id and a
-- growing part. The value of contact_ids is the ids of the people. Append-only.
CREATE TABLE disclosure_batches (
    id              UUID NOT NULL,
    part            INTEGER NOT NULL,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    caller          TEXT NOT NULL,
    caller_issuer   TEXT,
    operation       TEXT NOT NULL,
    event_id        UUID REFERENCES events (id),
    purpose         TEXT,
    read_at         TIMESTAMPTZ NOT NULL,
    contact_ids     UUID[] NOT NULL,
    PRIMARY KEY (id, part)
);
CREATE INDEX disclosure_batches_by_organisation ON disclosure_batches (organisation_id, read_at);
CREATE INDEX disclosure_batches_by_contact ON disclosure_batches USING gin (contact_ids);
CREATE TRIGGER disclosure_batches_append_only BEFORE UPDATE OR DELETE ON disclosure_batches
    FOR EACH ROW EXECUTE FUNCTION refuse_change('the batches of disclosures');
CREATE TRIGGER disclosure_batches_no_truncate BEFORE TRUNCATE ON disclosure_batches
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the batches of disclosures');
