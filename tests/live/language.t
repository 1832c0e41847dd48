#!/usr/bin/env -S python3 -B
"""Statements as they run: param, let, if, maps, print, printf, exit, known, defaults."""
from gtlive import *

need_root()
SCRIPT = '''\
# Sorts messages by size.
param big: bytes = 1000   "what is called big"
param name: string = "x"  "a word to print"
def is_big(n: bytes): bool = n >= big
on begin < printf("%s begins\\n", name) >
on grpc:msg_send where side == CLIENT <
    let n = msg_len;
    if (is_big(n)) { @sizes["big"]++; @bytes["big"] += n }
    else if (n == 0) { @sizes["empty"]++ }
    else { @sizes["small"]++ }
    @last = n
>
on grpc:stream_end where side == CLIENT && method == "/gt.Test/Put" < exit(3) >
on end < printf("%s: %d\\n", name, @last); print(@bytes) >
'''
STEPS = ["-do", "unary n=12 size=list:0,10,999,1000,1001,70000"]

with Target(any_variant(), "both", *STEPS) as target:
    script = fresh("sizes.gt")
    script.write_text(SCRIPT)
    file = fresh("out.json")

    def trace(*params):
        tracer = Tracer(pid=target.pid, args=[str(script), *params])
        target.do("go")
        before = tracer.process.poll()
        target.do("do unary n=1 method=Put size=5")
        out = tracer.wait()
        equal((before, out.status), (None, 3), f"{params}: exit(3) of the script ends it")
        return out

    out = trace()
    equal(out.rows(name="@sizes"), {"empty": 2, "small": 5, "big": 6}, "let, def, if and else")
    equal(out.rows(name="@bytes"), {"big": 2 * (1000 + 1001 + 70000)}, "+= of bytes")
    equal([p["text"] for p in out.of("printf")], ["x begins\n", "x: 5\n"], "printf in begin and end")
    equal(len([m for m in out.of("map") if m["name"] == "@bytes"]), 1, "a map that the end prints: once")
    out = trace("--big", "70K", "--name", "y z")
    equal(out.rows(name="@sizes"), {"empty": 2, "small": 11}, "--big 70K")
    equal([p["text"] for p in out.of("printf")][:1], ["y z begins\n"], "--name")

status, text, _ = run(str(script), "--help")
ok(status == 0 and "Sorts messages" in text and "--big" in text and "what is called big" in text,
   "the script's own help", text)

# None and unknown: nobody's guess.
with Target(any_variant(), "both", "-do", "hold n=5 m=1") as target:
    target.go()
    tracer = Tracer("on grpc:msg_send < count() by known(age) >",
                    "on grpc:stream_send < count() by has(msg_len) >",
                    "on grpc:stream_send where !(msg_len > 10) < count() >",
                    "on grpc:msg_send < count() by (age ?: 0s) == 0s ? \"unknown\" : \"known\" >",
                    pid=target.pid)
    target.do("more 2")
    target.do("do unary n=10 size=100 resp=5")
    out = tracer.stop()
    equal(out.rows("count()", clause=1), {False: 20, True: 20}, "known(age)")
    equal(out.rows("count()", clause=2), {True: 40, False: 30}, "has(msg_len): not of a header block")
    equal(out.value("count()", clause=3), 40, "a comparison with none is false, and !false is true")
    equal(out.rows("count()", clause=4), {"unknown": 20, "known": 20}, "a default for unknown")
done()
