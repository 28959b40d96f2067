#!/usr/bin/env bash
# Schemathesis 4.32.5: two `include-*` keys in one [[operations]] block of schemathesis.toml choose the operations that match
# either key. An `include-*` beside an `exclude-*` chooses those that match both conditions.
#
# The documentation says that a block applies to "all operations matching the set of filters". A block that names a method
# and a path, to accept one more status for one operation, therefore accepts it for every operation of that method.
# A check that was meant to be relaxed once is relaxed everywhere, and the run stays green.
#
# The script asks the tool which statuses it expects of each operation. It needs python3 with venv, and a package index.
set -euo pipefail
version=4.32.5
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version"

cat >"$folder/schemathesis.toml" <<'TOML'
[[operations]]
include-method = "POST"
include-path = "/orders"
[operations.checks.positive_data_acceptance]
expected-statuses = [202]
TOML

cat >"$folder/ask.py" <<'PYTHON'
import sys

import schemathesis
from schemathesis.config import SchemathesisConfig

document = {
    "openapi": "3.1.0",
    "info": {"title": "Two resources", "version": "1"},
    "paths": {
        path: {method: {"responses": {"200": {"description": "Done"}}} for method in ("get", "post")}
        for path in ("/orders", "/invoices")
    },
}
config = SchemathesisConfig.from_path(sys.argv[1])
schema = schemathesis.openapi.from_dict(document, config=config)
for result in schema.get_all_operations():
    operation = result.ok()
    checks = schema.config.checks_config_for(operation=operation)
    chosen = checks.positive_data_acceptance.expected_statuses == ["202"]
    print(operation.label, "chosen" if chosen else "left alone")
PYTHON

seen=$("$folder/venv/bin/python" "$folder/ask.py" "$folder/schemathesis.toml" | sort)
expected='GET /invoices left alone
GET /orders chosen
POST /invoices chosen
POST /orders chosen'
echo "schemathesis $version"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "The behaviour has changed; expected:"; echo "$expected"; exit 1; }
