CREATE INDEX disclosures_by_day ON disclosures (disclosed_at);
DROP INDEX disclosures_counted;
DROP INDEX disclosures_by_purpose_of;
DROP INDEX disclosures_by_purpose;
DROP INDEX disclosures_ended_of;
DROP INDEX disclosures_ended;
