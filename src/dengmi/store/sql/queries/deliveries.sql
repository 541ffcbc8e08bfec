-- name: deliveries_insert
-- A channel owes an answer; nothing happens where that is noted already.
INSERT INTO deliveries (
    id, question_id, channel, state, due, shown, parts, begun, sent, tries, owner, lease,
    answer_id, at
) VALUES (
    :id, :question_id, :channel, :state, :due, :shown, :parts, :begun, :sent, :tries, :owner, :lease,
    :answer_id, :at
)
ON CONFLICT (id) DO NOTHING;

-- name: delivery
-- One by its id.
SELECT id, question_id, channel, state, due, shown, parts, begun, sent, tries, owner, lease,
    answer_id
FROM deliveries WHERE id = :id;

-- name: delivery_step
-- How far the process that holds it has come; no row comes back when it holds it no longer.
UPDATE deliveries SET parts = :parts, begun = :begun, sent = :sent, lease = :lease, at = :at
WHERE id = :id AND state = 'owed' AND owner = :owner AND tries = :tries
RETURNING id;

-- name: delivery_let_go
-- The process that holds it lets it go, for good or to be tried again.
UPDATE deliveries SET state = :state, due = :due, owner = ''
WHERE id = :id AND state = 'owed' AND owner = :owner AND tries = :tries
RETURNING id;

-- name: deliveries_free
-- What processes that are gone held may be taken by others.
UPDATE deliveries SET owner = '' WHERE owner IN (:owners::text[]) AND owner <> '';

-- name: delivery_follows
-- The asker was told that the answer follows.
UPDATE deliveries SET due = :due, shown = :shown
WHERE id = :id AND state = 'owed' AND owner = '';

-- name: deliveries_given
-- These go out in reply to the asker's own message, unless they were sent or are being sent.
UPDATE deliveries SET state = 'given'
WHERE id IN (:ids::text[])
    AND (state = 'closed' OR (state = 'owed' AND begun = 0 AND (owner = '' OR lease <= :now)));

-- name: deliveries_away
-- Which of these were sent, or are being sent.
SELECT id FROM deliveries WHERE id IN (:ids::text[]) AND state IN ('owed', 'sent');

-- name: messages_since
-- How many messages an asker was sent since they last asked, without one delivery's.
SELECT coalesce(sum(deliveries.begun), 0)
FROM deliveries JOIN questions ON questions.id = deliveries.question_id
WHERE questions.asker = :asker AND deliveries.id <> :besides
    AND deliveries.at >= (SELECT max(asked_at) FROM questions WHERE asker = :asker);
