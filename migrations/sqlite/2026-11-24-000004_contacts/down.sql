DROP TABLE suppressions;
DROP TABLE contact_name_tokens;
DROP TABLE contacts;
