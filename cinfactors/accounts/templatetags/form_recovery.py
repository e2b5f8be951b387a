from django import template
from django.template import Context
from django.utils.safestring import SafeString

from cinfactors.accounts import form_recovery

register = template.Library()


@register.simple_tag(takes_context=True)
def draft_owner(context: Context) -> SafeString:
    """Render the hidden field that says for whom a form was rendered; see `form_recovery`."""
    return form_recovery.draft_owner_field(context["request"].user)
