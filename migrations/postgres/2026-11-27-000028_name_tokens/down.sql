ALTER TABLE contact_name_tokens
    ADD CONSTRAINT contact_name_tokens_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES contacts (id);
CREATE INDEX contact_name_tokens_contact ON contact_name_tokens (contact_id);
ALTER TABLE contacts DROP COLUMN name_tokens;
