"""The OpenID Provider of the local cloud: its people, its page, and nothing of a debugger or another host."""

import re

from scimctl.local import checks, provider


def page(path: str) -> str:
    answer = provider.build().test_client().get(path)
    assert answer.status_code == 200
    return str(answer.text)


AUTHORIZE = (
    "/oauth2/authorize?response_type=code&client_id=console&redirect_uri=http://127.0.0.1/x&scope=openid&state=s"
)


def test_each_person_is_a_button_with_the_role():
    text = page(AUTHORIZE)
    for sub, (name, roles) in provider.PEOPLE.items():
        button = re.search(rf'<button name="sub" value="{sub}">{name}\n<small>(.*)</small>', text)
        assert button
        assert button[1] == (roles[0] if roles else "no role")


def test_pages_load_nothing_from_another_host():
    for path in (AUTHORIZE, "/oauth2/end_session?post_logout_redirect_uri=http://127.0.0.1/x"):
        assert not re.search(r'(?:href|src)="https?://', page(path))


def test_no_browser_can_run_code_in_it():
    app = provider.build()
    assert not app.debug
    assert "Debugged" not in type(app.wsgi_app).__name__


def test_its_port_is_the_one_after_the_local_cloud_s_when_that_is_free():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert checks.free_port_near(port) > port
