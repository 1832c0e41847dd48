// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * helpers: everything that runs in the kernel, as one translation unit. Compiled
 * by clang to bitcode when gtrace is built; code generation starts from it,
 * adds one function a hook and drops what a script does not use.
 */
#include "event.bpf.h"
#include "maps.bpf.h"
#include "core.bpf.h"
#include "strings.bpf.h"
#include "agg.bpf.h"
#include "script.bpf.h"
#include "grpc.bpf.h"
