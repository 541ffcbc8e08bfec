"""The one sheet and the one script of a page."""

import re

import pytest

from dengmi.server.ui.bundle import SCRIPTS, STYLES, bundled
from dengmi.server.ui.static import assets

FILES = {
    "app.css": b"a {}",
    "asker.css": b"b {}",
    "console.css": b"c {}",
    "ask.js": b'import { two } from "./one.js";\nimport "./three.js";\nconst one = two();\n',
    "share.js": b'import { two } from "./one.js";\ntwo();\n',
    "console.js": b"let one;\n",
    "one.js": b'import "./three.js";\nexport function two() {\n  return 2;\n}\n',
    "three.js": b"export async function* three() {}\nconst one = 3;\n",
}


def test_what_is_imported_stands_first_and_once() -> None:
    made = bundled(FILES)
    script = made["ask.js"].decode()
    assert re.findall(r"^const \$(\w+)", script, re.MULTILINE) == ["three", "one", "ask"]
    assert "const { two } = $one;" in script
    assert "return { two };" in script
    assert "return { three };" in script
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    assert made["asker.css"] == b"a {}\nb {}"


def test_modules_that_no_page_names_are_not_served() -> None:
    assert set(bundled(FILES)) == {*SCRIPTS, *STYLES, "app.css"}


@pytest.mark.parametrize("line", ["export default 3;", 'import all from "./one.js";'])
def test_a_form_that_is_not_understood(line: str) -> None:
    with pytest.raises(ValueError, match=re.escape(line)):
        bundled({**FILES, "one.js": f"{line}\n".encode()})


def test_our_own_can_be_joined() -> None:
    assert {*SCRIPTS, *STYLES} <= set(assets())
    assert "html.js" not in assets()
