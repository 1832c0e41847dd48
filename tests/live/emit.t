#!/usr/bin/env -S python3 -B
"""emit(): the very list of messages that the program sent, each age in its bounds."""
from collections import defaultdict

from gtlive import *

need_root()
CLAUSE = "on grpc:msg_send < emit(stream_id, msg_len, goid, method, age) >"
STEPS = ["-do", "unary n=200 c=4 size=rand:7:0:100000 resp=rand:8:0:3000",
         "-do", "down n=5 m=20 resp=rand:9:0:50000", "-do", "up n=5 m=20 size=rand:2:0:100",
         "-do", "chat n=10 c=3 m=10 size=rand:3:1:200000 free=1", "-do", "cancel n=3 m=2"]


def by_identity(items, identity):
    found = defaultdict(list)
    for item in items:
        found[identity(item)].append(item)
    return found


for variant in variants():
    with Target(variant, "both", "-log", "events", *STEPS) as target:
        tracer = Tracer(CLAUSE, pid=target.pid)
        target.go()
        out = tracer.stop()
        events = by_identity(
            (e["fields"] for e in out.events(1)),
            lambda f: (f["stream_id"], f["msg_len"], f["goid"], f["method"]))
        sent = by_identity((m for m in target.msgs if m["dir"] == "SEND"),
                           lambda m: (m["stream_id"], m["len"], m["goid"], m["method"]))
        missing = {k: len(v) - len(events.get(k, [])) for k, v in sent.items()
                   if len(events.get(k, [])) != len(v)}
        extra = [k for k in events if k not in sent]
        ok(not missing and not extra, f"{variant}: the same list of messages",
           f"missing {list(missing.items())[:5]}\nnot sent {extra[:5]}")
        wrong = []
        for key, messages in sent.items():
            ages = sorted((f["age"] for f in events.get(key, []) if f["age"] is not None))
            for message, age in zip(sorted(messages, key=lambda m: m["t0"]), ages):
                low, high = target.age(message)
                if not low <= age <= high:
                    wrong.append((key, low, age, high))
        ok(not wrong, f"{variant}: every age within the program's bounds", wrong[:5])
        ok(all(e["pid"] == target.pid and e["probe"] == "grpc:msg_send" for e in out.events(1)),
           f"{variant}: pid and probe of every event")
        out.sound(variant)
done()
