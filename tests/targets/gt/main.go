// Command gt is a gRPC client and server with traffic that is known in advance.
// It writes its own account of what it did as one JSON object a line; a test
// compares that with what a tracer saw. tests/targets/README has the format.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"google.golang.org/grpc"
)

type options struct {
	mode, network, addr, log string
	do                       stepList
	grow, conns, workers     int
	gc                       time.Duration
	wire, nowait             bool
}

type stepList []*step

func (l *stepList) String() string { return "" }

func (l *stepList) Set(text string) error {
	s, err := parseStep(text)
	if err == nil {
		*l = append(*l, s)
	}
	return err
}

func parseOptions() *options {
	o := &options{}
	if len(os.Args) > 1 {
		o.mode = os.Args[1]
	}
	if o.mode != "server" && o.mode != "client" && o.mode != "both" {
		fmt.Fprintf(os.Stderr, "usage: gt server|client|both [options]\n%s\n", usageSteps)
		os.Exit(2)
	}
	f := flag.NewFlagSet("gt "+o.mode, flag.ExitOnError)
	f.StringVar(&o.addr, "addr", "127.0.0.1:0", "where the server listens: host:port, or a path (unix socket)")
	f.StringVar(&o.log, "log", "totals", "totals, or events: also a line for every stream and message")
	f.IntVar(&o.grow, "grow", 0, "call grpc at a random stack depth of at most this many 128-byte frames")
	f.IntVar(&o.conns, "conns", 1, "connections of the client")
	f.IntVar(&o.workers, "workers", 0, "stream workers of the server; 0: a goroutine a stream")
	f.DurationVar(&o.gc, "gc", 0, "run the garbage collector this often")
	f.BoolVar(&o.wire, "wire", true, "count header blocks, resets and messages on the socket too")
	f.BoolVar(&o.nowait, "nowait", false, "start at once and end by itself, without standard input")
	f.Var(&o.do, "do", "a step of traffic, repeatable")
	f.Parse(os.Args[2:])
	o.network = "tcp"
	if strings.Contains(o.addr, "/") {
		o.network = "unix"
	}
	return o
}

type program struct {
	o      *options
	acc    *account
	server *serverSide
	client *clientSide
}

func main() {
	o := parseOptions()
	p := &program{o: o, acc: newAccount(o.log == "events")}
	if err := p.start(); err != nil {
		fmt.Fprintln(os.Stderr, "gt:", err)
		os.Exit(1)
	}
	if o.gc > 0 {
		go func() {
			for range time.Tick(o.gc) {
				runtime.GC()
			}
		}()
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-signals
		p.acc.report()
		os.Exit(0)
	}()
	if o.nowait {
		p.alone()
	} else {
		p.obey()
	}
	p.quit()
}

func (p *program) start() error {
	addr := p.o.addr
	var err error
	if p.o.mode != "client" {
		if p.server, err = newServerSide(p.acc, p.o); err != nil {
			return err
		}
		addr = p.server.lis.Addr().String()
	}
	if p.o.mode != "server" {
		if p.client, err = newClientSide(p.acc, p.o, addr); err != nil {
			return err
		}
	}
	p.acc.say(map[string]interface{}{"type": "ready", "mode": p.o.mode, "pid": os.Getpid(),
		"addr": addr, "go": runtime.Version(), "grpc": grpc.Version, "t": now()})
	return nil
}

func (p *program) alone() {
	if p.client == nil {
		select {} // a signal ends it
	}
	p.traffic(p.o.do)
}

// obey carries out commands from standard input until it ends.
func (p *program) obey() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		word, rest := in.Text(), ""
		if i := strings.IndexByte(word, ' '); i >= 0 {
			word, rest = word[:i], word[i+1:]
		}
		switch {
		case word == "quit":
			return
		case word == "report":
			p.acc.report()
		case word == "release":
			p.release()
		case word == "go" && p.client != nil:
			p.traffic(p.o.do)
		case word == "do" && p.client != nil:
			s, err := parseStep(rest)
			if err != nil {
				p.acc.fail(err.Error())
				p.acc.report()
				continue
			}
			p.traffic([]*step{s})
		case word == "more" && p.client != nil:
			n, _ := strconv.Atoi(rest)
			p.client.more(n)
			p.settle()
		default:
			p.acc.fail("no command " + in.Text())
			p.acc.report()
		}
	}
}

func (p *program) traffic(steps []*step) {
	for _, s := range steps {
		p.client.run(s)
	}
	p.settle()
}

func (p *program) release() {
	if p.server != nil {
		p.server.letGo()
	}
	if p.client != nil {
		p.client.letGo()
		if p.server != nil {
			p.client.waits.Wait()
		}
	}
	p.settle()
}

// settle lets the server's handlers return before the account is given: a client
// can be through with a stream a moment earlier.
func (p *program) settle() {
	if p.server != nil && p.client != nil {
		for i := 0; i < 5000 && p.acc.open(server) != p.acc.open(client); i++ {
			time.Sleep(time.Millisecond)
		}
	}
	p.acc.report()
}

func (p *program) quit() {
	if p.client != nil {
		if p.server != nil {
			p.server.letGo()
		}
		p.client.letGo()
		p.client.close()
	}
	if p.server != nil {
		p.server.grpc.Stop()
		time.Sleep(10 * time.Millisecond)
	}
	p.acc.lastReport()
}
