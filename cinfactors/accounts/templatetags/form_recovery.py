from django import template

from cinfactors.accounts import form_recovery

register = template.Library()


@register.simple_tag(takes_context=True)
def draft_owner(context) -> str:
    """Render the hidden field that says for whom a form was drawn; see `form_recovery`."""
    return form_recovery.draft_owner_field(context["request"].user)
