"""The console: where operators see what is asked and look after what answers."""
