DROP TABLE sharing_refusals;
