from __future__ import annotations

from django.db import connection

from cinfactors.audit import services


class AuditMiddleware:
    """Tells the database who acts, for as long as the request lasts; see `services`.

    Below the middleware that knows the person, above all that writes for them.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.audit_context = acts = services.AuditContext(request)
        with connection.execute_wrapper(acts):
            response = self.get_response(request)
            services.write_refusals(acts)
        return response
