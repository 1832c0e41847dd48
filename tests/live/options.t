#!/usr/bin/env -S python3 -B
"""When it ends and when it prints: --for, --limit, --every, --delta, signals, -o."""
from gtlive import *

need_root()
COUNT = "on grpc:msg_send < count() >"

with Target(any_variant(), "both") as target:
    tracer = Tracer(COUNT, pid=target.pid, args=["--for", "1s"])
    target.do("do unary n=10")
    out = tracer.wait(10)
    equal((out.status, out.value("count()")), (0, 20), "--for 1s ends and prints")

    tracer = Tracer("on grpc:msg_send < emit(msg_len) >", pid=target.pid, args=["--limit", "5"])
    target.do("do unary n=50")
    out = tracer.wait(10)
    equal((out.status, len(out.events())), (0, 5), "--limit 5 ends after five events")

    tracer = Tracer(COUNT, pid=target.pid, args=["--every", "500ms", "--delta"])
    for _ in range(4):
        target.do("do unary n=25")
        time.sleep(0.4)
    out = tracer.stop()
    counts = [row["value"] for m in out.of("map") for row in m["rows"]]
    equal(sum(counts), 200, "--delta: the intervals' own counts add up")
    ok(len([c for c in counts if c]) >= 2, "--every: more than one interval", counts)

    for name in ("SIGTERM", "SIGHUP", "SIGINT"):
        tracer = Tracer(COUNT, pid=target.pid)
        target.do("do unary n=10")
        time.sleep(0.2)
        tracer.signal(getattr(signal, name))
        out = tracer.wait()
        equal((out.status, out.value("count()")), (0, 20), f"{name} stops and prints")

    tracer = Tracer(COUNT, pid=target.pid)
    target.do("do unary n=10")
    time.sleep(0.2)
    tracer.signal(signal.SIGUSR1)
    ok(wait_until(lambda: tracer.seen("map"), 3), "SIGUSR1 prints now")
    equal([m["rows"][0]["value"] for m in tracer.seen("map")][:1], [20], "what there is")
    began = time.monotonic()
    tracer.stop(settle=0)
    ok(time.monotonic() - began < 1, "^C gives the prompt back at once")

    tracer = Tracer("on begin < printf(\"hello\\n\") >",
                    "on grpc:msg_send < @n++ >",
                    "on interval:200ms < if (@n > 3) { printf(\"%d\\n\", @n); @n = 0 } >",
                    "on end < printf(\"bye\\n\") >", pid=target.pid)
    target.do("do unary n=10")
    out = tracer.stop(settle=0.6)
    said = [p["text"] for p in out.of("printf")]
    equal((said[:1], said[-1:]), (["hello\n"], ["bye\n"]), "begin and end")
    equal(sum(int(n) for n in said[1:-1]) + out.value(name="@n"), 20, "interval: if, printf, @n = 0")
done()
