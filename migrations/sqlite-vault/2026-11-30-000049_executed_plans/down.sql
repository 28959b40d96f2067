DROP TABLE executed_plans;
