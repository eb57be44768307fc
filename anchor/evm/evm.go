// Package evm reads and writes the CheckpointLog contract through the JSON-RPC of any Ethereum node (EIP-1474).
//
// Nothing is taken from a provider on its word. A header counts when it hashes to the hash it was asked for, a transaction or
// a receipt when all of its block hash to what that header says, an event when it is in such a receipt and the block is in the
// present chain. What a single provider can still do is withhold, or invent a chain: the consensus of Ethereum is not checked
// here. So two providers that do not collude are the default to choose; all of them must agree on everything, and the answer
// is ErrContradiction when they do not. The price is that each of them can stop an answer, and twice the calls.
//
// A checkpoint costs the gas that package contracts names, and about 4,100 more for the eight words behind its arguments that
// announce erasures, or hide that there are none. Blocks must have the transaction types of Ethereum's main net.
package evm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"lethe/anchor"
)

// DefaultTimeout is that of one call to a provider.
const DefaultTimeout = 10 * time.Second

// maxAnswer is the largest answer that is read, in bytes: a block with its receipts takes less than 20 MiB.
const maxAnswer = 64 << 20

// ErrContradiction says that a provider contradicts another, or itself: one of them lies, is broken, or is on another branch.
var ErrContradiction = errors.New("the providers of the chain contradict each other or themselves")

// errMissing says that a provider answered, and has no such thing.
var errMissing = errors.New("answered nothing")

// ReaderConfig says which contract is read, and through whom.
type ReaderConfig struct {
	Clients       []*rpc.Client  // the providers, one or more; all must agree. Closing them is the caller's.
	ChainID       uint64         // EIP-155
	CheckpointLog common.Address // the contract
	FromBlock     uint64         // the block that the contract was deployed in: no event is older
	Timeout       time.Duration  // of one call; 0 stands for DefaultTimeout
	// MaxHeadAge is how old a provider's newest block may be: one that has stopped, or still catches up, would know too little and
	// counts as not answering. 0 is any age, for a chain that mines on demand.
	MaxHeadAge time.Duration
	Now        func() time.Time // nil stands for time.Now
}

// Reader reads the contract. It is safe for concurrent use. Its methods answer anchor.ErrUnreachable when a provider does not
// answer, and ErrContradiction when what is answered cannot be.
type Reader struct {
	providers []*provider
	contract  common.Address
	fromBlock uint64
	window    uint64 // blocks searched at once
	maxAge    time.Duration
	now       func() time.Time
}

var _ anchor.Chain = (*Reader)(nil)

// NewReader checks a configuration. It speaks to nobody yet.
func NewReader(cfg ReaderConfig) (*Reader, error) {
	switch {
	case len(cfg.Clients) == 0:
		return nil, errors.New("reader of the chain: Clients is empty")
	case cfg.ChainID == 0:
		return nil, errors.New("reader of the chain: ChainID is 0")
	case cfg.CheckpointLog == (common.Address{}):
		return nil, errors.New("reader of the chain: CheckpointLog is empty")
	case cfg.Timeout < 0:
		return nil, errors.New("reader of the chain: Timeout is negative")
	case cfg.Timeout == 0:
		cfg.Timeout = DefaultTimeout
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	r := &Reader{
		contract: cfg.CheckpointLog, fromBlock: cfg.FromBlock, window: defaultWindow, maxAge: cfg.MaxHeadAge, now: cfg.Now,
	}
	for i, client := range cfg.Clients {
		if client == nil {
			return nil, fmt.Errorf("reader of the chain: Clients[%d] is nil", i)
		}
		name := fmt.Sprintf("provider %d of %d", i+1, len(cfg.Clients))
		r.providers = append(r.providers, &provider{client: client, name: name, chainID: cfg.ChainID, timeout: cfg.Timeout})
	}
	return r, nil
}

// Dial prepares a connection to a provider at an http, https, ws or wss URL, which may hold a secret: errors do not repeat it.
// Redirects are not followed. A websocket is opened at once, and again when it was lost.
func Dial(ctx context.Context, rawURL string) (*rpc.Client, error) {
	target, err := url.Parse(rawURL)
	if err != nil || target.Host == "" || !slices.Contains([]string{"http", "https", "ws", "wss"}, target.Scheme) {
		return nil, errors.New("provider of the chain: not an http, https, ws or wss URL")
	}
	client := &http.Client{
		Transport:     limitedTransport{http.DefaultTransport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	connection, err := rpc.DialOptions(ctx, rawURL, rpc.WithHTTPClient(client), rpc.WithWebsocketMessageSizeLimit(maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("provider of the chain: %w", withoutURL(err))
	}
	return connection, nil
}

// limitedTransport ends an answer that is too long, which then does not parse.
type limitedTransport struct{ http.RoundTripper }

func (t limitedTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.RoundTripper.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, maxAnswer), response.Body}
	return response, nil
}

// provider is one node that is asked. Its chain id is compared before anything else, and again after its connection failed:
// another node may be behind it then.
type provider struct {
	client  *rpc.Client
	name    string
	chainID uint64
	timeout time.Duration
	checked atomic.Bool
}

// call asks the provider. Errors are anchor.ErrUnreachable, with rpc.Error in their chain if the node sent one and errMissing
// if it answered null, or ErrContradiction.
func (p *provider) call(ctx context.Context, result any, method string, args ...any) error {
	if !p.checked.Load() {
		var id hexutil.Uint64
		if err := p.ask(ctx, &id, "eth_chainId"); err != nil {
			return err
		}
		if uint64(id) != p.chainID {
			return p.contradicts("chain id is %d, not %d", uint64(id), p.chainID)
		}
		p.checked.Store(true)
	}
	return p.ask(ctx, result, method, args...)
}

func (p *provider) ask(ctx context.Context, result any, method string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	var raw json.RawMessage
	if err := p.client.CallContext(ctx, &raw, method, args...); err != nil {
		if answer := rpc.Error(nil); !errors.As(err, &answer) {
			p.checked.Store(false)
		}
		return fmt.Errorf("%w: %s: %s: %w", anchor.ErrUnreachable, p.name, method, withoutURL(err))
	}
	if len(raw) == 0 || string(raw) == "null" {
		return fmt.Errorf("%w: %s: %s: %w", anchor.ErrUnreachable, p.name, method, errMissing)
	}
	if err := json.Unmarshal(raw, result); err != nil {
		return p.contradicts("%s: %w", method, err)
	}
	return nil
}

func (p *provider) contradicts(format string, args ...any) error {
	return fmt.Errorf("%w: %s: %w", ErrContradiction, p.name, fmt.Errorf(format, args...))
}

// withoutURL leaves out the URL, which may hold a secret, of what net/http reports.
func withoutURL(err error) error {
	if failure := (*url.Error)(nil); errors.As(err, &failure) {
		return failure.Err
	}
	return err
}

// agree asks every provider the same, and is an error unless all answer the same.
func agree[T comparable](r *Reader, what string, ask func(*provider) (T, error)) (answer T, err error) {
	for i, p := range r.providers {
		another, err := ask(p)
		if err != nil {
			return answer, err
		}
		if i > 0 && another != answer {
			return answer, p.contradicts("%s is %v, where another says %v", what, another, answer)
		}
		answer = another
	}
	return answer, nil
}
