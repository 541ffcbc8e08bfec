"""A person's own WeChat, through the platform's bot interface (iLink): it is polled, and needs no
public address."""
