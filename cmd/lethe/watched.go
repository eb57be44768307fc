package main

import (
	"context"
	"errors"
	"io"
	"time"

	"lethe/anchor"
	"lethe/keys"
	"lethe/offchain"
	"lethe/vault"
)

// The stores as the service calls them when somebody watches: the same, and each call noted.

var (
	_ wrapping              = watchedKeys{}
	_ vault.Eraser          = watchedEraser{}
	_ keys.Unwrapper        = watchedWitness{}
	_ objectStore           = watchedObjects{}
	_ offchain.ObjectWriter = watchedWriter{}
	_ offchain.ObjectReader = watchedReader{}
	_ offchain.Store        = watchedIndex{}
	_ anchor.Chain          = watchedChain{}
	_ vault.Sender          = watchedSender{}
)

func (t *telemetry) callsOf(store string) calls { return calls{t.stores, t.tracer, store} }

// keys has what serves, erases and witnesses noted as one store.
func (t *telemetry) keys(k *keyStore) {
	if t == nil {
		return
	}
	c := t.callsOf("keys")
	if k.serve != nil {
		k.serve = watchedKeys{c, k.serve}
	}
	if k.erase != nil {
		k.erase = watchedEraser{c, k.erase}
	}
	if k.see != nil {
		k.see = watchedWitness{c, k.see}
	}
}

func (t *telemetry) objects(o objectStore) objectStore {
	if t == nil {
		return o
	}
	return watchedObjects{t.callsOf("objects"), o}
}

// ports has the index and the chain noted.
func (t *telemetry) ports(c *vault.Config) {
	if t == nil {
		return
	}
	c.Chain = watchedChain{t.callsOf("chain"), c.Chain}
	if c.Sender != nil {
		c.Sender = watchedSender{t.callsOf("chain"), c.Sender}
	}
	c.Store = watchedIndex{t.callsOf("index"), c.Store}
}

type watchedKeys struct {
	calls
	to wrapping
}

func (k watchedKeys) Create(ctx context.Context, name keys.Name) (err error) {
	ctx, end := k.begin(ctx, "create")
	defer end(&err)
	return k.to.Create(ctx, name)
}

func (k watchedKeys) Wrap(ctx context.Context, name keys.Name, key *keys.Key, ad []byte) (_ []byte, err error) {
	ctx, end := k.begin(ctx, "wrap")
	defer end(&err)
	return k.to.Wrap(ctx, name, key, ad)
}

func (k watchedKeys) Unwrap(ctx context.Context, name keys.Name, wrapped, ad []byte) (_ *keys.Key, err error) {
	return watchedWitness{k.calls, k.to}.Unwrap(ctx, name, wrapped, ad)
}

func (k watchedKeys) Blind(ctx context.Context, data []byte) (_ [32]byte, err error) {
	ctx, end := k.begin(ctx, "blind")
	defer end(&err)
	return k.to.Blind(ctx, data)
}

type watchedWitness struct {
	calls
	to keys.Unwrapper
}

func (w watchedWitness) Unwrap(ctx context.Context, name keys.Name, wrapped, ad []byte) (_ *keys.Key, err error) {
	ctx, end := w.begin(ctx, "unwrap")
	defer end(&err)
	return w.to.Unwrap(ctx, name, wrapped, ad)
}

type watchedEraser struct {
	calls
	to vault.Eraser
}

func (e watchedEraser) Destroy(ctx context.Context, name keys.Name) (err error) {
	ctx, end := e.begin(ctx, "destroy")
	defer end(&err)
	return e.to.Destroy(ctx, name)
}

func (e watchedEraser) Exists(ctx context.Context, name keys.Name) (_ bool, err error) {
	ctx, end := e.begin(ctx, "exists")
	defer end(&err)
	return e.to.Exists(ctx, name)
}

func (e watchedEraser) Count(ctx context.Context) (_ uint64, err error) {
	ctx, end := e.begin(ctx, "count")
	defer end(&err)
	return e.to.Count(ctx)
}

func (e watchedEraser) Advance(ctx context.Context) (_ uint64, err error) {
	ctx, end := e.begin(ctx, "advance")
	defer end(&err)
	return e.to.Advance(ctx)
}

type watchedObjects struct {
	calls
	to objectStore
}

func (o watchedObjects) Create(ctx context.Context, key string) (_ offchain.ObjectWriter, err error) {
	began, end := o.begin(ctx, "create")
	defer end(&err)
	w, err := o.to.Create(began, key)
	if err != nil {
		return nil, err
	}
	return watchedWriter{w, o.calls, ctx}, nil
}

func (o watchedObjects) Open(ctx context.Context, key string) (_ offchain.ObjectReader, err error) {
	began, end := o.begin(ctx, "open")
	defer end(&err)
	r, err := o.to.Open(began, key)
	if err != nil {
		return nil, err
	}
	return watchedReader{r, o.calls, ctx}, nil
}

func (o watchedObjects) DeleteAll(ctx context.Context, key string) (_ int, err error) {
	ctx, end := o.begin(ctx, "delete")
	defer end(&err)
	return o.to.DeleteAll(ctx, key)
}

func (o watchedObjects) List(ctx context.Context, prefix string) (_ []string, err error) {
	ctx, end := o.begin(ctx, "list")
	defer end(&err)
	return o.to.List(ctx, prefix)
}

func (o watchedObjects) Close() error { return o.to.Close() }

// watchedWriter and watchedReader keep the context in which they were opened, which says for whom.
type watchedWriter struct {
	offchain.ObjectWriter
	calls
	ctx context.Context //nolint:containedctx // the ports have none
}

func (w watchedWriter) Commit() (err error) {
	_, end := w.begin(w.ctx, "commit")
	defer end(&err)
	return w.ObjectWriter.Commit()
}

type watchedReader struct {
	offchain.ObjectReader
	calls
	ctx context.Context //nolint:containedctx // the ports have none
}

// ReadAt has no span: a record is as many reads as it has chunks.
func (r watchedReader) ReadAt(p []byte, off int64) (int, error) {
	start := time.Now()
	n, err := r.ObjectReader.ReadAt(p, off)
	failure := err
	if errors.Is(err, io.EOF) {
		failure = nil
	}
	r.note(r.ctx, "read", time.Since(start), failure)
	return n, err
}

type watchedIndex struct {
	calls
	to offchain.Store
}

func (i watchedIndex) InTx(ctx context.Context, fn func(offchain.Tx) error) (err error) {
	ctx, end := i.begin(ctx, "change")
	defer end(&err)
	return i.to.InTx(ctx, fn)
}

func (i watchedIndex) View(ctx context.Context, fn func(offchain.Queries) error) (err error) {
	ctx, end := i.begin(ctx, "view")
	defer end(&err)
	return i.to.View(ctx, fn)
}

func (i watchedIndex) RenewSession(ctx context.Context, s offchain.Session) (err error) {
	ctx, end := i.begin(ctx, "session")
	defer end(&err)
	return i.to.RenewSession(ctx, s)
}

func (i watchedIndex) Scrub(ctx context.Context) (err error) {
	ctx, end := i.begin(ctx, "scrub")
	defer end(&err)
	return i.to.Scrub(ctx)
}

type watchedChain struct {
	calls
	to anchor.Chain
}

func (c watchedChain) Latest(ctx context.Context) (_ anchor.Accepted, err error) {
	ctx, end := c.begin(ctx, "latest")
	defer end(&err)
	return c.to.Latest(ctx)
}

func (c watchedChain) Accepted(ctx context.Context, log uint32, size uint64) (_ anchor.Accepted, err error) {
	ctx, end := c.begin(ctx, "accepted")
	defer end(&err)
	return c.to.Accepted(ctx, log, size)
}

func (c watchedChain) History(ctx context.Context, log uint32) (_ []anchor.Accepted, err error) {
	ctx, end := c.begin(ctx, "history")
	defer end(&err)
	return c.to.History(ctx, log)
}

func (c watchedChain) Erased(ctx context.Context, log uint32, size uint64) (_ []anchor.Hash, err error) {
	ctx, end := c.begin(ctx, "erased")
	defer end(&err)
	return c.to.Erased(ctx, log, size)
}

type watchedSender struct {
	calls
	to vault.Sender
}

func (s watchedSender) Send(ctx context.Context, sub anchor.Submission) (_ anchor.Attempt, err error) {
	ctx, end := s.begin(ctx, "send")
	defer end(&err)
	return s.to.Send(ctx, sub)
}

func (s watchedSender) Follow(ctx context.Context) (_ []anchor.Attempt, err error) {
	ctx, end := s.begin(ctx, "follow")
	defer end(&err)
	return s.to.Follow(ctx)
}

// Pending is the journal's to answer, and the journal is in the index.
func (s watchedSender) Pending(ctx context.Context) (*anchor.Attempt, error) {
	return s.to.Pending(ctx)
}
