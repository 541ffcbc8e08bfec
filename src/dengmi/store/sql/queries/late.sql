-- name: late_insert
-- A question comes to wait; nothing happens where it does already or did before.
INSERT INTO late (
    question_id, level, channel, whose, cause, state, turn, since, until, due, tries, owner, lease,
    answer_id, told_at, topic
) VALUES (
    :question_id, :level, :channel, :whose, :cause, :state, :turn, :since, :until, :due, :tries,
    :owner, :lease, :answer_id, :told_at, :topic
)
ON CONFLICT (question_id) DO NOTHING;

-- name: late_ends
-- How many wait, and the first turn among them; where nobody waits, the last that was served.
SELECT count(*), coalesce(min(turn), (SELECT max(turn) FROM late), 0) FROM late
WHERE state = 'waiting';

-- name: late_own
-- How many of one asker wait, and the asker's last turn, served or not.
SELECT count(*), coalesce((SELECT max(turn) FROM late WHERE whose = :whose), -1) FROM late
WHERE state = 'waiting' AND whose = :whose;

-- name: late_company
-- Whether somebody waits for the same topic.
SELECT 1 FROM late WHERE state = 'waiting' AND topic <> '' AND topic = :topic LIMIT 1;

-- name: late
-- What is known of a question that waits or waited.
SELECT question_id, level, channel, whose, cause, state, turn, since, until, due, tries, owner, lease,
    answer_id, told_at, topic
FROM late WHERE question_id = :question_id;

-- name: late_of
-- The same, by the id of the question or of one of its answers.
SELECT question_id, level, channel, whose, cause, state, turn, since, until, due, tries, owner, lease,
    answer_id, told_at, topic
FROM late WHERE question_id = :id
    OR question_id = (SELECT question_id FROM answers WHERE id = :id);

-- name: late_ahead
-- How many stand before one that waits.
SELECT count(*) FROM late
WHERE state = 'waiting' AND (turn < :turn
    OR (turn = :turn AND since < :since)
    OR (turn = :turn AND since = :since AND question_id < :question_id));

-- name: late_waiting
-- The ids of all that wait, the next one first, as a JSON list.
SELECT ROWS (question_id) FROM (
    SELECT question_id FROM late WHERE state = 'waiting' ORDER BY turn, since, question_id
) AS line;

-- name: late_due
-- Whether one that waits for a level may be tried now.
SELECT count(*) FROM (
    SELECT 1 FROM late WHERE state = 'waiting' AND level = :level AND due <= :now AND until > :now
        AND (owner = '' OR lease <= :now) LIMIT 1
) AS found;

-- name: late_topics
-- What is waited for at a level and has been answered meanwhile.
SELECT DISTINCT topic FROM late
WHERE state = 'waiting' AND topic <> '' AND level = :level AND until > :now AND owner = ''
    AND EXISTS (SELECT 1 FROM reuses WHERE reuses.key = late.topic AND reuses.state <> 'void');

-- name: late_hold
-- A process says that it still works on what it holds.
UPDATE late SET lease = :lease WHERE owner = :owner AND owner <> '';

-- name: late_end
-- One that a process holds leaves the line; no row comes back when it holds it no longer.
UPDATE late SET state = :state, answer_id = :answer_id, owner = '', due = 0, turn = :turn
WHERE question_id = :question_id AND state = 'waiting' AND owner = :owner AND tries = :tries
RETURNING question_id;

-- name: late_release
-- One that a process holds stays in the line, to be tried again later.
UPDATE late SET owner = '', due = :due
WHERE question_id = :question_id AND state = 'waiting' AND owner = :owner AND tries = :tries
RETURNING question_id;

-- name: late_free
-- What processes that are gone held may be taken by others.
UPDATE late SET owner = '' WHERE owner IN (:owners::text[]) AND owner <> '';

-- name: late_withdraw
-- The asker does not want to wait any longer; it was no turn then.
UPDATE late SET state = 'withdrawn', owner = '', turn = -1
WHERE question_id = :question_id AND state = 'waiting' RETURNING question_id;

-- name: late_expire
-- What has waited too long leaves the line, unless somebody works on it just now.
UPDATE late SET state = 'expired', owner = '', turn = -1
WHERE state = 'waiting' AND until <= :now AND (owner = '' OR lease <= :now)
RETURNING question_id;

-- name: late_lower
-- Those that wait for a level wait for another one from now on, unless somebody works on them.
UPDATE late SET level = :there, topic = '', due = 0
WHERE state = 'waiting' AND level = :level AND (owner = '' OR lease <= :now)
RETURNING question_id;

-- name: late_close
-- Those that wait for a level leave the line without an answer, unless somebody works on them.
UPDATE late SET state = 'ended', owner = '', turn = -1
WHERE state = 'waiting' AND level = :level AND (owner = '' OR lease <= :now)
RETURNING question_id;

-- name: late_told
-- An answer was handed to its channel; only for who holds it.
UPDATE late SET told_at = :now, owner = ''
WHERE question_id = :question_id AND owner = :owner AND tries = :tries RETURNING question_id;

-- name: late_untold_again
-- An answer could not be handed to its channel and is to be tried again later.
UPDATE late SET owner = '', due = :due
WHERE question_id = :question_id AND owner = :owner AND tries = :tries RETURNING question_id;
