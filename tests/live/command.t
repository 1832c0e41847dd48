#!/usr/bin/env -S python3 -B
"""-c: the command starts when all is attached, and nothing of it is missed."""
import shlex

from gtlive import *

need_root()
CLAUSES = ("on grpc:msg_send < count() by side >", "on grpc:stream_begin < count() by side >")
STEPS = ["-nowait", "-do", "unary n=100 c=2 size=rand:7:0:9000", "-do", "chat n=3 m=5"]


def trace(command, name):
    said = fresh("account")
    with open(said, "w", encoding="utf-8") as account:
        tracer = Tracer(*CLAUSES, args=["-c", command], attach=False, stdout=account)
    out = tracer.wait(60)
    told = Account()
    for line in said.read_text().splitlines():
        told.take(json.loads(line))
    if not ok(told.totals, f"{name}: the command ran", out.errors):
        return
    equal(out.rows("count()", clause=1),
          {side: told.sent(side=side) for side in ("CLIENT", "SERVER")}, f"{name}: messages")
    equal(out.rows("count()", clause=2), dict.fromkeys(("CLIENT", "SERVER"), 103), f"{name}: streams")
    out.sound(name)


for variant in variants():
    command = shlex.join([binary(variant), "both", *STEPS])
    trace(command, variant)
    trace(f"sh -c {shlex.quote('sleep 0.1; ' + command)}", f"{variant}, by a shell")

status, _, said = run("-c", "/no/such/command", "-e", "on grpc:msg_send < count() >")
ok(status not in (0, None) and "/no/such/command" in said, "a command that is not there", said)
done()
