DROP INDEX contacts_to_check;
ALTER TABLE contacts DROP COLUMN address_check;
