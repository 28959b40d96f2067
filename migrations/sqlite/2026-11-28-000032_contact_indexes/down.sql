CREATE INDEX consent_confirmations_of ON consent_confirmations (consent_id);
DROP INDEX contacts_reach;
DROP INDEX contacts_erased;
