package vault

import (
	"context"
	"errors"
	"slices"
	"sync"

	"lethe/anchor"
	"lethe/keys"
	"lethe/offchain"
)

// errFault is what a broken port answers.
var errFault = errors.New("injected fault")

// outcome is what becomes of a call of a port.
type outcome int

const (
	works      outcome = iota
	fails              // and has no effect
	answerLost         // takes effect, and the caller is told that it failed
)

// ports stands before the stores of a site. It notes every call, and lets tests break them.
type ports struct {
	mu    sync.Mutex
	calls []string
	fault func(n int, call string) outcome // n counts the calls since watch; nil breaks none
}

// watch forgets the calls so far, and asks fault about those that come.
func (p *ports) watch(fault func(n int, call string) outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls, p.fault = nil, fault
}

// seen returns the calls since watch, and breaks no more of them.
func (p *ports) seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = nil
	return p.calls
}

func (p *ports) next(call string) outcome {
	p.mu.Lock()
	n, fault := len(p.calls), p.fault
	p.calls = append(p.calls, call)
	p.mu.Unlock()
	if fault == nil {
		return works
	}
	return fault(n, call) // which may wait
}

// only breaks the call with one number. The answer of a call that changes nothing is not lost: that would be a failure.
func only(at int, how outcome) func(int, string) outcome {
	return func(n int, call string) outcome {
		if n != at || (how == answerLost && !changes(call)) {
			return works
		}
		return how
	}
}

// changes says whether a call changes its store, so that losing its answer is another thing than its failing.
func changes(call string) bool {
	return slices.Contains([]string{
		"store.InTx", "objects.Commit", "objects.DeleteAll", "keys.Create", "eraser.Destroy", "eraser.Advance", "ledger.Append",
		"ledger.PutCertificate",
	}, call)
}

func (p *ports) call(name string, do func() error) error {
	switch p.next(name) {
	case fails:
		return errFault
	case answerLost:
		return errors.Join(errFault, do())
	}
	return do()
}

type faultyStore struct {
	*ports
	store offchain.Store
}

// InTx fails at its commit: fn has run by then.
func (f *faultyStore) InTx(ctx context.Context, fn func(offchain.Tx) error) error {
	how := f.next("store.InTx")
	err := f.store.InTx(ctx, func(tx offchain.Tx) error {
		if err := fn(tx); err != nil || how != fails {
			return err
		}
		return errFault
	})
	if how == answerLost && err == nil {
		err = errFault
	}
	return err
}

func (f *faultyStore) View(ctx context.Context, fn func(offchain.Queries) error) error {
	return f.call("store.View", func() error { return f.store.View(ctx, fn) })
}

func (f *faultyStore) RenewSession(ctx context.Context, s offchain.Session) error {
	return f.store.RenewSession(ctx, s)
}

func (f *faultyStore) Scrub(ctx context.Context) error {
	return f.call("store.Scrub", func() error { return f.store.Scrub(ctx) })
}

type faultyObjects struct {
	*ports
	offchain.Objects
}

func (f *faultyObjects) Create(ctx context.Context, key string) (w offchain.ObjectWriter, err error) {
	err = f.call("objects.Create", func() error {
		w, err = f.Objects.Create(ctx, key)
		return err
	})
	return &faultyWriter{f.ports, w}, err
}

func (f *faultyObjects) Open(ctx context.Context, key string) (r offchain.ObjectReader, err error) {
	err = f.call("objects.Open", func() error {
		r, err = f.Objects.Open(ctx, key)
		return err
	})
	return &faultyReader{r, f.ports}, err
}

func (f *faultyObjects) DeleteAll(ctx context.Context, key string) (n int, err error) {
	err = f.call("objects.DeleteAll", func() error {
		n, err = f.Objects.DeleteAll(ctx, key)
		return err
	})
	return n, err
}

type faultyWriter struct {
	*ports
	offchain.ObjectWriter
}

func (f *faultyWriter) Write(p []byte) (n int, err error) {
	err = f.call("objects.Write", func() error {
		n, err = f.ObjectWriter.Write(p)
		return err
	})
	return n, err
}

func (f *faultyWriter) Commit() error { return f.call("objects.Commit", f.ObjectWriter.Commit) }

type faultyReader struct {
	offchain.ObjectReader
	*ports
}

func (f *faultyReader) ReadAt(p []byte, off int64) (n int, err error) {
	err = f.call("objects.ReadAt", func() error {
		n, err = f.ObjectReader.ReadAt(p, off)
		return err
	})
	return n, err
}

type faultyLedger struct {
	offchain.Ledger
	*ports
}

func (f *faultyLedger) Append(ctx context.Context, e offchain.LedgerEntry) (written offchain.LedgerEntry, err error) {
	err = f.call("ledger.Append", func() error {
		written, err = f.Ledger.Append(ctx, e)
		return err
	})
	return written, err
}

func (f *faultyLedger) Entries(ctx context.Context) (all []offchain.LedgerEntry, err error) {
	err = f.call("ledger.Entries", func() error {
		all, err = f.Ledger.Entries(ctx)
		return err
	})
	return all, err
}

func (f *faultyLedger) PutCertificate(ctx context.Context, id string, edition int, data []byte) (path string, err error) {
	err = f.call("ledger.PutCertificate", func() error {
		path, err = f.Ledger.PutCertificate(ctx, id, edition, data)
		return err
	})
	return path, err
}

type faultyLog struct {
	*memLog
	*ports
}

func (f *faultyLog) Append(ctx context.Context, entries []anchor.Hash) (positions []uint64, err error) {
	err = f.call("log.Append", func() error {
		positions, err = f.memLog.Append(ctx, entries)
		return err
	})
	return positions, err
}

func (f *faultyLog) Publish(ctx context.Context) (c anchor.Checkpoint, err error) {
	err = f.call("log.Publish", func() error {
		c, err = f.memLog.Publish(ctx)
		return err
	})
	return c, err
}

type faultyKeys struct {
	*ports
	keys keys.Wrapper
}

func (f *faultyKeys) Create(ctx context.Context, name keys.Name) error {
	return f.call("keys.Create", func() error { return f.keys.Create(ctx, name) })
}

func (f *faultyKeys) Wrap(ctx context.Context, name keys.Name, key *keys.Key, ad []byte) (wrapped []byte, err error) {
	err = f.call("keys.Wrap", func() error {
		wrapped, err = f.keys.Wrap(ctx, name, key, ad)
		return err
	})
	return wrapped, err
}

func (f *faultyKeys) Unwrap(ctx context.Context, name keys.Name, wrapped, ad []byte) (key *keys.Key, err error) {
	err = f.call("keys.Unwrap", func() error {
		key, err = f.keys.Unwrap(ctx, name, wrapped, ad)
		return err
	})
	return key, err
}

type faultyWitness struct {
	*ports
	witness keys.Unwrapper
}

func (f *faultyWitness) Unwrap(ctx context.Context, name keys.Name, wrapped, ad []byte) (key *keys.Key, err error) {
	err = f.call("witness.Unwrap", func() error {
		key, err = f.witness.Unwrap(ctx, name, wrapped, ad)
		return err
	})
	return key, err
}

type faultyEraser struct {
	*ports
	eraser Eraser
}

func (f *faultyEraser) Destroy(ctx context.Context, name keys.Name) error {
	return f.call("eraser.Destroy", func() error { return f.eraser.Destroy(ctx, name) })
}

func (f *faultyEraser) Exists(ctx context.Context, name keys.Name) (there bool, err error) {
	err = f.call("eraser.Exists", func() error {
		there, err = f.eraser.Exists(ctx, name)
		return err
	})
	return there, err
}

func (f *faultyEraser) Count(ctx context.Context) (n uint64, err error) {
	err = f.call("eraser.Count", func() error {
		n, err = f.eraser.Count(ctx)
		return err
	})
	return n, err
}

func (f *faultyEraser) Advance(ctx context.Context) (n uint64, err error) {
	err = f.call("eraser.Advance", func() error {
		n, err = f.eraser.Advance(ctx)
		return err
	})
	return n, err
}
