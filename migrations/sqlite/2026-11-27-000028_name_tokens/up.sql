-- A contact keeps the tokens of its name itself: the few that forget them need no index for it, and those who come need
-- not look the contact up for each.
ALTER TABLE contacts ADD COLUMN name_tokens BLOB CHECK (status = 'active' OR name_tokens IS NULL);
UPDATE contacts SET name_tokens = (
    SELECT unhex(group_concat(printf('%08x', token & 4294967295), ''))
    FROM contact_name_tokens WHERE contact_id = contacts.id
) WHERE status = 'active';

CREATE TABLE name_tokens_alone (
    token      INTEGER NOT NULL,
    contact_id BLOB NOT NULL,
    PRIMARY KEY (token, contact_id)
) STRICT, WITHOUT ROWID;
INSERT INTO name_tokens_alone SELECT token, contact_id FROM contact_name_tokens ORDER BY token, contact_id;
DROP TABLE contact_name_tokens;
ALTER TABLE name_tokens_alone RENAME TO contact_name_tokens;
