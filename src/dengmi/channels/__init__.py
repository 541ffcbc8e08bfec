"""Channels: ways in and out. A channel has a codec, which only turns bytes into questions and
events into what its readers expect; where the other side has to be called, a client; and a
renderer of the events of an answer. Nothing here searches, writes or decides."""
