#!/usr/bin/env -S python3 -B
"""kill -9 of the tracer at any moment: the target lives on, its code is the file's."""
from gtlive import *

need_root()
CLAUSES = ("on grpc:msg_send < count() by method >", "on grpc:stream_end < hist(age) by method >")

for variant in variants():
    with Target(variant, "both") as target:
        for wait in (None, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08):
            tracer = Tracer(*CLAUSES, pid=target.pid, attach=wait is None)
            when = "attached" if wait is None else f"{wait * 1000:.0f} ms after its start"
            if wait is None:
                ok(target.changed_code() > 0, f"{variant}: attached, code bytes are changed")
                target.do("do unary n=100 c=4")
            else:
                time.sleep(wait)
            tracer.signal(signal.SIGKILL)
            tracer.process.wait()
            # The kernel closes the links; a child of the tracer may hold them a moment.
            wait_until(lambda: target.changed_code() == 0, 5)
            equal(target.changed_code(), 0, f"{variant}: killed {when}: code as in the file")
            target.do("do unary n=50 c=4")
        ok(target.alive(), f"{variant}: the target lives")
        equal(target.quit(), 0, f"{variant}: and ends well")
done()
