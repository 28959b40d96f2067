-- The last reference number given in each series and year; taken in the transaction that uses it, so that none is skipped.
CREATE TABLE reference_numbers (
    series TEXT   NOT NULL,
    year   INTEGER NOT NULL,
    last   INTEGER NOT NULL CHECK (last >= 1),
    PRIMARY KEY (series, year)
);
