package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	service = "gt.Test"
	specKey = "x-gt"
)

var unaryMethods = []string{"Echo", "Get", "Put", "Big", "Small", "Err", "Slow", "Wait"}

var streamMethods = []grpc.StreamDesc{
	{StreamName: "Down", ServerStreams: true},
	{StreamName: "Up", ClientStreams: true},
	{StreamName: "Chat", ServerStreams: true, ClientStreams: true},
	{StreamName: "Hold", ServerStreams: true, ClientStreams: true},
}

// spec is what a client asks of the server, in one metadata value: the number of
// the call, the sizes and the number of the answers, and the code to end with.
type spec struct {
	seq   int
	sizes *sizes
	count int
	code  codes.Code
}

func (s spec) String() string {
	return fmt.Sprintf("%d %s %d %d", s.seq, s.sizes.text, s.count, int(s.code))
}

func specOf(ctx context.Context) (spec, error) {
	var s spec
	md, _ := metadata.FromIncomingContext(ctx)
	v := md.Get(specKey)
	if len(v) != 1 {
		return s, fmt.Errorf("want one %s", specKey)
	}
	f := strings.Fields(v[0])
	if len(f) != 4 {
		return s, fmt.Errorf("bad %s %q", specKey, v[0])
	}
	var err error
	if s.sizes, err = parseSizes(f[1]); err != nil {
		return s, err
	}
	n := [3]int{}
	for i, t := range []string{f[0], f[2], f[3]} {
		if n[i], err = strconv.Atoi(t); err != nil {
			return s, err
		}
	}
	s.seq, s.count, s.code = n[0], n[1], codes.Code(n[2])
	return s, nil
}

// transportID reads the stream's number out of grpc-go's own stream: there is no
// public way, and it has the field "id" in every version.
func transportID(ctx context.Context) uint64 {
	s := grpc.ServerTransportStreamFromContext(ctx)
	if s == nil {
		return 0
	}
	id := reflect.Indirect(reflect.ValueOf(s)).FieldByName("id")
	if !id.IsValid() {
		return 0
	}
	return id.Uint()
}

type serverSide struct {
	acc     *account
	grow    int
	mu      sync.Mutex
	release chan struct{}
	grpc    *grpc.Server
	lis     net.Listener
}

func newServerSide(a *account, o *options) (*serverSide, error) {
	s := &serverSide{acc: a, grow: o.grow, release: make(chan struct{})}
	lis, err := net.Listen(o.network, o.addr)
	if err != nil {
		return nil, err
	}
	s.lis = lis
	if o.wire && o.mode == "server" {
		lis = &wireListener{Listener: lis, acc: a}
	}
	s.grpc = grpc.NewServer(grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage),
		grpc.NumStreamWorkers(uint32(o.workers)))
	s.grpc.RegisterService(s.desc(), s)
	go s.grpc.Serve(lis)
	return s, nil
}

func (s *serverSide) desc() *grpc.ServiceDesc {
	d := &grpc.ServiceDesc{ServiceName: service, HandlerType: (*interface{})(nil)}
	for _, name := range unaryMethods {
		d.Methods = append(d.Methods, grpc.MethodDesc{MethodName: name, Handler: s.unary(name)})
	}
	for _, m := range streamMethods {
		m.Handler = s.stream(m)
		d.Streams = append(d.Streams, m)
	}
	return d
}

func (s *serverSide) begin(ctx context.Context, name string, b1 int64) (*streamLog, spec, error) {
	sp, err := specOf(ctx)
	log := &streamLog{Side: server, Seq: sp.seq, Method: "/" + service + "/" + name,
		StreamID: transportID(ctx), B1: b1}
	if s.acc.events {
		log.Goid = goid()
	}
	s.acc.begin(log)
	if err != nil {
		s.acc.fail("server: " + err.Error())
	}
	return log, sp, err
}

func (s *serverSide) end(log *streamLog, err error) error {
	log.E0 = now()
	s.acc.end(log, status.Code(err).String())
	return err
}

type unaryHandler = func(interface{}, context.Context, func(interface{}) error,
	grpc.UnaryServerInterceptor) (interface{}, error)

func (s *serverSide) unary(name string) unaryHandler {
	return func(_ interface{}, ctx context.Context, dec func(interface{}) error,
		_ grpc.UnaryServerInterceptor) (interface{}, error) {
		log, sp, err := s.begin(ctx, name, now())
		if err != nil {
			return nil, s.end(log, err)
		}
		var in message
		if err = dec(&in); err != nil {
			return nil, s.end(log, err)
		}
		s.acc.msg(log, "RECV", in.n, 0, now())
		if err = s.wait(ctx, name); err == nil && sp.code != codes.OK {
			err = status.Error(sp.code, "asked for")
		}
		if err != nil {
			return nil, s.end(log, err)
		}
		// grpc-go sends it after the return: there is no later bound here.
		out := &message{sp.sizes.at(sp.seq, 0)}
		s.acc.msg(log, "SEND", out.n, now(), 0)
		return out, s.end(log, nil)
	}
}

// wait blocks the methods that are there to be late.
func (s *serverSide) wait(ctx context.Context, name string) error {
	s.mu.Lock()
	release := s.release
	s.mu.Unlock()
	switch name {
	case "Wait":
		select {
		case <-release:
			return nil
		case <-ctx.Done():
		}
	case "Slow":
		<-ctx.Done()
	default:
		return nil
	}
	if ctx.Err() == context.DeadlineExceeded {
		return status.Error(codes.DeadlineExceeded, "late")
	}
	return status.Error(codes.Canceled, "cancelled")
}

func (s *serverSide) letGo() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.release)
	s.release = make(chan struct{})
}

func (s *serverSide) stream(m grpc.StreamDesc) grpc.StreamHandler {
	return func(_ interface{}, st grpc.ServerStream) error {
		log, sp, err := s.begin(st.Context(), m.StreamName, now())
		if err == nil {
			err = s.answer(m, st, log, sp)
		}
		return s.end(log, err)
	}
}

// answer serves one stream: one answer a message where both sides stream, else
// what was asked for after the last one.
func (s *serverSide) answer(m grpc.StreamDesc, st grpc.ServerStream, log *streamLog, sp spec) error {
	chat := m.ServerStreams && m.ClientStreams
	for i := 0; ; i++ {
		err := s.recv(st, log)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if chat {
			err = s.send(st, log, sp.sizes.at(sp.seq, i))
		}
		if err != nil {
			return err
		}
		if !m.ClientStreams {
			break
		}
	}
	for i := 0; !chat && i < sp.count; i++ {
		if err := s.send(st, log, sp.sizes.at(sp.seq, i)); err != nil {
			return err
		}
	}
	if sp.code != codes.OK {
		return status.Error(sp.code, "asked for")
	}
	return nil
}

func (s *serverSide) recv(st grpc.ServerStream, log *streamLog) (err error) {
	growStack(s.grow, func() { err = recvMsg(s.acc, st, log) })
	return err
}

func (s *serverSide) send(st grpc.ServerStream, log *streamLog, n int) (err error) {
	growStack(s.grow, func() { err = sendMsg(s.acc, st, log, n) })
	return err
}
