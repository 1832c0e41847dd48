"""What the live tests share: a target with known traffic, a tracer on it, and the
comparison of what the one says it did with what the other saw.

A case reads as it runs:

    for variant in variants():
        with Target(variant, "both", "-do", "unary n=100") as target:
            tracer = Tracer("on grpc:msg_send < count() >", pid=target.pid)
            target.go()
            out = tracer.stop()
            equal(out.value("count()"), target.sent(), f"{variant}: count()")
    done()

GTRACE is the tracer (default: build/gtrace), GT_TARGETS_DIR where tests/targets/build
put the programs, GT_VARIANTS the ones to try. Any case runs alone: tests/live/NAME.t
"""
import atexit
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
TARGETS = Path(os.environ.get("GT_TARGETS_DIR")
               or os.environ.get("TMPDIR", "/tmp") + "/gtrace-targets")
PATIENCE = 20  # seconds that anything may take before a case gives up on it

# ---------------------------------------------------------------- TAP

_ran = 0
_failed = 0


def note(text):
    for line in str(text).splitlines():
        print("#", line, flush=True)


def ok(good, name, why=""):
    global _ran, _failed
    _ran += 1
    print(f"{'ok' if good else 'not ok'} {_ran} - {name}", flush=True)
    if not good:
        _failed += 1
        note(why)
    return bool(good)


def equal(got, want, name):
    return ok(got == want, name, f"got  {got!r}\nwant {want!r}")


def between(low, got, high, name):
    good = got is not None and low <= got <= high
    return ok(good, name, f"got {got!r}, want {low} … {high}")


def skip(name, why):
    global _ran
    _ran += 1
    print(f"ok {_ran} - {name} # SKIP {why}", flush=True)


def done():
    print(f"1..{_ran}")
    sys.exit(1 if _failed else 0)


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def bail(why):
    note(why)
    ok(False, str(why).splitlines()[0])
    done()


# ---------------------------------------------------------------- where things are

def find_gtrace():
    named = os.environ.get("GTRACE")
    places = [named] if named else [
        os.environ.get("top_builddir", ".") + "/gtrace", TOP / "build/gtrace", TOP / "gtrace"]
    for place in places:
        if os.access(place, os.X_OK):
            return str(Path(place).resolve())
    return bail(f"no gtrace at {', '.join(map(str, places))}")


def binary(variant, program="gt"):
    return str(TARGETS / variant / program)


def have(variant):
    return os.access(binary(variant), os.X_OK)


CORE = "new new-pie g160 g145"
SPAN = CORE + " new-ext g133 g166 g172 g177 g184 go127"


def variants(default=CORE):
    """The built ones of the wanted variants; the others are skips that say so. What the
    distribution's packages give stands in where no other is there, or on request: by
    itself, untraced, grpc-go 1.33.3 there now and then ends a call with "unexpected EOF",
    which voids a run."""
    wanted = (os.environ.get("GT_VARIANTS") or default).split()
    if have("debian") and not any(map(have, wanted)):
        wanted = ["debian"]
    for variant in dict.fromkeys(wanted):
        if have(variant):
            yield variant
        else:
            skip(variant, f"target {variant} is not built (tests/targets/build {variant})")


def any_variant():
    """The newest that is built: for cases whose subject is not the target."""
    for variant in ("new", "debian"):
        if have(variant):
            return variant
    return skip_all("no target is built (tests/targets/build)")


def need_root():
    if os.geteuid() != 0:
        skip_all("needs root")


def now():
    """CLOCK_MONOTONIC in ns: the clock of the targets' accounts and of BPF."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def wait_until(test, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if test():
            return True
        time.sleep(0.02)
    return bool(test())


_scratch = None


def scratch():
    """A directory that goes away with the case."""
    global _scratch
    if _scratch is None:
        _scratch = Path(tempfile.mkdtemp(prefix="gtrace-live-"))
        atexit.register(shutil.rmtree, _scratch, True)
    return _scratch


_serial = 0


def fresh(name):
    global _serial
    _serial += 1
    return scratch() / f"{_serial}-{name}"


_children = []


def _end_children():
    for child in _children:
        if child.poll() is None:
            child.kill()
            child.wait()


atexit.register(_end_children)
for _sig in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(_sig, lambda *_: sys.exit(1))


def spawn(argv, **options):
    child = subprocess.Popen(argv, **options)
    _children.append(child)
    return child


# ---------------------------------------------------------------- the target

class Account:
    """What a target said: totals of its last "done" line, and with -log events
    a line for every stream, message and header block."""

    def __init__(self):
        self.totals = None
        self.streams = {}  # (side, seq) -> line
        self.msgs = []
        self.requests = {}  # seq -> the line of its request's header block

    def take(self, line):
        kind = line["type"]
        if kind == "done":
            self.totals = line
        elif kind == "stream":
            self.streams[line["side"], line["seq"]] = line
        elif kind == "msg":
            self.msgs.append(line)
        elif kind == "block" and line["dir"] == "OUT":
            self.requests[line["seq"]] = line

    def methods(self, side):
        return self.totals["sides"].get(side, {})

    def total(self, what, part="n", side=None, method=None):
        """Sum of one number of "sent" or "recv", over sides and methods."""
        return sum(tally[what][part]
                   for s in ("CLIENT", "SERVER") if side in (None, s)
                   for m, tally in self.methods(s).items() if method in (None, m))

    def sent(self, **where):
        return self.total("sent", **where)

    def recv(self, **where):
        return self.total("recv", **where)

    def streams_ended(self, side=None, method=None):
        return sum(tally["ended"]
                   for s in ("CLIENT", "SERVER") if side in (None, s)
                   for m, tally in self.methods(s).items() if method in (None, m))

    def hist(self, what, method):
        """Power-of-two rows of a method's messages, both sides: {low: n}."""
        rows = {}
        for side in ("CLIENT", "SERVER"):
            tally = self.methods(side).get(method)
            for low, n in ((tally and tally[what]["hist"]) or {}).items():
                rows[int(low)] = rows.get(int(low), 0) + n
        return rows

    def wire(self, direction):
        """"out" is client to server, "in" the other way."""
        return self.totals["wire"][direction]

    def header_blocks(self, direction):
        return sum(self.wire(direction)["headers"].values())

    def begin(self, side, seq):
        """Bounds of a stream's begin: never before the call, never after its HEADERS
        are on the wire; on a server not after its handler runs."""
        client, server = self.streams.get(("CLIENT", seq)), self.streams.get(("SERVER", seq))
        block = self.requests.get(seq)
        if side == "CLIENT":
            return client["b0"], (block and block["t1"]) or (server or client)["b1"]
        low = (block["t0"] if block else 0) or (client["b0"] if client else 0)
        return low, server["b1"]

    def end(self, side, seq):
        """Not before: the handler's return, where the stream ended well; with a reset
        either side may be over at any time after its begin."""
        server = self.streams.get(("SERVER", seq))
        if self.streams[side, seq]["code"] != "OK" or not server:
            return self.begin(side, seq)[0]
        return server["e0"]

    def age(self, msg):
        """Bounds of the stream's age when this message crossed."""
        b0, b1 = self.begin(msg["side"], msg["seq"])
        t0, t1 = msg["t0"] or b0, msg["t1"]
        if not t1:
            client = self.streams.get(("CLIENT", msg["seq"]))
            t1 = client["e1"] if client else self.totals["t"]
        return max(0, t0 - b1), t1 - b0


class Target(Account):
    """A running program of tests/targets; it starts its traffic on go()."""

    def __init__(self, variant, *args, program="gt", env=None, wait=True):
        super().__init__()
        if not have(variant):
            skip_all(f"target {variant} is not built (tests/targets/build {variant})")
        self.path = binary(variant, program)
        self.variant = variant
        self.process = spawn([self.path, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True, bufsize=1, env={**os.environ, **(env or {})})
        self.pid = self.process.pid
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.ready = self.expect("ready") if wait else None

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def expect(self, kind, seconds=60):
        end = time.monotonic() + seconds
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                bail(f"{self.path}: no {kind} line within {seconds} s")
            if line is None:
                bail(f"{self.path} ended: {self.process.wait()}, no {kind} line")
            line = json.loads(line)
            self.take(line)
            if line["type"] == kind:
                return line

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def do(self, command):
        """Carries out one command that ends with an account of everything so far."""
        self.tell(command)
        line = self.expect("done")
        if line.get("errors"):
            bail(f"{self.path}: the traffic was not as planned: {line['errors']}")
        return line

    def go(self):
        return self.do("go")

    def alive(self):
        return self.process.poll() is None

    def quit(self):
        if self.alive():
            try:
                self.tell("quit")
                self.process.wait(PATIENCE)
            except (BrokenPipeError, subprocess.TimeoutExpired):
                self.process.kill()
        return self.process.wait()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def changed_code(self):
        """How many bytes of the program's code in memory differ from the file's."""
        return sum(changed for _, changed in code_of(self.pid, self.path))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.alive():
            self.process.stdin.close()
            self.process.kill()
            self.process.wait()


def code_of(pid, path):
    """Every executable mapping of path in pid: (address, bytes unlike the file's)."""
    wanted = os.stat(path)
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps, \
            open(path, "rb") as file, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            fields = line.split(None, 5)
            if "x" not in fields[1] or int(fields[4]) != wanted.st_ino:
                continue
            start, end = (int(x, 16) for x in fields[0].split("-"))
            file.seek(int(fields[2], 16))
            memory.seek(start)
            want = file.read(end - start)
            have_now = memory.read(len(want))
            yield start, sum(a != b for a, b in zip(want, have_now)) if want != have_now else 0


# ---------------------------------------------------------------- the tracer

class Output:
    """A tracer's JSON lines, its exit status and what it said on standard error."""

    def __init__(self, lines, status, errors, stopped):
        self.lines = lines
        self.status = status
        self.errors = errors
        self.stopped = stopped  # CLOCK_MONOTONIC after its exit

    def of(self, kind):
        return [line for line in self.lines if line["type"] == kind]

    def map(self, expr=None, clause=None, name=None, final=True):
        """The last map with this expression, or @name."""
        found = [m for m in self.of("map")
                 if (expr is None or m["expr"] == expr)
                 and (clause is None or m["clause"] == clause)
                 and (name is None or m["name"] == name)
                 and (final is None or bool(m.get("final")) == final)]
        return found[-1] if found else None

    def rows(self, expr=None, **which):
        """{key: value} of a map; a key of one part stands for itself."""
        found = self.map(expr, **which)
        if found is None:
            return {}
        return {k[0] if len(k) == 1 else tuple(k): row["value"]
                for row in found["rows"] for k in [row["key"]]}

    def value(self, expr=None, **which):
        """The value of a map without keys; no row is what counted nothing."""
        return self.rows(expr, **which).get((), 0)

    def events(self, clause=None):
        return [e for e in self.of("event") if clause in (None, e["clause"])]

    def clause(self, number):
        for end in self.of("end"):
            for clause in end["clauses"]:
                if clause["clause"] == number:
                    return clause
        return {"events": None, "left_out": [], "lost": {}}

    def left_out(self, number=None):
        clauses = [c for end in self.of("end") for c in end["clauses"]
                   if number in (None, c["clause"])]
        return sum(reason["n"] for c in clauses for reason in c["left_out"])

    def lost(self):
        return sum(n for end in self.of("end") for c in end["clauses"]
                   for n in c["lost"].values())

    def sound(self, name, left_out=0):
        """What holds of every good run: a whole output, exit 0, nothing lost."""
        kinds = [line["type"] for line in self.lines]
        whole = kinds[:1] == ["start"] and kinds[-1:] == ["end"]
        good = whole and self.status == 0 and not self.lost() and self.left_out() == left_out
        return ok(good, f"{name}: exit 0, nothing lost, {left_out} left out",
                  f"status {self.status}, lost {self.lost()}, left out {self.left_out()}\n"
                  f"first and last line: {kinds[:1]} {kinds[-1:]}\n"
                  + json.dumps(self.of("end")) + "\n" + self.errors)


class Tracer:
    """A running gtrace; the constructor returns when it is attached."""

    def __init__(self, *scripts, pid=None, args=(), tail=(), attach=True, output="json",
                 **options):
        self.file = fresh("out.json")
        self.errors = fresh("stderr")
        argv = [find_gtrace()]
        for p in pid if isinstance(pid, (list, tuple)) else [pid]:
            argv += ["-p", str(p)] if p else []
        if output == "json":
            argv += ["--format", "json", "-o", str(self.file)]
        argv += args
        for script in scripts:
            argv += ["-e", script]
        argv += tail
        self.argv = argv
        options.setdefault("stdout", subprocess.PIPE if output != "json" else subprocess.DEVNULL)
        with open(self.errors, "w", encoding="utf-8") as errors:
            self.process = spawn(argv, stdin=subprocess.DEVNULL, stderr=errors, **options)
        self.pid = self.process.pid
        if attach:
            self.attached()

    def said(self):
        return self.errors.read_text(errors="replace")

    def _lines(self):
        if not self.file.exists():
            return []
        good = []
        for line in self.file.read_text(errors="replace").splitlines():
            try:
                good.append(json.loads(line))
            except ValueError:
                good.append({"type": "broken", "text": line})
        return good

    def seen(self, kind):
        return [line for line in self._lines() if line["type"] == kind]

    def attached(self):
        def ready():
            return self.process.poll() is not None or self.seen("attached")
        if not wait_until(ready) or not self.seen("attached"):
            self._give_up("not attached")

    def _give_up(self, why):
        status = self.process.poll()
        if status is None:
            self.process.kill()
            self.process.wait()
        bail(f"gtrace: {why}, exit {status}: {' '.join(self.argv)}\n{self.said()}")

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=PATIENCE):
        """Its own end, or that of its last process."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._give_up(f"still there after {seconds} s")
        stopped = now()
        broken = self.seen("broken")
        if broken:
            bail(f"gtrace: not JSON: {broken[0]['text']!r}")
        return Output(self._lines(), self.process.returncode, self.said(), stopped)

    def stop(self, settle=0.3):
        """^C, after the target's transport had time to finish what is under way."""
        time.sleep(settle)
        self.signal(signal.SIGINT)
        return self.wait()


class TextTracer(Tracer):
    """The same with text output; stop() gives what stood on standard output."""

    def __init__(self, *scripts, args=(), **options):
        super().__init__(*scripts, args=["-v", *args], output="text", **options)

    def attached(self):
        def ready():
            return self.process.poll() is not None or "attached" in self.said()
        if not wait_until(ready) or "attached" not in self.said():
            self._give_up("not attached")

    def stop(self, settle=0.3):
        time.sleep(settle)
        self.signal(signal.SIGINT)
        return self.process.communicate(timeout=PATIENCE)[0].decode()


def run(*args, seconds=PATIENCE, **options):
    """gtrace to its end: (status, stdout, stderr)."""
    try:
        result = subprocess.run([find_gtrace(), *args], stdin=subprocess.DEVNULL, text=True,
                                capture_output=True, timeout=seconds, check=False, **options)
    except subprocess.TimeoutExpired:
        return bail(f"gtrace {' '.join(args)}: still there after {seconds} s")
    return result.returncode, result.stdout, result.stderr


# ---------------------------------------------------------------- comparisons

def buckets(value):
    """{low: n} of a hist's JSON value, rows without events left out."""
    return {b["lo"]: b["n"] for b in (value or {}).get("buckets", []) if b["n"]}


def hist_within(value, bounds, name):
    """A hist is right when for every row's edge as many values lie above it as can,
    given a lower and an upper bound of each."""
    rows = buckets(value)
    if not equal(sum(rows.values()), len(bounds), f"{name}: as many values"):
        return
    for edge in sorted({b["lo"] for b in value["buckets"]} | {b["hi"] + 1 for b in value["buckets"]}):
        above = sum(n for low, n in rows.items() if low >= edge)
        least = sum(low >= edge for low, _ in bounds)
        most = sum(high >= edge for _, high in bounds)
        if not least <= above <= most:
            ok(False, f"{name}: values above {edge}", f"got {above}, want {least} … {most}")
            return
    ok(True, f"{name}: rows agree with the program's own bounds")
