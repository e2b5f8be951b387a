from __future__ import annotations

import pytest


@pytest.fixture
def accounts_file(tmp_path):
    return tmp_path / "var" / "demo-accounts.json"
