"""The chat completions API of OpenAI, which many programs speak: desks are its models."""
