-- The change is to the vault alone: see migrations/sqlite-vault.
SELECT 1;
