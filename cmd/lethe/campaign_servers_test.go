package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

// quiet drops what a server says of connections that were struck.
var quiet = log.New(io.Discard, "", 0)

// The servers that faults stand before.
const (
	toVault    = "Vault"
	toMinio    = "MinIO"
	toCopy     = "versitygw" // of the ledger
	toPostgres = "PostgreSQL"
	toGeth     = "geth"
	toSocket   = "geth, websocket"
)

// faultKinds are the faults of each server.
func faultKinds() map[string][]string {
	tcp := []string{slow, blackHole, reset, cut}
	return map[string][]string{
		toVault:    append([]string{lostDelete, lostRotate, lostCreate}, tcp...),
		toMinio:    append([]string{lostPut}, tcp...),
		toCopy:     append([]string{lostPut}, tcp...),
		toSocket:   tcp,
		toPostgres: append([]string{lostCommit}, tcp...),
		toGeth:     append([]string{lostSend, wrongChain, droppedSend, otherReceipts}, tcp...),
	}
}

// proxies stands before every server, and changes a configuration so that it goes through them.
func proxies(t *testing.T) (map[string]*proxy, func(*config)) {
	t.Helper()
	db, err := url.Parse(os.Getenv("LETHE_TEST_POSTGRES"))
	noError(t, err)
	socket, err := url.Parse(os.Getenv("LETHE_TEST_GETH_WS"))
	noError(t, err)
	all := map[string]*proxy{
		toVault:    reverse(t, os.Getenv("LETHE_TEST_VAULT"), ofVault, nil),
		toMinio:    reverse(t, os.Getenv("LETHE_TEST_S3"), ofS3, nil),
		toCopy:     reverse(t, os.Getenv("LETHE_TEST_S3_OTHER"), ofS3, nil),
		toPostgres: carry(t, db.Host),
		toGeth:     reverse(t, os.Getenv("LETHE_TEST_GETH"), ofGeth, lie),
		toSocket:   carry(t, socket.Host),
	}
	return all, func(c *config) {
		c.Keys.Vault.Address = "https://" + all[toVault].address
		c.Objects.S3.URL = "https://" + all[toMinio].address
		c.Ledger.S3.URL = "https://" + all[toCopy].address
		c.Anchor.RPC = []string{"http://" + all[toGeth].address}
		c.Anchor.RaiseAfter, c.Anchor.MaxDelay = 1e9*8, 1e9*3600
		direct, err := c.Index.Postgres.text()
		noError(t, err)
		u, err := url.Parse(direct)
		noError(t, err)
		u.Host, u.RawQuery = all[toPostgres].address, "sslmode=disable" // the proxy reads what passes
		noError(t, os.WriteFile(c.Index.Postgres.File, []byte(u.String()), 0o600))
	}
}

var (
	keyPath    = regexp.MustCompile(`^/v1/lethe-[^/]+/keys/[^/]+$`)
	rotatePath = regexp.MustCompile(`^/v1/lethe-[^/]+/keys/[^/]+/rotate$`)
)

func ofVault(r *http.Request) string {
	writes := r.Method == http.MethodPost || r.Method == http.MethodPut
	switch {
	case r.Method == http.MethodDelete && keyPath.MatchString(r.URL.Path):
		return lostDelete
	case writes && rotatePath.MatchString(r.URL.Path):
		return lostRotate
	case writes && keyPath.MatchString(r.URL.Path):
		return lostCreate
	}
	return ""
}

func ofS3(r *http.Request) string {
	if r.Method == http.MethodPut && r.URL.RawQuery == "" || r.Method == http.MethodPost && r.URL.Query().Has("uploadId") {
		return lostPut
	}
	return ""
}

// ofGeth goes by what lie has noted.
func ofGeth(r *http.Request) string {
	if r.Header.Get(calledMethod) == "eth_sendRawTransaction" {
		return lostSend
	}
	return ""
}

const calledMethod = "Lethe-Test-Calls"

// call is one of JSON-RPC.
type call struct {
	Version string            `json:"jsonrpc"`
	ID      json.RawMessage   `json:"id"`
	Method  string            `json:"method"`
	Params  []json.RawMessage `json:"params"`
}

// lie is the provider that does not say what is so.
func lie(p *proxy, w http.ResponseWriter, r *http.Request) bool {
	body, err := io.ReadAll(r.Body)
	var c call
	if err != nil || json.Unmarshal(body, &c) != nil {
		panic(http.ErrAbortHandler)
	}
	switch {
	case c.Method == "eth_chainId" && p.lies(wrongChain):
		return c.answer(w, "0x1")
	case c.Method == "eth_sendRawTransaction" && p.lies(droppedSend):
		var raw hexutil.Bytes
		var tx types.Transaction
		if json.Unmarshal(c.Params[0], &raw) != nil || tx.UnmarshalBinary(raw) != nil {
			panic(http.ErrAbortHandler)
		}
		return c.answer(w, tx.Hash().Hex())
	case strings.HasSuffix(c.Method, "Receipts") && p.lies(otherReceipts):
		c.Params = []json.RawMessage{[]byte(`"0x1"`)}
		body, err = json.Marshal(c)
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header.Set(calledMethod, c.Method)
	return false
}

func (p *proxy) lies(kind string) bool {
	struck, _ := p.strikes(kind)
	return struck != ""
}

func (c call) answer(w http.ResponseWriter, result string) bool {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%q}`, c.ID, result)
	return true
}
