#!/usr/bin/env python3
"""A chat: one process for all clients. Reads and writes the JSON lines of duplex serve --frame ndjson."""
import json
import sys

names = {}


def tell(text, only=None):
    line = {"type": "text", "data": text}
    if only:
        line["conn"] = only
    print(json.dumps(line), flush=True)


for line in sys.stdin:
    event = json.loads(line)
    who = event["conn"]
    if event["type"] == "open":
        names[who] = f"guest{len(names) + 1}"
        tell(f"You are {names[who]}. /name NAME changes that.", only=who)
        tell(f"{names[who]} has come")
    elif event["type"] == "close":
        tell(f"{names.pop(who)} has left")
    elif event["type"] == "text" and event["data"].startswith("/name "):
        before, names[who] = names[who], event["data"][6:].strip()[:30]
        tell(f"{before} is now {names[who]}")
    elif event["type"] == "text":
        tell(f"{names[who]}: {event['data']}")
