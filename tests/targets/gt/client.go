package main

import (
	"context"
	"fmt"
	"io"
	"math/rand"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

type msgStream interface {
	SendMsg(m interface{}) error
	RecvMsg(m interface{}) error
}

func sendMsg(a *account, st msgStream, log *streamLog, n int) error {
	t0 := now()
	err := st.SendMsg(&message{n})
	if err == nil {
		a.msg(log, "SEND", n, t0, now())
	}
	return err
}

func recvMsg(a *account, st msgStream, log *streamLog) error {
	var m message
	t0 := now()
	err := st.RecvMsg(&m)
	if err == nil {
		a.msg(log, "RECV", m.n, t0, now())
	}
	return err
}

// growStack calls f at a random depth of at most n frames.
func growStack(n int, f func()) {
	if n <= 0 {
		f()
		return
	}
	deep(rand.Intn(n), f)
}

// step is one kind of traffic: "KIND key=value …".
type step struct {
	kind    string
	n, c, m int
	methods []string
	size    *sizes
	resp    *sizes
	code    codes.Code
	free    bool
	d       time.Duration
}

const usageSteps = `steps (-do, repeatable, and "do STEP" on standard input):
  unary    n calls by c callers, method=Echo,Get,…, size=SIZES resp=SIZES code=N
  down     n streams by c: one message up, m answers down
  up       n streams by c: m messages up, one answer
  chat     n streams by c: m messages, each answered before the next; free=1: not waiting
  cancel   as chat, then the client cancels
  deadline n unary calls of a server that never answers, each with the deadline d
  wait     n unary calls that the server answers on "release"; does not wait for them
  hold     open n chat streams, exchange m messages on each, leave them open
  mix      steady mixed traffic for d: c callers, and two long streams with big messages`

func parseStep(text string) (*step, error) {
	f := strings.Fields(text)
	if len(f) == 0 {
		return nil, fmt.Errorf("empty step")
	}
	s := &step{kind: f[0], n: 1, c: 1, m: 1, d: 100 * time.Millisecond}
	s.size, _ = parseSizes("100")
	s.resp = s.size
	switch s.kind {
	case "unary":
		s.methods = []string{"Echo"}
	case "down":
		s.methods = []string{"Down"}
	case "up":
		s.methods = []string{"Up"}
	case "chat", "cancel", "mix":
		s.methods = []string{"Chat"}
	case "hold":
		s.methods = []string{"Hold"}
	case "deadline":
		s.methods = []string{"Slow"}
	case "wait":
		s.methods = []string{"Wait"}
	default:
		return nil, fmt.Errorf("no step %q", s.kind)
	}
	for _, w := range f[1:] {
		if err := s.set(w); err != nil {
			return nil, fmt.Errorf("step %q: %v", text, err)
		}
	}
	return s, nil
}

func (s *step) set(word string) (err error) {
	i := strings.IndexByte(word, '=')
	if i < 0 {
		return fmt.Errorf("%q is not key=value", word)
	}
	key, v := word[:i], word[i+1:]
	switch key {
	case "n":
		s.n, err = strconv.Atoi(v)
	case "c":
		s.c, err = strconv.Atoi(v)
	case "m":
		s.m, err = strconv.Atoi(v)
	case "code":
		var n int
		n, err = strconv.Atoi(v)
		s.code = codes.Code(n)
	case "method":
		s.methods = strings.Split(v, ",")
	case "size":
		s.size, err = parseSizes(v)
	case "resp":
		s.resp, err = parseSizes(v)
	case "free":
		s.free = v == "1"
	case "d":
		s.d, err = time.ParseDuration(v)
	default:
		err = fmt.Errorf("no key %q", key)
	}
	return err
}

type heldStream struct {
	st     grpc.ClientStream
	log    *streamLog
	step   *step
	sent   int
	cancel context.CancelFunc
}

type clientSide struct {
	acc   *account
	grow  int
	conns []*grpc.ClientConn
	seq   int64
	held  []*heldStream
	waits sync.WaitGroup // calls of "wait" steps
}

func newClientSide(a *account, o *options, addr string) (*clientSide, error) {
	c := &clientSide{acc: a, grow: o.grow}
	for i := 0; i < o.conns; i++ {
		i := i
		dial := func(ctx context.Context, _ string) (net.Conn, error) {
			var d net.Dialer
			conn, err := d.DialContext(ctx, o.network, addr)
			if err != nil || !o.wire {
				return conn, err
			}
			return wrapConn(a, conn, i, client), nil
		}
		cc, err := grpc.Dial("passthrough:///gt.test", grpc.WithInsecure(), grpc.WithContextDialer(dial),
			grpc.WithDefaultCallOptions(grpc.CallContentSubtype("raw"),
				grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage),
				grpc.WaitForReady(true)))
		if err != nil {
			return nil, err
		}
		c.conns = append(c.conns, cc)
	}
	return c, nil
}

func (c *clientSide) close() {
	for _, cc := range c.conns {
		cc.Close()
	}
}

// call numbers a new call and makes its log and its context.
func (c *clientSide) call(s *step) (int, *streamLog, context.Context) {
	seq := int(atomic.AddInt64(&c.seq, 1))
	log := &streamLog{Side: client, Seq: seq, Conn: seq % len(c.conns),
		Method: "/" + service + "/" + s.methods[seq%len(s.methods)]}
	if c.acc.events {
		log.Goid = goid()
	}
	sp := spec{seq, s.resp, s.m, s.code}
	if s.kind == "up" {
		sp.count = 1
	}
	return seq, log, metadata.AppendToOutgoingContext(context.Background(), specKey, sp.String())
}

// each runs f n times by c callers; with -grow every call has a fresh goroutine,
// whose stack is still small.
func (c *clientSide) each(s *step, f func(*step) error) {
	var left = int64(s.n)
	var wg sync.WaitGroup
	one := func() {
		var err error
		if c.grow <= 0 {
			err = f(s)
		} else {
			done := make(chan struct{})
			go func() {
				defer close(done)
				growStack(c.grow, func() { err = f(s) })
			}()
			<-done
		}
		if err != nil {
			c.acc.fail(s.kind + ": " + err.Error())
		}
	}
	for i := 0; i < s.c; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for atomic.AddInt64(&left, -1) >= 0 {
				one()
			}
		}()
	}
	wg.Wait()
}

func (c *clientSide) run(s *step) {
	switch s.kind {
	case "unary", "deadline":
		c.each(s, c.unary)
	case "wait":
		c.startWaits(s)
	case "hold":
		c.each(&step{kind: s.kind, n: s.n, c: 1}, func(*step) error { return c.hold(s) })
	case "mix":
		c.mix(s)
	default:
		c.each(s, c.stream)
	}
}

func (c *clientSide) startWaits(s *step) {
	for i := 0; i < s.n; i++ {
		c.waits.Add(1)
		go func() {
			defer c.waits.Done()
			if err := c.unary(s); err != nil {
				c.acc.fail("wait: " + err.Error())
			}
		}()
	}
}

func (c *clientSide) unary(s *step) error {
	seq, log, ctx := c.call(s)
	want := s.code
	if s.kind == "deadline" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.d)
		defer cancel()
		want = codes.DeadlineExceeded
	}
	n := s.size.at(seq, 0)
	var out message
	log.B0 = now()
	c.acc.begin(log)
	err := c.conns[log.Conn].Invoke(ctx, log.Method, &message{n}, &out)
	t := now()
	log.B1, log.E1 = t, t
	c.acc.msg(log, "SEND", n, log.B0, t)
	if err == nil {
		c.acc.msg(log, "RECV", out.n, log.B0, t)
	}
	return c.finish(log, err, want)
}

func (c *clientSide) finish(log *streamLog, err error, want codes.Code) error {
	if err == io.EOF {
		err = nil
	}
	code := status.Code(err)
	c.acc.end(log, code.String())
	if code != want {
		return fmt.Errorf("call %d of %s: %v", log.Seq, log.Method, err)
	}
	return nil
}

func (c *clientSide) open(s *step) (*heldStream, error) {
	_, log, ctx := c.call(s)
	ctx, cancel := context.WithCancel(ctx)
	name := log.Method[len(service)+2:]
	for i := range streamMethods {
		d := &streamMethods[i]
		if d.StreamName != name {
			continue
		}
		log.B0 = now()
		st, err := c.conns[log.Conn].NewStream(ctx, d, log.Method)
		log.B1 = now()
		if err != nil {
			cancel()
			return nil, err
		}
		c.acc.begin(log)
		return &heldStream{st: st, log: log, step: s, cancel: cancel}, nil
	}
	cancel()
	return nil, fmt.Errorf("no streaming method %s", name)
}

func (c *clientSide) send(h *heldStream) error {
	n := h.step.size.at(h.log.Seq, h.sent)
	h.sent++
	var err error
	growStack(c.grow, func() { err = sendMsg(c.acc, h.st, h.log, n) })
	return err
}

func (c *clientSide) recv(h *heldStream) error {
	var err error
	growStack(c.grow, func() { err = recvMsg(c.acc, h.st, h.log) })
	return err
}

// exchange sends n messages and takes the answer to each before the next.
func (c *clientSide) exchange(h *heldStream, n int) error {
	for i := 0; i < n; i++ {
		if err := c.send(h); err != nil {
			return err
		}
		if err := c.recv(h); err != nil {
			return err
		}
	}
	return nil
}

// drain takes what is left and ends the account of the stream.
func (c *clientSide) drain(h *heldStream, want codes.Code) error {
	for {
		if err := c.recv(h); err != nil {
			h.log.E1 = now()
			h.cancel()
			return c.finish(h.log, err, want)
		}
	}
}

func (c *clientSide) stream(s *step) error {
	h, err := c.open(s)
	if err != nil {
		return err
	}
	defer h.cancel()
	switch {
	case s.kind == "down":
		err = c.send(h)
	case s.kind == "up":
		for i := 0; i < s.m && err == nil; i++ {
			err = c.send(h)
		}
	case s.free:
		return c.freeChat(h)
	default:
		err = c.exchange(h, s.m)
	}
	if err != nil {
		return err
	}
	if s.kind == "cancel" {
		h.cancel()
		return c.drain(h, codes.Canceled)
	}
	if err = h.st.CloseSend(); err != nil {
		return err
	}
	return c.closed(h)
}

// closed waits for the end of a stream whose sending side is closed.
func (c *clientSide) closed(h *heldStream) error {
	if h.step.kind != "up" {
		return c.drain(h, h.step.code)
	}
	// A client-streaming call is over with its one answer, without an EOF.
	err := c.recv(h)
	h.log.E1 = now()
	return c.finish(h.log, err, h.step.code)
}

func (c *clientSide) freeChat(h *heldStream) error {
	sent := make(chan error, 1)
	go func() {
		var err error
		for i := 0; i < h.step.m && err == nil; i++ {
			err = c.send(h)
		}
		if err == nil {
			err = h.st.CloseSend()
		}
		sent <- err
	}()
	err := c.drain(h, h.step.code)
	if e := <-sent; e != nil {
		err = e
	}
	return err
}

func (c *clientSide) hold(s *step) error {
	h, err := c.open(s)
	if err != nil {
		return err
	}
	c.held = append(c.held, h)
	return c.exchange(h, s.m)
}

// more exchanges n messages on every held stream.
func (c *clientSide) more(n int) {
	for _, h := range c.held {
		if err := c.exchange(h, n); err != nil {
			c.acc.fail("more: " + err.Error())
		}
	}
}

func (c *clientSide) letGo() {
	for _, h := range c.held {
		err := h.st.CloseSend()
		if err == nil {
			err = c.drain(h, codes.OK)
		}
		if err != nil {
			c.acc.fail("release: " + err.Error())
		}
	}
	c.held = nil
}

// mix is what a demonstration looks at: callers that never rest long, and streams of
// seconds on which messages of more than 1 MiB go now and then.
func (c *clientSide) mix(s *step) {
	until := time.Now().Add(s.d)
	var wg sync.WaitGroup
	loop := func(text string, pause time.Duration, f func(*step) error) {
		st, err := parseStep(text)
		if err != nil {
			panic(err)
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			for time.Now().Before(until) {
				if err := f(st); err != nil {
					c.acc.fail("mix: " + err.Error())
				}
				time.Sleep(pause)
			}
		}()
	}
	for i := 0; i < s.c; i++ {
		loop("unary method=Echo,Get,Put,Small size=rand:1:1:200000 resp=rand:2:1:200000",
			2*time.Millisecond, c.unary)
	}
	loop("unary method=Big size=rand:3:1048576:4194304 resp=100", 50*time.Millisecond, c.unary)
	loop("unary method=Get size=30 resp=rand:3:1048577:3000000", 50*time.Millisecond, c.unary)
	loop("down m=20 size=30 resp=rand:4:100:100000", 20*time.Millisecond, c.stream)
	loop("chat m=5 size=rand:5:1000:2000000 resp=200", 20*time.Millisecond, c.stream)
	for i := 0; i < 2; i++ {
		loop("hold size=list:2000000,300,1500000,90000,3000000 resp=rand:6:10:2500000",
			time.Millisecond, func(s *step) error { return c.longChat(s, until) })
	}
	wg.Wait()
}

// longChat is one stream of a few seconds, with a message now and then.
func (c *clientSide) longChat(s *step, until time.Time) error {
	h, err := c.open(s)
	if err != nil {
		return err
	}
	defer h.cancel()
	if end := time.Now().Add(3 * time.Second); end.Before(until) {
		until = end
	}
	for time.Now().Before(until) {
		if err := c.exchange(h, 1); err != nil {
			return err
		}
		time.Sleep(30 * time.Millisecond)
	}
	if err := h.st.CloseSend(); err != nil {
		return err
	}
	return c.drain(h, codes.OK)
}
