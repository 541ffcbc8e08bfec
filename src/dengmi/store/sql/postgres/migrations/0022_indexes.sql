-- The last questions of a conversation, in their order: without the id at its end the index lost to
-- the one of a desk's questions, and every question of a conversation read all that the desk was asked.
DROP INDEX questions_conversation;
CREATE INDEX questions_conversation ON questions (desk, conversation, asked_at, id)
    WHERE conversation <> '';

-- An answer that many asked for at once is kept for each of them: which one is the newest is told by
-- the index alone.
DROP INDEX reuses_key;
CREATE INDEX reuses_key ON reuses (key, state, made_at, answer_id) WHERE state <> 'void';
