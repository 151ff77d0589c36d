"""Signing in and out: the code flow of OpenID Connect with PKCE, state and nonce (OpenID Connect Core 1.0 section 3.1)."""

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response

from lambdas.console import responses
from lambdas.console.app import Console
from lambdas.console.cookies import cookie, login_cookie, session_cookie
from lambdas.console.requests import Request
from lambdas.console.security import safe_path
from lambdas.console.sign_in.logins import SECONDS, Logins
from lambdas.console.sign_in.provider import ProviderUnavailable, SignInRefused
from lambdas.console.sign_in.secret import SecretMissing
from lambdas.console.urls import ROOT, TRY_SIGN_IN
from lambdas.credentials.sessions import ABSOLUTE_SECONDS, Role
from lambdas.operations.sessions import OperatorSessions


def add_routes(console: Console) -> None:
    """Serve the pages of signing in and out."""
    logins = Logins(console.table)
    name = console.environment.name

    @console.page("GET", "/sign-in", None)
    def sign_in(request: Request) -> Response[str]:
        """Send the browser to the identity provider."""
        login = logins.begin(safe_path(request.query.get("to", "")))
        try:
            url = console.provider.authorization_url(
                redirect_uri=request.urls.redirect_uri,
                state=login.state,
                nonce=login.nonce,
                challenge=login.challenge,
                is_another=request.query.get("another") == "1",
            )
        except ProviderUnavailable as unavailable:
            return _failed(
                console, request, HTTPStatus.BAD_GATEWAY, f"The identity provider cannot be reached: {unavailable}."
            )
        return responses.redirect(url, cookies=[cookie(login_cookie(name), login.browser, SECONDS)])

    @console.page("GET", "/sign-in/callback", None)
    def callback(request: Request) -> Response[str]:
        """Finish a sign-in: redeem the code, check the ID token, begin a session."""
        login = logins.finish(request.query.get("state", ""), request.cookies.get(login_cookie(name), ""))
        if login is None:
            return _failed(
                console,
                request,
                HTTPStatus.BAD_REQUEST,
                "This sign-in has ended, was used already, or began in another browser.",
            )
        if "code" not in request.query:
            refused = request.query.get("error_description") or request.query.get("error") or "no code came back"
            return _failed(
                console, request, HTTPStatus.FORBIDDEN, f"The identity provider refused the sign-in: {refused[:300]}"
            )
        try:
            claims = console.provider.redeem(
                request.query["code"],
                redirect_uri=request.urls.redirect_uri,
                verifier=login.verifier,
                nonce=login.nonce,
                secret=console.secret.value(),
            )
        except ProviderUnavailable as unavailable:
            return _failed(
                console, request, HTTPStatus.BAD_GATEWAY, f"The identity provider cannot be reached: {unavailable}."
            )
        except SignInRefused as refusal:
            return _failed(console, request, HTTPStatus.FORBIDDEN, f"You are not signed in: {refusal}")
        except SecretMissing:
            remedy = f"scimctl console secret --environment {name}"
            return _failed(
                console,
                request,
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"The console has no client secret yet. An operator stores it with `{remedy}`.",
            )
        if login.path == TRY_SIGN_IN:
            return _show(console, request, claims)
        return _begin(console, request, claims, login.path)

    @console.page("POST", "/sign-out", Role.TECHNICIAN)
    def sign_out(request: Request) -> Response[str]:
        """End the session here, or all of them, and then at the identity provider."""
        if request.form.get("everywhere"):
            sessions = OperatorSessions(console.target(request))
            sessions.end(sessions.of_subject(request.signed_in.subject))
        console.sessions.end(request.signed_in)
        signed_out = f"{request.urls.base}{ROOT}/signed-out"
        try:
            end = console.provider.metadata().end_session_endpoint
        except ProviderUnavailable:
            end = None
        query = urlencode({"post_logout_redirect_uri": signed_out, "client_id": console.file.client_id})
        url = f"{end}?{query}" if end else signed_out
        return responses.redirect(url, cookies=[cookie(session_cookie(name), "", 0)])

    @console.page("GET", "/signed-out", None)
    def signed_out(request: Request) -> Response[str]:
        return console.show("signed_out.html", request, title="Signed out")


def role_of(console: Console, claims: dict[str, Any]) -> Role | None:
    """Return the role that an ID token's ``roles`` give; None without one."""
    roles = claims.get("roles")
    named = {roles} if isinstance(roles, str) else {each for each in roles if isinstance(each, str)} if roles else set()
    if console.file.administrators in named:
        return Role.ADMINISTRATOR
    return Role.TECHNICIAN if console.file.technicians in named else None


def _begin(console: Console, request: Request, claims: dict[str, Any], path: str) -> Response[str]:
    """Begin a session and go to the page that was asked for; an account without a role gets none."""
    name = next(
        (str(claims[each]) for each in ("preferred_username", "email", "name", "sub") if claims.get(each)), "unknown"
    )[:200]
    role = role_of(console, claims)
    if role is None:
        expected = f'"{console.file.administrators}" or "{console.file.technicians}"'
        return _failed(
            console,
            request,
            HTTPStatus.FORBIDDEN,
            f"{name} has no role in this console. The identity provider must send the role {expected} in the ID token.",
            has_account=True,
        )
    session = console.sessions.begin(str(claims["sub"]), name, role)
    environment = console.environment.name
    return responses.redirect(
        f"{request.urls.base}{path}",
        cookies=[
            cookie(session_cookie(environment), session.id, ABSOLUTE_SECONDS),
            cookie(login_cookie(environment), "", 0),
        ],
    )


def _show(console: Console, request: Request, claims: dict[str, Any]) -> Response[str]:
    """Show the claims of a sign-in that was tried, to the person they are about; no session begins."""
    role = role_of(console, claims)
    request.session = console.sessions.read(request.cookies.get(session_cookie(console.environment.name), ""))
    shown = {name: json.dumps(value, ensure_ascii=False) for name, value in sorted(claims.items())}
    return console.show(
        "claims.html",
        request,
        title="Sign-in tried",
        claims=shown,
        role=role.value if role else None,
        file=console.file,
    )


def _failed(
    console: Console, request: Request, status: HTTPStatus, problem: str, *, has_account: bool = False
) -> Response[str]:
    """Return the page of a sign-in that failed; with a way to another account where the provider knows one."""
    values = {"problem": problem, "has_account": has_account}
    return console.show("sign_in_failed.html", request, status, title="Not signed in", **values)
