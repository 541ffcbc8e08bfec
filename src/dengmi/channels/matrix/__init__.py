"""Matrix: an account in rooms and direct chats (client-server API v3, and appservice v1)."""
