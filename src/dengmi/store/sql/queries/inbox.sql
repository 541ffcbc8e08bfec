-- name: questions_insert
-- New questions.
INSERT INTO questions (
    id, desk, channel, dedup, dedup_id, text, wanted, asker, conversation, lang, asked_at, state,
    failure, payer, owner
) VALUES (
    :id, :desk, :channel, :dedup, :dedup_id, :text, :wanted, :asker, :conversation, :lang,
    :asked_at, :state, :failure, :payer, :owner
);

-- name: questions_taken
-- The questions that have one of these ids, or came under one of these keys of their channels.
SELECT id, desk, text, wanted, channel, asker, conversation, dedup, lang, asked_at, state, payer,
    dedup_id
FROM questions WHERE id IN (:ids::text[])
UNION
SELECT id, desk, text, wanted, channel, asker, conversation, dedup, lang, asked_at, state, payer,
    dedup_id
FROM questions WHERE dedup_id IN (:dedup_ids::text[]);

-- name: questions_claim
-- Take over the questions without a final state that no living process works on: those of
-- processes that are gone, of nobody, and very old ones.
UPDATE questions SET owner = :owner
WHERE state = 'asked' AND NOT (id IN (:busy::text[]))
    AND (owner = '' OR owner IN (:gone::text[])
        OR (asked_at < :before AND NOT (owner IN (:alive::text[]))))
RETURNING id, desk, text, wanted, channel, asker, conversation, dedup, lang, asked_at, state, payer;

-- name: questions_leave
-- A process that ends leaves the questions without a final state to whoever comes.
UPDATE questions SET owner = '' WHERE owner = :owner AND state = 'asked';

-- name: questions_unanswered
-- The newest questions that a desk's articles did not answer; those of a measurement (dengmi eval)
-- were asked by nobody.
SELECT id, desk, text, wanted, channel, asker, conversation, dedup, lang, asked_at, state, payer
FROM questions WHERE state = 'unanswered' AND desk = :desk AND channel <> 'eval'
ORDER BY asked_at DESC, id DESC LIMIT :most;

-- name: questions_end
-- The final state of some questions.
UPDATE questions SET state = :state WHERE id IN (:ids::text[]);

-- name: question_failed
-- A question ends without an answer; one that has an answer keeps its state.
UPDATE questions SET state = 'failed', failure = :failure WHERE id = :id AND state = 'asked';

-- name: answers_insert
-- New answers.
INSERT INTO answers (
    id, question_id, desk, question, level, wanted, text, grounded, confidence, citations, nearest,
    followups, reused, currency, micros, usage, took_ms, created_at, lang, standalone, claims,
    evidence, origin, model, full_micros
) VALUES (
    :id, :question_id, :desk, :question, :level, :wanted, :text, :grounded, :confidence, :citations,
    :nearest, :followups, :reused, :currency, :micros, :usage, :took_ms, :created_at,
    :lang, :standalone, :claims, :evidence, :origin, :model, :full_micros
);

-- name: answers_taken
-- Which of these answers are stored.
SELECT id FROM answers WHERE id IN (:ids::text[]);

-- name: answer
-- One answer by its id.
SELECT id, question_id, desk, question, level, wanted, text, grounded, confidence, citations,
    nearest, followups, reused, currency, micros, usage, took_ms, created_at, lang, standalone,
    claims, evidence, origin, model, full_micros
FROM answers WHERE id = :id;

-- name: answer_of_question
-- The newest answer of a question.
SELECT id, question_id, desk, question, level, wanted, text, grounded, confidence, citations,
    nearest, followups, reused, currency, micros, usage, took_ms, created_at, lang, standalone,
    claims, evidence, origin, model, full_micros
FROM answers WHERE question_id = :id ORDER BY created_at DESC, id DESC LIMIT 1;

-- name: questions_of
-- Questions by their ids.
SELECT id, desk, text, wanted, channel, asker, conversation, dedup, lang, asked_at, state, payer
FROM questions WHERE id IN (:ids::text[]);

-- name: question
-- One question by its id.
SELECT id, desk, text, wanted, channel, asker, conversation, dedup, lang, asked_at, state, payer
FROM questions WHERE id = :id;

-- name: answers_first
-- The first answer of each of some questions.
SELECT id, question_id, desk, question, level, wanted, text, grounded, confidence, citations,
    nearest, followups, reused, currency, micros, usage, took_ms, created_at, lang, standalone,
    claims, evidence, origin, model, full_micros
FROM answers WHERE id IN (:ids::text[]) OR (question_id IN (:questions::text[]) AND NOT EXISTS (
    SELECT 1 FROM answers AS earlier WHERE earlier.question_id = answers.question_id
        AND (earlier.created_at < answers.created_at
            OR (earlier.created_at = answers.created_at AND earlier.id < answers.id))
));

-- name: questions_some
-- Some questions by their ids.
SELECT id, desk, text, wanted, channel, asker, conversation, dedup, lang, asked_at, state, payer
FROM questions WHERE id IN (:ids::text[]);
