"""moto as a server for tests: a few gaps closed, and a hand on what it answers.

    server.py PORT

POST /harness/set   {"deny": ["kms:GetKeyPolicy"], "latency_ms": 100, "throttle": {"iam:GetRole": 2}, "sealed": true,
                     "fail": "ExpiredToken", "slow": {"kms:DescribeKey": 5000}}
GET  /harness/log   every call since the last set, as ["iam:GetRole", …]; writes to a sealed world are refused and start with "!"
POST /harness/world {"faults": [...]}   builds a world (world.py) and answers what to ask and expect of it

What moto 5.2.1 lacks and a reader of networks needs: interface endpoints with the addresses and groups of their own, private DNS that
can be switched, prefix lists with their addresses, routes of gateway endpoints that follow its route tables.
"""

import io
import ipaddress
import json
import os
import re
import sys
import threading
import time
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from moto.ec2.models.managed_prefixes import ManagedPrefixList
from moto.ec2.models.vpcs import VPCBackend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import FakeBucket
from werkzeug.serving import run_simple

import world

# ---- gaps closed

plain_create, plain_modify = VPCBackend.create_vpc_endpoint, VPCBackend.modify_vpc_endpoint


def create_vpc_endpoint(self, *args, **more):
    made = plain_create(self, *args, **more)
    if (made.vpc_endpoint_type or "Gateway") == "Gateway":
        made.private_dns_enabled = False
        return made
    groups = [self.get_security_group_from_id(group) for group in made.security_group_ids]
    for at, name in enumerate(made.network_interface_ids):
        interface = self.get_network_interface(name)
        address = str(ipaddress.ip_network(interface.subnet.cidr_block)[20 + int(made.id[-2:], 16) % 200])
        interface.private_ip_address = address
        interface.private_ip_addresses = [{"Primary": True, "PrivateIpAddress": address}]
        interface._group_set = list(groups)
        interface.interface_type = "vpc_endpoint"
    return made


def modify_vpc_endpoint(self, name, *args, **more):
    made = self.vpc_end_points[name]
    before = set(made.route_table_ids or [])
    plain_modify(self, name, *args, **more)
    for table in before - set(made.route_table_ids or []):
        routes = self.route_tables[table].routes
        for key in [key for key, route in routes.items() if route.gateway_id == name]:
            del routes[key]


VPCBackend.create_vpc_endpoint = create_vpc_endpoint
VPCBackend.modify_vpc_endpoint = modify_vpc_endpoint
ManagedPrefixList.cidrs = property(lambda self: [entry["Cidr"] for entry in (list(self.entries.values()) or [[]])[-1]])
FakeBucket.get_permission = lambda self, action, resource: None  # moto would judge bucket policies without their conditions

# ---- the hand on it

STILL = {"deny": [], "latency_ms": 0, "throttle": {}, "sealed": False, "fail": None, "slow": {}, "answers": {}}
state = dict(STILL)
log, lock = [], threading.Lock()
S3_QUERIES = {
    "location": "GetBucketLocation", "policy": "GetBucketPolicy", "encryption": "GetBucketEncryption", "publicAccessBlock": "GetPublicAccessBlock",
    "ownershipControls": "GetBucketOwnershipControls", "tagging": "GetBucketTagging",
}
READ = re.compile(r"^[a-z0-9-]+:(Get|List|Describe|Head|BatchGet|Search|Decode)")


def operation(environ, body):
    """service:Operation of a request."""
    service = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    service = service.group(1) if service else "unknown"
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return f"{service}:{target.rsplit('.', 1)[-1]}"
    action = parse_qs(body.decode("utf-8", "replace")).get("Action")
    if action:
        return f"{service}:{action[0]}"
    if environ["PATH_INFO"].startswith("/v20180820/"):
        return "s3control:GetPublicAccessBlock"
    if environ["PATH_INFO"].startswith("/authorization-details/"):
        return "iam-toolbox:GetRequestAuthorizationDetails"
    named = re.search(r"x-id=([A-Za-z]+)", environ.get("QUERY_STRING", ""))
    if named and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
        return f"s3:{named.group(1)}"
    query = environ.get("QUERY_STRING", "").split("=")[0].split("&")[0]
    return f"s3:{S3_QUERIES.get(query, query)}" if environ["REQUEST_METHOD"] in ("GET", "HEAD") else f"s3:Put{query}"


def error(start, environ, status, code, message):
    if environ.get("HTTP_X_AMZ_TARGET"):
        body, kind = json.dumps({"__type": code, "message": message}), "application/x-amz-json-1.1"
    elif "Credential" in environ.get("HTTP_AUTHORIZATION", "") and "/s3/" in environ["HTTP_AUTHORIZATION"]:
        body, kind = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>", "text/xml"
    elif "/ec2/" in environ.get("HTTP_AUTHORIZATION", ""):
        body, kind = f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>", "text/xml"
    else:
        body, kind = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>", "text/xml"
    start(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body.encode()]


def said(start, environ, answer):
    """An answer that the test gives itself, for calls that moto does not know."""
    text = json.dumps(answer)
    if "/sts/" in environ.get("HTTP_AUTHORIZATION", ""):
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in answer.items())
        text = f"<DecodeAuthorizationMessageResponse><DecodeAuthorizationMessageResult>{inner}</DecodeAuthorizationMessageResult></DecodeAuthorizationMessageResponse>"
    start("200 OK", [("Content-Type", "text/xml" if text[0] == "<" else "application/json"), ("Content-Length", str(len(text.encode())))])
    return [text.encode()]


class Harness:
    def __init__(self, app, port):
        self.app, self.endpoint = app, f"http://127.0.0.1:{port}"

    def __call__(self, environ, start):
        if environ["PATH_INFO"].startswith("/harness/"):
            return self.harness(environ, start)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        environ["wsgi.input"] = io.BytesIO(body)
        call = operation(environ, body)
        if environ["PATH_INFO"].startswith("/moto-api"):
            return self.app(environ, start)
        pause = state["latency_ms"] + state["slow"].get(call, 0)
        if pause:
            time.sleep(pause / 1000)
        write = state["sealed"] and not READ.match(call)
        with lock:
            log.append(f"!{call}" if write else call)
            throttled = state["throttle"].get(call, 0) > 0
            if throttled:
                state["throttle"][call] -= 1
        if state["fail"]:
            return error(start, environ, "403 Forbidden", state["fail"], "The security token included in the request is expired")
        if throttled:
            return error(start, environ, "400 Bad Request", "ThrottlingException" if environ.get("HTTP_X_AMZ_TARGET") else "Throttling", "Rate exceeded")
        if write or call in state["deny"]:
            message = f"User: arn:aws:sts::{'1' * 12}:assumed-role/reader/x is not authorized to perform: {call}"
            code = "AccessDeniedException" if environ.get("HTTP_X_AMZ_TARGET") else "UnauthorizedOperation" if call.startswith("ec2:") else "AccessDenied"
            return error(start, environ, "403 Forbidden", code, message)
        if call in state["answers"]:
            return said(start, environ, state["answers"][call])
        try:
            return self.app(environ, start)
        except NotImplementedError as missing:
            return error(start, environ, "501 Not Implemented", "NotImplemented", str(missing))

    def harness(self, environ, start):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        asked = json.loads(environ["wsgi.input"].read(length) or b"{}") if length else {}
        answer, status = {}, "200 OK"
        if environ["PATH_INFO"] == "/harness/set":
            state.update(STILL | asked)
            log.clear()
        elif environ["PATH_INFO"] == "/harness/log":
            answer = list(log)
        elif environ["PATH_INFO"] == "/harness/world":
            state.update(STILL)
            try:
                answer = world.build(self.endpoint, asked.get("faults", []))
            except Exception as wrong:  # noqa: BLE001 - the test shows it
                answer, status = {"error": repr(wrong)}, "500 Error"
        body = json.dumps(answer, default=str).encode()
        start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def end_with(parent):
    """A test that is killed must not leave its server behind."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
    port = int(sys.argv[1])
    app = Harness(DomainDispatcherApplication(create_backend_app), port)
    run_simple("127.0.0.1", port, app, threaded=True)
