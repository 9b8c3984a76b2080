"""Azure Resource Manager: resources, lists, authorization with its filters, Resource Graph. Bodies in ARM's own shape."""

import copy
import re
import uuid
from urllib.parse import quote

from world import kind_of, under

AUTHORIZATION = {"roleassignments": "assignments", "denyassignments": "denies", "roleeligibilityscheduleinstances": "eligibilities"}
# The versions that a type has are many; these are the ones that the table of read calls is written for.
VERSIONS = {
    "subscriptions": "2022-12-01", "microsoft.resources/resourcegroups": "2021-04-01", "microsoft.resourcegraph/resources": "2022-10-01",
    "microsoft.storage": "2023-05-01", "microsoft.authorization/roleassignments": "2022-04-01", "microsoft.authorization/roledefinitions": "2022-04-01",
    "microsoft.authorization/denyassignments": "2022-04-01", "microsoft.authorization/roleeligibilityscheduleinstances": "2020-10-01",
    "microsoft.authorization/permissions": "2022-04-01", "microsoft.authorization/locks": "2016-09-01", "microsoft.managedidentity": "2023-01-31",
    "microsoft.network/privatednszones": "2020-06-01", "microsoft.network": "2024-05-01", "microsoft.compute": "2024-07-01",
    "microsoft.machinelearningservices": "2024-04-01", "microsoft.keyvault": "2023-07-01", "microsoft.containerregistry": "2023-07-01",
    "microsoft.insights/diagnosticsettings": "2021-05-01-preview",
}
LATER = {"effectivenetworksecuritygroups": "effectiveNetworkSecurityGroups", "effectiveroutetable": "effectiveRouteTable"}
# What every security group has besides its own rules (Network security groups, "Default security rules").
DEFAULTS = [
    ("AllowVnetInBound", 65000, "Inbound", "Allow", "VirtualNetwork", "VirtualNetwork"),
    ("AllowAzureLoadBalancerInBound", 65001, "Inbound", "Allow", "AzureLoadBalancer", "*"),
    ("DenyAllInBound", 65500, "Inbound", "Deny", "*", "*"),
    ("AllowVnetOutBound", 65000, "Outbound", "Allow", "VirtualNetwork", "VirtualNetwork"),
    ("AllowInternetOutBound", 65001, "Outbound", "Allow", "*", "Internet"),
    ("DenyAllOutBound", 65500, "Outbound", "Deny", "*", "*"),
]


class Refused(Exception):
    def __init__(self, status, code, message, **headers):
        super().__init__(code)
        self.status, self.code, self.message, self.headers = status, code, message, headers


def action(method, path):
    """The right that a request needs, and the scope it is needed on."""
    if path.lower().rstrip("/") == "/subscriptions" or re.fullmatch(r"/subscriptions/[^/]+/?", path, re.I):
        return "Microsoft.Resources/subscriptions/read", path.rstrip("/")
    if re.fullmatch(r"/subscriptions/[^/]+/resourceGroups/[^/]+", path, re.I):
        return "Microsoft.Resources/subscriptions/resourceGroups/read", path
    kind, parts, before = kind_of(path)
    if parts and parts[-1].lower() in LATER and method == "POST":
        return f"Microsoft.Network/networkInterfaces/{LATER[parts[-1].lower()]}/action", path.rsplit("/", 1)[0]
    scope = (path.rsplit("/", 1)[0] if len(parts) > 1 else before) if len(parts) % 2 else path
    return kind.replace("microsoft.insights", "Microsoft.Insights") + "/read", scope or "/"


class Arm:
    """Azure Resource Manager over a world. `answer` gives status, body and headers."""

    def __init__(self, world, state):
        self.world, self.state = world, state
        self.waiting = {}

    def answer(self, method, path, query, body):
        path = path.rstrip("/")
        if path.lower().startswith("/subscriptions/") and "/operationresults/" in path.lower():
            return self.result(path)
        self.version(path, query)
        if method == "POST":
            return self.post(path, body)
        lower = path.lower()
        if lower == "/subscriptions":
            return self.page(path, query, [self.dressed(one) for one in self.world.subscriptions.values()])
        if lower.startswith("/subscriptions/"):
            own = "/".join(lower.split("/")[:3])
            if own not in self.world.subscriptions:
                raise Refused(404, "SubscriptionNotFound", f"The subscription '{own.split('/')[2]}' could not be found.")
        kind, parts, before = kind_of(path)
        last = kind.lower().split("/", 1)
        if last[0] == "microsoft.authorization" and len(parts) == 1 and parts[0].lower() in AUTHORIZATION:
            return self.page(path, query, self.filtered(AUTHORIZATION[parts[0].lower()], before or "/", query))
        if last[0] == "microsoft.authorization" and parts[:1] and parts[0].lower() == "roledefinitions" and len(parts) == 2:
            return 200, self.role(path, parts[1]), {}
        if kind.lower() == "microsoft.network/locations/servicetags":
            return 200, self.tags(path, before, parts[1]), {}
        if "/providers/" not in lower or len(parts) % 2 == 0:
            found = self.world.resources.get(lower)
            if found is None:
                raise Refused(404, *self.missing(path, kind, parts))
            return 200, self.dressed(found), {}
        return self.page(path, query, self.items(path, kind, parts, before))

    def version(self, path, query):
        known = self.known_version(path)
        asked = query.get("api-version", "")
        if not asked:
            raise Refused(400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")
        if asked != known:
            namespace = kind_of(path)[0] or "Microsoft.Resources"
            raise Refused(400, "NoRegisteredProviderFound", f"No registered resource provider found for location '' and API version '{asked}' for type '{namespace}'. The supported api-versions are '{known}'.")

    @staticmethod
    def known_version(path):
        if "/providers/" not in path.lower():
            return VERSIONS["subscriptions" if path.count("/") <= 2 else "microsoft.resources/resourcegroups"]
        kind = kind_of(path)[0].lower()
        found = [known for known in VERSIONS if kind == known or kind.startswith(known + "/")]
        return VERSIONS[max(found, key=len)] if found else None

    @staticmethod
    def missing(path, kind, parts):
        group = re.search(r"/resourceGroups/([^/]+)", path, re.I)
        group = group.group(1) if group else ""
        if "blobservices" in path.lower() and len(parts) > 2:
            return "ContainerNotFound", "The specified container does not exist."
        if kind.lower().startswith("microsoft.machinelearningservices/workspaces/"):
            return "UserError", f"{kind.rsplit('/', 1)[-1]} {parts[-1]} was not found."
        if len(parts) > 2:
            return "NotFound", f"The resource {path} was not found."
        return "ResourceNotFound", f"The Resource '{kind}/{parts[-1] if parts else ''}' under resource group '{group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"

    # ---- lists

    def items(self, path, kind, parts, before):
        own = path.lower() + "/"
        if len(parts) > 1:
            parent = path.rsplit("/", 1)[0]
            if parent.lower() not in self.world.resources:
                raise Refused(404, "ParentResourceNotFound", f"Failed to perform 'read' on resource(s) of type '{kind}', because the parent resource '{parent}' could not be found.")
            found = [one for id, one in self.world.resources.items() if id.startswith(own) and "/" not in id[len(own):]]
        elif re.fullmatch(r"/subscriptions/[^/]+(/resourceGroups/[^/]+)?", before, re.I):
            found = [one for id, one in self.world.resources.items() if under(id, before) and "/providers/" in id and kind_of(id)[0].lower() == kind.lower()]
        else:
            found = [one for id, one in self.world.resources.items() if id.startswith(own) and "/" not in id[len(own):]]
        return [self.dressed(one) for one in found]

    def filtered(self, kind, scope, query):
        wanted = query.get("$filter", "").strip()
        if not wanted:
            return self.world.listed(kind, scope, "all")
        found = self.world.listed(kind, scope, "at" if re.search(r"atScope\(\)", wanted, re.I) else "all")
        for term in re.split(r"\s+and\s+", wanted):
            told = re.fullmatch(r"(assignedTo)\('([^']+)'\)|(principalId)\s+eq\s+'([^']+)'|(atScope)\(\)|(asTarget)\(\)", term, re.I)
            if not told:
                raise Refused(400, "BadRequestFormat", f"The filter '{wanted}' is not supported. Supported filters are 'atScope()', 'assignedTo('{{value}}')', 'principalId eq '{{value}}''.")
            oid = told.group(2) or told.group(4) or (self.world.doc["caller"]["oid"] if told.group(6) else None)
            if told.group(4):
                found = [one for one in found if oid in [one["properties"].get("principalId"), *(p["id"] for p in one["properties"].get("principals", []))]]
            elif oid and (self.world.object(oid) or {}).get("@odata.type") == "#microsoft.graph.group":
                found = []  # assignedTo() is for users and service principals
            elif oid:
                found = [one for one in found if self.world.applies(one, oid)]
        return found

    def page(self, path, query, items):
        size, start = self.state["page_size"], int(query.get("$skiptoken", "0"))
        answer = {"value": items[start:start + size]}
        if start + size < len(items):
            host = "attacker.example" if "stray_next_link" in self.state["fail"] else "management.azure.com"
            kept = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items() if name != "$skiptoken")
            answer["nextLink"] = f"https://{host}{quote(path)}?{kept}&$skiptoken={start + size}"
        return 200, answer, {}

    # ---- single things

    def role(self, path, guid):
        role = self.world.role(guid)
        if role is None:
            raise Refused(404, "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{guid.replace('-', '')}' does not exist.")
        blank = {"actions": [], "notActions": [], "dataActions": [], "notDataActions": []}
        own = role.get("type", "BuiltInRole")
        return {
            "properties": {
                "roleName": role["roleName"], "type": own, "description": role.get("description", ""), "assignableScopes": role.get("assignableScopes", ["/"]),
                "permissions": [blank | {name: value for name, value in one.items() if value is not None} for one in role["permissions"]],
            },
            "id": path, "type": "Microsoft.Authorization/roleDefinitions", "name": guid,
        }

    def tags(self, path, before, location):
        values = [
            {"name": name, "id": name, "properties": {"changeNumber": "7", "region": name.partition(".")[2].lower(), "systemService": f"Azure{name.partition('.')[0]}", "addressPrefixes": prefixes}}
            for name, prefixes in self.world.doc["service_tags"].items()
        ]
        return {"name": "Public", "id": path, "type": "Microsoft.Network/serviceTags", "changeNumber": "7", "cloud": "Public", "values": values}

    def dressed(self, body):
        """The body with what ARM adds by itself: names, types, ids of nested things, connections."""
        body = copy.deepcopy(body)
        id = body["id"]
        if id.count("/") <= 2:
            return body
        kind = kind_of(id)[0]
        body.setdefault("name", id.rsplit("/", 1)[-1])
        body.setdefault("type", kind)
        kind = kind.lower()
        properties = body.setdefault("properties", {})
        if kind.startswith(("microsoft.network/", "microsoft.storage/storageaccounts", "microsoft.keyvault/vaults", "microsoft.machinelearningservices/", "microsoft.containerregistry/")):
            if kind.count("/") == 1 or "location" in body:
                body.setdefault("location", "global" if "privatednszones" in kind else self.world.doc["location"])
            properties.setdefault("provisioningState", "Succeeded")
        for name in ("subnets", "virtualNetworkPeerings", "securityRules", "routes", "ipConfigurations", "serviceEndpointPolicyDefinitions"):
            for item in (one for one in properties.get(name, []) if "name" in one):
                item.setdefault("id", f"{id}/{name}/{item['name']}")
                item.setdefault("properties", {}).setdefault("provisioningState", "Succeeded")
        if kind == "microsoft.network/networksecuritygroups":
            properties["defaultSecurityRules"] = [self.default(id, *rule) for rule in DEFAULTS]
        if kind == "microsoft.network/privateendpoints":
            for link in [*properties.get("privateLinkServiceConnections", []), *properties.get("manualPrivateLinkServiceConnections", [])]:
                link.setdefault("name", body["name"])
                link.setdefault("id", f"{id}/privateLinkServiceConnections/{link['name']}")
                link["properties"].setdefault("privateLinkServiceConnectionState", self.state_of(id))
        if kind in ("microsoft.storage/storageaccounts", "microsoft.keyvault/vaults", "microsoft.machinelearningservices/workspaces", "microsoft.containerregistry/registries"):
            own = id.lower() + "/privateendpointconnections/"
            properties["privateEndpointConnections"] = [self.dressed(one) for key, one in self.world.resources.items() if key.startswith(own)]
        if kind == "microsoft.storage/storageaccounts":
            properties.setdefault("primaryEndpoints", {part: f"https://{body['name']}.{part}.core.windows.net/" for part in ("blob", "dfs", "file", "queue", "table", "web")})
            properties.setdefault("primaryLocation", body["location"])
            properties.setdefault("statusOfPrimary", "available")
        if kind == "microsoft.machinelearningservices/workspaces" and "managedNetwork" in properties:
            own = id.lower() + "/outboundrules/"
            properties["managedNetwork"]["outboundRules"] = {one["id"].rsplit("/", 1)[-1]: one["properties"] for key, one in self.world.resources.items() if key.startswith(own)}
        return body

    def state_of(self, endpoint):
        for id, one in self.world.resources.items():
            if "/privateendpointconnections/" in id and one["properties"].get("privateEndpoint", {}).get("id", "").lower() == endpoint.lower():
                return one["properties"]["privateLinkServiceConnectionState"]
        return {"status": "Disconnected", "description": "", "actionsRequired": "None"}

    @staticmethod
    def default(id, name, priority, direction, access, source, destination):
        return {
            "name": name, "id": f"{id}/defaultSecurityRules/{name}", "type": "Microsoft.Network/networkSecurityGroups/defaultSecurityRules",
            "properties": {
                "provisioningState": "Succeeded", "protocol": "*", "sourcePortRange": "*", "destinationPortRange": "*", "sourceAddressPrefix": source,
                "destinationAddressPrefix": destination, "access": access, "priority": priority, "direction": direction,
                "sourcePortRanges": [], "destinationPortRanges": [], "sourceAddressPrefixes": [], "destinationAddressPrefixes": [],
            },
        }

    # ---- POSTs that read

    def post(self, path, body):
        if path.lower() == "/providers/microsoft.resourcegraph/resources":
            return self.search(body.get("query", ""), body.get("subscriptions"))
        interface, _, what = path.rpartition("/")
        if what.lower() in LATER and kind_of(interface)[0].lower() == "microsoft.network/networkinterfaces":
            if interface.lower() not in self.world.resources:
                raise Refused(404, *self.missing(interface, *kind_of(interface)[:2]))
            ticket = str(uuid.uuid4())
            told = self.world.doc.get("effective", {}).get(interface, {}).get(LATER[what.lower()], {"value": []})
            self.waiting[ticket] = [2, told]
            subscription = "/".join(path.split("/")[:3])
            where = f"https://management.azure.com{subscription}/providers/Microsoft.Network/locations/{self.world.doc['location']}/operationResults/{ticket}?api-version=2024-05-01"
            return 202, None, {"Location": where, "Retry-After": "0"}
        raise Refused(405, "HttpMethodNotAllowed", "This server answers reads only.")

    def result(self, path):
        waited = self.waiting.get(path.rsplit("/", 1)[-1])
        if waited is None:
            raise Refused(404, "NotFound", "There is no such operation.")
        waited[0] -= 1
        if waited[0] > 0:
            return 202, None, {"Location": f"https://management.azure.com{path}?api-version=2024-05-01", "Retry-After": "0"}
        return 200, waited[1], {}

    def search(self, query, subscriptions):
        """Resource Graph, as far as `resources | where FIELD =~ 'x' and … | project …` goes."""
        table, *stages = [stage.strip() for stage in query.split("|")]
        rows = [self.dressed(one) for id, one in self.world.resources.items() if "/providers/" in id and kind_of(id)[0].count("/") == 1]
        if table.lower() != "resources":
            raise Refused(400, "BadRequest", f"Please provide below info when asking for support: InvalidQuery, unknown table '{table}'.")
        for row in rows:
            row["type"], row["subscriptionId"] = row["type"].lower(), row["id"].split("/")[2]
            row["resourceGroup"] = row["id"].split("/")[4]
            row["tenantId"] = self.world.doc["tenant"]
        if subscriptions:
            rows = [row for row in rows if row["subscriptionId"] in subscriptions]
        for stage in stages:
            word, _, rest = stage.partition(" ")
            if word in ("project", "order", "sort", "limit", "take"):
                continue
            if word != "where":
                raise Refused(400, "BadRequest", f"InvalidQuery: unknown operator '{word}'.")
            for term in re.split(r"\s+and\s+", rest):
                rows = self.narrowed(rows, term.strip())
        return 200, {"totalRecords": len(rows), "count": len(rows), "data": rows, "facets": [], "resultTruncated": "false"}, {}

    @staticmethod
    def narrowed(rows, term):
        told = re.fullmatch(r"(?:tolower\()?(\w+)\)?\s*(=~|==|in~|in)\s*(\(.*\)|'[^']*'|\"[^\"]*\")", term)
        if not told:
            raise Refused(400, "BadRequest", f"InvalidQuery: cannot read '{term}'.")
        field, how, texts = told.group(1), told.group(2), re.findall(r"['\"]([^'\"]*)['\"]", told.group(3))
        fold = str.lower if "~" in how else str
        return [row for row in rows if fold(str(row.get(field, ""))) in [fold(text) for text in texts]]
