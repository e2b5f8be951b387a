from django import template
from django.utils.html import format_html

from cinfactors.accounts import held_forms

register = template.Library()


@register.simple_tag(takes_context=True)
def typed_by(context) -> str:
    """The hidden field that says for whom a form was drawn; see `accounts.held_forms`."""
    person = context["request"].user
    return format_html(
        '<input type="hidden" name="{}" value="{}">', held_forms.FIELD, held_forms.typed_by(person)
    )
