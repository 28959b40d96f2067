-- Those who were erased, who are few: each start looks for keys that they should no longer have.
CREATE INDEX contacts_erased ON contacts (id) WHERE particulars IS NULL;
-- All that a check asks of a contact: a row, with the person's sealed particulars, is ten times as large.
CREATE INDEX contacts_reach ON contacts (id, status, restricted_at, email_index);
-- It was there twice: consent_confirmations_by_consent is the other.
DROP INDEX consent_confirmations_of;
