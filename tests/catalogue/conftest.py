from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from assessments.catalogue import loader
from assessments.catalogue.types import Edition
from tests.catalogue import guide as guide_text

SHARED = Path(__file__).resolve().parents[2].parent / "shared"


def _shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the department's {path.name} is not beside this repository")
    return path


@pytest.fixture(scope="session")
def guide() -> guide_text.Guide:
    path = _shared("guide/cin-factors-guide-april-2021.txt")
    return guide_text.read(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def code_table() -> dict[str, dict[str, str]]:
    with _shared("census/factor-codes.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


@pytest.fixture
def april_2021() -> Edition:
    return loader.edition("2021-04")


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A copy of the editions, to break, from which the catalogue is read."""
    path = tmp_path / "editions"
    shutil.copytree(loader.EDITIONS_FOLDER, path)
    monkeypatch.setattr(loader, "EDITIONS_FOLDER", path)
    return path


@pytest.fixture
def change(folder):
    """Replaces one passage, which must stand there once, in a file of the copy."""

    def change(file: str, old: str, new: str) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change
