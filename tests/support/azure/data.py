"""The data plane, told by the world: what a blob, a container or an access control list answers."""

import json
from xml.sax.saxutils import escape

MESSAGES = {
    "AuthorizationFailure": "This request is not authorized to perform this operation.",
    "AuthorizationPermissionMismatch": "This request is not authorized to perform this operation using this permission.",
    "NoAuthenticationInformation": "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
    "BlobNotFound": "The specified blob does not exist.",
    "PathNotFound": "The specified path does not exist.",
    "ContainerNotFound": "The specified container does not exist.",
}
REQUEST = "00000000-0000-0000-0000-0000000000d1"


def answer(world, account, part, path, query, signed):
    """Status, body and headers of a read."""
    path = path.strip("/")
    if not signed and not query.get("sig"):
        told = world.doc["data"].get(account, {}).get("anonymous", {}).get(path, {"status": 401, "code": "NoAuthenticationInformation"})
    elif part == "dfs" and query.get("action", "").lower() == "getaccesscontrol":
        return acl(world, account, path)
    elif query.get("comp") == "list":
        told = world.doc["data"].get(account, {}).get(f"{path}?list", {"status": 200})
        if told["status"] == 200:
            text = f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://{account}.blob.core.windows.net/" ContainerName="{path}"><Blobs /><NextMarker /></EnumerationResults>'
            return 200, b"\xef\xbb\xbf" + text.encode(), {"Content-Type": "application/xml"}
    elif query.get("restype") == "container":
        told = world.doc["data"].get(account, {}).get(f"{path}?container", {"status": 200})
    else:
        missing = {"status": 404, "code": "PathNotFound" if part == "dfs" else "BlobNotFound"}
        told = world.doc["data"].get(account, {}).get(path, missing)
    if told["status"] < 300:
        return told["status"], b"x", {"Content-Type": "application/octet-stream", "x-ms-request-id": REQUEST, "ETag": '"0x1"'}
    return refused(part, told["status"], told["code"], world.doc["tenant"])


def acl(world, account, path):
    told = world.doc["acls"].get(account, {}).get(path)
    if told is None:
        return refused("dfs", 404, "PathNotFound", "")
    if "status" in told:
        return refused("dfs", told["status"], told["code"], "")
    names = {"owner": "x-ms-owner", "group": "x-ms-group", "permissions": "x-ms-permissions", "acl": "x-ms-acl"}
    return 200, b"", {header: told[name] for name, header in names.items()} | {"x-ms-request-id": REQUEST}


def refused(part, status, code, tenant):
    message = f"{MESSAGES.get(code, code)}\nRequestId:{REQUEST}\nTime:2026-01-01T00:00:00.0000000Z"
    headers = {"x-ms-error-code": code, "x-ms-request-id": REQUEST}
    if status == 401:
        headers["WWW-Authenticate"] = f"Bearer authorization_uri=https://login.microsoftonline.com/{tenant}/oauth2/authorize resource_id=https://storage.azure.com"
    if part == "dfs":
        return status, json.dumps({"error": {"code": code, "message": message}}).encode(), headers | {"Content-Type": "application/json"}
    text = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>'
    return status, b"\xef\xbb\xbf" + text.encode(), headers | {"Content-Type": "application/xml"}
