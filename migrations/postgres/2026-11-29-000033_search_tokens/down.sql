UPDATE contacts
SET search_tokens =
    array_remove(search_tokens, ('x' || encode(substr(telephone_index, 1, 4), 'hex'))::bit(32)::integer)
WHERE telephone_index IS NOT NULL;
ALTER INDEX contacts_search_tokens RENAME TO contacts_name_tokens;
ALTER TABLE contacts RENAME COLUMN search_tokens TO name_tokens;
CREATE INDEX contacts_telephone ON contacts (telephone_index, id);
