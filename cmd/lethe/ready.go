package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"lethe/api"
	"lethe/offchain"
	"lethe/vault/registry"
)

// How what the service stands on is asked, however often somebody wants to know.
const (
	readyFresh    = 5 * time.Second        // how long an answer stands
	readyPatience = 700 * time.Millisecond // how long who wants to know waits; after that they get the last answer
	readyLimit    = 5 * time.Second        // how long a dependency has to answer
	guardLimit    = time.Minute            // how long comparing all stores may take, while nothing is decrypted anyhow
)

var errNotAsked = errors.New("it has not answered since the start")

// check asks one dependency.
type check struct {
	name     string
	optional bool // records are read without it
	limit    time.Duration
	ask      func(context.Context) error
}

// checks are what the service stands on. Each is one call that changes nothing and costs little.
func (st *state) checks(tenant string) []check {
	all := []check{
		{"objects", false, readyLimit, func(ctx context.Context) error { return absent(ctx, st.objects, tenant+"/ready") }},
		{"index", false, readyLimit, func(ctx context.Context) error {
			return st.index.View(ctx, func(q offchain.Queries) error {
				_, err := q.TreeVersion(ctx, string(registry.Grants))
				return answered(err)
			})
		}},
		{"log", false, readyLimit, func(ctx context.Context) error {
			_, err := st.log.Size(ctx)
			return err
		}},
		{"guard", false, guardLimit, st.Serves},
		{"chain", true, readyLimit, func(ctx context.Context) error {
			_, err := st.contract.Latest(ctx)
			return err
		}},
	}
	if st.askKeys == nil {
		return all // a witness can only decrypt
	}
	return append([]check{{"keys", false, readyLimit, st.askKeys}}, all...)
}

// absent asks for an object that is not there: the answer is that.
func absent(ctx context.Context, in offchain.Objects, key string) error {
	r, err := in.Open(ctx, key)
	if err == nil {
		return r.Close()
	}
	return answered(err)
}

// answered is nil for a store that says it has no such thing.
func answered(err error) error {
	if errors.Is(err, offchain.ErrNotFound) {
		return nil
	}
	return err
}

// readiness remembers how checks ended. It asks when somebody wants to know, each dependency once at a time and no more often
// than it has to, so that nobody can have the stores asked without end. It is safe for concurrent use; Close ends it.
type readiness struct {
	parts []*part
	ctx   context.Context

	mu      sync.Mutex // keeps a check from beginning beside Close
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// part is a check, with how it ended last.
type part struct {
	check
	mu    sync.Mutex
	err   error
	asked time.Time
	under chan struct{} // closed when the one under way ends, nil while none is
}

func newReadiness(checks []check) *readiness {
	r := &readiness{}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	for _, c := range checks {
		r.parts = append(r.parts, &part{check: c, err: errNotAsked})
	}
	return r
}

// ask gives the newest answers there are after a short time.
func (r *readiness) ask(ctx context.Context) []api.Dependency {
	ctx, cancel := context.WithTimeout(ctx, readyPatience)
	defer cancel()
	ends := make([]<-chan struct{}, len(r.parts))
	for i, p := range r.parts {
		ends[i] = r.begin(p)
	}
	all := make([]api.Dependency, len(r.parts))
	for i, p := range r.parts {
		if ends[i] != nil {
			select {
			case <-ends[i]:
			case <-ctx.Done():
			}
		}
		all[i] = p.answer()
	}
	return all
}

// begin asks a dependency unless that is under way; nil when its answer still stands.
func (r *readiness) begin(p *part) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.under != nil || time.Since(p.asked) < readyFresh || r.ctx.Err() != nil {
		return p.under
	}
	end := make(chan struct{})
	p.under = end
	r.running.Go(func() {
		defer close(end)
		ctx, cancel := context.WithTimeout(r.ctx, p.limit)
		defer cancel()
		p.end(p.ask(ctx))
	})
	return end
}

func (p *part) end(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err, p.asked, p.under = err, time.Now(), nil
}

func (p *part) answer() api.Dependency {
	p.mu.Lock()
	defer p.mu.Unlock()
	return api.Dependency{Name: p.name, Optional: p.optional, Err: p.err}
}

// Close ends what is under way, and waits for it.
func (r *readiness) Close() error {
	r.mu.Lock()
	r.cancel()
	r.mu.Unlock()
	r.running.Wait()
	return nil
}
