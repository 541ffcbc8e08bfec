"""The API against its own description: whatever is sent, the reply is one that was promised."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from dengmi.server.rest.openapi import PREFIX, description
from dengmi.server.rest.operations import OPERATIONS, Operation

EXAMPLES = 120
"""Requests for each operation: about a minute in all."""

SCHEMA = schemathesis.openapi.from_dict(description())

LEFT_OUT = [
    schemathesis.checks.ignored_auth,  # the operator's computer needs no token
    schemathesis.checks.positive_data_acceptance,  # a desk may not be there
    schemathesis.checks.unsupported_method,
    schemathesis.checks.negative_data_rejection,  # too large a body is 413, which it forbids
]

MODES = [
    (operation, mode)
    for operation in OPERATIONS
    for mode in schemathesis.GenerationMode
    if operation.body or mode is schemathesis.GenerationMode.POSITIVE
]


@pytest.mark.parametrize(
    ("operation", "mode"), MODES, ids=[f"{one.id}-{mode.value}" for one, mode in MODES]
)
def test_every_reply_is_as_described(
    served: str, operation: Operation, mode: schemathesis.GenerationMode
) -> None:
    endpoint = SCHEMA[PREFIX + operation.path][operation.method]

    @given(case=endpoint.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    def check(case: schemathesis.Case) -> None:
        # As somebody from elsewhere: else paths would really be read, addresses be fetched.
        headers = {"x-forwarded-for": "203.0.113.9"} if operation.operator else {}
        case.call_and_validate(
            base_url=served, headers=headers, excluded_checks=LEFT_OUT, timeout=10
        )

    check()
