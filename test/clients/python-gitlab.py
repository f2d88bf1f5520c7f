# What a script with python-gitlab does all day, against the address and the administrator's token that it is given. Prints a line a step.
import json
import sys

import gitlab
import requests

url, token = sys.argv[1:3]
root = gitlab.Gitlab(url, private_token=token)
root.auth()


def step(name, actual, expected=True):
    if actual != expected:
        raise AssertionError(f"{name}: {actual!r} is not {expected!r}")
    print(name, flush=True)


def refused(name, status, call):
    try:
        call()
    except gitlab.exceptions.GitlabError as error:
        step(name, error.response_code, status)
    else:
        raise AssertionError(f"{name}: not refused")


def graphql(query, **variables):
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.post(f"{url}/api/graphql", json={"query": query, "variables": variables}, headers=headers).json()
    if "errors" in answer:
        raise AssertionError(json.dumps(answer["errors"]))
    return answer["data"]


# Users and tokens.
step("version", root.version()[1], "rolobot")
step("user", root.user.is_admin)
ann = root.users.create({"username": "ann", "name": "Ann", "email": "ann@x.io", "password": "x", "skip_confirmation": True})
step("users: create, get", root.users.get(ann.id).username, "ann")
step("users: list", [user.username for user in root.users.list(search="ann", iterator=True)], ["ann"])
made = ann.personal_access_tokens.create({"name": "script", "scopes": ["api"]})
hers = gitlab.Gitlab(url, private_token=made.token)
hers.auth()
step("users: tokens: create", hers.user.username, "ann")
step("tokens: list", [one.name for one in hers.personal_access_tokens.list()], ["script"])
step("tokens: get", hers.http_get(f"/personal_access_tokens/{made.id}")["active"])
rotated = hers.http_post(f"/personal_access_tokens/{made.id}/rotate")
hers = gitlab.Gitlab(url, private_token=rotated["token"])
hers.auth()
refused("tokens: rotate", 401, gitlab.Gitlab(url, private_token=made.token).auth)

# Groups.
acme = hers.groups.create({"name": "Acme", "path": "acme", "description": "Sells things"})
care = hers.groups.create({"name": "Care", "path": "care", "parent_id": acme.id, "crm_enabled": True})
other = hers.groups.create({"name": "Other", "path": "other"})
step("groups: create, get by path", hers.groups.get("acme/care").id, care.id)
step("groups: list", len(hers.groups.list(owned=True, all=True)), 3)
step("groups: filters", [group.id for group in hers.groups.list(top_level_only=True, statistics=False, search="acm")], [acme.id])
step("groups: subgroups", [group.id for group in acme.subgroups.list()], [care.id])
step("groups: descendant groups", [group.id for group in acme.descendant_groups.list()], [care.id])
care.name = "Customer Care"
care.crm_source_group_id = care.id
care.save()
step("groups: save", hers.groups.get(care.id).crm_source_group_id, care.id)
hers.groups.update(care.id, {"crm_source_group_id": None})
step("namespaces", [one.full_path for one in hers.namespaces.list(search="care")], ["acme/care"])

# Projects.
shop = hers.projects.create({"name": "Shop", "namespace_id": care.id, "description": "Sells", "visibility": "private"})
desk = hers.projects.create({"name": "Desk", "namespace_id": care.id})
step("projects: create, get by path", hers.projects.get("acme/care/shop").id, shop.id)
step("projects: list", sorted(one.path for one in hers.projects.list(membership=True, simple=True, archived=False, all=True)), ["desk", "shop"])
step("projects: archived", hers.projects.list(archived=True), [])
step("groups: projects", len(acme.projects.list(include_subgroups=True)), 2)
desk.description = "Helps"
desk.save()
step("projects: save", hers.projects.get(desk.id).description, "Helps")
desk.transfer("other")
step("projects: transfer", hers.projects.get(desk.id).path_with_namespace, "other/desk")
care.transfer_project(desk.id)
step("groups: transfer project", hers.projects.get(desk.id).path_with_namespace, "acme/care/desk")

# Members.
zoe = root.users.create({"username": "zoe", "name": "Zoe", "email": "zoe@x.io", "force_random_password": True})
member = acme.members.create({"user_id": zoe.id, "access_level": gitlab.const.AccessLevel.REPORTER})
member.access_level = gitlab.const.AccessLevel.DEVELOPER
member.save()
step("members: create, save, get", acme.members.get(zoe.id).access_level, 30)
step("members: list", len(acme.members.list()), 2)
step("members: inherited", sorted(one.username for one in shop.members_all.list()), ["ann", "zoe"])
step("users: memberships", [one.source_id for one in root.users.get(zoe.id).memberships.list()], [acme.id])
member.delete()
step("members: delete", len(acme.members.list()), 1)

# Contacts, through GraphQL: this version of python-gitlab has none of its own.
created = graphql(
    "mutation ($input: CustomerRelationsContactCreateInput!) { customerRelationsContactCreate(input: $input) { contact { id } errors } }",
    input={"groupId": f"gid://gitlab/Group/{acme.id}", "firstName": "Cleo", "lastName": "Customer", "email": "cleo@x.io"},
)["customerRelationsContactCreate"]
step("GraphQL: create a contact", created["errors"], [])
contact = created["contact"]["id"].split("/")[-1]
group = graphql("query ($path: ID!) { group(fullPath: $path) { description contacts { nodes { email active } } } }", path="acme")["group"]
step("GraphQL: list contacts", group["contacts"]["nodes"], [{"email": "cleo@x.io", "active": True}])

# Issues and notes.
issue = shop.issues.create({"title": "It is slow", "description": "Since Monday", "labels": [], "confidential": False})
step("issues: create, get", shop.issues.get(issue.iid).description, "Since Monday")
note = issue.notes.create({"body": "She called.\n/add_contacts cleo@x.io"})
step("notes: create with a command", (note.body, note.summary), ("She called.", ["Added cleo@x.io."]))
commands = hers.http_post(f"/projects/{shop.id}/issues/{issue.iid}/notes", post_data={"body": "/remove_contacts zoe@x.io"})
step("notes: commands only", commands["commands_changes"], {})
for at in range(25):
    shop.issues.create({"title": f"Issue {at}"})
step("issues: list, all pages", len(shop.issues.list(all=True, per_page=10)), 26)
step("issues: list, iterator", len(list(shop.issues.list(iterator=True))), 26)
step("issues: list, keyset", len(shop.issues.list(pagination="keyset", order_by="created_at", per_page=10, all=True)), 26)
step("issues: by contact", [one.iid for one in acme.issues.list(crm_contact_id=contact)], [issue.iid])
step("issues: filters", [one.iid for one in shop.issues.list(state="opened", search="slow", author_username="ann", iids=[1])], [1])
step("issues: of everything", len(hers.issues.list(scope="all", created_after="2020-01-01T00:00:00", all=True)), 26)
issue.title = "It was slow"
issue.state_event = "close"
issue.save()
step("issues: save", (shop.issues.get(issue.iid).state, shop.issues.get(issue.iid).title), ("closed", "It was slow"))
note.body = "She called again."
note.save()
step("notes: save, get", issue.notes.get(note.id).body, "She called again.")
step("notes: list", [one.body for one in issue.notes.list(sort="asc", all=True)], ["She called again.", "added 1 contact", "closed"])
note.delete()
step("notes: delete", [one.body for one in issue.notes.list(all=True)], ["closed", "added 1 contact"])
moved = shop.issues.get(2)
moved.move(desk.id)
step("issues: move", [one.title for one in desk.issues.list()], ["Issue 0"])
desk.issues.list()[0].delete()
step("issues: delete", desk.issues.list(), [])
refused("issues: what is not supported", 422, lambda: shop.issues.create({"title": "x", "labels": ["bug"]}))
refused("issues: what is not there", 404, lambda: shop.issues.get(9999))

# The end.
care.transfer(other.id)
step("groups: transfer", hers.groups.get(care.id).full_path, "other/care")
zoe.block()
step("users: block", root.users.get(zoe.id).state, "blocked")
zoe.unblock()
desk.delete()
shop.delete()
step("projects: delete", hers.projects.list(owned=True), [])
for group in (care, other, acme):
    hers.groups.get(group.id).delete()
step("groups: delete", hers.groups.list(owned=True), [])
hers.personal_access_tokens.delete(rotated["id"])
refused("tokens: delete", 401, hers.auth)
