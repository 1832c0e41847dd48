#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kernels before 6.13 give a program and all that it calls 512 bytes of stack together,
each function's share rounded up to 32. Newer ones do not complain, so it is worked out
here, from the code."""
import os
import re
import subprocess
import sys
import tempfile

GTRACE = os.environ.get("GTRACE", "./gtrace")
BUILD = os.environ.get("top_builddir", ".")
LIMIT = 512

CLAUSES = [
    "on grpc:stream_send where msg_len > 1M < hist(age) >",
    "on grpc:stream_send < hist(age) by method, side >",
    "on grpc:msg_recv where msg_len >= 64K && side == SERVER < max(msg_len) by method, pid >",
    "on grpc:stream_end < avg(age), min(age), max(age), quantile(age) by method, rst_code >",
    *(f"on grpc:{event} < emit() >" for event in
      ("stream_begin", "stream_end", "stream_open", "stream_send", "stream_recv")),
]


def objdump():
    bindir = subprocess.run([os.environ.get("LLVM_CONFIG", "llvm-config-19"), "--bindir"],
                            capture_output=True, text=True).stdout.strip()
    return os.path.join(bindir, "llvm-objdump")


def functions(path):
    """name -> [bytes of stack, names called]"""
    text = subprocess.run([objdump(), "-dr", path], capture_output=True, text=True,
                          check=True).stdout
    found, by_offset, name, section = {}, {}, None, None
    for line in text.splitlines():
        if m := re.match(r"Disassembly of section (\S+):", line):
            section = m[1]
        elif m := re.match(r"([0-9a-f]+) <([^>.]+)>:", line):
            if m[2].startswith("LBB"):
                continue
            name = m[2]
            found[name] = [0, []]
            if section == ".text":
                by_offset[int(m[1], 16) // 8] = name
        elif m := re.search(r"R_BPF_64_32\s+(\S+)", line):
            if m[1] != ".text":
                found[name][1][-1] = m[1]
        elif name:
            for m in re.finditer(r"r10 - (0x[0-9a-f]+|\d+)|r\d \+= -(0x[0-9a-f]+|\d+)", line):
                at = int(m[1] or m[2], 0)
                if at <= LIMIT:
                    found[name][0] = max(found[name][0], at)
            # a call of a subprogram, not of a kernel's helper; relative inside .text
            if m := re.search(r"(\d+):\s+85 10 .*call (-?0x[0-9a-f]+|-?\d+)", line):
                here = int(m[1]) if section == ".text" else 0
                found[name][1].append(here + 1 + int(m[2], 0))
    for f in found.values():
        f[1] = [by_offset[c] if isinstance(c, int) else c for c in f[1]]
    return found


def deepest(found, name):
    own, calls = found[name]
    below = max((deepest(found, c) for c in calls), default=(0, ()))
    return max((own + 31) // 32 * 32, 32) + below[0], (f"{name} {own}", *below[1])


def check(path, what):
    global n
    found = functions(path)
    worst = max(deepest(found, f) for f in found if f.startswith("gt_hook_"))
    n += 1
    print(f"{'ok' if worst[0] <= LIMIT else 'not ok'} {n} - {what}: {worst[0]} bytes")
    if worst[0] > LIMIT:
        print("# " + ", ".join(worst[1]))


if not os.access(objdump(), os.X_OK):
    print("1..0 # SKIP no llvm-objdump beside LLVM")
    sys.exit()
n = 0
with tempfile.NamedTemporaryFile(suffix=".o") as o:
    for clause in CLAUSES:
        subprocess.run([GTRACE, "--emit", "object", "-o", o.name, "-e", clause], check=True)
        check(o.name, clause)
check(os.path.join(BUILD, "bpf-helpers/support.bpf.o"), "support.bpf.o")
print(f"1..{n}")
