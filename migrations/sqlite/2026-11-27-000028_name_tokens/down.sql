CREATE TABLE name_tokens_referring (
    token      INTEGER NOT NULL,
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    PRIMARY KEY (token, contact_id)
) STRICT, WITHOUT ROWID;
INSERT INTO name_tokens_referring SELECT token, contact_id FROM contact_name_tokens ORDER BY token, contact_id;
DROP TABLE contact_name_tokens;
ALTER TABLE name_tokens_referring RENAME TO contact_name_tokens;
CREATE INDEX contact_name_tokens_contact ON contact_name_tokens (contact_id);
ALTER TABLE contacts DROP COLUMN name_tokens;
