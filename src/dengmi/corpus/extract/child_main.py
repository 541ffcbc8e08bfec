"""The child process that reads PDF and office files: `python -m dengmi.corpus.extract.child_main`.

It reads requests from its standard input and writes answers to its standard output, each a
4-byte big-endian length and as much JSON. It ends when its input does, or when nobody has asked
for a while. Limits come as arguments: bytes of memory, seconds of processor time for one file.
"""

import json
import os
import resource
import select
import sys
from pathlib import Path
from typing import Any

from dengmi.core.errors import DengmiError, Unreadable

IDLE = 20.0
"""Seconds without a request after which the child ends."""


def main() -> None:
    memory, seconds = int(sys.argv[1]), float(sys.argv[2])
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)  # nothing that a library prints may get between the answers
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, 64)
    while (request := _request(source)) is not None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        spent = usage.ru_utime + usage.ru_stime
        _limit(resource.RLIMIT_CPU, int(spent + seconds) + 1)
        answer = json.dumps(_answer(request, memory), ensure_ascii=False).encode("utf-8", "replace")
        _write(sink, len(answer).to_bytes(4, "big") + answer)


def _limit(what: int, most: int) -> None:
    """Lower the soft limit; the hard one stays, so that it can be moved for the next file."""
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, hard))


def _request(source: int) -> dict[str, Any] | None:
    if not select.select([source], [], [], IDLE)[0]:
        return None
    head = _read(source, 4)
    if len(head) < 4:
        return None
    request: dict[str, Any] = json.loads(_read(source, int.from_bytes(head, "big")))
    return request


def _read(source: int, count: int) -> bytes:
    parts = b""
    while len(parts) < count and (part := os.read(source, count - len(parts))):
        parts += part
    return parts


def _write(sink: int, raw: bytes) -> None:
    view = memoryview(raw)
    while view:
        view = view[os.write(sink, view) :]


def _answer(request: dict[str, Any], memory: int) -> dict[str, Any]:
    name = request["name"]
    try:
        return _extract(Path(request["path"]), name, request["kind"])
    except DengmiError as error:
        return {"code": error.code, "params": error.params}
    except MemoryError:
        return {"code": "file_out_of_memory", "params": {"name": name, "most": memory // 1_000_000}}
    except RecursionError:
        return {"code": "file_broken", "params": {"name": name, "kind": request["kind"]}}
    except OSError as error:
        reason = error.strerror or "input/output error"
        return {"code": "file_unreadable", "params": {"name": name, "reason": reason}}
    except Exception:  # noqa: BLE001 - the outermost loop: whatever a hostile file sets off
        return {"code": "file_broken", "params": {"name": name, "kind": request["kind"]}}


def _extract(path: Path, name: str, kind: str) -> dict[str, Any]:
    from dengmi.corpus.extract.office import read_office
    from dengmi.corpus.extract.pdf import read_pdf

    if not path.stat().st_size:
        raise Unreadable("file_empty", name=name)
    read = read_pdf(path, name) if kind == "pdf" else read_office(path, name, kind)
    return {
        "title": read.title,
        "body": read.body,
        "form": read.form,
        "author": read.author,
        "published": read.published,
        "lang": read.lang,
    }


if __name__ == "__main__":
    main()
