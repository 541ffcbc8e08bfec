"""What a call costs: whole millionths of the currency unit, rounded up once for each call."""

from dengmi.core.charges import Tokens
from dengmi.ledger.prices import Price

_MILLION = 1_000_000


def cost(price: Price, tokens: Tokens) -> int:
    """What these tokens cost, in millionths."""
    units = tokens.hit * price.hit + tokens.miss * price.miss + tokens.output * price.output
    return -(-units // _MILLION)


def full_cost(price: Price, tokens: Tokens) -> int:
    """What they would cost had the endpoint's cache held nothing."""
    return cost(price, Tokens(miss=tokens.hit + tokens.miss, output=tokens.output))


def most(price: Price, prompt_tokens: int, max_tokens: int) -> int:
    """The most a call may cost: nothing found in the cache, every token of output used."""
    return cost(price, Tokens(miss=prompt_tokens, output=max_tokens))
