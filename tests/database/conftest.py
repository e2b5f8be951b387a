from tests.services.conftest import authorised, draft, submitted

__all__ = ["authorised", "draft", "submitted"]
