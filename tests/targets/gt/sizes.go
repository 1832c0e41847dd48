package main

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// sizes says how long the i-th message of the seq-th stream is. It is a pure
// function of its text, so that client and server agree without talking:
//
//	100              every message
//	list:0,1,70000   in turn
//	rand:7:1:100000  seed, least, most; every power of two equally often
type sizes struct {
	text      string
	list      []int
	seed      uint64
	low, high int
}

func parseSizes(text string) (*sizes, error) {
	s := &sizes{text: text}
	f := strings.Split(text, ":")
	var err error
	switch {
	case len(f) == 4 && f[0] == "rand":
		s.seed, err = strconv.ParseUint(f[1], 10, 64)
		if err == nil {
			s.low, err = strconv.Atoi(f[2])
		}
		if err == nil {
			s.high, err = strconv.Atoi(f[3])
		}
	case len(f) == 2 && f[0] == "list", len(f) == 1:
		for _, t := range strings.Split(f[len(f)-1], ",") {
			n, e := strconv.Atoi(t)
			if e != nil {
				err = e
			}
			s.list = append(s.list, n)
		}
	default:
		err = fmt.Errorf("want N, list:N,… or rand:SEED:LEAST:MOST")
	}
	if err != nil {
		return nil, fmt.Errorf("sizes %q: %v", text, err)
	}
	for _, n := range append([]int{s.low, s.high}, s.list...) {
		if n < 0 || n > maxMessage {
			return nil, fmt.Errorf("sizes %q: %d is out of range", text, n)
		}
	}
	return s, nil
}

func (s *sizes) at(seq, i int) int {
	if s.list != nil {
		return s.list[(seq+i)%len(s.list)]
	}
	r := mix(s.seed ^ mix(uint64(seq)<<24^uint64(i)))
	// A random number of bits: small and large sizes are equally common.
	bits := uint64(bits.Len(uint(s.high - s.low)))
	n := s.low + int(mix(r)&(1<<((r>>32)%(bits+1))-1))
	if n > s.high {
		n = s.high
	}
	return n
}

// mix is splitmix64's finaliser.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
