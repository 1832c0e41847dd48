package main

import (
	"bufio"
	"encoding/json"
	"math/bits"
	"os"
	"sort"
	"strconv"
	"sync"
)

// The account: what this process did, in its own words. A test holds it against
// what a tracer says, so nothing here comes from the layers that are traced.

const (
	client = "CLIENT"
	server = "SERVER"
)

// tally is what happened to one direction of one method on one side.
type tally struct {
	N    int64            `json:"n"`
	Sum  int64            `json:"sum"`
	Min  int64            `json:"min"`
	Max  int64            `json:"max"`
	Hist map[string]int64 `json:"hist"` // lowest size of a power-of-two row -> messages
}

func (t *tally) add(n int) {
	v := int64(n)
	if t.N == 0 || v < t.Min {
		t.Min = v
	}
	if v > t.Max {
		t.Max = v
	}
	t.N++
	t.Sum += v
	if t.Hist == nil {
		t.Hist = map[string]int64{}
	}
	low := int64(0)
	if v > 0 {
		low = 1 << uint(bits.Len64(uint64(v))-1)
	}
	t.Hist[strconv.FormatInt(low, 10)]++
}

type methodTally struct {
	Begun int64            `json:"begun"`
	Ended int64            `json:"ended"`
	Codes map[string]int64 `json:"codes"`
	Sent  tally            `json:"sent"`
	Recv  tally            `json:"recv"`
}

// streamLog is one stream as one side saw it. It began between B0 and B1. E0 is the
// handler's return on a server: a stream that ends well is not over before. E1 is when
// the client's application had its end. 0 is a bound that this side cannot know.
type streamLog struct {
	Type     string `json:"type"`
	Side     string `json:"side"`
	Seq      int    `json:"seq"`
	Method   string `json:"method"`
	StreamID uint64 `json:"stream_id"`
	Conn     int    `json:"conn"`
	Goid     int64  `json:"goid"`
	B0       int64  `json:"b0"`
	B1       int64  `json:"b1"`
	E0       int64  `json:"e0"`
	E1       int64  `json:"e1"`
	Code     string `json:"code"`
}

// msgLog is one message: it crossed the application's border between T0 and T1.
type msgLog struct {
	Type     string `json:"type"`
	Side     string `json:"side"`
	Dir      string `json:"dir"`
	Seq      int    `json:"seq"`
	Method   string `json:"method"`
	StreamID uint64 `json:"stream_id"`
	Len      int    `json:"len"`
	Goid     int64  `json:"goid"`
	T0       int64  `json:"t0"`
	T1       int64  `json:"t1"`
}

type account struct {
	mu      sync.Mutex
	events  bool
	news    bool // something happened since the last report
	sides   map[string]map[string]*methodTally
	streams []*streamLog
	msgs    []*msgLog
	blocks  []*blockLog
	ids     map[int]uint64 // seq -> stream id
	errors  []string
	wire    wireTally
	out     *bufio.Writer
}

func newAccount(events bool) *account {
	return &account{
		events: events,
		news:   true,
		sides:  map[string]map[string]*methodTally{},
		ids:    map[int]uint64{},
		wire:   newWireTally(),
		out:    bufio.NewWriter(os.Stdout),
	}
}

func (a *account) method(side, method string) *methodTally {
	if a.sides[side] == nil {
		a.sides[side] = map[string]*methodTally{}
	}
	t := a.sides[side][method]
	if t == nil {
		t = &methodTally{Codes: map[string]int64{}}
		a.sides[side][method] = t
	}
	return t
}

func (a *account) begin(s *streamLog) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s.Type = "stream"
	a.news = true
	a.method(s.Side, s.Method).Begun++
	if s.StreamID != 0 {
		a.ids[s.Seq] = s.StreamID
	}
	if a.events {
		a.streams = append(a.streams, s)
	}
}

func (a *account) end(s *streamLog, code string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s.Code = code
	a.news = true
	t := a.method(s.Side, s.Method)
	t.Ended++
	t.Codes[code]++
}

func (a *account) msg(s *streamLog, dir string, n int, t0, t1 int64) {
	var g int64
	if a.events {
		g = goid()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.method(s.Side, s.Method)
	if dir == "SEND" {
		t.Sent.add(n)
	} else {
		t.Recv.add(n)
	}
	if a.events {
		a.msgs = append(a.msgs, &msgLog{Type: "msg", Side: s.Side, Dir: dir, Seq: s.Seq,
			Method: s.Method, Len: n, Goid: g, T0: t0, T1: t1})
	}
}

// fail notes what was not meant to happen; a test that finds one is void.
func (a *account) fail(text string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.errors) < 100 {
		a.errors = append(a.errors, text)
	}
}

// open counts the streams of one side that have begun and not ended.
func (a *account) open(side string) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	var n int64
	for _, t := range a.sides[side] {
		n += t.Begun - t.Ended
	}
	return n
}

func (a *account) say(v interface{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.put(v)
	a.out.Flush()
}

func (a *account) put(v interface{}) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	a.out.Write(append(b, '\n'))
}

// report prints the events since the last report, then the totals of all time.
func (a *account) report() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.putEvents()
	a.news = false
	done := map[string]interface{}{
		"type": "done", "pid": os.Getpid(), "t": now(), "sides": a.sides,
		"wire": a.wire, "errors": append([]string{}, a.errors...),
	}
	a.put(done)
	a.out.Flush()
}

// lastReport prints what the report before it could not have.
func (a *account) lastReport() {
	a.mu.Lock()
	news := a.news
	a.mu.Unlock()
	if news {
		a.report()
	}
}

// putEvents keeps open streams for the report after their end.
func (a *account) putEvents() {
	sort.SliceStable(a.msgs, func(i, j int) bool { return a.msgs[i].T0 < a.msgs[j].T0 })
	var later []*streamLog
	for _, s := range a.streams {
		if s.Code == "" {
			later = append(later, s)
			continue
		}
		s.StreamID = a.ids[s.Seq]
		a.put(s)
	}
	for _, m := range a.msgs {
		m.StreamID = a.ids[m.Seq]
		a.put(m)
	}
	for _, b := range a.blocks {
		a.put(b)
	}
	a.streams, a.msgs, a.blocks = later, nil, nil
}
