DROP TABLE records_to_index;
ALTER TABLE contacts DROP COLUMN named_number;
DROP TABLE former_addresses;
