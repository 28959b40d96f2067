-- The index of telephone numbers was a tree, in which each newcomer's number changes a page anywhere. The first four bytes of
-- what a number is known by go with the tokens of the name now, which the full-text index writes one after the other.
DROP INDEX contacts_telephone;
ALTER TABLE contacts RENAME COLUMN name_tokens TO search_tokens;
ALTER TABLE contact_names RENAME TO contact_tokens;

UPDATE contacts SET search_tokens = unhex(hex(search_tokens) || hex(substr(telephone_index, 1, 4)))
WHERE telephone_index IS NOT NULL;
INSERT INTO contact_tokens (contact_tokens) VALUES ('delete-all');
WITH RECURSIVE kept (id, rest, words) AS (
    SELECT id, lower(hex(search_tokens)), '' FROM contacts WHERE search_tokens IS NOT NULL
    UNION ALL
    SELECT id, substr(rest, 9), words || substr(rest, 1, 8) || ' ' FROM kept WHERE rest <> ''
)
INSERT INTO contact_tokens (rowid, tokens)
SELECT (('0x' || substr(hex(id), 1, 12)) ->> '$') << 12 | (('0x' || substr(hex(id), 14, 3)) ->> '$'), words
FROM kept WHERE rest = '' ORDER BY id;
