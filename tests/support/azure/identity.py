"""Sign-in and Microsoft Graph: tokens that nobody signed, and a directory."""

import base64
import json
import re
import time
import uuid
from urllib.parse import parse_qs

from arm import Refused

CONTEXT = "https://graph.microsoft.com/v1.0/$metadata"


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class Identity:
    def __init__(self, world, state):
        self.world, self.state = world, state
        self.issued = {}

    def token(self, audience):
        now = int(time.time())
        tenant = self.world.doc["tenant"]
        claims = {"aud": audience, "iss": f"https://sts.windows.net/{tenant}/", "iat": now, "nbf": now, "exp": now + 3600, "ver": "1.0", "uti": str(uuid.uuid4())} | self.world.doc["caller"]
        token = f"{part({'typ': 'JWT', 'alg': 'none'})}.{part(claims)}.x"
        if "opaque_token" in self.state["fail"]:
            token = "opaque-" + uuid.uuid4().hex
        self.issued[token] = audience
        return token

    def login(self, path, body):
        """Entra's token endpoint: client secret or federated token."""
        told = {name: values[0] for name, values in parse_qs(body).items()}
        own, tenant = self.world.doc["sign_in"], path.split("/")[1]
        if tenant.lower() != self.world.doc["tenant"]:
            raise Login(400, "invalid_request", f"AADSTS90002: Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID.", 90002)
        if told.get("client_id", "").lower() != own["client_id"]:
            raise Login(400, "unauthorized_client", f"AADSTS700016: Application with identifier '{told.get('client_id')}' was not found in the directory.", 700016)
        secret = told.get("client_secret") == own["secret"] or told.get("client_assertion") == own["federated_token"]
        if told.get("grant_type") != "client_credentials" or not secret:
            raise Login(401, "invalid_client", f"AADSTS7000215: Invalid client secret provided for app '{own['client_id']}'.", 7000215)
        audience = re.sub(r"/+\.default$", "", told.get("scope", "").split(" ")[0])
        return 200, {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": self.token(audience)}, {}

    def managed(self, query, headers, secret=None):
        """A managed identity's token: IMDS, or the endpoint of an Azure ML compute with its secret."""
        if not secret and not self.state["imds"]:
            raise Refused(404, "NotFound", "There is no metadata service here.")
        good = headers.get("secret") == secret if secret else headers.get("Metadata", "").lower() == "true"
        if not good:
            raise Login(400, "invalid_request", "Required header missing or wrong.", 0)
        resource = query.get("resource", "").rstrip("/")
        now = int(time.time())
        return 200, {"access_token": self.token(resource), "client_id": self.world.doc["caller"]["appid"], "expires_in": "3599", "expires_on": str(now + 3599),
                     "ext_expires_in": "3599", "not_before": str(now), "resource": resource, "token_type": "Bearer"}, {}

    def checked(self, header, audiences):
        """The bearer token of a request, or the refusal that Azure gives."""
        sign_in = f'Bearer authorization_uri="https://login.microsoftonline.com/{self.world.doc["tenant"]}", error="invalid_token"'
        if not header.startswith("Bearer "):
            raise Refused(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.", **{"WWW-Authenticate": sign_in})
        audience = self.issued.get(header.removeprefix("Bearer "))
        if audience is None:
            raise Refused(401, "InvalidAuthenticationToken", "The access token is invalid.", **{"WWW-Authenticate": sign_in})
        if audience.rstrip("/") not in audiences:
            raise Refused(401, "InvalidAuthenticationTokenAudience", f"The access token has been obtained for wrong audience or resource '{audience}'.", **{"WWW-Authenticate": sign_in})
        if "ExpiredAuthenticationToken" in self.state["fail"]:
            raise Refused(401, "ExpiredAuthenticationToken", "The access token expiry UTC time '11/25/2026 8:00:00 AM' is earlier than current UTC time '11/25/2026 9:00:00 AM'.", **{"WWW-Authenticate": sign_in})

    # ---- Microsoft Graph

    def graph(self, method, path, query, body):
        if path == "/v1.0/directoryObjects/getByIds":
            found = [one for one in self.world.doc["directory"] if one["id"] in body.get("ids", [])]
            return 200, {"@odata.context": f"{CONTEXT}#directoryObjects", "value": found}, {}
        if told := re.fullmatch(r"/v1\.0/(users|directoryObjects|groups|servicePrincipals)/([^/]+)", path):
            return 200, self.one(*told.groups()), {}
        if told := re.fullmatch(r"/v1\.0/(?:users|directoryObjects|groups|servicePrincipals)/([^/]+)/getMemberObjects", path):
            if "securityEnabledOnly" not in body:
                raise Refused(400, "Request_BadRequest", "A value without a type name was found; securityEnabledOnly is required.")
            self.one("directoryObjects", told.group(1))
            return 200, {"@odata.context": f"{CONTEXT}#Collection(Edm.String)", "value": sorted(self.world.groups(told.group(1)))}, {}
        if path == "/v1.0/servicePrincipals":
            told = re.fullmatch(r"appId eq '([^']+)'", query.get("$filter", ""))
            if not told:
                raise Refused(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified.")
            found = [one for one in self.world.doc["directory"] if one.get("appId") == told.group(1)]
            return 200, {"@odata.context": f"{CONTEXT}#servicePrincipals", "value": found}, {}
        raise Refused(400, "BadRequest", f"Resource not found for the segment '{path.rsplit('/', 1)[-1]}'.")

    def one(self, kind, name):
        types = {"users": "#microsoft.graph.user", "groups": "#microsoft.graph.group", "servicePrincipals": "#microsoft.graph.servicePrincipal"}
        for one in self.world.doc["directory"]:
            upn = one.get("userPrincipalName", "").lower() if kind == "users" else ""
            if name.lower() in (one["id"].lower(), upn) and one["@odata.type"] == types.get(kind, one["@odata.type"]):
                return {"@odata.context": f"{CONTEXT}#{kind}/$entity"} | one
        raise Refused(404, "Request_ResourceNotFound", f"Resource '{name}' does not exist or one of its queried reference-property objects are not present.")


class Login(Exception):
    """Entra's own shape of a refusal."""

    def __init__(self, status, error, text, number):
        super().__init__(text)
        self.status = status
        self.body = {"error": error, "error_description": text, "error_codes": [number], "timestamp": "2026-01-01 00:00:00Z", "trace_id": str(uuid.uuid4()), "correlation_id": str(uuid.uuid4())}
