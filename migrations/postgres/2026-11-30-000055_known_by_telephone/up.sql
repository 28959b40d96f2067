-- Contacts without an e-mail address, by their number and name together: a row of an import, and a consent at an e-mail address,
-- are compared with these. Contacts with an address are not in the index, so that signing one up writes nothing more.
CREATE INDEX contacts_known_by_telephone ON contacts (named_number)
WHERE email_index IS NULL AND named_number IS NOT NULL;
