ALTER TABLE consent_decisions DROP COLUMN merged_from;
DROP INDEX contacts_merged_into;
ALTER TABLE contacts DROP COLUMN former_mark;
ALTER TABLE contacts DROP COLUMN merged_into;
