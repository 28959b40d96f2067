-- Lists of disclosures by `status=expired`, in the order of their end, and by `purpose`, each of all and of one organisation; and the
-- counts by month, recipient and purpose, which read their index alone. It also serves what the index by day served.
CREATE INDEX disclosures_ended ON disclosures (expires_at, id) WHERE status <> 'recalled';
CREATE INDEX disclosures_ended_of ON disclosures (organisation_id, expires_at, id) WHERE status <> 'recalled';
CREATE INDEX disclosures_by_purpose ON disclosures (purpose, id);
CREATE INDEX disclosures_by_purpose_of ON disclosures (organisation_id, purpose, id);
CREATE INDEX disclosures_counted ON disclosures (disclosed_at, organisation_id, purpose);
DROP INDEX disclosures_by_day;
