"""Writes shapes.json: how the XML answers of AWS's query, ec2 and rest-xml services read as the JSON that the AWS CLI prints.

    pip install botocore && python3 shapes.py

The shapes are taken from botocore's service models (Apache License 2.0, Copyright Amazon.com, Inc.).

"s" text, "i" whole number, "f" number, "b" truth; {"S": {xml name: [json name, shape]}} structure;
{"L": [xml name of an entry or null when flattened, shape]} list.
"""

import json
import pathlib
import re

import botocore
from botocore.loaders import Loader

SERVICES = ("sts", "iam", "s3", "s3control", "ec2")


def shape(model, name, seen):
    it = model["shapes"][name]
    kind = it["type"]
    if kind == "structure":
        if name in seen:
            return "s"
        members = {}
        for member, ref in it.get("members", {}).items():
            if ref.get("location"):
                continue
            inner = model["shapes"][ref["shape"]]
            xml = ref.get("locationName", member)
            if inner["type"] == "list" and (inner.get("flattened") or ref.get("flattened")):
                xml = ref.get("locationName") or inner["member"].get("locationName", member)
                members[xml] = [member, {"L": [None, shape(model, inner["member"]["shape"], seen | {name})]}]
            else:
                members[xml] = [member, shape(model, ref["shape"], seen | {name})]
        return {"S": members}
    if kind == "list":
        return {"L": [it["member"].get("locationName", "member"), shape(model, it["member"]["shape"], seen)]}
    return {"integer": "i", "long": "i", "boolean": "b", "float": "f", "double": "f"}.get(kind, "s")


def main():
    here = pathlib.Path(__file__).parent
    calls = re.findall(r'^    "([a-z0-9]+):([A-Za-z]+)"', (here / "../../src/aws/calls.rs").read_text(), re.M)
    out = {}
    for service, operation in calls:
        if service not in SERVICES:
            continue
        model = Loader().load_service_model(service, "service-2")
        output = model["operations"][operation].get("output")
        if not output:
            continue
        payload = model["shapes"][output["shape"]].get("payload")
        out[f"{service}:{operation}"] = {"payload": payload, "shape": shape(model, output["shape"], frozenset())}
    text = json.dumps({"botocore": botocore.__version__, "shapes": out}, separators=(",", ":"))
    (here / "shapes.json").write_text(text + "\n")


main()
