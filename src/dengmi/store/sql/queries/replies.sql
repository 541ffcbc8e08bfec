-- name: cursor
-- How far something was read.
SELECT value FROM cursors WHERE name = :name;

-- name: cursor_put
-- How far something was read, the last word.
INSERT INTO cursors (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: reply_insert
-- A reply that is to be made; nothing happens when it was noted before.
INSERT INTO replies (question_id, channel, place, sent, done)
VALUES (:question_id, :channel, :place, :sent, :done)
ON CONFLICT (question_id) DO NOTHING;

-- name: reply_sent
-- The message that a reply is.
UPDATE replies SET sent = :sent WHERE question_id = :question_id;

-- name: reply_end
-- A reply is complete.
UPDATE replies SET done = true WHERE question_id = :question_id;

-- name: reply
-- The reply to a question.
SELECT question_id, channel, place, sent, done FROM replies WHERE question_id = :question_id;

-- name: replies_open
-- The replies of a channel that are not complete, with their questions.
SELECT q.id, q.desk, q.text, q.wanted, q.channel, q.asker, q.conversation, q.dedup, q.lang,
    q.asked_at, q.state, q.payer, d.question_id, d.channel, d.place, d.sent, d.done
FROM replies AS d JOIN questions AS q ON q.id = d.question_id
WHERE d.channel = :channel AND NOT d.done
ORDER BY q.asked_at, q.id;

-- name: reply_at
-- Any reply at a place.
SELECT question_id FROM replies WHERE place = :place AND channel = :channel LIMIT 1;

-- name: reply_sent_as
-- The question whose reply is a message.
SELECT question_id FROM replies WHERE sent = :sent AND sent <> '' AND channel = :channel LIMIT 1;

-- name: replies_of_asker
-- What somebody asked in a room, in any thread of it.
SELECT q.id FROM questions AS q JOIN replies AS d ON d.question_id = q.id
WHERE q.asker = :asker AND q.asker <> '' AND d.channel = :channel
    AND (d.place = :room OR substr(d.place, 1, length(:room) + 1) = :room || ' ');

-- name: replies_gone
-- The replies to some questions.
DELETE FROM replies WHERE question_id IN (:ids::text[]);
