"""Microsoft Entra ID for tests: a certified OpenID Provider on this machine, whose assertions federated clients present."""

import contextlib
import http.client
import json
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from lambdas.environment.file import Issuer

PROGRAM = Path(__file__).parent / "entra.mjs"

SUBJECT = "5d4c7c1e-9a57-4f43-8f1b-0d7f2f9f7a02"
"""The object id of the service principal that provisions."""

APPLICATION = "0b8c2f64-6a1d-4f0c-8e55-b5d1a4b4a9c3"
"""The application id that identifies the endpoint to Entra ID."""


@dataclass
class Entra:
    """One tenant, while its program runs."""

    issuer: str
    keys: str
    """The URL of its public keys."""

    process: "subprocess.Popen[str] | None" = None

    @property
    def tenant(self) -> str:
        return urlsplit(self.issuer).path.split("/")[1]

    def start(self) -> None:
        """Run it, with new keys."""
        settings = {"port": urlsplit(self.issuer).port, "tenant": self.tenant, "client": SUBJECT}
        command = ["node", str(PROGRAM), json.dumps(settings)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        output = self.process.stdout
        assert output is not None
        lines = list(iter(lambda: output.readline().strip(), "ready"))
        assert "" not in lines, f"the provider did not start; is its port free? {lines[:20]}"

    def stop(self) -> None:
        """End it: nothing answers at its address."""
        if self.process is not None:
            self.process.terminate()
            self.process.communicate(timeout=30)
            self.process = None

    def rotate(self) -> None:
        """Replace its keys."""
        self.stop()
        self.start()

    def assertion(self, **claims: str) -> str:
        """A token for the application, signed by the provider, with some claims otherwise; "~60" is a time from now."""
        resource = f"urn:assertion?{urlencode({'aud': APPLICATION, **claims})}"
        body = urlencode({"grant_type": "client_credentials", "resource": resource}).encode()
        basic = b64encode(f"{SUBJECT}:secret".encode()).decode()
        line = http.client.HTTPConnection(urlsplit(self.issuer).netloc, timeout=30)
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        line.request("POST", f"{urlsplit(self.issuer).path}/token", body, headers)
        return str(self._answer(line)["access_token"])

    def public_key(self) -> dict[str, Any]:
        """Its public key as it publishes it."""
        line = http.client.HTTPConnection(urlsplit(self.keys).netloc, timeout=30)
        line.request("GET", urlsplit(self.keys).path)
        (key,) = self._answer(line)["keys"]
        return dict(key)

    @staticmethod
    def _answer(line: http.client.HTTPConnection) -> dict[str, Any]:
        with contextlib.closing(line):
            answer = line.getresponse()
            content = answer.read()
            assert answer.status == 200, content
            return dict(json.loads(content))


@contextmanager
def running(issuer: Issuer) -> Iterator[Entra]:
    """Run the tenant of an issuer that an environment's file names."""
    entra = Entra(issuer.issuer, issuer.keys)
    try:
        entra.start()
        yield entra
    finally:
        entra.stop()
