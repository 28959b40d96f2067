DROP TABLE working_days;
DROP TABLE deadline_digests;
DROP TABLE subject_request_links;
DROP TABLE subject_request_steps;
DROP TABLE subject_requests;
