"""Sign-in with a password of the product, for users whose login method is ``built-in``.

How a user gets a password is the product's own business. Here an administrator of the product makes a link, which sets it once.
"""

from typing import Any

from flask import Flask, abort, redirect, render_template, request, url_for

from examples.product.access import BUILT_IN, EXTENSION, login_method, permissions
from examples.product.passwords import MIN_LENGTH, TooManyAttempts
from examples.product.product import Product


def add_routes(app: Flask, product: Product) -> None:
    """Add the sign-in with a password, and the invitations to set one."""
    directory, passwords = product.directory, product.passwords

    @app.post("/sign-in/password")
    def sign_in_with_password() -> Any:
        name, password = request.form["name"], request.form["password"]
        user = directory.user_by_name(name)
        try:
            is_right = passwords.check(name, user["id"] if user else None, password)
        except TooManyAttempts:
            return render_template("sign_in.html", error="Too many attempts. Try again in 15 minutes."), 429
        if user is None or not is_right or login_method(user) != BUILT_IN:
            return render_template("sign_in.html", error="The user name or password is wrong."), 403
        product.begin_session(user, BUILT_IN)
        return redirect(url_for("home"))

    @app.route("/invitations", methods=["GET", "POST"])
    def invitations() -> Any:
        """List the users who sign in with a password, and make a link for one of them."""
        administrator = product.current_user()
        if administrator is None:
            return redirect(url_for("sign_in"))
        if product.settings.administrators not in permissions(administrator):
            abort(403)
        found = directory.search_users(f'{EXTENSION}:loginMethod eq "{BUILT_IN}"')
        users = [each for each in found if login_method(each) == BUILT_IN]
        invited = next((each for each in users if each["id"] == request.form.get("user")), None)
        path = url_for("set_password", invitation=passwords.invite(invited["id"])) if invited else ""
        return render_template("invitations.html", users=users, invited=invited, link=product.settings.url + path)

    @app.route("/password/<invitation>", methods=["GET", "POST"])
    def set_password(invitation: str) -> Any:
        user_id = passwords.invited(invitation)
        if user_id is None:
            abort(404)
        if request.method == "POST" and passwords.set(invitation, request.form["password"]):
            product.sessions.keep_only(user_id, None)  # a stolen session ends with the old password
            return redirect(url_for("sign_in"))
        return render_template("password.html", length=MIN_LENGTH)
