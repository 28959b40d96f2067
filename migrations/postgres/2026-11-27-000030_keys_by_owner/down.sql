-- A table has one tree of rows here, and an index of its own: nothing to do.
SELECT 1;
