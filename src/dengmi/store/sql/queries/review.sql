-- name: asked
-- Questions with the gist of their newest answer, newest first.
SELECT q.id, q.desk, q.text, q.wanted, q.channel, q.asker, q.conversation, q.dedup, q.lang,
    q.asked_at, q.state, q.payer,
    a.id, a.level, a.grounded, a.reused, a.currency, a.micros, a.took_ms, a.claims,
    (SELECT count(*) FROM thumbs AS t WHERE t.answer_id = a.id AND t.up),
    (SELECT count(*) FROM thumbs AS t WHERE t.answer_id = a.id AND NOT t.up)
FROM questions AS q LEFT JOIN answers AS a ON a.id = (
    SELECT b.id FROM answers AS b WHERE b.question_id = q.id
    ORDER BY b.created_at DESC, b.id DESC LIMIT 1
)
WHERE q.channel <> 'eval' AND q.asked_at >= :since AND q.asked_at < :until
    AND (q.asked_at < :at OR (q.asked_at = :at AND q.id < :id))
    AND (:desk = '' OR q.desk = :desk)
    AND (:channel = '' OR q.channel = :channel)
    AND (:state = '' OR q.state = :state)
    AND (:pattern = '' OR lower(q.text) LIKE :pattern ESCAPE '\')
    AND (:level = '' OR (:level = 'reuse' AND a.reused) OR (a.level = :level AND NOT a.reused))
    AND (:verdict = '' OR a.claims LIKE :verdict)
    AND (:thumb = '' OR (:thumb = 'up' AND EXISTS (
            SELECT 1 FROM thumbs AS t WHERE t.answer_id = a.id AND t.up))
        OR (:thumb = 'down' AND EXISTS (
            SELECT 1 FROM thumbs AS t WHERE t.answer_id = a.id AND NOT t.up)))
    AND (:poor = '' OR q.state = 'unanswered' OR a.claims LIKE :poor OR EXISTS (
        SELECT 1 FROM thumbs AS t WHERE t.answer_id = a.id AND NOT t.up))
    AND (:pinned = '' OR EXISTS (
        SELECT 1 FROM answers AS b JOIN pins AS p ON p.answer_id = b.id WHERE b.question_id = q.id
    ) OR EXISTS (
        SELECT 1 FROM answers AS b JOIN reuses AS r ON r.answer_id = b.id
        WHERE b.question_id = q.id AND r.state = 'pinned'
    ))
ORDER BY q.asked_at DESC, q.id DESC LIMIT :most;

-- name: asked_channels
-- The channels that questions came through.
SELECT DISTINCT channel FROM questions WHERE channel <> 'eval' ORDER BY channel;

-- name: question_failure
-- Why a question has no answer.
SELECT failure FROM questions WHERE id = :id;

-- name: charges_of_question
-- What the ledger says of one question, oldest first.
SELECT id, question_id, desk, level, purpose, model, version, asker, channel, currency, reserved,
    micros, full_micros, hit, miss, output, reasoning, state, at, settled_at, owner,
    payer, held, counted
FROM charges WHERE question_id = :id ORDER BY at, id;

-- name: reuse_of_answer
-- Whether an answer may serve again.
SELECT answer_id, key, desk, basis, state, reason, made_at, served FROM reuses
WHERE answer_id = :answer_id;

-- name: thumbs_of_question
-- What askers think of the answers to a question.
SELECT t.answer_id, t.up FROM thumbs AS t JOIN answers AS a ON a.id = t.answer_id
WHERE a.question_id = :id;

-- name: thumbs_between
-- Thumbs of a time.
SELECT t.up, count(*) FROM thumbs AS t JOIN answers AS a ON a.id = t.answer_id
WHERE t.at >= :since AND t.at < :until AND (:desk = '' OR a.desk = :desk) GROUP BY t.up;

-- name: thumbs_of_asker
-- What an asker thinks of answers.
SELECT answer_id, up, at FROM thumbs WHERE asker = :asker ORDER BY at, answer_id;

-- name: questions_of_person
-- What an asker asked, oldest first.
SELECT id, desk, text, wanted, channel, asker, conversation, dedup, lang, asked_at, state, payer
FROM questions WHERE asker = :asker AND asker <> '' ORDER BY asked_at, id;

-- name: questions_old
-- The oldest questions of a desk that nothing more happens to, and that no operator holds on to.
SELECT q.id FROM questions AS q
WHERE q.desk = :desk AND q.asked_at < :before AND q.state IN (:states::text[])
    AND NOT EXISTS (
        SELECT 1 FROM late AS l WHERE l.question_id = q.id AND l.state = 'waiting'
    )
    AND NOT EXISTS (
        SELECT 1 FROM answers AS a JOIN reuses AS r ON r.answer_id = a.id
        WHERE a.question_id = q.id AND r.state = 'pinned'
    )
    AND NOT EXISTS (
        SELECT 1 FROM answers AS a JOIN pins AS p ON p.answer_id = a.id
        WHERE a.question_id = q.id
    )
ORDER BY q.asked_at, q.id LIMIT :most;

-- name: charges_by_channel
-- Lines of a time, and of a desk unless that is '', added up by channel; as charges_added.
SELECT channel, 0 AS number, desk, level, model, purpose, currency, state,
    count(DISTINCT CASE WHEN purpose IN ('reuse', 'join') OR (purpose = 'answer' AND output > 0)
        THEN question_id END),
    count(*), sum(reserved), sum(micros), sum(full_micros), sum(hit), sum(miss), sum(output),
    sum(reasoning)
FROM charges WHERE at >= :since AND at < :until AND (:desk = '' OR desk = :desk)
GROUP BY channel, desk, level, model, purpose, currency, state
ORDER BY channel, desk, level, model, purpose, currency, state;

-- name: names_of_person
-- What an asker called conversations.
SELECT id, title, at FROM conversations WHERE asker = :asker ORDER BY at, id;

-- name: names_left
-- What conversations were called of which nothing is left.
DELETE FROM conversations WHERE NOT EXISTS (
    SELECT 1 FROM questions AS q
    WHERE q.asker = conversations.asker AND q.conversation = conversations.id
);
