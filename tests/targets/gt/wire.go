package main

import (
	"encoding/binary"
	"net"
	"strconv"
	"strings"

	"golang.org/x/net/http2/hpack"
)

// The wire's own account. A connection is wrapped and its bytes are read as
// HTTP/2 frames a second time, by code that shares nothing with grpc-go but the
// HPACK decoder: the numbers of header fields, resets and message lengths come
// from what crossed the socket.

type wireDir struct {
	Headers map[string]int64 `json:"headers"` // fields of a block -> blocks
	Ends    int64            `json:"ends"`    // blocks with END_STREAM
	Rst     map[string]int64 `json:"rst"`     // error code -> frames
	Msgs    tally            `json:"msgs"`
	Frames  map[string]int64 `json:"frames"` // frame type -> frames
}

type wireTally struct {
	Out *wireDir `json:"out"` // client to server
	In  *wireDir `json:"in"`
}

func newWireDir() *wireDir {
	return &wireDir{Headers: map[string]int64{}, Rst: map[string]int64{}, Frames: map[string]int64{}}
}

func newWireTally() wireTally { return wireTally{newWireDir(), newWireDir()} }

// blockLog is one header block; it went on the wire between T0 and T1; 0 is not known.
type blockLog struct {
	Type     string `json:"type"`
	Dir      string `json:"dir"`
	Conn     int    `json:"conn"`
	StreamID uint32 `json:"stream_id"`
	Count    int    `json:"count"`
	End      bool   `json:"end"`
	Seq      int    `json:"seq"`
	T0       int64  `json:"t0"`
	T1       int64  `json:"t1"`
}

const (
	frameData         = 0
	frameHeaders      = 1
	frameRst          = 3
	frameContinuation = 9
	flagEndStream     = 1
	flagEndHeaders    = 4
	flagPadded        = 8
	flagPriority      = 0x20
	preface           = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
)

type wireParser struct {
	acc    *account
	dir    *wireDir
	name   string
	conn   int
	buf    []byte
	skip   int // bytes of the client's preface still to come
	hpack  *hpack.Decoder
	fields []hpack.HeaderField
	block  []byte
	end    bool
	bodies map[uint32][]byte // stream -> prefix bytes collected
	left   map[uint32]int    // stream -> message bytes still to come
	recent []*blockLog       // blocks of the last feed
}

func newWireParser(a *account, name string, dir *wireDir, conn, skip int) *wireParser {
	p := &wireParser{acc: a, dir: dir, name: name, conn: conn, skip: skip,
		bodies: map[uint32][]byte{}, left: map[uint32]int{}}
	p.hpack = hpack.NewDecoder(4096, func(f hpack.HeaderField) { p.fields = append(p.fields, f) })
	return p
}

// feed takes bytes that crossed the socket between t0 and t1.
func (p *wireParser) feed(b []byte, t0, t1 int64) {
	if p.skip > 0 {
		n := p.skip
		if n > len(b) {
			n = len(b)
		}
		p.skip -= n
		b = b[n:]
	}
	p.buf = append(p.buf, b...)
	p.acc.mu.Lock()
	defer p.acc.mu.Unlock()
	p.recent = nil
	at := 0
	for len(p.buf)-at >= 9 {
		h := p.buf[at:]
		n := int(h[0])<<16 | int(h[1])<<8 | int(h[2])
		if len(h) < 9+n {
			break
		}
		p.frame(h[3], h[4], binary.BigEndian.Uint32(h[5:])&0x7fffffff, h[9:9+n], t0, t1)
		at += 9 + n
	}
	p.buf = append(p.buf[:0], p.buf[at:]...)
}

// written says when the bytes of the last feed were surely on the wire.
func (p *wireParser) written(t1 int64) {
	p.acc.mu.Lock()
	defer p.acc.mu.Unlock()
	for _, b := range p.recent {
		b.T1 = t1
	}
}

func (p *wireParser) frame(kind, flags byte, id uint32, b []byte, t0, t1 int64) {
	p.dir.Frames[strconv.Itoa(int(kind))]++
	switch kind {
	case frameData:
		p.data(id, unpad(flags, b))
	case frameHeaders:
		b = unpad(flags, b)
		if flags&flagPriority != 0 {
			b = b[5:]
		}
		p.block = append([]byte(nil), b...)
		p.end = flags&flagEndStream != 0
		if flags&flagEndHeaders != 0 {
			p.headers(id, t0, t1)
		}
	case frameContinuation:
		p.block = append(p.block, b...)
		if flags&flagEndHeaders != 0 {
			p.headers(id, t0, t1)
		}
	case frameRst:
		p.dir.Rst[strconv.Itoa(int(binary.BigEndian.Uint32(b)))]++
	}
}

func unpad(flags byte, b []byte) []byte {
	if flags&flagPadded == 0 {
		return b
	}
	return b[1 : len(b)-int(b[0])]
}

func (p *wireParser) headers(id uint32, t0, t1 int64) {
	p.fields = p.fields[:0]
	if _, err := p.hpack.Write(p.block); err != nil {
		p.acc.errors = append(p.acc.errors, "wire: "+err.Error())
	}
	log := &blockLog{Type: "block", Dir: p.name, Conn: p.conn, StreamID: id,
		Count: len(p.fields), End: p.end, T0: t0, T1: t1, Seq: -1}
	for _, f := range p.fields {
		if f.Name == specKey {
			log.Seq, _ = strconv.Atoi(strings.SplitN(f.Value, " ", 2)[0])
			p.acc.ids[log.Seq] = uint64(id)
		}
	}
	p.dir.Headers[strconv.Itoa(log.Count)]++
	if p.end {
		p.dir.Ends++
	}
	if p.acc.events {
		p.acc.blocks = append(p.acc.blocks, log)
		p.recent = append(p.recent, log)
	}
}

// data follows the 5-byte prefixes through a stream's DATA frames.
func (p *wireParser) data(id uint32, b []byte) {
	for len(b) > 0 {
		if n := p.left[id]; n > 0 {
			if n > len(b) {
				n = len(b)
			}
			if p.left[id] -= n; p.left[id] == 0 {
				delete(p.left, id)
			}
			b = b[n:]
			continue
		}
		prefix := append(p.bodies[id], b[0])
		b = b[1:]
		if len(prefix) == 5 {
			n := int(binary.BigEndian.Uint32(prefix[1:]))
			p.dir.Msgs.add(n)
			p.left[id] = n
			delete(p.bodies, id)
			continue
		}
		p.bodies[id] = prefix
	}
}

type wireConn struct {
	net.Conn
	out, in *wireParser
}

// wrapConn observes c from the client's end, or from the server's.
func wrapConn(a *account, c net.Conn, conn int, side string) net.Conn {
	w := &wireConn{Conn: c,
		out: newWireParser(a, "OUT", a.wire.Out, conn, len(preface)),
		in:  newWireParser(a, "IN", a.wire.In, conn, 0)}
	if side == server {
		w.out, w.in = w.in, w.out
	}
	return w
}

// Write counts first: the answer may be back, and the account be given, before this
// goroutine runs again after the write.
func (w *wireConn) Write(b []byte) (int, error) {
	w.out.feed(b, now(), 0)
	n, err := w.Conn.Write(b)
	w.out.written(now())
	return n, err
}

func (w *wireConn) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	t := now()
	w.in.feed(b[:n], 0, t)
	return n, err
}

type wireListener struct {
	net.Listener
	acc *account
	n   int
}

func (l *wireListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.n++
	return wrapConn(l.acc, c, l.n-1, server), nil
}
