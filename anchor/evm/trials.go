package evm

import (
	"context"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"lethe/anchor"
	"lethe/contracts"
)

// TrialContracts is where the contracts of trials are.
type TrialContracts struct {
	StatementVerifier, TrialRegistry, RootRegistry common.Address
}

// Trials reads and moves trials, as one account. It is not safe for concurrent use.
type Trials struct {
	at      TrialContracts
	account *account
	binding *contracts.TrialRegistry
	pinned  *types.Header // at which all is read; nil for the newest block
}

// NewTrials speaks through the providers of a reader; signer may be nil where nothing is sent.
func NewTrials(r *Reader, at TrialContracts, signer Signer) *Trials {
	t := &Trials{at: at, binding: contracts.NewTrialRegistry()}
	if t.account = (&account{r: r}); signer != nil {
		t.account = newAccount(r, signer, nil)
	}
	return t
}

// Pinned reads all at one block, the newest of now.
func (t *Trials) Pinned(ctx context.Context) (*Trials, *types.Header, error) {
	head, err := t.account.r.head(ctx)
	at := *t
	at.pinned = head
	return &at, head, err
}

func (t *Trials) head(ctx context.Context) (*types.Header, error) {
	if t.pinned != nil {
		return t.pinned, nil
	}
	return t.account.r.head(ctx)
}

// readTrials asks for a view at the block that is read at.
func readTrials[T comparable](ctx context.Context, t *Trials, v view[T]) (answer T, err error) {
	head, err := t.head(ctx)
	if err != nil {
		return answer, err
	}
	return read(ctx, t.account.r, head.Hash(), v)
}

// Code is the code of a contract, as it is deployed.
func (t *Trials) Code(ctx context.Context, of common.Address) ([]byte, error) {
	head, err := t.head(ctx)
	if err != nil {
		return nil, err
	}
	code, err := agree(t.account.r, fmt.Sprintf("code of %s", of), func(p *provider) (code string, err error) {
		err = p.call(ctx, &code, "eth_getCode", of, map[string]any{"blockHash": head.Hash()})
		return code, err
	})
	return common.FromHex(code), err
}

// Verifier is the contract that verifies the registry's proofs.
func (t *Trials) Verifier(ctx context.Context) (common.Address, error) {
	return readTrials(ctx, t, view[common.Address]{t.at.TrialRegistry, t.binding.PackVerifier(), t.binding.UnpackVerifier})
}

// TrialStanding is what the registry says of a trial, at the newest block.
type TrialStanding struct {
	Sponsor, Board, Sequencer common.Address
	Protocol, State           common.Hash
	Batches                   uint32
	LastTime                  uint64 // of the last batch, Unix seconds
	Flag                      uint32 // one more than the number of the batch that raised the open one; 0 when none is
	ClosedAt                  uint64
	Thresholds                [7]uint32 // most deviations of each kind with which results are published
	MaxBatchAge, MaxRootAge   time.Duration
	GrantsKind, IssuersKind   string // of the roots that batches are proven with
	Prices                    string // wei, of each visit, with spaces between them
	Now                       uint64 // the newest block's time
}

// Standing reads it; ok is false where there is no such trial.
func (t *Trials) Standing(ctx context.Context, trial common.Hash) (s TrialStanding, ok bool, err error) {
	head, err := t.head(ctx)
	if err != nil {
		return s, false, err
	}
	s, err = read(ctx, t.account.r, head.Hash(), view[TrialStanding]{t.at.TrialRegistry, t.binding.PackTrialOf(trial.Big()),
		func(raw []byte) (TrialStanding, error) {
			of, err := t.binding.UnpackTrialOf(raw)
			if err != nil {
				return TrialStanding{}, err
			}
			return TrialStanding{
				Sponsor: of.Sponsor, Board: of.Board, Sequencer: of.Sequencer, Protocol: common.BigToHash(of.Protocol),
				State: common.BigToHash(of.State), Batches: of.Batches, LastTime: of.LastTime.Uint64(), Flag: of.Flag,
				ClosedAt: of.ClosedAt.Uint64(), Thresholds: of.Thresholds,
				MaxBatchAge: time.Duration(of.MaxBatchAge) * time.Second, MaxRootAge: time.Duration(of.MaxRootAge) * time.Second,
				GrantsKind: textOf(of.GrantsKind), IssuersKind: textOf(of.IssuersKind), Prices: Amounts(of.Prices),
			}, nil
		}})
	s.Now = head.Time
	return s, s.Sponsor != common.Address{}, err
}

// TrialFunds are what a trial's visits are paid of, in wei.
type TrialFunds struct{ Balance, Reserved string }

// Funds reads them.
func (t *Trials) Funds(ctx context.Context, trial common.Hash) (TrialFunds, error) {
	return readTrials(ctx, t, view[TrialFunds]{t.at.TrialRegistry, t.binding.PackFundsOf(trial.Big()), func(raw []byte) (TrialFunds, error) {
		f, err := t.binding.UnpackFundsOf(raw)
		if err != nil {
			return TrialFunds{}, err
		}
		return TrialFunds{f.Balance.String(), f.Reserved.String()}, nil
	}})
}

// Amounts are numbers of wei with spaces between them.
func Amounts(wei []*big.Int) string {
	text := make([]string, len(wei))
	for i, n := range wei {
		text[i] = n.String()
	}
	return strings.Join(text, " ")
}

// textOf is a short text that a word of the chain holds.
func textOf(word [32]byte) string { return strings.TrimRight(string(word[:]), "\x00") }

// TrialEntry is what the registry has verified and published of a trial.
type TrialEntry struct {
	VerifiedAt, PublishedAt           uint64
	Counters, Deviations, ResultsRoot common.Hash
	Document                          common.Hash
}

// Entry reads it.
func (t *Trials) Entry(ctx context.Context, trial common.Hash) (TrialEntry, error) {
	return readTrials(ctx, t, view[TrialEntry]{t.at.TrialRegistry, t.binding.PackEntryOf(trial.Big()),
		func(raw []byte) (TrialEntry, error) {
			e, err := t.binding.UnpackEntryOf(raw)
			if err != nil {
				return TrialEntry{}, err
			}
			return TrialEntry{
				e.VerifiedAt.Uint64(), e.PublishedAt.Uint64(), common.BigToHash(e.Counters), common.BigToHash(e.Deviations),
				common.BigToHash(e.ResultsRoot), e.Document,
			}, nil
		}})
}

// Context is what proofs of a trial are bound to.
func (t *Trials) Context(trial common.Hash) contracts.TrialContext {
	chain := new(big.Int).SetUint64(t.account.r.providers[0].chainID)
	return contracts.TrialContext{ChainID: chain, Registry: t.at.TrialRegistry, Trial: trial.Big()}
}

// Send calls the registry as this account, with a value in wei (nil for none), and gives the transaction's hash once it is in a block. It is
// [ErrRefused] when the contract does not allow it.
func (t *Trials) Send(ctx context.Context, value *big.Int, data []byte) (common.Hash, error) {
	return t.send(ctx, &t.at.TrialRegistry, value, data)
}

func (t *Trials) send(ctx context.Context, to *common.Address, value *big.Int, data []byte) (common.Hash, error) {
	receipt, err := t.account.pay(ctx, to, value, data)
	if err != nil {
		return common.Hash{}, err
	}
	return receipt.TxHash, nil
}

// PublishRoot publishes a root of a kind, or confirms the one that is published.
func (t *Trials) PublishRoot(ctx context.Context, kind string, root common.Hash) error {
	k, err := contracts.Kind(kind)
	if err != nil {
		return err
	}
	_, err = t.send(ctx, &t.at.RootRegistry, nil, contracts.NewRootRegistry().PackPublish(k, root))
	return err
}

// Word is a short text as a bytes32, padded with zeros on the right.
func Word(text string) (w [32]byte) {
	copy(w[:], text)
	return w
}

// TrialTerms are what a trial is created with.
type TrialTerms struct {
	FirstState, Protocol    common.Hash
	Sequencer, Board        common.Address
	GrantsKind, IssuersKind string
	MaxBatchAge, MaxRootAge time.Duration // whole seconds
	ClaimPeriod             time.Duration
	Thresholds              [7]uint32
	Prices                  []*big.Int // wei, of each visit
	Pins                    []TrialPin
}

// TrialPin is a version of a statement that a trial is proven by.
type TrialPin struct {
	Statement string
	Version   uint32
	Size      uint32 // slots or places
	Key       anchor.Hash
}

// Create registers a trial, as its sponsor.
func (t *Trials) Create(ctx context.Context, trial common.Hash, terms TrialTerms) (common.Hash, error) {
	packed := contracts.ITrialRegistryTerms{
		FirstState: terms.FirstState.Big(), Protocol: terms.Protocol.Big(), Sequencer: terms.Sequencer, Board: terms.Board,
		GrantsKind: Word(terms.GrantsKind), IssuersKind: Word(terms.IssuersKind), MaxBatchAge: uint32(terms.MaxBatchAge / time.Second),
		MaxRootAge: uint32(terms.MaxRootAge / time.Second), ClaimPeriod: uint32(terms.ClaimPeriod / time.Second), Thresholds: terms.Thresholds,
		Prices: terms.Prices,
	}
	for _, p := range terms.Pins {
		packed.Pins = append(packed.Pins, contracts.ITrialRegistryPin{
			Statement: Word(p.Statement), Version: p.Version, Size: p.Size, KeyHash: p.Key,
		})
	}
	data, err := t.binding.TryPackCreate(trial.Big(), packed)
	if err != nil {
		return common.Hash{}, err
	}
	return t.Send(ctx, nil, data)
}

// TrialBatch is what a batch's proof shows, beside what the registry knows itself.
type TrialBatch struct {
	Statement                                   string
	Version                                     uint32
	OldState, NewState, GrantsRoot, IssuersRoot common.Hash
	Time                                        uint64
	Safety                                      bool
}

// Submit moves a trial's state, as its sequencer. Proof is the 256 bytes of the proof's points.
func (t *Trials) Submit(ctx context.Context, trial common.Hash, b TrialBatch, proof []byte) (common.Hash, error) {
	data, err := t.binding.TryPackSubmit(trial.Big(), contracts.ITrialRegistryBatch{
		Statement: Word(b.Statement), Version: b.Version, OldState: b.OldState.Big(), NewState: b.NewState.Big(), GrantsRoot: b.GrantsRoot.Big(),
		IssuersRoot: b.IssuersRoot.Big(), Time: new(big.Int).SetUint64(b.Time), Safety: b.Safety,
	}, proof)
	if err != nil {
		return common.Hash{}, err
	}
	return t.Send(ctx, nil, data)
}

// TrialChunk is what a proof of compliance shows, of the state after so many batches.
type TrialChunk struct {
	Version, Batches                                 uint32
	Counters, Deviations, ResultsRoot, AccIn, AccOut common.Hash
}

// VerifyCompliance has a chunk verified, by anybody.
func (t *Trials) VerifyCompliance(ctx context.Context, trial common.Hash, c TrialChunk, proof []byte) (common.Hash, error) {
	data, err := t.binding.TryPackVerifyCompliance(trial.Big(), contracts.ITrialRegistryChunk{
		Version: c.Version, Number: c.Batches, Counters: c.Counters.Big(), Deviations: c.Deviations.Big(), ResultsRoot: c.ResultsRoot.Big(),
		AccIn: c.AccIn.Big(), AccOut: c.AccOut.Big(),
	}, proof)
	if err != nil {
		return common.Hash{}, err
	}
	return t.Send(ctx, nil, data)
}

// Consent says, as the board, that the sponsor may put a protocol into force; Amend does so, as the sponsor.
func (t *Trials) Consent(ctx context.Context, trial, protocol common.Hash) (common.Hash, error) {
	return t.Send(ctx, nil, t.binding.PackConsent(trial.Big(), protocol.Big()))
}

// Amend puts a protocol into force that the board has consented to.
func (t *Trials) Amend(ctx context.Context, trial, protocol common.Hash) (common.Hash, error) {
	return t.Send(ctx, nil, t.binding.PackAmend(trial.Big(), protocol.Big()))
}

// LiftFlag lifts, as the board, the flag that a batch raised, by its number from 0, for a reason of which the hash is shown.
func (t *Trials) LiftFlag(ctx context.Context, trial common.Hash, number uint32, reason common.Hash) (common.Hash, error) {
	return t.Send(ctx, nil, t.binding.PackLiftFlag(trial.Big(), number, reason))
}

// Close ends a trial, as its sponsor or its board.
func (t *Trials) Close(ctx context.Context, trial common.Hash) (common.Hash, error) {
	return t.Send(ctx, nil, t.binding.PackClose(trial.Big()))
}

// Publish publishes results, as the sponsor.
func (t *Trials) Publish(ctx context.Context, trial, results, document common.Hash) (common.Hash, error) {
	return t.Send(ctx, nil, t.binding.PackPublish(trial.Big(), results.Big(), document))
}

// Fund pays wei into a trial's funds.
func (t *Trials) Fund(ctx context.Context, trial common.Hash, wei *big.Int) (common.Hash, error) {
	return t.Send(ctx, wei, t.binding.PackFund(trial.Big()))
}

// TrialClaim is a participant's claim of a visit, of the state after so many batches.
type TrialClaim struct {
	Version, Batches, Visit uint32
	Nullifier               common.Hash
	Recipient               common.Address
	Fee                     *big.Int // wei, for this account
}

// claimGas is the most gas that a claim is estimated at and relayed. It takes 342,000 where an account is paid, 601,000 on chains where new storage costs more
// (docs/campaigns/trial.md), and as much as it likes where a contract is paid.
const claimGas = 800_000

// Claim has a visit paid; this account relays, and is [ErrRefused] where the one who is paid would cost it more than a claim takes.
func (t *Trials) Claim(ctx context.Context, trial common.Hash, c TrialClaim, proof []byte) (common.Hash, error) {
	data, err := t.binding.TryPackClaim(trial.Big(), contracts.ITrialRegistryClaim{
		Version: c.Version, Number: c.Batches, Visit: c.Visit, Nullifier: c.Nullifier.Big(), Recipient: c.Recipient, Fee: c.Fee,
	}, proof)
	if err != nil {
		return common.Hash{}, err
	}
	t.account.maxGas = claimGas
	defer func() { t.account.maxGas = 0 }()
	return t.Send(ctx, nil, data)
}

// Fresh says whether a root of a kind was confirmed within a time.
func (t *Trials) Fresh(ctx context.Context, kind string, root common.Hash, within time.Duration) (bool, error) {
	binding := contracts.NewRootRegistry()
	return readTrials(ctx, t, view[bool]{
		t.at.RootRegistry, binding.PackIsFresh(Word(kind), root, uint64(within/time.Second)), binding.UnpackIsFresh,
	})
}

// StateAt is a trial's state after so many batches; zero where it has not come to that.
func (t *Trials) StateAt(ctx context.Context, trial common.Hash, batches uint32) (common.Hash, error) {
	return readTrials(ctx, t, view[common.Hash]{t.at.TrialRegistry, t.binding.PackStateOf(trial.Big(), batches),
		func(raw []byte) (common.Hash, error) {
			state, err := t.binding.UnpackStateOf(raw)
			if err != nil {
				return common.Hash{}, err
			}
			return common.BigToHash(state), nil
		}})
}

// TrialKey is a verifying key by which a trial is proven.
type TrialKey struct {
	Size    uint32 // slots or places; 0 where the trial is not proven by this version
	KeyHash common.Hash
	Code    common.Hash // Keccak-256 of the verifier's code, which the registry looks at whenever it asks it
}

// keyAt is the key of a statement's version that a verifier has; zeros where there is none.
func (t *Trials) keyAt(ctx context.Context, verifier common.Address, statement string, version uint32) (contracts.IStatementVerifierKey, error) {
	keys := contracts.NewStatementVerifier()
	return readTrials(ctx, t, view[contracts.IStatementVerifierKey]{verifier, keys.PackKeyOf(Word(statement), version), func(raw []byte) (contracts.IStatementVerifierKey, error) {
		key, err := keys.UnpackKeyOf(raw)
		key.UsableAt = nil // a pointer is not compared
		return key, err
	}})
}

// KeyDelay is how long a verifying key can be looked at before trials use it.
func (t *Trials) KeyDelay(ctx context.Context) (time.Duration, error) {
	keys := contracts.NewStatementVerifier()
	seconds, err := readTrials(ctx, t, view[uint32]{t.at.StatementVerifier, keys.PackDelay(), keys.UnpackDelay})
	return time.Duration(seconds) * time.Second, err
}

// Key is the key of a statement's version that a trial has pinned.
func (t *Trials) Key(ctx context.Context, trial common.Hash, statement string, version uint32) (k TrialKey, err error) {
	k.Size, err = readTrials(ctx, t, view[uint32]{t.at.TrialRegistry, t.binding.PackSizeOf(trial.Big(), Word(statement), version), t.binding.UnpackSizeOf})
	if err != nil || k.Size == 0 {
		return k, err
	}
	verifier, err := t.Verifier(ctx)
	if err != nil {
		return k, err
	}
	key, err := t.keyAt(ctx, verifier, statement, version)
	k.KeyHash, k.Code = key.KeyHash, key.CodeHash
	return k, err
}
