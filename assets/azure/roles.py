#!/usr/bin/env python3
"""Makes roles.tsv from a list of Azure's built-in role definitions (JSON, one array): see README.md for its source.

    python3 roles.py built-in-roles.json > roles.tsv
"""

import json
import sys

KEEP = ("actions", "notActions", "dataActions", "notDataActions", "condition")


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        roles = json.load(file)
    for role in sorted(roles, key=lambda role: role["name"]):
        properties = role.get("properties", role)
        permissions = [{key: part[key] for key in KEEP if part.get(key)} for part in properties["permissions"]]
        text = json.dumps(permissions, separators=(",", ":"), ensure_ascii=False)
        print(role["name"].lower(), properties["roleName"], text, sep="\t")


main()
