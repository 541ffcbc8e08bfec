"""Scripts about secrets that the store keeps for itself."""

from base64 import b32encode
from os import urandom

from dengmi.store.steps import Work, first, run


def secret(name: str) -> Work[str]:
    """The secret of a name, the same in every process; made when it is first asked for."""
    value = b32encode(urandom(20)).decode("ascii").lower()
    yield from run("secret_insert", name=name, value=value)
    row = yield from first("secret", name=name)
    assert row is not None
    return str(row[0])
