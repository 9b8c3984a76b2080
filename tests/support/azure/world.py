"""A world file: short names for long ids, faults as edits, and who is in what.

`"${name}"` stands for a name of `names`, for the id of the resource `name`, or for the id of `ra.KEY` (role assignment), `deny.KEY`
(deny assignment), `eligible.KEY` (eligibility). Edits are made before names are filled in:
{"set": "/a/b", "value": …}, {"remove": "/a/b"}, {"append": "/a/list", "value": …}; a word in a list means the item of that name.
"""

import copy
import json
import re
import uuid
from pathlib import Path

WORLDS = Path(__file__).resolve().parents[2] / "data/azure/worlds"
ROLES = {role["name"]: role for role in json.loads((Path(__file__).parent / "roles.json").read_text())}
ROLE_IDS = {role["roleName"]: name for name, role in ROLES.items()}
ABOUT_FAULTS = ("faults", "herrings", "unknowns", "pairs", "effects", "sets")
EVERYBODY = "00000000-0000-0000-0000-000000000000"
KINDS = {"assignments": ("ra", "roleAssignments"), "denies": ("deny", "denyAssignments"), "eligibilities": ("eligible", "roleEligibilityScheduleInstances")}


def load(name):
    """A world with its faults, which stand in a file of their own."""
    doc = json.loads((WORLDS / f"{name}.json").read_text())
    more = WORLDS / f"{name}.faults.json"
    if more.exists():
        doc |= json.loads(more.read_text())
    return doc


def edit(doc, change):
    kind = next(word for word in ("set", "remove", "append") if word in change)
    steps = [step.replace("~1", "/").replace("~0", "~") for step in change[kind].strip("/").split("/")]
    at = doc
    for step in steps[: -1 if kind != "append" else None]:
        at = at[place(at, step)]
    if kind == "append":
        at.append(change["value"])
    elif kind == "set":
        at[place(at, steps[-1], new=True)] = change["value"]
    else:
        del at[place(at, steps[-1])]


def place(at, step, new=False):
    if isinstance(at, list):
        if step.isdigit():
            return int(step)
        return next(index for index, item in enumerate(at) if item.get("name") == step)
    if not new and step not in at:
        raise KeyError(f"there is no {step} among {sorted(at)}")
    return step


def effect(doc, cause):
    """How a gate closes: as a rule for the gate, or for one of its reasons."""
    effects = doc.get("effects", {})
    # A check that a playbook words itself allows or does not.
    return effects.get(f"{cause['gate']}.{cause['reason']}", effects.get(cause["gate"], "no-allow"))


def kind_of(path):
    """Resource type of an id or of a list, its segments behind the namespace, and what stands before the last provider."""
    at = path.lower().rfind("/providers/")
    before, rest = (path[:at], path[at + len("/providers/"):]) if at >= 0 else ("", path)
    parts = rest.split("/")
    return "/".join([parts[0], *parts[1::2]]), parts[1:], before


def under(path, scope):
    path, scope = path.lower().rstrip("/"), scope.lower().rstrip("/")
    return not scope or path == scope or path.startswith(scope + "/")


class World:
    def __init__(self, doc, faults=()):
        table = self.table(doc)
        doc = copy.deepcopy(doc)
        known = {**doc.get("faults", {}), **doc.get("herrings", {}), **doc.get("unknowns", {})}
        closed, unknown = [], []
        for fault in faults:
            fault = known[fault] if isinstance(fault, str) else fault
            for change in fault["edits"] if "edits" in fault else [fault]:
                edit(doc, change)
            closed += [{"effect": effect(doc, cause)} | cause for cause in fault.get("expected", [])]
            unknown += fault.get("unknown", [])
        table |= self.table(doc)
        self.names = {name: self.fill(value, table) for name, value in table.items()}
        self.sets = doc.get("sets", {})
        self.doc = doc = self.fill({name: part for name, part in doc.items() if name not in ABOUT_FAULTS}, table)
        self.questions = {name: one["args"] for name, one in doc["questions"].items()}
        self.expected, self.unknown = (self.by_question(self.fill(causes, table)) for causes in (closed, unknown))
        self.resources = {body["id"].lower(): body for body in doc["resources"].values()}
        for body in list(self.resources.values()):
            if "/privateendpoints/" in body["id"].lower():
                self.interface(body)
        # Names in the directory and among excluded principals are for edits only.
        doc["directory"] = [{name: value for name, value in one.items() if name != "name"} for one in doc["directory"]]
        self.subscriptions = {id: body for id, body in self.resources.items() if id.count("/") == 2}
        self.lists = {kind: [self.authorization(name, one, key) for key, one in doc.get(kind, {}).items()] for kind, (_, name) in KINDS.items()}

    def by_question(self, causes):
        """What each question meets. One that walks the same way as another one (`as`) meets the same."""
        found = {}
        for name, one in self.doc["questions"].items():
            names = {name, *one.get("as", [])}
            mine = [cause for cause in causes if names & self.members_of(cause["questions"])]
            found[name] = [{key: value for key, value in cause.items() if key != "questions"} for cause in mine]
        return found

    def members_of(self, questions):
        """The questions of a list that may name sets (`@compute`)."""
        found = set()
        for name in questions:
            found |= self.members_of(self.sets[name]) if name.startswith("@") else {name}
        return found

    def interface(self, endpoint):
        """The network interface of a private endpoint. Where a DNS zone group keeps the records, the endpoint itself tells no address."""
        properties = endpoint["properties"]
        link = properties["privateLinkServiceConnections"][0]["properties"]
        id = endpoint["id"].replace("/privateEndpoints/", "/networkInterfaces/") + ".nic"
        configs = [
            {
                "name": f"privateEndpointIpConfig.{at}",
                "properties": {
                    "privateIPAddress": address, "privateIPAllocationMethod": "Dynamic", "primary": at == 0, "privateIPAddressVersion": "IPv4", "subnet": properties["subnet"],
                    "privateLinkConnectionProperties": {"groupId": link["groupIds"][0], "requiredMemberName": link["groupIds"][0], "fqdns": [config["fqdn"]]},
                },
            }
            for at, config in enumerate(properties["customDnsConfigs"]) for address in config["ipAddresses"]
        ]
        properties.setdefault("networkInterfaces", [{"id": id}])
        if endpoint.pop("zoneGroup", False):
            properties["customDnsConfigs"] = []
        self.resources[id.lower()] = {"id": id, "properties": {"ipConfigurations": configs, "privateEndpoint": {"id": endpoint["id"]}, "enableIPForwarding": False}}

    @staticmethod
    def table(doc):
        table = dict(doc["names"]) | {name: body["id"] for name, body in doc["resources"].items()}
        for kind, (word, name) in KINDS.items():
            for key, one in doc.get(kind, {}).items():
                scope = "" if one["scope"] == "/" else one["scope"]
                table[f"{word}.{key}"] = f"{scope}/providers/Microsoft.Authorization/{name}/{uuid.uuid5(uuid.NAMESPACE_URL, key)}"
        return table

    @classmethod
    def fill(cls, value, table):
        if isinstance(value, str):
            while "${" in value:
                value = re.sub(r"\$\{([^}]+)\}", lambda found: table[found.group(1)], value)
            return value
        if isinstance(value, list):
            return [cls.fill(item, table) for item in value]
        if isinstance(value, dict):
            return {cls.fill(key, table): cls.fill(item, table) for key, item in value.items()}
        return value

    def authorization(self, kind, one, key):
        """The ARM body of a role assignment, an eligibility or a deny assignment."""
        word = next(word for word, name in KINDS.values() if name == kind)
        id = self.names[f"{word}.{key}"]
        properties = {name: value for name, value in one.items() if name not in ("role", "principal", "kind")}
        if "role" in one:
            guid = ROLE_IDS.get(one["role"]) or next(role["name"] for role in self.doc["roles"] if role["roleName"] == one["role"])
            at = re.match(r"/subscriptions/[^/]+", one["scope"], re.I)
            properties["roleDefinitionId"] = f"{at.group(0) if at else ''}/providers/Microsoft.Authorization/roleDefinitions/{guid}"
            properties["principalId"] = one["principal"]
            properties["principalType"] = one.get("kind", "User")
        when = "2026-01-15T08:00:00.0000000Z"
        if kind == "roleAssignments":
            properties = {"condition": None, "conditionVersion": None, "createdOn": when, "updatedOn": when, "createdBy": self.names["ben"],
                          "updatedBy": self.names["ben"], "delegatedManagedIdentityResourceId": None, "description": None} | properties
            if properties["condition"]:
                properties["conditionVersion"] = "2.0"
        elif kind == "denyAssignments":
            properties = {"denyAssignmentName": key, "doNotApplyToChildScopes": False, "isSystemProtected": True, "excludePrincipals": []} | properties
            blank = {"actions": [], "notActions": [], "dataActions": [], "notDataActions": []}
            properties["excludePrincipals"] = [{"id": one["id"], "type": one["type"]} for one in properties["excludePrincipals"]]
            properties["permissions"] = [blank | permission for permission in properties["permissions"]]
        else:
            properties = {"memberType": "Direct", "status": "Provisioned", "startDateTime": when, "endDateTime": None} | properties
        return {"properties": properties, "id": id, "type": f"Microsoft.Authorization/{kind}", "name": id.rsplit("/", 1)[-1]}

    def role(self, guid):
        return ROLES.get(guid) or next((role for role in self.doc.get("roles", []) if role["name"] == guid), None)

    # ---- scopes and groups

    def above(self, scope):
        """The scope and everything above it, management groups and the root included."""
        scope = scope.rstrip("/")
        chain, parents = [], {child.lower(): parent for child, parent in self.doc["hierarchy"].items()}
        parts = scope.split("/")
        if parts[1:2] == ["subscriptions"] or parts[1:2] == ["Subscriptions"]:
            chain = ["/".join(parts[:end]).lower() for end in range(len(parts), 2, -1)]
            at = "/".join(parts[:3])
        else:
            at = scope
            chain = [at.lower()]
        while at.lower() in parents:
            at = parents[at.lower()]
            chain.append(at.lower())
        return {*chain, "/", ""}

    def listed(self, kind, scope, way):
        """What is at, above and (unless `atScope()`) below a scope."""
        above = self.above(scope)
        found = []
        for one in self.lists[kind]:
            own = one["properties"]["scope"]
            upward = own.lower().rstrip("/") in above
            below = under(own, scope) or scope.lower().rstrip("/") in self.above(own)
            if upward or (below and way != "at"):
                found.append(one)
        return found

    def groups(self, oid):
        """Groups that an object is in, through other groups as well."""
        found, waiting = set(), [oid]
        while waiting:
            one = waiting.pop()
            for group, members in self.doc["members"].items():
                if one in members and group not in found:
                    found.add(group)
                    waiting.append(group)
        return found

    def object(self, oid):
        return next((one for one in self.doc["directory"] if one["id"].lower() == oid.lower()), None)

    def applies(self, one, oid):
        """Whether an assignment is the principal's own or one of its groups'; for denies, whether it names and does not exclude it."""
        mine = {oid, *self.groups(oid)}
        properties = one["properties"]
        if "principals" in properties:
            named = {principal["id"] for principal in properties["principals"]}
            spared = {principal["id"] for principal in properties["excludePrincipals"]}
            return bool(named & (mine | {EVERYBODY})) and not spared & mine
        return properties["principalId"] in mine
