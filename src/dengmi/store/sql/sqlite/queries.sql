-- name: charges_added
-- Lines of a time, and of a desk unless that is '', added up for each stretch of time. A question
-- has an answer where one was shared, or where a model wrote something for it.
SELECT CAST(at / :stretch AS integer) AS number, desk, level, model, purpose, currency, state,
    count(DISTINCT CASE WHEN purpose IN ('reuse', 'join') OR (purpose = 'answer' AND output > 0)
        THEN question_id END),
    count(*), sum(reserved), sum(micros), sum(full_micros), sum(hit), sum(miss), sum(output),
    sum(reasoning)
FROM charges WHERE at >= :since AND at < :until AND (:desk = '' OR desk = :desk)
GROUP BY number, desk, level, model, purpose, currency, state
ORDER BY number, desk, level, model, purpose, currency, state;

-- name: questions_there
-- Which of these questions there are, as a JSON list.
SELECT ROWS (id) FROM questions WHERE id IN (:ids::text[]);

-- name: late_claim
-- Take the next one that waits for a level and may be tried now, until the lease ends.
UPDATE late SET owner = :owner, lease = :lease, tries = tries + 1
WHERE question_id = (
    SELECT question_id FROM late
    WHERE state = 'waiting' AND level = :level AND due <= :now AND until > :now
        AND (owner = '' OR lease <= :now)
    ORDER BY turn, since, question_id LIMIT 1
)
RETURNING question_id, level, channel, whose, cause, state, turn, since, until, due, tries, owner, lease,
    answer_id, told_at, topic;

-- name: late_claim_topics
-- Take those that wait for one of these topics, but for some, until the lease ends.
UPDATE late SET owner = :owner, lease = :lease, tries = tries + 1
WHERE question_id IN (
    SELECT question_id FROM late
    WHERE state = 'waiting' AND level = :level AND topic IN (:topics::text[]) AND until > :now
        AND (owner = '' OR lease <= :now) AND NOT (question_id IN (:passed::text[]))
    ORDER BY turn, since, question_id LIMIT :most
)
RETURNING question_id, level, channel, whose, cause, state, turn, since, until, due, tries, owner, lease,
    answer_id, told_at, topic;

-- name: late_claim_untold
-- Take the next answer of these channels that is to be handed over, until the lease ends.
UPDATE late SET owner = :owner, lease = :lease, tries = tries + 1
WHERE question_id = (
    SELECT question_id FROM late
    WHERE state = 'answered' AND told_at IS NULL AND channel IN (:channels::text[])
        AND due <= :now AND (owner = '' OR lease <= :now)
    ORDER BY due, question_id LIMIT 1
)
RETURNING question_id, level, channel, whose, cause, state, turn, since, until, due, tries, owner, lease,
    answer_id, told_at, topic;

-- name: charges_lock
-- Nothing: nobody else decides at the same time, as there is one writer, who has begun already.
;

-- name: deliveries_claim
-- Take what these channels owe and may send now, until the lease ends.
UPDATE deliveries SET owner = :owner, lease = :lease, tries = tries + 1
WHERE id IN (
    SELECT id FROM deliveries
    WHERE state = 'owed' AND channel IN (:channels::text[]) AND due <= :now
        AND (owner = '' OR lease <= :now)
        AND EXISTS (
            SELECT 1 FROM questions WHERE questions.id = question_id AND questions.state <> 'asked'
        )
    ORDER BY due, id LIMIT :most
)
RETURNING id, question_id, channel, state, due, shown, parts, begun, sent, tries, owner, lease,
    answer_id;

-- name: deliveries_claim_these
-- The same, of some only.
UPDATE deliveries SET owner = :owner, lease = :lease, tries = tries + 1
WHERE id IN (
    SELECT id FROM deliveries
    WHERE state = 'owed' AND channel IN (:channels::text[]) AND due <= :now
        AND (owner = '' OR lease <= :now) AND id IN (:ids::text[])
        AND EXISTS (
            SELECT 1 FROM questions WHERE questions.id = question_id AND questions.state <> 'asked'
        )
    ORDER BY due, id LIMIT :most
)
RETURNING id, question_id, channel, state, due, shown, parts, begun, sent, tries, owner, lease,
    answer_id;
-- name: questions_by
-- Questions of a time, and of a desk unless that is '', counted for each stretch of time.
SELECT CAST(q.asked_at / :stretch AS integer) AS number, q.channel, count(*) FROM questions AS q
WHERE q.asked_at >= :since AND q.asked_at < :until AND (:desk = '' OR q.desk = :desk)
    AND q.channel <> 'eval'
GROUP BY number, q.channel ORDER BY number, q.channel;

-- name: answers_by
-- Answers of a time, and of a desk unless that is '', counted for each stretch of time.
SELECT CAST(a.created_at / :stretch AS integer) AS number, a.level, a.reused, a.grounded, count(*)
FROM answers AS a JOIN questions AS q ON q.id = a.question_id
WHERE a.created_at >= :since AND a.created_at < :until AND (:desk = '' OR a.desk = :desk)
    AND q.channel <> 'eval'
GROUP BY number, a.level, a.reused, a.grounded
ORDER BY number, a.level, a.reused, a.grounded;

-- name: charges_by_group
-- Lines of a time, and of a desk unless that is '', added up by who they are for: addresses (@…)
-- together, those named each by itself, others by what stands in front of their names; as
-- charges_added.
SELECT CASE WHEN payer LIKE '@%' THEN '@' WHEN payer IN (:named::text[]) OR instr(payer, ':') = 0 THEN payer
    ELSE substr(payer, 1, instr(payer, ':')) END AS who,
    0 AS number, desk, level, model, purpose, currency, state,
    count(DISTINCT CASE WHEN purpose IN ('reuse', 'join') OR (purpose = 'answer' AND output > 0)
        THEN question_id END),
    count(*), sum(reserved), sum(micros), sum(full_micros), sum(hit), sum(miss), sum(output),
    sum(reasoning)
FROM charges WHERE at >= :since AND at < :until AND (:desk = '' OR desk = :desk)
GROUP BY who, desk, level, model, purpose, currency, state
ORDER BY who, desk, level, model, purpose, currency, state;
