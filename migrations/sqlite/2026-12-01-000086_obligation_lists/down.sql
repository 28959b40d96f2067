DROP INDEX obligations_by_status;
