"""A browser for the console's function: it keeps cookies, follows no redirects by itself, and sends events as API Gateway does."""

import base64
import gzip
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from lambdas.console.app import Console

HOST = "a1b2c3.execute-api.eu-central-1.amazonaws.com"
ORIGIN = f"https://{HOST}"
BASE = f"{ORIGIN}/scim"


@dataclass
class Answer:
    """What the console answered."""

    status: int
    headers: dict[str, list[str]]
    text: str

    @property
    def location(self) -> str:
        """Where a redirect leads to."""
        return self.headers["location"][0]

    @property
    def csrf(self) -> str:
        """The token of the page's forms."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.text)
        if found is None:
            raise AssertionError(f"no form in {self.text[:400]}")
        return found[1]

    def value_of(self, field_id: str) -> str:
        """The value of a read-only field with a copy button."""
        found = re.search(rf'id="{field_id}" readonly value="([^"]*)"', self.text)
        if found is None:
            raise AssertionError(f"no field {field_id}")
        return found[1]


@dataclass
class Browser:
    """Sends requests to a console."""

    console: Console
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self.send("GET", path, headers=headers)

    def post(self, path: str, form: Any = (), *, origin: str | None = ORIGIN, **headers: str) -> Answer:
        """Send a form, as a page of the console does."""
        sent = {**({"Origin": origin} if origin else {}), **headers}
        return self.send("POST", path, body=urlencode(form), headers=sent)

    def send(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> Answer:
        """Send one request to a path from ``/console`` on, or to a whole URL of the console."""
        parts = urlsplit(path.removeprefix(BASE))
        proxy = parts.path.removeprefix("/console").strip("/")
        sent = {"Host": HOST, "Accept-Encoding": "gzip", **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        event = {
            "resource": "/console/{proxy+}" if proxy else "/console",
            "path": parts.path,
            "httpMethod": method,
            "headers": sent,
            "multiValueHeaders": {name: [value] for name, value in sent.items()},
            "queryStringParameters": query or None,
            "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
            "pathParameters": {"proxy": proxy} if proxy else None,
            "requestContext": {
                "domainName": HOST,
                "path": f"/scim{parts.path}",
                "stage": "scim",
                "requestId": "11111111-2222-3333-4444-555555555555",
                "apiId": "a1b2c3",
            },
            "body": base64.b64encode(body.encode()).decode() if body else None,
            "isBase64Encoded": bool(body),
        }
        return self._read(self.console.serve(event, None))

    def _read(self, answer: dict[str, Any]) -> Answer:
        content = str(answer.get("body") or "")
        raw = base64.b64decode(content) if answer.get("isBase64Encoded") else content.encode()
        headers = {name.lower(): values for name, values in answer["multiValueHeaders"].items()}
        if headers.get("content-encoding") == ["gzip"]:
            raw = gzip.decompress(raw)
        for each in headers.get("set-cookie", []):
            name, _, value = each.partition(";")[0].partition("=")
            if "Max-Age=0" in each:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return Answer(int(answer["statusCode"]), headers, raw.decode())
