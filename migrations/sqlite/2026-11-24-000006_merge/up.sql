-- A contact that turned out to be the same person as another: an id that points there. Its address, where the other
-- did not take it over, stays as a blind index, so that an erasure of the person reaches it as well.
ALTER TABLE contacts ADD COLUMN merged_into BLOB REFERENCES contacts (id) CHECK (merged_into IS NULL OR status = 'erased');
ALTER TABLE contacts ADD COLUMN former_mark BLOB CHECK (former_mark IS NULL OR merged_into IS NOT NULL);
CREATE INDEX contacts_merged_into ON contacts (merged_into) WHERE merged_into IS NOT NULL;

-- A decision that was taken over names the one it repeats.
ALTER TABLE consent_decisions ADD COLUMN merged_from BLOB REFERENCES consent_decisions (id);
