-- The tokens of a newcomer's name went into as many pages, each anywhere in a tree. A full-text index writes them one after
-- the other, and puts them in order by and by. It numbers its rows: by the 60 bits of a contact's id that are its time,
-- in which ids are ordered and no two are equal. It keeps no text, since contacts keep their tokens.
CREATE VIRTUAL TABLE contact_names USING fts5 (tokens, content = '', columnsize = 0, detail = none, tokenize = 'ascii');
-- What is taken out leaves the pages at once.
INSERT INTO contact_names (contact_names, rank) VALUES ('secure-delete', 1);

INSERT INTO contact_names (rowid, tokens)
SELECT (('0x' || substr(hex(contact_id), 1, 12)) ->> '$') << 12 | (('0x' || substr(hex(contact_id), 14, 3)) ->> '$'),
       group_concat(printf('%08x', token & 4294967295), ' ')
FROM contact_name_tokens GROUP BY contact_id ORDER BY contact_id;
DROP TABLE contact_name_tokens;
