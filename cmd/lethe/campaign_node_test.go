package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"lethe/anchor/evm"
)

// node is a geth of the test's own, whose folder can be copied and put back.
type node struct {
	t             *testing.T
	program, data string
	ports         [4]string // http, websocket, engine, peers
	process       *exec.Cmd
}

// startNode starts a development chain with a block a second, and makes it the chain of [onTheServers].
func startNode(t *testing.T) *node {
	t.Helper()
	n := newNode(t)
	n.start()
	t.Cleanup(n.stop)
	t.Setenv("LETHE_TEST_GETH", "http://127.0.0.1:"+n.ports[0])
	t.Setenv("LETHE_TEST_GETH_WS", "ws://127.0.0.1:"+n.ports[1])
	return n
}

func newNode(t *testing.T) *node {
	t.Helper()
	built, err := filepath.Glob("../../bin/backends/geth-*")
	noError(t, err)
	if len(built) == 0 {
		t.Skip("no geth in bin/backends: `make backends` builds one")
	}
	n := &node{t: t, program: built[0], data: filepath.Join(t.TempDir(), "geth")}
	for i := range n.ports {
		n.ports[i] = freePort(t)
	}
	return n
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	noError(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	noError(t, err)
	return port
}

func (n *node) start() {
	n.t.Helper()
	said, err := os.OpenFile(n.data+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	noError(n.t, err)
	defer said.Close()
	n.process = exec.Command(n.program, //nolint:noctx // stop ends it
		"--dev", "--dev.period", "1", "--datadir", n.data, "--cache", "64", "--gcmode", "archive", "--state.scheme", "hash", "--ipcdisable",
		"--nodiscover", "--maxpeers", "0", "--http", "--http.addr", "127.0.0.1", "--http.port", n.ports[0], "--http.api", "eth,net,web3",
		"--ws", "--ws.addr", "127.0.0.1", "--ws.port", n.ports[1], "--authrpc.port", n.ports[2], "--port", n.ports[3])
	n.process.Stdout, n.process.Stderr = said, said
	noError(n.t, n.process.Start())
	n.wait()
}

// wait asks until blocks come.
func (n *node) wait() {
	n.t.Helper()
	client, err := evm.Dial(n.t.Context(), "http://127.0.0.1:"+n.ports[0])
	noError(n.t, err)
	defer client.Close()
	first, deadline := hexutil.Uint64(0), time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		var number hexutil.Uint64
		err = client.CallContext(n.t.Context(), &number, "eth_blockNumber")
		if err == nil && first > 0 && number > first {
			return
		}
		if err == nil && first == 0 {
			first = max(number, 1)
		}
		time.Sleep(100 * time.Millisecond)
	}
	said, _ := os.ReadFile(n.data + ".log")
	n.t.Fatalf("geth makes no blocks: %v\n%s", err, said)
}

func (n *node) stop() {
	if n.process == nil {
		return
	}
	_ = n.process.Process.Signal(syscall.SIGTERM)
	_ = n.process.Wait()
	n.process = nil
}

// copyTo copies the chain's data, for which the node has to stand still.
func (n *node) copyTo(folder string) {
	n.t.Helper()
	n.stop()
	copyTo(n.t, n.data, folder)
	n.start()
}

// putBack puts a copy in the place of the chain's data.
func (n *node) putBack(folder string) {
	n.t.Helper()
	n.stop()
	noError(n.t, os.RemoveAll(n.data))
	copyTo(n.t, folder, n.data)
	n.start()
}
