-- The tokens of a newcomer's name were rows of a table of their own, by a statement of their own. A contact's own list of
-- them is indexed instead. What comes in waits in a list first, which is kept short: each search reads it.
ALTER TABLE contacts ADD COLUMN tokens INTEGER[] CHECK (status = 'active' OR tokens IS NULL);
UPDATE contacts SET tokens = borne.tokens
FROM (SELECT contact_id, array_agg(token ORDER BY token) AS tokens FROM contact_name_tokens GROUP BY contact_id) AS borne
WHERE borne.contact_id = contacts.id AND contacts.status = 'active';
ALTER TABLE contacts DROP COLUMN name_tokens;
ALTER TABLE contacts RENAME COLUMN tokens TO name_tokens;
CREATE INDEX contacts_name_tokens ON contacts USING gin (name_tokens)
    WITH (fastupdate = on, gin_pending_list_limit = 256);
DROP TABLE contact_name_tokens;
