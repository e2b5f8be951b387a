from django import template
from django.template import Context

from cinfactors.accounts.form_recovery import OWNER_FIELD, sign_draft_owner

register = template.Library()


@register.inclusion_tag("account/parts/draft_owner.html", takes_context=True)
def draft_owner(context: Context) -> dict[str, str]:
    """Render the hidden field that says for whom a form was rendered; see `form_recovery`."""
    return {"name": OWNER_FIELD, "value": sign_draft_owner(context["request"].user)}
