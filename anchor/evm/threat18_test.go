package evm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"lethe/anchor"
)

// lie alters what a node answered to a method; what it does not alter it returns.
type lie func(method string, answer any) any

// liar serves JSON-RPC in front of the true node, and lies.
func (w *world) liar(tell lie) *rpc.Client {
	w.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		var request struct {
			ID     json.RawMessage
			Method string
			Params []any
		}
		if err := json.NewDecoder(in.Body).Decode(&request); err != nil {
			w.Error(err)
		}
		reply := map[string]any{"jsonrpc": "2.0", "id": request.ID}
		var answer any
		err := w.RPC().CallContext(in.Context(), &answer, request.Method, request.Params...)
		if reverted := rpc.DataError(nil); errors.As(err, &reverted) {
			reply["error"] = map[string]any{"code": 3, "message": reverted.Error(), "data": reverted.ErrorData()}
		} else if err != nil {
			reply["error"] = map[string]any{"code": -32000, "message": err.Error()}
		} else {
			reply["result"] = tell(request.Method, answer)
		}
		out.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(out).Encode(reply)
	}))
	w.Cleanup(server.Close)
	client, err := Dial(w.Context(), server.URL)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(client.Close)
	return client
}

func honest(_ string, answer any) any { return answer }

// field makes a lie of one field: of what a method answers, or of each part of it that path leads to.
func field(method string, value any, path ...string) lie {
	return func(asked string, answer any) any {
		if asked == method {
			set(answer, value, path)
		}
		return answer
	}
}

func set(node, value any, path []string) {
	switch n := node.(type) {
	case []any:
		for _, element := range n {
			set(element, value, path)
		}
	case map[string]any:
		if len(path) > 1 {
			set(n[path[0]], value, path[1:])
		} else if _, there := n[path[0]]; there {
			n[path[0]] = value
		}
	}
}

// whole makes a lie of all that a method answers.
func whole(method string, value any) lie {
	return func(asked string, answer any) any {
		if asked == method {
			return value
		}
		return answer
	}
}

// answers is what a reader says of a chain, and what it could not say.
type answers struct {
	latest, accepted anchor.Accepted
	erased           []anchor.Hash
}

func ask(ctx context.Context, r *Reader) (a answers, errs [3]error) {
	a.latest, errs[0] = r.Latest(ctx)
	a.accepted, errs[1] = r.Accepted(ctx, 0, 4)
	a.erased, errs[2] = r.Erased(ctx, 0, 0)
	return a, errs
}

// anchoredWorld has three checkpoints of 4, 7 and 9 entries, and a head some blocks above.
func anchoredWorld(t *testing.T) (*world, answers) {
	w := newWorld(t)
	s := w.sender(1)
	for _, n := range []int{4, 3, 2} {
		w.anchored(s, n, anchor.ErasedKey("key"))
	}
	truth, errs := ask(t.Context(), w.reader)
	if err := errors.Join(errs[:]...); err != nil || truth.latest.Size != 9 || len(truth.erased) != 24 {
		t.Fatalf("%+v, %v", truth, err)
	}
	told, errs := ask(t.Context(), w.newReader(w.liar(honest)))
	if errors.Join(errs[:]...) != nil || !reflect.DeepEqual(told, truth) {
		t.Fatalf("an honest node is not believed: %v", errs)
	}
	return w, truth
}

const zeros = "0x0000000000000000000000000000000000000000000000000000000000000000"
const ones = "0x1111111111111111111111111111111111111111111111111111111111111111"

// A provider that alters one thing is found out, and nothing that it says is taken for true.
func TestThreat18LyingProvider(t *testing.T) {
	w, truth := anchoredWorld(t)
	for name, tell := range map[string]lie{
		"chain id":              whole("eth_chainId", "0x1"),
		"header, state root":    field("eth_getBlockByNumber", ones, "stateRoot"),
		"header, time":          field("eth_getBlockByNumber", "0x5", "timestamp"),
		"header, hash":          field("eth_getBlockByNumber", ones, "hash"),
		"header, receipts root": field("eth_getBlockByHash", ones, "receiptsRoot"),
		"header, number":        field("eth_getBlockByNumber", "0x3", "number"),
		"receipt, status":       field("eth_getBlockReceipts", "0x0", "status"),
		"receipt, gas":          field("eth_getBlockReceipts", "0x1", "cumulativeGasUsed"),
		"receipt, transaction":  field("eth_getBlockReceipts", ones, "transactionHash"),
		"receipt, no logs":      field("eth_getBlockReceipts", []any{}, "logs"),
		"receipt, log topics":   field("eth_getBlockReceipts", []any{acceptedTopic(), zeros, ones}, "logs", "topics"),
		"receipt, log data":     field("eth_getBlockReceipts", ones, "logs", "data"),
		"receipt, log address":  field("eth_getBlockReceipts", address("stranger"), "logs", "address"),
		"receipts, none":        whole("eth_getBlockReceipts", []any{}),
		"receipts, null":        whole("eth_getBlockReceipts", []any{nil}),
		"receipts, nonsense":    whole("eth_getBlockReceipts", "nonsense"),
		"block, hash":           field("eth_getBlockByHash", ones, "hash"),
		"block, no transaction": field("eth_getBlockByHash", []any{}, "transactions"),
		"block, transaction":    field("eth_getBlockByHash", "0x7", "transactions", "nonce"),
		"block, calldata":       field("eth_getBlockByHash", "0x1234", "transactions", "input"),
		"block, null":           field("eth_getBlockByHash", []any{nil}, "transactions"),
		"events, none":          whole("eth_getLogs", []any{}),
		"events, topics":        field("eth_getLogs", []any{acceptedTopic(), zeros, ones}, "topics"),
		"events, data":          field("eth_getLogs", ones, "data"),
		"events, address":       field("eth_getLogs", address("stranger"), "address"),
		"events, block hash":    field("eth_getLogs", ones, "blockHash"),
		"events, block number":  field("eth_getLogs", hexutil.Uint64(w.Block), "blockNumber"),
		"events, transaction":   field("eth_getLogs", ones, "transactionHash"),
		"events, one omitted":   omitEvent,
		"latest, size":          alterCall(160, 1, 5),
		"latest, root":          alterCall(160, 2, 1),
		"latest, time":          alterCall(160, 3, 1),
		"latest, block":         alterCall(160, 4, 1),
		"root of a checkpoint":  alterCall(32, 0, 1),
		"no contract":           whole("eth_call", "0x"),
	} {
		t.Run(name, func(t *testing.T) {
			told, errs := ask(t.Context(), w.newReader(w.liar(tell)))
			noticed := false
			for _, err := range errs {
				noticed = noticed || errors.Is(err, ErrContradiction)
				if err != nil && !errors.Is(err, ErrContradiction) && !errors.Is(err, anchor.ErrUnreachable) {
					t.Errorf("refused as %v", err)
				}
			}
			if !noticed {
				t.Errorf("nothing was noticed: %v", errs)
			}
			if errs[0] == nil && told.latest != truth.latest || errs[1] == nil && told.accepted != truth.accepted ||
				errs[2] == nil && !reflect.DeepEqual(told.erased, truth.erased) {
				t.Errorf("the lie was believed: %+v", told)
			}
		})
	}
}

// omitEvent leaves out the second of the events that were asked for.
func omitEvent(method string, answer any) any {
	if events, ok := answer.([]any); ok && method == "eth_getLogs" && len(events) > 2 {
		return append(events[:1], events[2:]...)
	}
	return answer
}

// alterCall adds to the last byte of a word of calls that answer so many bytes.
func alterCall(length, word int, add byte) lie {
	return func(method string, answer any) any {
		text, _ := answer.(string)
		data, err := hexutil.Decode(text)
		if method != "eth_call" || err != nil || len(data) != length {
			return answer
		}
		data[32*word+31] += add
		return hexutil.Encode(data)
	}
}

// Two providers are believed where they agree: one that is behind is followed for a while, one that hides what is new, or is
// far behind, is not.
func TestThreat18TwoProviders(t *testing.T) {
	w, truth := anchoredWorld(t)
	var older any // what latestCheckpoint answered before the last checkpoint
	binding := map[string]any{"to": w.CheckpointLog, "data": hexutil.Bytes(latestCall())}
	at := hexutil.Uint64(truth.latest.Block - 1)
	if err := w.RPC().CallContext(t.Context(), &older, "eth_call", binding, at); err != nil {
		t.Fatal(err)
	}
	hides := func(method string, answer any) any {
		if text, _ := answer.(string); method == "eth_call" && len(text) == 2+2*160 {
			return older
		}
		return answer
	}
	if latest, err := w.newReader(w.liar(hides)).Latest(t.Context()); err != nil || latest.Size != 7 {
		t.Fatalf("one that hides cannot be found out alone: %+v, %v", latest, err)
	}
	for name, second := range map[string]lie{"hides": hides, "chain id": whole("eth_chainId", "0x5")} {
		for _, pair := range [][]*rpc.Client{{w.RPC(), w.liar(second)}, {w.liar(second), w.RPC()}} {
			if _, err := w.newReader(pair...).Latest(t.Context()); !errors.Is(err, ErrContradiction) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	stale := w.frozen()
	both := w.newReader(w.RPC(), stale)
	w.mine(MaxLag)
	if number, _, err := both.Head(t.Context()); err != nil || number != w.head()-MaxLag {
		t.Fatalf("head %d, %v", number, err)
	}
	w.mine(1)
	if _, _, err := both.Head(t.Context()); !errors.Is(err, ErrContradiction) {
		t.Fatalf("a stale head counts: %v", err)
	}
	left := w.newReader(w.frozen(), w.RPC()) // the first stays on a branch that the other leaves
	w.fork(2)
	if _, _, err := left.Head(t.Context()); !errors.Is(err, ErrContradiction) || !strings.Contains(err.Error(), "block") {
		t.Fatalf("two branches agree: %v", err)
	}
}

// frozen is a provider whose head stays.
func (w *world) frozen() *rpc.Client {
	w.Helper()
	var head any
	if err := w.RPC().CallContext(w.Context(), &head, "eth_getBlockByNumber", "latest", false); err != nil {
		w.Fatal(err)
	}
	number := func(block any) uint64 {
		fields, _ := block.(map[string]any)
		text, _ := fields["number"].(string)
		return hexutil.MustDecodeUint64(text)
	}
	return w.liar(func(method string, answer any) any {
		if method == "eth_getBlockByNumber" && number(answer) > number(head) {
			return head
		}
		return answer
	})
}

// A sender does not take a receipt on a provider's word.
func TestThreat18LyingReceipt(t *testing.T) {
	for name, tell := range map[string]lie{
		"block hash":   field("eth_getTransactionReceipt", ones, "blockHash"),
		"block number": field("eth_getTransactionReceipt", "0x2", "blockNumber"),
		"status":       field("eth_getBlockReceipts", "0x0", "status"),
		"nonce":        whole("eth_getTransactionCount", "nonsense"),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.send(w.sender(1), w.grow(1))
			if name != "nonce" {
				w.mine(2)
			}
			s := w.senderWith(SenderConfig{
				Reader: w.newReader(w.liar(tell)), Signer: KeySigner(key("submitter")), Journal: w.journal, Confirmations: 1,
			})
			if _, err := s.Follow(t.Context()); !errors.Is(err, ErrContradiction) {
				t.Errorf("followed: %v", err)
			}
			if state := w.journal.state(a.Transaction); state != anchor.AttemptSubmitted {
				t.Errorf("attempt is %s", state)
			}
		})
	}
	t.Run("hidden", func(t *testing.T) { // it is found by its checkpoint
		w := newWorld(t)
		a := w.send(w.sender(1), w.grow(1))
		w.mine(2)
		s := w.senderWith(SenderConfig{
			Reader: w.newReader(w.liar(whole("eth_getTransactionReceipt", nil))), Signer: KeySigner(key("submitter")), Journal: w.journal,
			Confirmations: 1,
		})
		w.want(s, a.Transaction, anchor.AttemptConfirmed)
	})
}

// What does not answer is unreachable, and its URL, which may hold a secret, is not repeated.
func TestThreat18Unreachable(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		switch {
		case strings.Contains(in.URL.Path, "slow"):
			<-release
		case strings.Contains(in.URL.Path, "null"):
			body := new(bytes.Buffer)
			_, _ = body.ReadFrom(in.Body)
			_, _ = out.Write([]byte(`{"jsonrpc":"2.0","id":1,"result":null}`))
		case strings.Contains(in.URL.Path, "moved"):
			http.Redirect(out, in, "/null", http.StatusTemporaryRedirect)
		default:
			http.Error(out, "no", http.StatusBadGateway)
		}
	}))
	defer server.Close()
	defer close(release)
	for _, target := range []string{
		server.URL + "/secret", server.URL + "/slow/secret", server.URL + "/null/secret", server.URL + "/moved/secret",
		"http://127.0.0.1:1/secret",
	} {
		client, err := Dial(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		r, err := NewReader(ReaderConfig{
			Clients: []*rpc.Client{client}, ChainID: 1, CheckpointLog: address("log"), Timeout: 50 * time.Millisecond,
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Latest(t.Context())
		if !errors.Is(err, anchor.ErrUnreachable) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", target, err)
		}
		client.Close()
	}
	for _, target := range []string{"", "ws://x", "/tmp/geth.ipc", "http://", "http://a b/secret"} {
		if _, err := Dial(t.Context(), target); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("dialled %q: %v", target, err)
		}
	}
}
