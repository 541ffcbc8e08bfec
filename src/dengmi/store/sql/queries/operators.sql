-- name: operators
-- Every operator, oldest first.
SELECT id, name, role, password, made_at, seen_at FROM operators ORDER BY made_at, id;

-- name: operators_any
-- Whether there is one.
SELECT 1 FROM operators LIMIT 1;

-- name: operators_lock
-- Nobody else makes, changes or removes an operator at the same time: a row that is always there.
UPDATE tally SET article = article WHERE id = 1;

-- name: operator_find
-- One, by id or by name.
SELECT id, name, role, password, made_at, seen_at FROM operators
WHERE id = :id OR name_key = :name_key;

-- name: operator_insert
-- A new one.
INSERT INTO operators (id, name, name_key, role, password, made_at)
VALUES (:id, :name, :name_key, :role, :password, :made_at);

-- name: operator_password
-- Another password.
UPDATE operators SET password = :password WHERE id = :id RETURNING id;

-- name: operator_role
-- Another role.
UPDATE operators SET role = :role WHERE id = :id;

-- name: operator_seen
-- When an operator was last here.
UPDATE operators SET seen_at = :at WHERE id = :id;

-- name: operator_gone
-- One leaves.
DELETE FROM operators WHERE id = :id;

-- name: invite_insert
-- A link that works once.
INSERT INTO invites (id, role, operator, made_by, made_at, until)
VALUES (:id, :role, :operator, :made_by, :made_at, :until);

-- name: invites
-- Links that may still be used.
SELECT id, role, operator, made_by, made_at, until FROM invites WHERE until > :now
ORDER BY made_at, id;

-- name: invite_take
-- Use a link up.
DELETE FROM invites WHERE id = :id AND until > :now
RETURNING id, role, operator, made_by, made_at, until;

-- name: invite_gone
-- Forget a link.
DELETE FROM invites WHERE id = :id RETURNING id;

-- name: invites_of_gone
-- Forget the links of an operator.
DELETE FROM invites WHERE operator = :operator;

-- name: invites_by_gone
-- Forget the links that an operator made for others.
DELETE FROM invites WHERE made_by = (SELECT name FROM operators WHERE id = :operator);

-- name: invites_over
-- Forget links that are over.
DELETE FROM invites WHERE until <= :now;

-- name: session_insert
-- Somebody signs in.
INSERT INTO sessions (id, operator, csrf, made_at, seen_at, until)
VALUES (:id, :operator, :csrf, :made_at, :seen_at, :until);

-- name: session
-- A session that is not over, with its operator.
SELECT s.id, s.operator, s.csrf, s.made_at, s.seen_at, s.until,
    o.id, o.name, o.role, o.password, o.made_at, o.seen_at
FROM sessions AS s JOIN operators AS o ON o.id = s.operator
WHERE s.id = :id AND s.until > :now;

-- name: session_used
-- It was used.
UPDATE sessions SET seen_at = :at, until = :until WHERE id = :id RETURNING operator;

-- name: session_gone
-- Somebody signs out.
DELETE FROM sessions WHERE id = :id;

-- name: sessions_of_gone
-- An operator is signed out everywhere.
DELETE FROM sessions WHERE operator = :operator;

-- name: sessions_over
-- Forget sessions that are over.
DELETE FROM sessions WHERE until <= :now;

-- name: deed_insert
-- A line of the audit log.
INSERT INTO deeds (id, at, operator, code, subject, params)
VALUES (:id, :at, :operator, :code, :subject, :params);

-- name: deeds_before
-- Lines of the audit log, newest first.
SELECT id, at, operator, code, subject, params FROM deeds
WHERE at < :at OR (at = :at AND id < :id)
ORDER BY at DESC, id DESC LIMIT :most;

-- name: access_key_insert
-- A key for programs.
INSERT INTO access_keys (id, name, scopes, made_by, made_at)
VALUES (:id, :name, :scopes, :made_by, :made_at)
ON CONFLICT (name) DO NOTHING RETURNING id;

-- name: access_keys
-- Every key, oldest first.
SELECT id, name, scopes, made_by, made_at, used_at FROM access_keys ORDER BY made_at, id;

-- name: access_key
-- One key.
SELECT id, name, scopes, made_by, made_at, used_at FROM access_keys WHERE id = :id;

-- name: access_key_used
-- A key was used.
UPDATE access_keys SET used_at = :at WHERE id = :id;

-- name: access_key_gone
-- Forget a key.
DELETE FROM access_keys WHERE name = :name RETURNING id;
