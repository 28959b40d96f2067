DROP TABLE erasure_plans;
DROP TABLE sharing_refusals;
DROP TABLE contact_tokens;
DROP TABLE contacts;
