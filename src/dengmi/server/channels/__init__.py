"""The channels that come in over HTTP: what joins their codecs to the ladder."""
