"""Neither pictures nor the widget cost anything before somebody asks for them."""

import subprocess
import sys


def test_nothing_is_imported_before_it_is_asked_for() -> None:
    code = (
        "import sys, dengmi.server.application\n"
        "heavy = ('PIL', 'segno', 'dengmi.server.picture.draw', 'dengmi.server.widget.face')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
