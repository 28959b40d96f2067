-- As on SQLite, where the index of telephone numbers was a tree, in which each newcomer's number changed a page anywhere: the
-- first four bytes of what a number is known by go with the tokens of the name.
DROP INDEX contacts_telephone;
ALTER TABLE contacts RENAME COLUMN name_tokens TO search_tokens;
ALTER INDEX contacts_name_tokens RENAME TO contacts_search_tokens;
UPDATE contacts
SET search_tokens = search_tokens || ('x' || encode(substr(telephone_index, 1, 4), 'hex'))::bit(32)::integer
WHERE telephone_index IS NOT NULL;
