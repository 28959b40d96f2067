-- What a person was reached by before, as keyed indexes: `mark` is that of an e-mail address, of a telephone number, or of a
-- number and the folded name together. Rows name the contact that the person is now; a merge hands them over.
CREATE TABLE former_addresses (
    mark         BYTEA NOT NULL,
    contact_id   UUID NOT NULL REFERENCES contacts (id),
    kind         TEXT NOT NULL CHECK (kind IN ('email', 'telephone', 'named_number')),
    since        TIMESTAMPTZ NOT NULL,
    passed_on_at TIMESTAMPTZ,
    PRIMARY KEY (mark, contact_id)
);
CREATE INDEX former_addresses_of ON former_addresses (contact_id);

-- Until now a contact that was merged kept the index of its own last address. Nothing uses that column any more.
INSERT INTO former_addresses (mark, contact_id, kind, since)
SELECT gone.former_mark, gone.merged_into, 'email', max(gone.updated_at)
FROM contacts AS gone JOIN contacts AS kept ON kept.id = gone.merged_into
WHERE gone.former_mark IS NOT NULL AND gone.former_mark IS DISTINCT FROM kept.email_index
GROUP BY gone.former_mark, gone.merged_into;
UPDATE contacts SET former_mark = NULL WHERE former_mark IS NOT NULL;

-- The keyed index of the number and the folded name together.
ALTER TABLE contacts ADD COLUMN named_number BYTEA CHECK (named_number IS NULL OR status = 'active');

-- Records whose keyed indexes are to be computed anew: what they are computed from is sealed, so that the next start does it.
CREATE TABLE records_to_index (
    table_name TEXT NOT NULL,
    record_id  UUID NOT NULL,
    PRIMARY KEY (table_name, record_id)
);
INSERT INTO records_to_index SELECT 'contacts', id FROM contacts WHERE telephone_index IS NOT NULL;
