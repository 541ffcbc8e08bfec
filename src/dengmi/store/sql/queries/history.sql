-- name: conversations_of
-- One asker's conversations that were last used before a time, newest first, with the question
-- that began each.
SELECT g.desk, g.id, coalesce(t.title, ''), f.text, g.questions, g.began, g.last
FROM (
    SELECT desk, conversation AS id, count(*) AS questions, min(asked_at) AS began,
        max(asked_at) AS last
    FROM questions WHERE asker = :asker AND asker <> '' AND conversation <> ''
    GROUP BY desk, conversation
    HAVING max(asked_at) < :before
) AS g
JOIN questions AS f ON f.asker = :asker AND f.asker <> '' AND f.desk = g.desk
    AND f.conversation = g.id AND f.asked_at = g.began
LEFT JOIN conversations AS t ON t.asker = :asker AND t.id = g.id
ORDER BY g.last DESC, g.id LIMIT :most;

-- name: conversation_of
-- One conversation of an asker, by desk where it has been at several.
SELECT q.desk, q.conversation, coalesce(t.title, ''), q.text, q.asked_at
FROM questions AS q
LEFT JOIN conversations AS t ON t.asker = q.asker AND t.id = q.conversation
WHERE q.asker = :asker AND q.asker <> '' AND q.conversation = :id AND q.conversation <> ''
ORDER BY q.asked_at, q.id;

-- name: said_by
-- What an asker asked and was answered, newest first.
SELECT q.desk, q.conversation, q.text, a.text, q.asked_at
FROM questions AS q LEFT JOIN answers AS a ON a.question_id = q.id
WHERE q.asker = :asker AND q.asker <> '' AND q.conversation <> ''
ORDER BY q.asked_at DESC, q.id, a.created_at DESC LIMIT :most;

-- name: conversation_named
-- What an asker calls a conversation.
INSERT INTO conversations (asker, id, title, at) VALUES (:asker, :id, :title, :at)
ON CONFLICT (asker, id) DO UPDATE SET title = excluded.title, at = excluded.at;

-- name: conversation_nameless
-- A conversation is called by its first question again.
DELETE FROM conversations WHERE asker = :asker AND id = :id;

-- name: conversations_nameless
-- The same for all of an asker's.
DELETE FROM conversations WHERE asker = :asker;

-- name: conversations_moved
-- What an asker called conversations that are another's now.
UPDATE conversations SET asker = :asker WHERE asker = :other AND NOT (id IN (:ids::text[]));

-- name: conversations_named
-- The conversations that an asker gave a name.
SELECT id FROM conversations WHERE asker = :asker;

-- name: questions_of_conversation
-- Everything asked in one asker's conversation.
SELECT id FROM questions
WHERE asker = :asker AND asker <> '' AND conversation = :id AND conversation <> '';

-- name: questions_moved
-- One asker's questions are another's from now on.
UPDATE questions SET asker = :asker WHERE asker = :other AND asker <> '';

-- name: conversation_of_answer
-- The conversation that an asker's answer, or the answer to an asker's question, belongs to.
SELECT q.conversation FROM questions AS q JOIN answers AS a ON a.question_id = q.id
WHERE a.id = :answer_id AND q.asker = :asker AND q.asker <> '';

-- name: thumbs_given
-- An asker's thumbs on some answers.
SELECT answer_id, up FROM thumbs WHERE asker = :asker AND answer_id IN (:ids::text[]);

-- name: citations_lately
-- What the newest answers of a desk cite.
SELECT citations FROM answers WHERE desk = :desk AND created_at >= :since AND grounded
ORDER BY created_at DESC LIMIT :most;

-- name: handover_insert
-- A link that takes a history to another device.
INSERT INTO handovers (key, asker, until) VALUES (:key, :asker, :until);

-- name: handover_taken
-- Such a link is used, once.
DELETE FROM handovers WHERE key = :key AND until > :now RETURNING asker;

-- name: handovers_over
-- Links whose time is over.
DELETE FROM handovers WHERE until <= :now;

-- name: handovers_gone
-- An asker's links.
DELETE FROM handovers WHERE asker = :asker;
