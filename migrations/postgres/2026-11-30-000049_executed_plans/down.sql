DROP TABLE vault.executed_plans;
