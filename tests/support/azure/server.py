"""A small Azure over HTTP for tests: https://HOST/PATH is asked as http://127.0.0.1:PORT/HOST/PATH.

    server.py PORT

POST /harness/world {"world": NAME or {…}, "faults": [NAME or edit, …]}   the world to play; answers its questions, ids and expectations
POST /harness/set   switches, all others back to rest; forgets the log:
    deny        ["Microsoft.Storage/storageAccounts/read", "GET management.azure.com/.*roleAssignments.*", "graph", "Directory.Read.All (Microsoft Graph)"]
    throttle    {"path regex": times}   429 with Retry-After: retry_after
    retry_after seconds (0)
    slow        {"path regex": milliseconds}
    latency     milliseconds on every answer
    page_size   items a page (2)
    imds        true: the metadata service answers with tokens
    fail        ["ExpiredAuthenticationToken", "stray_next_link", "opaque_token"]
POST /harness/log    every call since the last set: "RIGHT METHOD HOST/PATH?QUERY"; what is not a read starts with "!"
POST /harness/tokens every token that was issued
"""

import json
import os
import re
import sys
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote

import data
from arm import Arm, Refused, action
from identity import Identity, Login
from world import World, load

STILL = {"deny": [], "throttle": {}, "retry_after": 0, "slow": {}, "latency": 0, "page_size": 2, "imds": False, "fail": []}
GRAPH = [
    (r"/v1\.0/users/", "User.Read.All (Microsoft Graph)"), (r"/v1\.0/servicePrincipals", "Application.Read.All (Microsoft Graph)"), (r"", "Directory.Read.All (Microsoft Graph)"),
]
ARM_AUDIENCES = ("https://management.azure.com", "https://management.core.windows.net")
POSTS = re.compile(r"/v1\.0/(directoryObjects/getByIds|[a-zA-Z]+/[^/]+/getMemberObjects)|/providers/Microsoft\.ResourceGraph/resources|.*/networkInterfaces/[^/]+/effective(NetworkSecurityGroups|RouteTable)", re.I)


class Cloud:
    """One world at a time, and the hand on it."""

    def __init__(self):
        self.state, self.log, self.lock = dict(STILL), [], threading.Lock()
        self.play(load("lab"), [])

    def play(self, doc, faults):
        self.world = World(doc, faults)
        self.state.update(STILL)
        self.arm, self.identity = Arm(self.world, self.state), Identity(self.world, self.state)
        self.log.clear()
        sign_in = self.world.doc["sign_in"]
        return {
            "env": {"AZURE_TENANT_ID": self.world.doc["tenant"], "AZURE_CLIENT_ID": sign_in["client_id"], "AZURE_CLIENT_SECRET": sign_in["secret"]},
            "federated_token": sign_in["federated_token"], "msi_secret": sign_in["msi_secret"], "ids": self.world.names, "questions": self.world.questions,
            "expected": self.world.expected, "unknown": self.world.unknown, **{kind: sorted(doc.get(kind, {})) for kind in ("faults", "herrings", "unknowns")},
            "pairs": doc.get("pairs", []),
        }

    def harness(self, what, asked):
        if what == "world":
            world = asked.get("world", "lab")
            return self.play(load(world) if isinstance(world, str) else world, asked.get("faults", []))
        if what == "set":
            if unknown := set(asked) - set(STILL):
                raise KeyError(f"no such switch: {unknown}")
            self.state.update({**STILL, **json.loads(json.dumps(asked))})
            self.log.clear()
            return {}
        return {"log": list(self.log), "tokens": list(self.identity.issued)}[what]

    # ---- one request

    def right(self, method, host, path):
        if host == "graph.microsoft.com":
            return next(name for pattern, name in GRAPH if re.match(pattern, path)), path
        if host == "management.azure.com":
            return action(method, path) if "/operationresults/" not in path.lower() else ("Microsoft.Network/operationResults/read", path)
        return ("sign-in" if "login" in host or "169.254" in host or "msi" in path else "data"), path

    def throttled(self, where):
        with self.lock:
            for pattern, left in self.state["throttle"].items():
                if left > 0 and re.search(pattern, where):
                    self.state["throttle"][pattern] = left - 1
                    return True
        return False

    def answer(self, method, host, path, query, headers, body):
        where = f"{host}{path}" + ("?" + "&".join(f"{name}={'…' if name == 'sig' else value}" for name, value in query.items()) if query else "")
        sign_in = host == "login.microsoftonline.com"
        reads = method in ("GET", "HEAD") or (method == "POST" and (sign_in or POSTS.fullmatch(path)))
        right, scope = self.right(method, host, path)
        with self.lock:
            self.log.append(f"{right} {method} {where}" if reads else f"!{method} {where}")
        time.sleep(max([self.state["latency"], *(wait for pattern, wait in self.state["slow"].items() if re.search(pattern, where))]) / 1000)
        if not reads:
            raise Refused(405, "HttpMethodNotAllowed", "This server answers reads only.")
        if self.throttled(where):
            raise Refused(429, "TooManyRequests", "The request is being throttled as the limit has been reached.", **{"Retry-After": str(self.state["retry_after"])})
        if sign_in:
            return self.sign_in(method, path, body)
        if host == "169.254.169.254":
            return self.identity.managed(query, headers)
        if path.startswith("/msi/token"):
            return self.identity.managed(query, headers, self.world.doc["sign_in"]["msi_secret"])
        if host == "graph.microsoft.com":
            self.identity.checked(headers.get("Authorization", ""), ("https://graph.microsoft.com",))
            if self.denied(right, method, where) or "graph" in self.state["deny"]:
                raise Refused(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
            return self.identity.graph(method, path, query, json.loads(body or "{}"))
        if host == "management.azure.com":
            self.identity.checked(headers.get("Authorization", ""), ARM_AUDIENCES)
            if self.denied(right, method, where):
                caller = self.world.doc["caller"]
                raise Refused(403, "AuthorizationFailed", f"The client '{caller['appid']}' with object id '{caller['oid']}' does not have authorization to perform action '{right}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.")
            return self.arm.answer(method, path, query, json.loads(body or "{}"))
        if told := re.fullmatch(r"([a-z0-9]+)\.(blob|dfs)\.core\.windows\.net", host):
            signed = headers.get("Authorization", "")
            if signed:
                self.identity.checked(signed, ("https://storage.azure.com", f"https://{host}"))
            return data.answer(self.world, *told.groups(), path, query, bool(signed))
        raise Refused(404, "NoSuchHost", f"This server does not play {host}.")

    def denied(self, right, method, where):
        for entry in [*self.state["deny"], *self.world.doc.get("refused", [])]:
            if entry.lower() == right.lower() or ("/" in entry and " " in entry and re.fullmatch(entry, f"{method} {where}", re.I)):
                return True
        return False

    def sign_in(self, method, path, body):
        if path.endswith("/oauth2/v2.0/token") and method == "POST":
            return self.identity.login(path, body)
        if path.endswith("/.well-known/openid-configuration"):
            base = f"https://login.microsoftonline.com/{path.split('/')[1]}"
            return 200, {"token_endpoint": f"{base}/oauth2/v2.0/token", "issuer": f"{base}/v2.0", "authorization_endpoint": f"{base}/oauth2/v2.0/authorize"}, {}
        if path.endswith("/discovery/instance"):
            return 200, {"tenant_discovery_endpoint": f"https://login.microsoftonline.com/{self.world.doc['tenant']}/v2.0/.well-known/openid-configuration", "metadata": []}, {}
        raise Refused(404, "NotFound", path)


class Handler(BaseHTTPRequestHandler):
    protocol_version, wbufsize, disable_nagle_algorithm = "HTTP/1.1", -1, True
    cloud = None

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path, _, query = self.path.partition("?")
        query = dict(parse_qsl(query, keep_blank_values=True))
        first, _, rest = unquote(path).lstrip("/").partition("/")
        try:
            if first == "harness":
                self.say(200, self.cloud.harness(rest, json.loads(body or "{}")), {})
                return
            if re.fullmatch(r"(127\.0\.0\.1|localhost)(:\d+)?", first):
                first, _, rest = rest.partition("/")
            if first == "msi":
                first, rest = "msi", f"msi/{rest}"
            self.say(*self.cloud.answer(self.command, first, "/" + rest, query, self.headers, body))
        except Refused as why:
            self.say(why.status, {"error": {"code": why.code, "message": why.message}}, {"x-ms-error-code": why.code} | why.headers)
        except Login as why:
            self.say(why.status, why.body, {})
        except Exception as wrong:  # noqa: BLE001 - the test shows it
            traceback.print_exc()
            self.say(500, {"error": {"code": "InternalServerError", "message": repr(wrong)}}, {})

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve

    def say(self, status, body, headers):
        text = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(text))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def log_message(self, *args):
        pass


def end_with(parent):
    """A test that is killed must not leave its server behind."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
    Handler.cloud = Cloud()
    ThreadingHTTPServer.request_queue_size = 128
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
