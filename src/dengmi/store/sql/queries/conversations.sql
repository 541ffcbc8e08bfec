-- name: exchange_questions
-- The last questions of one asker's conversation, newest first.
SELECT id, desk, text, wanted, channel, asker, conversation, dedup, lang, asked_at, state, payer
FROM questions
WHERE desk = :desk AND conversation = :conversation AND conversation <> '' AND asker = :asker
    AND asked_at < :before
ORDER BY asked_at DESC, id DESC LIMIT :most;

-- name: answers_of_questions
-- The answers of these questions, oldest first.
SELECT id, question_id, desk, question, level, wanted, text, grounded, confidence, citations,
    nearest, followups, reused, currency, micros, usage, took_ms, created_at, lang, standalone,
    claims, evidence, origin, model, full_micros
FROM answers WHERE question_id IN (:ids::text[]) ORDER BY created_at, id;

-- name: thumb_put
-- An asker's thumb on an answer, the last one given.
INSERT INTO thumbs (answer_id, asker, up, at) VALUES (:answer_id, :asker, :up, :at)
ON CONFLICT (answer_id, asker) DO UPDATE SET up = excluded.up, at = excluded.at;

-- name: thumb_gone
-- An asker takes a thumb back.
DELETE FROM thumbs WHERE answer_id = :answer_id AND asker = :asker;

-- name: questions_of_asker
-- Everything a person asked.
SELECT id FROM questions WHERE asker = :asker AND asker <> '';

-- name: thumbs_of_asker_gone
-- A person's thumbs on anybody's answers.
DELETE FROM thumbs WHERE asker = :asker;

-- name: late_gone
-- The waits of some questions.
DELETE FROM late WHERE question_id IN (:ids::text[]);

-- name: thumbs_gone
-- The thumbs on the answers to some questions.
DELETE FROM thumbs WHERE answer_id IN (
    SELECT a.id FROM answers AS a WHERE a.question_id IN (:ids::text[])
);

-- name: reuses_gone
-- That the answers to some questions may serve again.
DELETE FROM reuses WHERE answer_id IN (
    SELECT a.id FROM answers AS a WHERE a.question_id IN (:ids::text[])
);

-- name: answers_gone
-- The answers to some questions.
DELETE FROM answers WHERE question_id IN (:ids::text[]);

-- name: charges_nameless
-- What some questions cost is kept, for whom it was is not.
UPDATE charges SET asker = '' WHERE question_id IN (:ids::text[]);

-- name: questions_gone
-- Some questions.
DELETE FROM questions WHERE id IN (:ids::text[]);
