-- The last questions of a conversation, in their order: without the id at its end the index lost to
-- the one of a desk's questions, and every question of a conversation read all that the desk was asked.
DROP INDEX questions_conversation;
CREATE INDEX questions_conversation ON questions (desk, conversation, asked_at, id)
    WHERE conversation <> '';
