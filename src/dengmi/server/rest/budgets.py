"""GET /budgets: how much may still be spent today."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response

from dengmi.gate.open import limits_of
from dengmi.gate.uses import uses
from dengmi.language.money import amounts
from dengmi.language.texts import text
from dengmi.server.context import Context
from dengmi.server.negotiate import api_language
from dengmi.server.replies import json_reply

TOLD = 3 * 86_400.0
"""Seconds for which what the operator was told is shown."""


class Budgets:
    """Shows budgets to an operator."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._parts = context.parts
        self._limits = limits_of(context.parts.settings, context.parts.clock)

    async def list(self, request: Request) -> Response:
        """Every budget of today, and the alerts of the last days."""
        parts, lang = self._parts, api_language(request)
        await self._context.rights.check(request, "read")
        now = parts.clock.now()
        found = await uses(parts.store, self._limits, now)
        alerts = await parts.store.alerts(now - TOLD)
        return json_reply(
            {
                "budgets": [{**asdict(use), "share": use.share} for use in found],
                "alerts": [
                    {
                        "code": alert.code,
                        "text": text(alert.code, lang, **amounts(alert.params)),
                        "params": dict(alert.params),
                        "at": alert.at,
                    }
                    for alert in alerts
                ],
            }
        )
