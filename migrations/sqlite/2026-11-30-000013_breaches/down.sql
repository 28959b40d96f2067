DROP TABLE breach_steps;
DROP TABLE breaches;
