-- An answer that many asked for at once is kept for each of them: which one is the newest is told by
-- the index alone.
DROP INDEX reuses_key;
CREATE INDEX reuses_key ON reuses (key, state, made_at, answer_id) WHERE state <> 'void';
