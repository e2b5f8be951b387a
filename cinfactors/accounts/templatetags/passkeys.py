import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def as_json(options: dict[str, Any]) -> str:
    """Render a passkey's options for an attribute, which the template escapes."""
    return json.dumps(options)
