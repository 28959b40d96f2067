CREATE TABLE contact_name_tokens (
    token      INTEGER NOT NULL,
    contact_id BLOB NOT NULL,
    PRIMARY KEY (token, contact_id)
) STRICT, WITHOUT ROWID;
WITH RECURSIVE kept (token, contact_id, rest) AS (
    SELECT NULL, id, hex(name_tokens) FROM contacts WHERE name_tokens IS NOT NULL
    UNION ALL
    SELECT substr(rest, 1, 8), contact_id, substr(rest, 9) FROM kept WHERE rest <> ''
), numbers (token, contact_id) AS (
    SELECT ('0x' || token) ->> '$', contact_id FROM kept WHERE token IS NOT NULL
)
INSERT INTO contact_name_tokens
SELECT token - CASE WHEN token > 2147483647 THEN 4294967296 ELSE 0 END, contact_id FROM numbers;
DROP TABLE contact_names;
