#!/usr/bin/env -S python3 -B
"""Attached by uprobe_multi and by perf events: the same figures, ^C gives the prompt back
at once, no count moves while maps are read, and nothing is left behind."""
import uuid

from gtlive import *

need_root()
COUNT = "on grpc:msg_send < count() >"


def left_behind(mark):
    """Processes that still carry the mark of a tracer's environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def start(target, mode, *clauses):
    mark = f"GT_LIVE_MARK={uuid.uuid4()}"
    key, value = mark.split("=")
    return mark, Tracer(*clauses, pid=target.pid, args=mode, env={**os.environ, key: value})


for variant in variants():
    for mode in ([], ["--perf-events"]):
        name = f"{variant} {' '.join(mode)}".strip()
        with Target(variant, "both", "-do", "unary n=200 c=4", "-do", "chat n=5 m=10") as target:
            _, tracer = start(target, mode, COUNT, "on grpc:stream_end < count(), avg(age) by side >")
            target.go()
            out = tracer.stop()
            equal(out.value("count()", clause=1), target.sent(), f"{name}: messages")
            equal(out.rows("count()", clause=2), dict.fromkeys(("CLIENT", "SERVER"), 205),
                  f"{name}: ends")
            out.sound(name)

            # Stopped amid the traffic: every clause has seen the same events.
            mark, tracer = start(target, mode, *[COUNT] * 8)
            target.tell("do mix d=2s c=3")
            time.sleep(1)
            began = time.monotonic()
            tracer.signal(signal.SIGINT)
            out = tracer.wait()
            took = time.monotonic() - began
            # One after the other, perf events take 0.1 s each to close.
            ok(took < 1, f"{name}: the prompt is back at once", f"{took:.3f} s")
            counts = {out.value("count()", clause=i + 1) for i in range(8)}
            ok(len(counts) == 1 and counts != {0}, f"{name}: no count moves after the gate", counts)
            ok(wait_until(lambda: target.changed_code() == 0, 10), f"{name}: code as in the file")
            ok(wait_until(lambda: not left_behind(mark), 10), f"{name}: no process is left",
               left_behind(mark))
            target.expect("done")
            ok(target.alive(), f"{name}: the target lives")
done()
