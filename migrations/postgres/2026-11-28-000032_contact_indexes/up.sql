-- Those who were erased, who are few: each start looks for keys that they should no longer have.
CREATE INDEX contacts_erased ON contacts (id) WHERE particulars IS NULL;
-- It was there twice: consent_confirmations_by_consent is the other.
DROP INDEX consent_confirmations_of;
