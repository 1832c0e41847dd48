#!/usr/bin/env -S python3 -B
"""Every version of grpc-go and Go that targets are built with: what the core cases say
of four of them, in short, so that no layout of the span is a guess."""
from gtlive import *

need_root()
CLAUSES = ("on grpc:stream_send < count() by side, is_header >",
           "on grpc:msg_recv < count(), sum(msg_len) by side, method >",
           "on grpc:header_recv < count() by header_count >",
           "on grpc:stream_begin < @open[side, method]++ >",
           "on grpc:stream_end < @open[side, method]--; count(), avg(age) by side, method, rst_code >",
           "on grpc:msg_send < emit(side, stream_id, msg_len, goid, method, age) >")
STEPS = ["-do", "unary n=60 c=3 method=Echo,Get size=rand:7:0:100000 resp=list:0,1,70000",
         "-do", "unary n=5 method=Err code=5", "-do", "down n=3 m=10 resp=rand:9:0:50000",
         "-do", "up n=3 m=10", "-do", "chat n=4 c=2 m=5 free=1", "-do", "cancel n=3 m=2"]


def sent_list(target):
    return sorted((m["side"], m["stream_id"], m["len"], m["goid"], m["method"])
                  for m in target.msgs if m["dir"] == "SEND")


def ended(target):
    want = {}
    for stream in target.streams.values():
        key = (stream["side"], stream["method"], "CANCEL" if stream["code"] == "Canceled" else None)
        want[key] = want.get(key, 0) + 1
    return want


for variant in variants(SPAN):
    with Target(variant, "both", "-log", "events", *STEPS) as target:
        tracer = Tracer(*CLAUSES, pid=target.pid)
        target.go()
        out = tracer.stop()
        name = f"{variant} (grpc-go {target.ready['grpc']}, {target.ready['go']})"
        equal(out.rows("count()", clause=1),
              {("CLIENT", False): target.sent(side="CLIENT"),
               ("CLIENT", True): target.header_blocks("out"),
               ("SERVER", False): target.sent(side="SERVER"),
               ("SERVER", True): target.header_blocks("in")}, f"{name}: sent")
        taken = {(s, m): tally["recv"] for s in ("CLIENT", "SERVER")
                 for m, tally in target.methods(s).items() if tally["recv"]["n"]}
        equal(out.rows("count()", clause=2), {k: v["n"] for k, v in taken.items()}, f"{name}: taken")
        equal(out.rows("sum(msg_len)"), {k: v["sum"] for k, v in taken.items()}, f"{name}: bytes taken")
        blocks = {}
        for direction in ("out", "in"):
            for count, n in target.wire(direction)["headers"].items():
                blocks[int(count)] = blocks.get(int(count), 0) + n
        equal(out.rows("count()", clause=3), blocks, f"{name}: header blocks")
        rows = out.rows(name="@open")
        ok(rows and not any(rows.values()), f"{name}: none open", rows)
        equal(out.rows("count()", clause=5), ended(target), f"{name}: ends, by reset")
        fields = [e["fields"] for e in out.events(6)]
        equal(sorted((f["side"], f["stream_id"], f["msg_len"], f["goid"], f["method"]) for f in fields),
              sent_list(target), f"{name}: the list of messages")
        ok(all(f["age"] is not None for f in fields), f"{name}: an age for each")
        out.sound(name)
done()
