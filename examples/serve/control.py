#!/usr/bin/env python3
"""Says what a message was, answers binary with binary, and closes with a code of its own on "bye"."""
import base64
import json
import sys


def say(**what):
    print(json.dumps(what), flush=True)


for line in sys.stdin:
    event = json.loads(line)
    if event["type"] == "binary":
        say(type="binary", base64=base64.b64encode(base64.b64decode(event["base64"])[::-1]).decode())
    elif event["type"] == "text" and event["data"] == "bye":
        say(type="close", code=4000, reason="as you wish")
    elif event["type"] == "text":
        say(type="text", data=f"{len(event['data'])} characters")
