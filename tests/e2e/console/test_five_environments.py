"""The clicked day of each worked environment: what its guide promises, done in the console of its deployed stack."""

from playwright.sync_api import expect

from tests.e2e.console.conftest import SiteOf
from tests.e2e.console.site import confirm, settled
from tests.e2e.scenarios.actors import Entra, sets_of

FOLDERS = "urn:ietf:params:scim:schemas:extension:2.0:CustomExtensionName:folders"
METADATA = "urn:ietf:params:scim:schemas:extension:2.0:Metadata"
PRODUCT = "urn:ietf:params:scim:schemas:extension:serverless-scim:2.0:User"


def test_compliance_regenerates_gives_a_permission_that_survives_a_sync_and_disables_urgently(site_of: SiteOf) -> None:
    site = site_of("compliance")
    ada = site.page("ada", "/connections")
    assert "Groups" not in ada.get_by_role("navigation").inner_text()
    ada.get_by_label("Label").fill("Entra ID of compliance")
    ada.get_by_role("button", name="Generate").click()
    first = site.generated(ada)
    user = Entra(first).provision("maria.montessori@compliance.example")
    ada.get_by_role("link", name="Done").click()
    confirm(ada, "Regenerate")
    second = site.generated(ada)
    assert first.send("GET", f"/Users/{user}").status == 401
    entra = Entra(second)
    assert sets_of(entra.read(user)) == ["base"]

    ada.goto(f"{site.url}/users/{user}")
    for name in ("Base", "Control owner"):
        ada.get_by_label(name, exact=True).check()
    ada.get_by_role("button", name="Save").click()
    expect(ada.get_by_role("status")).to_contain_text("permission sets of the user are saved")
    assert sets_of(entra.read(user)) == ["base", "control-owner"]
    assert entra.update(user, {"displayName": "Maria M.", "title": "Auditor"})
    assert sets_of(entra.read(user)) == ["base", "control-owner"]

    confirm(ada, "Disable")
    expect(ada.get_by_role("status")).to_contain_text("Disabled")
    assert entra.read(user)["active"] is False
    assert "entitlements" not in entra.read(user)


def test_forms_admin_sees_why_somebody_was_not_provisioned(site_of: SiteOf) -> None:
    site = site_of("forms-admin")
    refused = site.endpoint.send("POST", "/Users", {"displayName": "No user name"})
    assert refused.status == 400
    ada = settled(site.page("ada", "/log"))
    row = ada.get_by_role("row").filter(has_text="invalidValue").first
    expect(row).to_contain_text("userName")
    row.get_by_role("link").first.click()
    expect(ada.get_by_role("note")).to_contain_text("a value is missing or invalid")


def test_devices_shows_a_group_with_its_users(site_of: SiteOf) -> None:
    site = site_of("devices")
    entra = Entra(site.endpoint)
    names = [f"driver.{n}@devices.example" for n in range(3)]
    entra.provision_group("Drivers", *[entra.provision(name) for name in names])
    ada = site.page("ada", "/groups?q=Drivers")
    ada.get_by_role("link", name="Drivers").click()
    for name in names:
        expect(ada.get_by_role("link", name=name)).to_be_visible()
    ada.get_by_role("link", name=names[0]).click()
    expect(ada.get_by_role("link", name="Drivers")).to_be_visible()


def test_forms_mobile_creates_a_guest_switches_a_login_and_shows_folders_roles_and_metadata(site_of: SiteOf) -> None:
    site = site_of("forms-mobile")
    ada = site.page("ada", "/new-user")
    fields = {
        "User name": "clicked.guest@mobile.example",
        "Given name": "Clicked",
        "Family name": "Guest",
        "E-mail address": "clicked.guest@mobile.example",
    }
    for label, value in fields.items():
        ada.get_by_label(label).fill(value)
    ada.get_by_label("userType").select_option("Premium")
    ada.get_by_role("button", name="Create").click()
    expect(ada.get_by_role("status")).to_contain_text("created by hand")
    expect(ada.get_by_role("main")).to_contain_text("by hand")
    guest = ada.url.split("?")[0].rpartition("/")[2]
    entra = Entra(site.endpoint)
    assert entra.read(guest)[PRODUCT]["loginMethod"] == "built-in"
    ada.get_by_label("Login method").select_option("external")
    ada.get_by_role("button", name="Change").click()
    expect(ada.get_by_role("status")).to_contain_text("login method is saved")
    assert entra.read(guest)[PRODUCT]["loginMethod"] == "external"

    values = {
        "name.givenName": "Rosa",
        "name.familyName": "Folder",
        "userType": "Standard",
        f"{METADATA}:costCentre": "4711",
    }
    sent = {"roles": [{"primary": True, "value": "ReadOnly"}]}
    rosa = entra.provision("rosa.folder@mobile.example", values, beside=sent)
    assert entra.patch(f"/Users/{rosa}", {"op": "Add", "path": FOLDERS, "value": ["North", "South"]}).status == 200
    ada.goto(f"{site.url}/users/{rosa}")
    for text in ("North", "South", "costCentre", "4711", "Read only", "role ReadOnly", "every active user"):
        expect(ada.get_by_role("main")).to_contain_text(text)


def test_formulation_shows_who_has_which_role_and_why(site_of: SiteOf) -> None:
    site = site_of("formulation")
    entra = Entra(site.endpoint)
    member, other = (entra.provision(f"{name}@clicked.example") for name in ("ida.noddack", "irene.curie"))
    (owner,) = entra.match("Group", "Owner")
    entra.add(str(owner["id"]), member)
    ada = site.page("ada", f"/users/{member}")
    expect(ada.get_by_role("main")).to_contain_text("system group Owner")
    ada.goto(f"{site.url}/users/{other}")
    expect(ada.get_by_role("main")).to_contain_text("Formulator")
    expect(ada.get_by_role("main")).to_contain_text("default")
    ada.goto(f"{site.url}/permission-sets/people")
    expect(ada.get_by_role("row").filter(has_text="default").first).to_contain_text("Formulator")
