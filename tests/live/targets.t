#!/usr/bin/env -S python3 -B
"""The targets by themselves, without a tracer: their accounts agree with each other
and with the bytes on the socket. What the other cases compare with stands on this."""
from gtlive import *

STEPS = ["-do", "unary n=300 c=4 method=Echo,Get size=rand:7:0:100000 resp=list:0,1,70000",
         "-do", "unary n=2 method=Big size=3000000", "-do", "unary n=20 method=Err code=5",
         "-do", "down n=5 m=20 resp=rand:9:0:50000", "-do", "up n=5 m=20",
         "-do", "chat n=10 c=3 m=10 size=rand:3:1:200000 free=1",
         "-do", "cancel n=3 m=2", "-do", "deadline n=2 d=50ms", "-do", "hold n=10 m=2"]


def the_same(target, name):
    """Each message is told four times: by its sender, its receiver and the two ends of
    the wire's reader."""
    for here, there, direction in (("CLIENT", "SERVER", "out"), ("SERVER", "CLIENT", "in")):
        wire = target.wire(direction)["msgs"]
        for part in ("n", "sum"):
            equal((target.sent(side=here, part=part), target.recv(side=there, part=part)),
                  (wire[part], wire[part]), f"{name}: {part} of messages {direction}")


def within(target, name):
    bad = [s for s in target.streams.values() if not 0 < target.begin(s["side"], s["seq"])[0]
           <= target.begin(s["side"], s["seq"])[1]]
    ok(not bad, f"{name}: bounds of begins are in order", bad[:3])
    bad = [(m, target.age(m)) for m in target.msgs if not 0 <= target.age(m)[0] <= target.age(m)[1]]
    ok(not bad, f"{name}: bounds of ages are in order", bad[:3])
    ok(all(m["stream_id"] % 2 and m["goid"] for m in target.msgs), f"{name}: ids and goids")
    ids = {}
    for s in target.streams.values():
        ids.setdefault(s["seq"], set()).add(s["stream_id"])
    ok(all(len(i) == 1 for i in ids.values()), f"{name}: both sides agree on stream ids")


for variant in variants(SPAN):
    for grow in ("0", "60"):
        name = variant if grow == "0" else f"{variant}, growing stacks"
        with Target(variant, "both", "-log", "events", "-grow", grow, "-gc", "5ms", *STEPS) as target:
            target.go()
            equal(target.streams_ended("CLIENT", "/gt.Test/Hold"), 0, f"{name}: held streams stay")
            target.do("more 2")
            target.do("release")
            the_same(target, name)
            within(target, name)
            for side in ("CLIENT", "SERVER"):
                equal(target.streams_ended(side), 357, f"{name}: {side} streams ended")
            equal(target.header_blocks("out"), 357, f"{name}: a block for every request")
            # Two for every answer, one where it is only an end, one for what was cancelled; at
            # a deadline, a server may send its end before the client's reset arrives.
            sure = 2 * (357 - 20 - 3 - 2) + 20 + 3
            between(sure, target.header_blocks("in"), sure + 2, f"{name}: blocks back")
            equal(target.changed_code() if os.geteuid() == 0 else 0, 0, f"{name}: code as in the file")
            equal(target.quit(), 0, f"{name}: it ends well")
done()
