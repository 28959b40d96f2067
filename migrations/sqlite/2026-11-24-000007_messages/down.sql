ALTER TABLE contacts DROP COLUMN email_bounced_at;
DROP TABLE preference_links;
DROP TABLE messages;
