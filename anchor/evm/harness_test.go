package evm

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/merkle/testonly"

	"lethe/anchor"
	"lethe/anchor/devchain"
	"lethe/contracts"
)

const testOrigin = "log.example/records"

// key is that of an account of the tests, each named for what it does.
func key(name string) *ecdsa.PrivateKey {
	k, err := crypto.ToECDSA(crypto.Keccak256([]byte(name)))
	if err != nil {
		panic(err)
	}
	return k
}

func address(name string) common.Address { return crypto.PubkeyToAddress(key(name).PublicKey) }

// world is a chain with the contracts, and the log that is anchored in them.
type world struct {
	testing.TB
	*devchain.Chain
	Deployment
	*tree
	reader  *Reader
	journal *journal
}

func newWorld(t testing.TB) *world {
	t.Helper()
	if t, ok := t.(*testing.T); ok {
		t.Parallel() // each world is its own, and waits for the disk
	}
	w := &world{TB: t, tree: newTree(testOrigin, 0), journal: &journal{}}
	var accounts []common.Address
	for _, name := range []string{"deployer", "admin", "submitter", "recovery", "guardian", "stranger"} {
		accounts = append(accounts, address(name))
	}
	chain, err := devchain.Open(t.Context(), devchain.Config{Dir: t.TempDir(), Fund: accounts, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	w.Chain = chain
	t.Cleanup(func() { chain.Close() })
	w.mining(func(ctx context.Context) {
		w.Deployment, err = Deploy(ctx, chain.RPC(), key("deployer"), testDeployment(), nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	w.reader = w.newReader(chain.RPC())
	return w
}

func testDeployment() DeployConfig {
	return DeployConfig{
		Origin: testOrigin, MaxGrowth: 1000, SuccessorDelay: 20 * time.Second, MaxHeartbeat: time.Hour,
		Roles: Roles{
			Admin: address("admin"), Submitter: address("submitter"), Recovery: address("recovery"),
			Guardian: address("guardian"), Registrar: address("registrar"),
		},
	}
}

func (w *world) newReader(clients ...*rpc.Client) *Reader {
	w.Helper()
	r, err := NewReader(ReaderConfig{
		Clients: clients, ChainID: devchain.DefaultChainID, CheckpointLog: w.CheckpointLog, FromBlock: w.Block,
	})
	if err != nil {
		w.Fatal(err)
	}
	return r
}

// mining mines while something waits for its transactions.
func (w *world) mining(wait func(context.Context)) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), 20*time.Second)
	defer cancel()
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			case <-time.After(2 * time.Millisecond):
				var pool struct{ Pending hexutil.Uint64 }
				if err := w.RPC().CallContext(ctx, &pool, "txpool_status"); err == nil && pool.Pending > 0 {
					_ = w.Mine(1)
				}
			}
		}
	}()
	wait(ctx)
	close(done)
	<-ended
}

func (w *world) mine(n int) {
	w.Helper()
	if err := w.Mine(n); err != nil {
		w.Fatal(err)
	}
}

func (w *world) fork(depth int) {
	w.Helper()
	if err := w.Fork(depth); err != nil {
		w.Fatal(err)
	}
}

func (w *world) head() uint64 {
	w.Helper()
	number, err := w.Client().BlockNumber(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return number
}

// sender is a new one on the journal of the world, as after a restart.
func (w *world) sender(confirmations uint64) *Sender {
	w.Helper()
	return w.senderWith(SenderConfig{Signer: KeySigner(key("submitter")), Journal: w.journal, Confirmations: confirmations})
}

func (w *world) senderWith(cfg SenderConfig) *Sender {
	w.Helper()
	if cfg.Reader == nil {
		cfg.Reader = w.reader
	}
	s, err := NewSender(cfg)
	if err != nil {
		w.Fatal(err)
	}
	return s
}

func (w *world) send(s *Sender, sub Submission) anchor.Attempt {
	w.Helper()
	a, err := s.Send(w.Context(), sub)
	if err != nil {
		w.Fatal(err)
	}
	return a
}

// follow follows, and says in which state a transaction is then.
func (w *world) follow(s *Sender, transaction anchor.Hash) anchor.AttemptState {
	w.Helper()
	if _, err := s.Follow(w.Context()); err != nil {
		w.Fatal(err)
	}
	return s.journal.(*journal).state(transaction)
}

func (w *world) want(s *Sender, transaction anchor.Hash, state anchor.AttemptState) {
	w.Helper()
	if got := w.follow(s, transaction); got != state {
		w.Fatalf("attempt is %q, not %q (head %d)", got, state, w.head())
	}
}

// anchored submits growth by n and follows it until confirmed.
func (w *world) anchored(s *Sender, n int, erased ...anchor.Hash) anchor.Attempt {
	w.Helper()
	a := w.send(s, w.grow(n, erased...))
	w.mine(1 + int(s.confirmations))
	w.want(s, a.Transaction, anchor.AttemptConfirmed)
	return a
}

// acceptances counts the events of a checkpoint on the chain.
func (w *world) acceptances(log uint32, size uint64) (count int) {
	w.Helper()
	head, err := w.reader.head(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	events := w.reader.search(head, []any{acceptedTopic(), numberTopic(uint64(log)), numberTopic(size)})
	for {
		event, err := events.next(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		if event == nil {
			return count
		}
		count++
	}
}

func (w *world) nonce(name string) uint64 {
	w.Helper()
	nonce, err := w.Client().NonceAt(w.Context(), address(name), nil)
	if err != nil {
		w.Fatal(err)
	}
	return nonce
}

// tree is a log as its writer has it.
type tree struct {
	*testonly.Tree
	origin string
	log    uint32
	last   uint64 // size that was submitted last
}

func newTree(origin string, log uint32) *tree {
	return &tree{Tree: testonly.New(rfc6962.DefaultHasher), origin: origin, log: log}
}

// grow appends n entries and returns the submission of the new checkpoint over the last.
func (t *tree) grow(n int, erased ...anchor.Hash) Submission {
	for range n {
		entry := sha256.Sum256(fmt.Append(nil, t.origin, t.Size()))
		t.AppendData(entry[:])
	}
	proof, err := t.ConsistencyProof(t.last, t.Size())
	if err != nil {
		panic(err)
	}
	sub := Submission{
		Log: t.log, OldSize: t.last, Erased: erased,
		Checkpoint: anchor.Checkpoint{Origin: t.origin, Size: t.Size(), Root: anchor.Hash(t.Hash())},
	}
	for _, hash := range proof {
		sub.Proof = append(sub.Proof, anchor.Hash(hash))
	}
	t.last = t.Size()
	return sub
}

// journal keeps attempts in memory. onSave sees each change before it is kept.
type journal struct {
	mu       sync.Mutex
	attempts []anchor.Attempt
	onSave   func(anchor.Attempt)
}

var _ anchor.Journal = (*journal)(nil)

func (j *journal) Attempts(context.Context) ([]anchor.Attempt, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(j.attempts), func(a anchor.Attempt) bool {
		return a.State == anchor.AttemptFailed
	}), nil
}

func (j *journal) Save(_ context.Context, a anchor.Attempt) error {
	if j.onSave != nil {
		j.onSave(a)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if i := j.index(a.Transaction); i >= 0 {
		j.attempts[i] = a
	} else {
		j.attempts = append(j.attempts, a)
	}
	return nil
}

func (j *journal) index(transaction anchor.Hash) int {
	return slices.IndexFunc(j.attempts, func(a anchor.Attempt) bool { return a.Transaction == transaction })
}

func (j *journal) state(transaction anchor.Hash) anchor.AttemptState {
	j.mu.Lock()
	defer j.mu.Unlock()
	if i := j.index(transaction); i >= 0 {
		return j.attempts[i].State
	}
	return ""
}

// latestCall is the call of latestCheckpoint.
func latestCall() []byte { return contracts.NewCheckpointLog().PackLatestCheckpoint() }
