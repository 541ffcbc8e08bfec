-- name: account_of
-- The account of an asker or operator.
SELECT key, plan FROM accounts WHERE owner = :owner;

-- name: account_kept
-- Somebody signs in with an account; whose it is never changes by that.
INSERT INTO accounts (key, kind, owner, plan, at) VALUES (:key, :kind, :owner, :plan, :at)
ON CONFLICT (key) DO UPDATE SET plan = excluded.plan, at = excluded.at
RETURNING owner;

-- name: account_passed
-- An account becomes another's, whose operator is gone.
UPDATE accounts SET owner = :owner WHERE key = :key;

-- name: accounts_gone
-- Somebody is deleted, and the accounts with them.
DELETE FROM accounts WHERE owner = :owner;

-- name: sessions_of_account_gone
-- An operator whose account does not allow the console any more is signed out everywhere.
DELETE FROM sessions WHERE operator IN (SELECT owner FROM accounts WHERE key = :key);
