package main

import (
	"bytes"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"
)

// now reads CLOCK_MONOTONIC, the clock of bpf_ktime_get_ns: what this program
// writes down and what a tracer sees can be compared without a conversion.
func now() int64 {
	var ts syscall.Timespec
	const clockMonotonic = 1
	_, _, e := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic,
		uintptr(unsafe.Pointer(&ts)), 0)
	if e != 0 {
		panic(e)
	}
	return ts.Nano()
}

// goid is read from the first line of the goroutine's own stack trace
// ("goroutine 17 [running]:"), the only public place where it stands.
func goid() int64 {
	var buf [64]byte
	b := buf[:runtime.Stack(buf[:], false)]
	b = bytes.TrimPrefix(b, []byte("goroutine "))
	if i := bytes.IndexByte(b, ' '); i >= 0 {
		b = b[:i]
	}
	id, _ := strconv.ParseInt(string(b), 10, 64)
	return id
}

// deep calls f below a stack of about 128*n bytes. Chosen at random, the depth
// moves the place where the stack must grow into every function that f calls.
//
//go:noinline
func deep(n int, f func()) byte {
	var pad [96]byte
	if n <= 0 {
		f()
		return 0
	}
	pad[n%len(pad)] = byte(n)
	r := deep(n-1, f)
	return r + pad[(n*7)%len(pad)]
}
