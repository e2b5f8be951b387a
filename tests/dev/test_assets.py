"""Styles and scripts are built, or it is said why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from cinfactors.dev import assets
from cinfactors.dev.install import InstallError


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(assets, "LONGEST", 2)
    return tmp_path / "script.js"


def test_what_stands_still_once_is_run_again(script: Path) -> None:
    begun = script.with_name("begun")
    script.write_text(
        f"const fs = require('fs'), begun = {str(begun)!r};"
        "if (!fs.existsSync(begun)) { fs.writeFileSync(begun, ''); setInterval(() => {}, 1e6) }"
        "else fs.appendFileSync(begun, 'done')"
    )
    assets._run([str(script)], "It failed")
    assert begun.read_text() == "done"


def test_what_stands_still_each_time_is_given_up(script: Path) -> None:
    script.write_text("setInterval(() => {}, 1e6)")
    with pytest.raises(InstallError, match=r"script\.js did not end within 2 seconds, 2 times"):
        assets._run([str(script)], "It failed")


def test_what_fails_is_not_run_again(script: Path) -> None:
    count = script.with_name("count")
    script.write_text(f"require('fs').appendFileSync({str(count)!r}, '.'); process.exit(3)")
    with pytest.raises(InstallError, match=r"^It failed$"):
        assets._run([str(script)], "It failed")
    assert count.read_text() == "."
