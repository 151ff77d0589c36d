"""The base URL that a client used, for every ``Location``, ``meta.location`` and ``$ref`` of an answer."""

from scim2_models import NotFoundException

from lambdas.api.event import ROOT, Event, headers_of
from lambdas.api.settings import Addressing


def base_url_of(event: Event, addressing: Addressing) -> str:
    """Return the root URL of the SCIM endpoints as the client wrote it: its Tenant URL, without a query.

    On AWS ``requestContext`` names the host and the whole path that the client used: the stage's own URL, or a custom
    domain with its base path. The local cloud's event tells neither; there the URL is put together from its fixed form.

    :param addressing: ``host`` on AWS, ``path`` on the local cloud.
    :raises NotFoundException: When the path does not name the connection as it is written.
    """
    context = event["requestContext"]
    tenant = ROOT.replace("{connection}", str((event.get("pathParameters") or {}).get("connection")))
    if addressing == "path":
        host = next((value for name, value in headers_of(event) if name.lower() == "host"), "localhost")
        return f"http://{host}/restapis/{context['apiId']}/{context['stage']}/_user_request_{tenant}"
    prefix, found, _ = str(context["path"]).partition(tenant)
    if not found:
        raise NotFoundException(detail="No SCIM endpoint is at this URL.")
    return f"https://{context['domainName']}{prefix}{tenant}"
