-- What a recipient read: one row for each answer that showed people, or for each page of a stream, whose rows have one id and a
-- growing part. The value of contact_ids is the ids of the people, 16 bytes each. Append-only.
CREATE TABLE disclosure_batches (
    id              BLOB NOT NULL,
    part            INTEGER NOT NULL,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    caller          TEXT NOT NULL,
    caller_issuer   TEXT,
    operation       TEXT NOT NULL,
    event_id        BLOB REFERENCES events (id),
    purpose         TEXT,
    read_at         INTEGER NOT NULL,
    contact_ids     BLOB NOT NULL,
    PRIMARY KEY (id, part)
) STRICT;
CREATE INDEX disclosure_batches_by_organisation ON disclosure_batches (organisation_id, read_at);
CREATE TRIGGER disclosure_batches_no_update BEFORE UPDATE ON disclosure_batches
BEGIN
    SELECT RAISE(ABORT, 'the batches of disclosures are append-only');
END;
CREATE TRIGGER disclosure_batches_no_replace BEFORE INSERT ON disclosure_batches
    WHEN EXISTS (SELECT 1 FROM disclosure_batches WHERE id = NEW.id AND part = NEW.part)
BEGIN
    SELECT RAISE(ABORT, 'the batches of disclosures are append-only');
END;
CREATE TRIGGER disclosure_batches_no_delete BEFORE DELETE ON disclosure_batches
BEGIN
    SELECT RAISE(ABORT, 'the batches of disclosures are append-only');
END;
