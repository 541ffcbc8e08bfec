"""Text as it comes from outside, made fit to be kept."""

_NOT_TEXT = {code: None for code in range(32) if chr(code) not in "\t\n\r"} | {127: None}


def clean(text: str) -> str:
    """Text without control characters, which no database and no reader has use for."""
    return text.translate(_NOT_TEXT)
