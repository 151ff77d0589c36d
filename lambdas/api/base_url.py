"""The base URL of a request, from which ``Location``, ``meta.location`` and ``$ref`` of its answer are built."""

from scim2_models import NotFoundException

from lambdas.api.event import ROOT, Event, headers_of
from lambdas.api.settings import Addressing
from lambdas.scim.detail import Detail


def base_url_of(event: Event, addressing: Addressing) -> str:
    """Return the root URL of the SCIM endpoints as the client wrote it: the Tenant URL without its query.

    On AWS, ``requestContext`` has the host and the whole path of the client's URL: the stage's own URL, or a custom domain with
    its base path. The event of the local cloud has neither; its URLs have a fixed form.

    :param addressing: ``host`` on AWS, ``path`` on the local cloud.
    :raises NotFoundException: When the path spells the connection in another way than the route does.
    """
    context = event["requestContext"]
    tenant = ROOT.replace("{connection}", str((event.get("pathParameters") or {}).get("connection")))
    if addressing == "path":
        host = next((value for name, value in headers_of(event) if name.lower() == "host"), "localhost")
        return f"http://{host}/restapis/{context['apiId']}/{context['stage']}/_user_request_{tenant}"
    prefix, found, _ = str(context["path"]).partition(tenant)
    if not found:
        raise NotFoundException(detail=Detail("There is no SCIM endpoint at this URL."))
    return f"https://{context['domainName']}{prefix}{tenant}"
