#!/usr/bin/env -S python3 -B
"""-c: the command starts when all is attached, and nothing of it is missed."""
import shlex

from gtlive import *

need_root()
CLAUSES = ("on grpc:msg_send < count() by side >", "on grpc:stream_begin < count() by side >")
STEPS = ["-nowait", "-do", "unary n=100 c=2 size=rand:7:0:9000", "-do", "chat n=3 m=5"]


def trace(name, *args, before=()):
    said = fresh("account")
    with open(said, "w", encoding="utf-8") as account:
        tracer = Tracer(*CLAUSES, args=before, tail=args, attach=False, stdout=account)
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
    argv = [binary(variant), "both", *STEPS]
    trace(f"{variant}, -c", "-c", shlex.join(argv))
    trace(f"{variant}, --", "--", *argv)
    # A shell starts what only -b can tell in advance.
    trace(f"{variant}, a script", "-c", f"sleep 0.1; {shlex.join(argv)} && exit 0",
          before=["-b", binary(variant)])

status, _, said = run("-e", "on grpc:msg_send < count() >", "--", "/no/such/command")
ok(status not in (0, None) and "/no/such/command" in said, "a command that is not there", (status, said))
done()
