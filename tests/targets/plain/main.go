// Command plain is a Go program without gRPC: what a tracer must leave alone.
package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	fmt.Printf("{\"type\":\"ready\",\"mode\":\"plain\",\"pid\":%d}\n", os.Getpid())
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() && in.Text() != "quit" {
		fmt.Println("{\"type\":\"done\"}")
	}
}
