DROP INDEX actions_resting;
