"""How much a thumb down weighs."""

from dengmi.core.thumbs import disliked, weight


def test_somebody_known_is_enough_and_nobody_known_is_not() -> None:
    for name in ("wecom:Zhang", "key", "key:ann", "rest:ann", "matrix:@ann:town.test"):
        assert disliked([(name, False)]), name
    for name in ("", "w_abcdefgh", "@abcdefgh"):
        assert weight(name, has_account=False) == 1
        assert not disliked([(name, False)]), name
    assert disliked([("w_abcdefgh", True)])
    assert disliked([("w_abcdefgh", False), ("@abcdefgh", False)])
    assert not disliked([])
