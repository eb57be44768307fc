package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// What a proxy does to what passes. Those of the second group lose an answer after the server has done what was asked; those of the
// third are a chain's provider that lies.
const (
	slow      = "latency"
	blackHole = "black hole"
	reset     = "reset"
	cut       = "cut in the middle of an answer"

	lostDelete = "answer lost: delete a key"
	lostRotate = "answer lost: rotate the counter"
	lostCreate = "answer lost: create a key"
	lostPut    = "answer lost: put an object"
	lostCommit = "answer lost: commit"
	lostSend   = "answer lost: send a transaction"

	wrongChain    = "lie: another chain id"
	droppedSend   = "lie: a transaction taken and dropped"
	otherReceipts = "lie: receipts of another block"
)

// fault is one thing that goes wrong on the way to a server.
type fault struct {
	server, kind string
	after        int           // answers, or of what kind names, that pass before it strikes
	times        int           // that it strikes; 0 is until it is healed
	heals        time.Duration // 0 when nobody heals it while a command runs
}

// proxy stands before one server. Faults on the level of TCP are under TLS, which ends here.
type proxy struct {
	t       *testing.T
	address string // of the proxy

	mu     sync.Mutex
	fault  *fault
	struck int
	healed chan struct{} // closed while nothing is wrong
	conns  map[*toxic]bool
}

func newProxy(t *testing.T) (*proxy, net.Listener) {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	noError(t, err)
	p := &proxy{t: t, address: l.Addr().String(), healed: make(chan struct{}), conns: map[*toxic]bool{}}
	close(p.healed)
	t.Cleanup(func() { p.heal(); _ = l.Close() })
	return p, toxicListener{l, p}
}

// arm makes a fault wait for its moment; heal ends it, and says how often it struck.
func (p *proxy) arm(f fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault, p.struck, p.healed = &f, 0, make(chan struct{})
	if f.heals > 0 {
		time.AfterFunc(f.heals, func() { p.healIf(&f) })
	}
}

func (p *proxy) heal() (struck int) {
	p.mu.Lock()
	f, struck := p.fault, p.struck
	p.mu.Unlock()
	if f != nil {
		p.healIf(f)
	}
	return struck
}

// healIf ends a fault that is still there. Connections that it left hanging are closed.
func (p *proxy) healIf(f *fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fault != f {
		return
	}
	p.fault = nil
	close(p.healed)
	if f.kind == blackHole && p.struck > 0 {
		for c := range p.conns {
			_ = c.Conn.Close()
		}
	}
}

// strikes says whether a fault of a kind happens now, and to whom one may have to wait.
func (p *proxy) strikes(kinds ...string) (kind string, healed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.fault
	if f == nil || !slices.Contains(kinds, f.kind) || (f.times > 0 && p.struck >= f.times) {
		return "", nil
	}
	if f.after > 0 {
		f.after--
		return "", nil
	}
	p.struck++
	return f.kind, p.healed
}

// stalled is the channel to wait for while a black hole is open, nil when none is.
func (p *proxy) stalled() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fault == nil || p.fault.kind != blackHole || p.struck == 0 {
		return nil
	}
	return p.healed
}

type toxicListener struct {
	net.Listener
	p *proxy
}

func (l toxicListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &toxic{Conn: conn, p: l.p}
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	l.p.conns[c] = true
	return c, nil
}

// toxic is the connection of a client. What is written to it is answers.
type toxic struct {
	net.Conn
	p    *proxy
	mu   sync.Mutex
	lose bool // the next answer
}

var errStruck = errors.New("the connection was struck")

func (c *toxic) Read(b []byte) (int, error) {
	if wait := c.p.stalled(); wait != nil {
		<-wait
	}
	return c.Conn.Read(b)
}

func (c *toxic) Write(b []byte) (int, error) {
	c.mu.Lock()
	lose := c.lose
	c.mu.Unlock()
	if lose {
		return 0, c.reset()
	}
	if wait := c.p.stalled(); wait != nil {
		<-wait
	}
	switch kind, healed := c.p.strikes(slow, blackHole, reset, cut); kind {
	case slow:
		time.Sleep(10 * time.Millisecond) // each piece of each answer
	case blackHole:
		<-healed
	case reset:
		return 0, c.reset()
	case cut:
		_, err := c.Conn.Write(b[:len(b)/2])
		return 0, errors.Join(errStruck, err, c.Conn.Close())
	}
	return c.Conn.Write(b)
}

func (c *toxic) reset() error {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	return errors.Join(errStruck, c.Conn.Close())
}

func (c *toxic) Close() error {
	c.p.mu.Lock()
	delete(c.p.conns, c)
	c.p.mu.Unlock()
	return c.Conn.Close()
}

// carry serves a protocol that is not HTTP, in the clear: PostgreSQL's.
func carry(t *testing.T, to string) *proxy {
	p, l := newProxy(t)
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go p.carry(client.(*toxic), to)
		}
	}()
	return p
}

func (p *proxy) carry(client *toxic, to string) {
	defer client.Close()
	var d net.Dialer
	server, err := d.DialContext(context.Background(), "tcp", to)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		defer client.Close()
		_, _ = io.Copy(struct{ io.Writer }{client}, server)
	}()
	said := make([]byte, 1<<16)
	for {
		n, err := client.Read(said)
		if err != nil {
			return
		}
		if bytes.Contains(bytes.ToLower(said[:n]), []byte("commit\x00")) {
			if kind, _ := p.strikes(lostCommit); kind != "" {
				client.mu.Lock()
				client.lose = true
				client.mu.Unlock()
			}
		}
		if _, err := server.Write(said[:n]); err != nil {
			return
		}
	}
}

// reverse serves HTTP, over TLS where the server has it. which names the kind of fault that may take an answer, "" for none; instead may
// answer in the server's place.
func reverse(t *testing.T, to string, which func(*http.Request) string, instead answerer) *proxy {
	t.Helper()
	target, err := url.Parse(to)
	noError(t, err)
	target.User = nil
	p, l := newProxy(t)
	transport := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: backends(t)}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	way := p.way(target, transport, which)
	server := &http.Server{ReadHeaderTimeout: time.Minute, ErrorLog: quiet}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if instead == nil || !instead(p, w, r) {
			way.ServeHTTP(w, r)
		}
	})
	go func() {
		if target.Scheme == "https" {
			folder := filepath.Join(os.Getenv("LETHE_BACKENDS"), "tls")
			_ = server.ServeTLS(l, filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem"))
			return
		}
		_ = server.Serve(l)
	}()
	t.Cleanup(func() { _ = server.Close() })
	return p
}

type answerer func(*proxy, http.ResponseWriter, *http.Request) bool

// way is the way to a server, on which answers are lost.
func (p *proxy) way(target *url.URL, by http.RoundTripper, which func(*http.Request) string) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Transport: by,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // which requests to S3 sign
		},
		ModifyResponse: func(r *http.Response) error {
			if kind := which(r.Request); kind != "" && r.StatusCode < 300 {
				if struck, _ := p.strikes(kind); struck != "" {
					return errStruck
				}
			}
			return nil
		},
		ErrorLog:     quiet,
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
}

// backends are the certificates of the servers.
func backends(t *testing.T) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile(os.Getenv("LETHE_TEST_CA"))
	noError(t, err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return pool
}
