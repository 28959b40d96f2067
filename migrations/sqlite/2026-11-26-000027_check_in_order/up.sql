-- A scan's place in the batch that brought it: the order of what happened within one moment.
ALTER TABLE check_ins ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
