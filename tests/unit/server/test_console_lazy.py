"""The console costs nothing before somebody opens it."""

import subprocess
import sys

CODE = """
import sys, dengmi.wire, dengmi.server.application, dengmi.server.console.first
heavy = ("argon2", "dengmi.server.console.console", "dengmi.core.operators", "dengmi.store.office")
print([name for name in heavy if name in sys.modules])
"""


def test_the_application_does_not_import_the_console() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
