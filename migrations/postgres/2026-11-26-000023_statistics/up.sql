-- Counts of requests are made from this index alone, without the pages of the table, which hold what was written.
CREATE INDEX subject_requests_counted
    ON subject_requests (received_on, kind, status, outcome, decided_on, due_on, dated_by);
