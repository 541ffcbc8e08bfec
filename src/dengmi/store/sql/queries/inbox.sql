-- name: question_insert
-- A new question; no row comes back when its id or its channel's key is there already.
INSERT INTO questions (
    id, desk, channel, dedup, dedup_id, text, wanted, asker, conversation, lang, asked_at, state,
    failure
) VALUES (
    :id, :desk, :channel, :dedup, :dedup_id, :text, :wanted, :asker, :conversation, :lang,
    :asked_at, :state, ''
)
ON CONFLICT DO NOTHING
RETURNING id, desk, text, wanted, channel, asker, conversation, dedup, lang, asked_at, state;

-- name: question_by_dedup
-- The question that came under this key of its channel.
SELECT id, desk, text, wanted, channel, asker, conversation, dedup, lang, asked_at, state
FROM questions WHERE dedup_id = :dedup_id;

-- name: question
-- One question by its id.
SELECT id, desk, text, wanted, channel, asker, conversation, dedup, lang, asked_at, state
FROM questions WHERE id = :id;

-- name: questions_pending
-- Questions without a final state, oldest first.
SELECT id, desk, text, wanted, channel, asker, conversation, dedup, lang, asked_at, state
FROM questions WHERE state = 'asked' ORDER BY asked_at, id;

-- name: questions_unanswered
-- The newest questions that a desk's articles did not answer; those of a measurement (dengmi eval)
-- were asked by nobody.
SELECT id, desk, text, wanted, channel, asker, conversation, dedup, lang, asked_at, state
FROM questions WHERE state = 'unanswered' AND desk = :desk AND channel <> 'eval'
ORDER BY asked_at DESC, id DESC LIMIT :most;

-- name: question_state
-- The final state of a question; no row comes back when there is no such question or the answer
-- that brings the state is stored already.
UPDATE questions SET state = :state
WHERE id = :id AND NOT EXISTS (SELECT 1 FROM answers AS a WHERE a.id = :answer_id)
RETURNING id;

-- name: question_failed
-- A question ends without an answer; one that has an answer keeps its state.
UPDATE questions SET state = 'failed', failure = :failure WHERE id = :id AND state = 'asked';

-- name: answer_insert
-- An answer; nothing happens when it is stored already.
INSERT INTO answers (
    id, question_id, desk, question, level, wanted, text, grounded, confidence, citations, nearest,
    followups, reused, currency, micros, usage, took_ms, created_at, lang, standalone, claims,
    evidence, origin, model, full_micros
) VALUES (
    :id, :question_id, :desk, :question, :level, :wanted, :text, :grounded, :confidence, :citations,
    :nearest, :followups, :reused, :currency, :micros, :usage, :took_ms, :created_at,
    :lang, :standalone, :claims, :evidence, :origin, :model, :full_micros
)
ON CONFLICT (id) DO NOTHING;

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
