"""Style sheet, scripts and drawings: read once, kept by browsers for good.

All of them live under one folder named after the hash of everything in it, so that a new version
is a new address.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengmi.core.errors import NotFound
from dengmi.core.ids import content_hash
from dengmi.server.ui.bundle import bundled

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
}


@cache
def assets() -> Mapping[str, bytes]:
    """Every file by name, sheets and modules joined."""
    folder = files(__package__).joinpath("static")
    return bundled(
        {
            entry.name: entry.read_bytes()
            for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
            if entry.name.rpartition(".")[2] in _TYPES
        }
    )


@cache
def version() -> str:
    """The hash of all files."""
    parts = (part for name, raw in assets().items() for part in (name, raw.decode("latin-1")))
    return content_hash(*parts)[:12]


def asset(name: str) -> str:
    """The address of a file."""
    return f"/static/{version()}/{name}"


class Static:
    """Serves the files."""

    async def file(self, request: Request) -> Response:
        """One file. An address of another version still gives it, but is not kept."""
        name = request.path_params["name"]
        raw = assets().get(name)
        if raw is None:
            raise NotFound("path_unknown", path=request.url.path)
        current = request.path_params["version"] == version()
        kept = "public, max-age=31536000, immutable" if current else "no-cache"
        return Response(
            raw,
            media_type=_TYPES[name.rpartition(".")[2]],
            headers={"cache-control": kept},
        )

    async def favicon(self, request: Request) -> Response:  # noqa: ARG002
        """Where browsers look on their own."""
        return RedirectResponse(asset("lantern.svg"), 301)

    async def robots(self, request: Request) -> Response:  # noqa: ARG002
        """Articles may be found by crawlers; asking is for people. Answers are fetched to preview
        their links, and say themselves that they are not to be listed."""
        closed = ("/*?q=", "/a/*/events", "/c/", "/history", "/search", "/api/", "/console")
        rules = "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in closed)
        return Response(rules, media_type="text/plain")
