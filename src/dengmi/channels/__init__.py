"""Ways in and out. A channel is a pure codec, a client, and a renderer; it decides nothing else."""
