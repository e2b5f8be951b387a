from tests.pages.conftest import ada, draft

__all__ = ["ada", "draft"]
