import json

from django import template

register = template.Library()


@register.filter
def as_json(options: dict) -> str:
    """What the browser is asked for, to stand in an attribute, which the template escapes."""
    return json.dumps(options)
