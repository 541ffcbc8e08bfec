"""Handlers of the channels."""
