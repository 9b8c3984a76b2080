"""Asks the server without the program, and looks whether every world is sound in itself. Ends with 1 and says what is wrong."""

import base64
import json
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from http.server import ThreadingHTTPServer
from pathlib import Path

import arm
import server
from world import WORLDS, World, load

SRC = Path(__file__).resolve().parents[3] / "src/azure"
# Reasons that no world shows, and why.
UNSHOWN = {
    ("key-vault-key", "no-such-vault"): "an account names its vault by name, and a vault that no list has may be elsewhere: see the unknowns",
    ("account-state", "no-such-account"): "an account that nobody finds has no ARM id to blame",
    ("route", "appliance"): "whether an appliance passes packets on cannot be read",
    ("role-condition", "unknown-attributes"): "an unknown verdict: see the unknowns",
}
wrong = []


def check(good, what):
    if not good:
        wrong.append(what)


# ---- worlds

def worlds():
    for file in sorted(WORLDS.glob("*.json")):
        if not file.name.endswith(".faults.json"):
            world(file.stem, load(file.stem))


def world(name, doc):
    healthy = World(doc)
    check(not any(healthy.expected.values()), f"{name}: the healthy world expects faults")
    known = set(healthy.resources) | {id.lower() for id in healthy.names.values()}
    for id in list(healthy.resources):
        for part in ("subnets", "virtualNetworkPeerings"):
            known |= {f"{id}/{part}/{one['name']}".lower() for one in healthy.resources[id].get("properties", {}).get(part, []) if "name" in one}
    subscriptions = tuple(f"{id}/" for id in healthy.subscriptions)
    unplayed = ("/environments/", "/codes/", "/microsoft.operationalinsights/")
    for key, body in healthy.resources.items():
        for id in references({part: value for part, value in body.items() if part != "id"}):
            if id.lower().startswith(subscriptions) and not any(word in id.lower() for word in unplayed):
                check(id.lower() in known, f"{name}: {key} refers to {id}, which is not there")
    for key, one in doc["assignments"].items():
        check(healthy.object(World.fill(one["principal"], healthy.names)), f"{name}: {key} is of nobody")
    faults(name, doc, healthy)


def faults(name, doc, healthy):
    gates = gate_table()
    own = checks()
    shown = set()
    for kind in ("faults", "herrings", "unknowns"):
        for fault, told in doc.get(kind, {}).items():
            try:
                broken = World(doc, [fault])
            except Exception as error:  # noqa: BLE001 - said below
                check(False, f"{name}: {fault} cannot be played: {error!r}")
                continue
            touched = {question for question in broken.questions if broken.expected[question] or broken.unknown[question]}
            check(bool(touched) != (kind == "herrings"), f"{name}: {fault} of the {kind} touches {sorted(touched)}")
            for cause in [*told.get("expected", []), *told.get("unknown", [])]:
                for question in broken.members_of(cause["questions"]):
                    check(question in broken.questions, f"{name}: {fault} names the question {question}")
                check(cause["gate"] in {**gates, **own}, f"{name}: {fault} names the gate {cause['gate']}")
                if "reason" in cause:
                    check(cause["reason"] in {**own, **gates}.get(cause["gate"], ()), f"{name}: {fault} gives {cause['gate']} the reason {cause['reason']}")
                    shown.add((cause["gate"], cause["reason"]))
            check(changed(healthy, broken) or kind != "faults", f"{name}: {fault} changes nothing")
    for pair in doc.get("pairs", []):
        both = World(doc, pair)
        check(any(len(causes) > 1 for causes in both.expected.values()) or len(pair) > 1, f"{name}: {pair}")
        check(all(part in doc["faults"] for part in pair), f"{name}: {pair} names no fault")
    for gate, reasons in gates.items():
        for reason in set(reasons) - {"unread"}:
            seen = (gate, reason)
            check((seen in shown) != (seen in UNSHOWN), f"{name}: {gate}.{reason} has no fault" if seen not in UNSHOWN else f"{seen} is shown after all")


def changed(healthy, broken):
    keys = ("resources", "lists", "questions")
    parts = ("hierarchy", "members", "acls", "caller", "directory")
    return any(getattr(healthy, key) != getattr(broken, key) for key in keys) or any(healthy.doc[part] != broken.doc[part] for part in parts)


def references(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from references(key)
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, str) and value.startswith("/subscriptions/"):
        yield value


def gate_table():
    """Gate → reasons, from the program's own table."""
    text = (SRC / "gates.rs").read_text()
    table = text[text.index("static GATES"):]
    found = {}
    for gate, rest in re.findall(r'(?:Identity|Network|Storage) "([a-z-]+)",(.*?)(?=\n    (?:Identity|Network|Storage) "|\n\};)', table, re.S):
        found[gate] = re.findall(r'\("([a-z-]+)",', rest)
    return found


def checks():
    """Gate → reasons, of the checks that playbooks word themselves."""
    found = {}
    for file in sorted((SRC.parents[1] / "playbooks/azure").rglob("*.yaml")):
        for gate, rest in re.findall(r"^      gate: ([a-z-]+)\n(.*?)(?=^    - id: |\Z)", file.read_text(), re.S | re.M):
            if reason := re.search(r"^        reason: ([a-z-]+)$", rest, re.M):
                found.setdefault(gate, []).append(reason.group(1))
    return found


# ---- the table of read calls

def calls():
    """Right, path and version of every call to ARM, against what the server makes of it."""
    text = (SRC / "calls.rs").read_text()
    row = re.compile(r'^    "([a-z]+:\w+)" "([^"]+)" ([\w:]+), (\w), "([^"]*)" "([^"]*)"', re.M)
    lab = World(load("lab"))
    ids = {
        "subscriptions:Get": "ml", "storage:ListAccounts": "ml", "privatedns:ListZones": "ml", "keyvault:ListVaults": "ml", "network:ListServiceTags": "ml", "storage:GetContainer": "frauddata-raw",
        "identity:GetUserAssigned": "train-id", "network:GetVirtualNetwork": "ml-vnet", "network:GetNetworkInterface": "train-nic", "network:GetEffectiveSecurityGroups": "train-nic", "network:GetEffectiveRoutes": "train-nic",
        "network:GetSecurityGroup": "compute-nsg", "network:GetRouteTable": "compute-routes", "network:GetPrivateEndpoint": "frauddata-blob-pe", "network:GetServiceEndpointPolicy": "jobs-policy", "network:GetNatGateway": "nat",
        "network:GetPublicIpAddress": "nat-ip", "privatedns:ListAddressRecords": "zone-blob", "privatedns:ListNetworkLinks": "zone-blob", "compute:GetVirtualMachine": "train-vm", "ml:GetWorkspace": "ws-managed", "ml:GetCompute": "ci-1",
        "ml:GetDatastore": "training", "ml:ListOutboundRules": "ws-managed", "ml:GetOnlineEndpoint": "fraud", "ml:ListDeployments": "fraud", "ml:GetModelVersion": "model-7", "ml:GetDataVersion": "data-3", "ml:GetJob": "job-42",
        "keyvault:GetVault": "fraud-kv", "keyvault:GetKey": "fraud-cmk", "acr:GetRegistry": "fraudacr", "insights:ListDiagnosticSettings": "fraud",
    }
    seen = 0
    for name, permission, host, method, path, version in row.findall(text):
        if host != "ARM":
            continue
        seen += 1
        id = lab.names[ids.get(name, "frauddata")]
        if name == "authorization:GetRoleDefinition":
            id = f"{lab.names['ml']}/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
        url = path.replace("{id}", id).replace("{location}", "westeurope")
        way = "GET" if method == "G" else "POST"
        check(arm.action(way, url)[0] == permission, f"{name}: the right is {arm.action(way, url)[0]}, not {permission}")
        if way == "GET":
            status, body, _ = client(f"management.azure.com{url}?api-version={version}")
            check(status == 200, f"{name}: {status} {body}")
    check(seen > 30, "the table of read calls cannot be read")


# ---- over HTTP

def client(url, method="GET", body=None, token=None):
    """One request as the program makes it."""
    token = sign_in("https://management.azure.com") if token is None else token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    quoted = urllib.parse.quote(url, safe="/:?&=$%'()*@+,-.~")
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/{quoted.replace(' ', '%20')}", data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, told(answer.read()), answer.headers
    except urllib.error.HTTPError as answer:
        return answer.code, told(answer.read()), answer.headers


def told(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def sign_in(scope, **how):
    doc = server.Handler.cloud.world.doc
    form = {"grant_type": "client_credentials", "client_id": doc["sign_in"]["client_id"], "client_secret": doc["sign_in"]["secret"], "scope": f"{scope}/.default"} | how
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/login.microsoftonline.com/{doc['tenant']}/oauth2/v2.0/token", data=urllib.parse.urlencode(form).encode())
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["access_token"]
    except urllib.error.HTTPError as answer:
        return json.load(answer)["error"]


def switch(**how):
    client("harness/set", "POST", how, token="")


def assignments(scope, text):
    asked = f"management.azure.com{scope}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01" + (f"&$filter={text}" if text else "")
    names, status = [], 200
    while asked:
        status, body, _ = client(asked)
        names += [one["properties"]["principalId"] for one in body.get("value", [])]
        asked = urllib.parse.unquote(body.get("nextLink", "")).removeprefix("https://")
    return status, sorted(names)


def over_http():
    lab = server.Handler.cloud.world
    name = lab.names
    raw, ada = f"{name['frauddata']}/blobServices/default/containers/raw", name["ada"]
    check(assignments(raw, f"assignedTo('{ada}')") == (200, [name["fraud-readers"]]), "assignedTo() goes through groups")
    check(assignments(raw, f"principalId eq '{ada}'") == (200, []), "principalId is direct")
    at_scope = assignments(raw, "atScope()")[1]
    check(name["fraud-readers"] in at_scope and name["platform"] in at_scope and name["reader"] in at_scope, "atScope() is at and above, management groups included")
    check(name["train-oid"] not in at_scope and name["train-oid"] in assignments(name["ml"], "")[1], "atScope() is not beside or below; no filter is")
    check(assignments(name["ml"], "atScope()")[1] == sorted([name["platform"], name["reader"]]), f"atScope() of a subscription: {assignments(name['ml'], 'atScope()')}")
    check(assignments(name["ml"], f"principalId eq '{name['eve']}'")[1] == [name["eve"]] * 2, "principalId reaches below")
    check(assignments(raw, "roleName eq 'x'")[0] == 400, "a filter that Azure does not know")
    check(sign_in("https://management.azure.com", client_secret="no") == "invalid_client", "a wrong secret")
    account = f"management.azure.com{name['frauddata']}"
    check(client(account)[1]["error"]["code"] == "MissingApiVersionParameter", "no version")
    check(client(f"{account}?api-version=1999-01-01")[1]["error"]["code"] == "NoRegisteredProviderFound", "a wrong version")
    check(client(f"{account.upper().replace('MANAGEMENT.AZURE.COM', 'management.azure.com')}?api-version=2023-05-01")[0] == 200, "ids in capitals")
    check(client(f"{account}x?api-version=2023-05-01")[1]["error"]["code"] == "ResourceNotFound", "what is not there")
    status, body, headers = client(f"{account}?api-version=2023-05-01", token="")
    check((status, body["error"]["code"], "authorization_uri" in headers["WWW-Authenticate"]) == (401, "AuthenticationFailed", True), "no token")
    check(client(f"{account}?api-version=2023-05-01", token=sign_in("https://graph.microsoft.com"))[1]["error"]["code"] == "InvalidAuthenticationTokenAudience", "a token for Graph")
    claims = sign_in("https://storage.azure.com").split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(claims + "=="))
    check((claims["oid"], claims["aud"], claims["tid"]) == (name["reader"], "https://storage.azure.com", name["tenant"]), f"claims: {claims}")
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        check(client(f"{account}?api-version=2023-05-01", method, {})[0] == 405, f"{method} is refused")
    writes = [line for line in client("harness/log", "POST", {}, token="")[1] if line.startswith("!")]
    check(len(writes) == 4, f"writes are marked: {writes}")
    graph(name)
    probes(name)
    later(name)
    switches(account, name)


def graph(name):
    token = sign_in("https://graph.microsoft.com")
    user = client("graph.microsoft.com/v1.0/users/ADA@contoso.com", token=token)[1]
    check(user["id"] == name["ada"] and "name" not in user, f"a user by name: {user}")
    groups = client(f"graph.microsoft.com/v1.0/directoryObjects/{name['ada']}/getMemberObjects", "POST", {"securityEnabledOnly": True}, token=token)[1]["value"]
    check(set(groups) == {name["fraud-team"], name["fraud-readers"], name["all-staff"]}, "groups through groups")
    check(client(f"graph.microsoft.com/v1.0/users/{name['ci-1-oid']}", token=token)[0] == 404, "an application is no user")
    check(client("graph.microsoft.com/v1.0/servicePrincipals?$filter=appId eq 'a9000000-0000-4000-8000-000000000009'", token=token)[1]["value"][0]["id"] == name["reader"], "by application id")
    found = client("graph.microsoft.com/v1.0/directoryObjects/getByIds", "POST", {"ids": [name["platform"]]}, token=token)[1]["value"]
    check([one["displayName"] for one in found] == ["platform"], "names by ids")


def probes(name):
    token = sign_in("https://storage.azure.com")
    status, _, headers = client("lakehns.dfs.core.windows.net/lake/curated?action=getAccessControl", "HEAD", token=token)
    check((status, headers["x-ms-group"]) == (200, name["platform"]) and name["fraud-team"] in headers["x-ms-acl"], "access control of a folder")
    check(client("lakehns.dfs.core.windows.net/lake/?action=getAccessControl", "HEAD", token=token)[2]["x-ms-owner"] == "$superuser", "and of the root")
    status, _, headers = client("frauddata.blob.core.windows.net/raw/none", "HEAD", token=token)
    check((status, headers["x-ms-error-code"]) == (404, "BlobNotFound"), "a blob that is not there")
    check(client("frauddata.blob.core.windows.net/raw?restype=container", "HEAD", token=token)[0] == 200, "the head of a container")
    status, body, headers = client("frauddata.blob.core.windows.net/raw/public/x.csv", token="")
    check((status, headers["x-ms-error-code"], body[:3]) == (401, "NoAuthenticationInformation", b"\xef\xbb\xbf"), "an unsigned read")


def later(name):
    world = server.Handler.cloud.world
    refused, world.doc["refused"] = world.doc["refused"], []
    status, _, headers = client(f"management.azure.com{name['train-nic']}/effectiveRouteTable?api-version=2024-05-01", "POST", {})
    where = headers["Location"].removeprefix("https://")
    check((status, client(where)[0], client(where)[1]) == (202, 202, {"value": []}), "an answer that comes later")
    world.doc["refused"] = refused
    check(client(f"management.azure.com{name['train-nic']}/effectiveRouteTable?api-version=2024-05-01", "POST", {})[0] == 403, "what Reader may not")
    query = {"query": "Resources | where type =~ 'Microsoft.Storage/storageAccounts' and name =~ 'FRAUDDATA' | project id"}
    found = client("management.azure.com/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01", "POST", query)[1]
    check([one["id"] for one in found["data"]] == [name["frauddata"]], f"Resource Graph: {found}")


def switches(account, name):
    url = f"{account}?api-version=2023-05-01"
    switch(deny=["microsoft.storage/storageAccounts/read"])
    error = client(url)[1]["error"]
    check(error["code"] == "AuthorizationFailed" and f"over scope '{name['frauddata']}'" in error["message"], f"denied by right: {error}")
    switch(deny=["GET .*/virtualNetworks/ml-vnet.*"])
    check((client(url)[0], client(f"management.azure.com{name['ml-vnet']}?api-version=2024-05-01")[0]) == (200, 403), "denied by path")
    switch(deny=["graph"])
    check(client("graph.microsoft.com/v1.0/users/ada@contoso.com", token=sign_in("https://graph.microsoft.com"))[1]["error"]["code"] == "Authorization_RequestDenied", "the directory is denied")
    switch(throttle={"frauddata": 2})
    check([client(url)[0] for _ in range(3)] == [429, 429, 200], "throttled twice")
    switch(fail=["ExpiredAuthenticationToken"])
    check(client(url)[1]["error"]["code"] == "ExpiredAuthenticationToken", "an expired token")
    switch(fail=["stray_next_link"])
    check("attacker.example" in client(f"management.azure.com{name['ml']}/providers/Microsoft.Storage/storageAccounts?api-version=2023-05-01")[1]["nextLink"], "a next page elsewhere")
    switch(fail=["opaque_token"])
    check("." not in sign_in("https://management.azure.com"), "an opaque token")
    imds = "169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/"
    check(client(imds)[0] == 404, "no metadata service")
    switch(imds=True)
    check(client(imds)[0] == 400, "the metadata service wants its header")
    switch()


if __name__ == "__main__":
    server.Handler.cloud = server.Cloud()
    listening = ThreadingHTTPServer(("127.0.0.1", 0), server.Handler)
    PORT = listening.server_address[1]
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    for part in (worlds, calls, over_http):
        part()
    print("\n".join(wrong) if wrong else "sound")
    raise SystemExit(1 if wrong else 0)
