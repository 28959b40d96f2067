UPDATE contacts SET search_tokens = borne.tokens FROM (
    WITH RECURSIVE kept (id, own, rest, tokens) AS (
        SELECT id, hex(substr(telephone_index, 1, 4)), hex(search_tokens), '' FROM contacts WHERE telephone_index IS NOT NULL
        UNION ALL
        SELECT id, own, substr(rest, 9), CASE substr(rest, 1, 8) WHEN own THEN tokens ELSE tokens || substr(rest, 1, 8) END
        FROM kept WHERE rest <> ''
    )
    SELECT id, unhex(tokens) AS tokens FROM kept WHERE rest = ''
) AS borne WHERE borne.id = contacts.id;
INSERT INTO contact_tokens (contact_tokens) VALUES ('delete-all');
WITH RECURSIVE kept (id, rest, words) AS (
    SELECT id, lower(hex(search_tokens)), '' FROM contacts WHERE search_tokens IS NOT NULL
    UNION ALL
    SELECT id, substr(rest, 9), words || substr(rest, 1, 8) || ' ' FROM kept WHERE rest <> ''
)
INSERT INTO contact_tokens (rowid, tokens)
SELECT (('0x' || substr(hex(id), 1, 12)) ->> '$') << 12 | (('0x' || substr(hex(id), 14, 3)) ->> '$'), words
FROM kept WHERE rest = '' ORDER BY id;
ALTER TABLE contact_tokens RENAME TO contact_names;
ALTER TABLE contacts RENAME COLUMN search_tokens TO name_tokens;
CREATE INDEX contacts_telephone ON contacts (telephone_index, id);
