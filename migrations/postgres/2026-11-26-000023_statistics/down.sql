DROP INDEX subject_requests_counted;
