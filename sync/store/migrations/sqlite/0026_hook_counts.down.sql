DROP TABLE hook_counts;
