"""Signing in with an account elsewhere, by OpenID Connect. Imported when somebody first does."""
