CREATE TABLE contact_name_tokens (
    token      INTEGER NOT NULL,
    contact_id UUID NOT NULL,
    PRIMARY KEY (token, contact_id)
);
INSERT INTO contact_name_tokens SELECT unnest(name_tokens), id FROM contacts;
DROP INDEX contacts_name_tokens;
ALTER TABLE contacts ADD COLUMN tokens BYTEA CHECK (status = 'active' OR tokens IS NULL);
UPDATE contacts SET tokens = (SELECT string_agg(int4send(token), ''::bytea) FROM unnest(name_tokens) AS token)
WHERE name_tokens IS NOT NULL;
ALTER TABLE contacts DROP COLUMN name_tokens;
ALTER TABLE contacts RENAME COLUMN tokens TO name_tokens;
