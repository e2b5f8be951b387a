from django import template

from cinfactors.accounts import form_recovery

register = template.Library()


@register.simple_tag(takes_context=True)
def typed_by(context) -> str:
    """The hidden field that says for whom a form was drawn; see `accounts.held_forms`."""
    return form_recovery.typed_by_field(context["request"].user)
