ALTER TABLE consent_decisions DROP COLUMN objection;
ALTER TABLE consents DROP COLUMN objected_at;
DROP INDEX contacts_restricted;
ALTER TABLE contacts DROP COLUMN restricted_at;
ALTER TABLE contacts DROP COLUMN restricted_ground;
