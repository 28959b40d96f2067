-- Lists of obligations by status, newest first.
CREATE INDEX obligations_by_status ON obligations (status, id);
