"""A server that gives out the files of one repository as Hugging Face does, as far as its library
asks: what is in it, and each file with its revision and mark. Redirects and large-file storage are
left out."""

import hashlib
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

REVISION = "a" * 40


def app(repo: str, folder: Path, asked: list[str]) -> Starlette:
    """Give out a folder.

    Args:
        asked: gathers the names of the files that are fetched whole.
    """
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }

    async def about(_: Request) -> Response:
        siblings = [{"rfilename": name} for name in files]
        return JSONResponse(
            {"id": repo, "sha": REVISION, "private": False, "siblings": siblings, "tags": []}
        )

    async def tree(_: Request) -> Response:
        return JSONResponse(
            [
                {"type": "file", "path": name, "size": len(whole), "oid": _mark(whole)}
                for name, whole in files.items()
            ]
        )

    async def file(request: Request) -> Response:
        name = request.path_params["name"]
        headers = {"X-Repo-Commit": REVISION}
        if name not in files or request.path_params["revision"] not in ("main", REVISION):
            return Response(status_code=404, headers=headers | {"X-Error-Code": "EntryNotFound"})
        if request.method == "GET":
            asked.append(name)
        headers["ETag"] = f'"{_mark(files[name])}"'
        return Response(files[name], media_type="application/octet-stream", headers=headers)

    return Starlette(
        routes=[
            Route(f"/api/models/{repo}", about),
            Route(f"/api/models/{repo}/revision/{{revision}}", about),
            Route(f"/api/models/{repo}/tree/{{revision}}", tree),
            Route(f"/{repo}/resolve/{{revision}}/{{name:path}}", file),
        ]
    )


def _mark(whole: bytes) -> str:
    return hashlib.sha1(whole, usedforsecurity=False).hexdigest()
