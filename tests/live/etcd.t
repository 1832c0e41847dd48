#!/usr/bin/env -S python3 -B
"""Debian's own etcd, stripped, an old Go and no list of modules: what etcdctl asked
for is what is counted, to the byte."""
import socket

from gtlive import *

need_root()
ETCD, ETCDCTL = shutil.which("etcd"), shutil.which("etcdctl")
if not ETCD or not ETCDCTL:
    skip_all("etcd and etcdctl are not installed")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_etcd():
    """One member on loopback; etcd 3.4 wants its API named for etcdctl."""
    url = f"http://127.0.0.1:{free_port()}"
    peer = f"http://127.0.0.1:{free_port()}"
    log = open(fresh("etcd.log"), "w", encoding="utf-8")
    process = spawn([ETCD, "--data-dir", str(fresh("etcd")), "--listen-client-urls", url,
                     "--advertise-client-urls", url, "--listen-peer-urls", peer,
                     "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}"],
                    stdout=log, stderr=log)
    if not wait_until(lambda: etcdctl(url, "endpoint", "health").returncode == 0):
        bail("etcd does not answer")
    return process, url


def etcdctl(url, *args):
    return subprocess.run([ETCDCTL, "--endpoints", url, *args], capture_output=True, check=False,
                          env={**os.environ, "ETCDCTL_API": "3"}, timeout=PATIENCE)


def put_size(key, value):
    """A PutRequest as protobuf writes it: a tag, a length and the bytes of each."""
    def field(n):
        return 1 + max(1, -(-n.bit_length() // 7)) + n if n else 0
    return field(len(key)) + field(len(value))


etcd, URL = start_etcd()
PUTS = [("k%d" % i, "v" * n) for i, n in enumerate((0, 1, 127, 128, 5000, 100000))]
tracer = Tracer("on grpc:msg_recv where side == SERVER < emit(method, msg_len, age) >",
                "on grpc:stream_end where side == SERVER < count(), avg(age) by method >",
                "on grpc:msg_send where side == SERVER < count() by method >", pid=etcd.pid)
line = tracer.seen("target")
ok(line and line[0]["grpc"] and line[0]["go"], "its Go and grpc-go versions are found", line)
for key, value in PUTS:
    if etcdctl(URL, "put", key, value).returncode:
        bail("etcdctl put failed")
for _ in range(4):
    etcdctl(URL, "get", "k4")
out = tracer.stop(settle=0.5)
sizes = [e["fields"]["msg_len"] for e in out.events(1)
         if e["fields"]["method"] == "/etcdserverpb.KV/Put"]
equal(sorted(sizes), sorted(put_size(k, v) for k, v in PUTS), "the size of every PutRequest")
ends = out.rows("count()", clause=2)
equal((ends.get("/etcdserverpb.KV/Put"), ends.get("/etcdserverpb.KV/Range")), (len(PUTS), 4),
      "streams ended, by method")
answers = out.rows("count()", clause=3)
equal((answers.get("/etcdserverpb.KV/Put"), answers.get("/etcdserverpb.KV/Range")), (len(PUTS), 4),
      "answers, by method")
ok(all(e["fields"]["age"] is not None for e in out.events(1)
       if e["fields"]["method"] == "/etcdserverpb.KV/Put"), "an age for each")
equal((out.status, out.lost()), (0, 0), "exit 0, nothing lost")
equal(sum(n for _, n in code_of(etcd.pid, os.path.realpath(ETCD))), 0, "etcd's code is as in the file")
equal(etcdctl(URL, "put", "after", "all").returncode, 0, "etcd lives")
done()
