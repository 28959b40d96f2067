DROP TABLE memberships;
DROP TABLE networks;
