DROP TABLE material_changes;
DROP TABLE privacy_notices;
