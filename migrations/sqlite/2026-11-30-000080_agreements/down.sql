DROP TABLE sharing_agreements;
ALTER TABLE organisations DROP COLUMN contact_email;
