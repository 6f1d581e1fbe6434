"""What schemathesis does not bring: how lines of JSON are sent."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines_of_json(context, value):
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")
