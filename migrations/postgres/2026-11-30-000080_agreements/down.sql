DROP TABLE sharing_agreements;
DROP FUNCTION refuse_agreement_transition;
ALTER TABLE organisations DROP COLUMN contact_email;
