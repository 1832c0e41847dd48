// SPDX-License-Identifier: GPL-3.0-or-later

// hit calls one function in a loop and prints what a call cost, a line a round. The
// function has the arguments of http2Server.write and structs to read from, so that
// the msg_send programs of gtrace can be attached to it and measured by themselves.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

type controlBuffer struct{ pad [64]byte }

type transport struct {
	pad        [16]byte
	controlBuf *controlBuffer
}

type stream struct {
	pad    [16]byte
	method string
	id     uint32
}

var sink int

//go:noinline
func touch(b *[64]byte) { sink += int(b[3]) }

//go:noinline
func hit(t *transport, s *stream, hdr []byte) {
	var b [64]byte
	b[3] = hdr[4]
	touch(&b)
}

func round(n int, t *transport, s *stream, hdr []byte) float64 {
	begin := time.Now()
	for i := 0; i < n; i++ {
		hit(t, s, hdr)
	}
	return float64(time.Since(begin).Nanoseconds()) / float64(n)
}

// Standard input: the number of calls of each round, one a line.
func main() {
	t := &transport{controlBuf: &controlBuffer{}}
	s := &stream{method: strings.Repeat("/bench.Service/Method", 1), id: 5}
	hdr := []byte{0, 0, 0, 1, 44}
	fmt.Println("ready", os.Getpid())
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		n, err := strconv.Atoi(in.Text())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		fmt.Printf("%.1f\n", round(n, t, s, hdr))
	}
}
