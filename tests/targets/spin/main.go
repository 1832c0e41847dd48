// Command spin calls one function over and over and prints what a call costs:
// the difference with and without a probe on main.hit is the price of a hit.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

var sink [64]byte

// hit has a frame, hence a stack check, like the functions that are traced.
//
//go:noinline
func hit(n int) byte {
	var pad [64]byte
	pad[n&63] = byte(n)
	return step(&pad)
}

//go:noinline
func step(pad *[64]byte) byte {
	sink = *pad
	return pad[1]
}

func arg(i, otherwise int) int {
	if len(os.Args) > i {
		if n, err := strconv.Atoi(os.Args[i]); err == nil {
			return n
		}
	}
	return otherwise
}

// spin [CALLS [ROUNDS]]: a line a round, and a pause before the first.
func main() {
	calls, rounds := arg(1, 200000), arg(2, 10)
	fmt.Printf("{\"type\":\"ready\",\"mode\":\"spin\",\"pid\":%d}\n", os.Getpid())
	fmt.Scanln()
	for r := 0; r < rounds; r++ {
		t := time.Now()
		for i := 0; i < calls; i++ {
			hit(i)
		}
		d := time.Since(t)
		fmt.Printf("{\"type\":\"round\",\"calls\":%d,\"ns\":%d,\"per_call\":%.2f}\n",
			calls, d.Nanoseconds(), float64(d.Nanoseconds())/float64(calls))
	}
}
