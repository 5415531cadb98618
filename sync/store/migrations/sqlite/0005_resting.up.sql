-- Few of very many: what staff have to look at is counted and listed often.
CREATE INDEX actions_resting ON actions (state) WHERE state IN ('dead', 'conflict');
