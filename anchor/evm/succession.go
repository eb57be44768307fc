package evm

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"lethe/anchor"
	"lethe/contracts"
)

// Succession is a log that was proposed to follow the present one, after a loss.
type Succession struct {
	Origin  string
	Size    uint64      // of the last checkpoint of the log that it follows
	Root    anchor.Hash // of that checkpoint
	OpensAt time.Time   // from which it may be opened, UTC; zero when none waits
}

// Succession reads whether a successor waits, by the head that all providers have.
func (r *Reader) Succession(ctx context.Context) (Succession, error) {
	binding := contracts.NewCheckpointLog()
	waiting, err := readHead(ctx, r, view[contracts.ICheckpointLogSuccessor]{
		r.contract, binding.PackPendingSuccessor(), binding.UnpackPendingSuccessor,
	})
	if err != nil || waiting.OpensAt == 0 {
		return Succession{}, err
	}
	opens := time.Unix(int64(waiting.OpensAt), 0).UTC()
	return Succession{Origin: waiting.Origin, Size: waiting.Size, Root: waiting.Root, OpensAt: opens}, nil
}

// Origin is the origin of a log of the contract, by its number.
func (r *Reader) Origin(ctx context.Context, log uint32) (string, error) {
	binding := contracts.NewCheckpointLog()
	return readHead(ctx, r, view[string]{r.contract, binding.PackOriginOf(log), binding.UnpackOriginOf})
}

func readHead[T comparable](ctx context.Context, r *Reader, v view[T]) (answer T, err error) {
	head, err := r.head(ctx)
	if err != nil {
		return answer, err
	}
	return read(ctx, r, head.Hash(), v)
}

// ProposeSuccessor announces the log that shall follow the present one, whose last accepted checkpoint is named. The key holds
// the recovery role. It waits, as the functions below do, until the transaction is in a block or ctx ends, and is ErrRefused
// when the contract does not allow it.
func ProposeSuccessor(ctx context.Context, r *Reader, key *ecdsa.PrivateKey, origin string, size uint64, root anchor.Hash) error {
	data, err := contracts.NewCheckpointLog().TryPackProposeSuccessor(origin, size, root)
	if err == nil {
		_, err = newAccount(r, KeySigner(key), nil).transact(ctx, &r.contract, data)
	}
	if err != nil {
		return fmt.Errorf("proposing successor %s: %w", origin, err)
	}
	return nil
}

// OpenSuccessor opens the successor that waits, once its delay has passed. The key holds the recovery role.
func OpenSuccessor(ctx context.Context, r *Reader, key *ecdsa.PrivateKey) error {
	data := contracts.NewCheckpointLog().PackOpenSuccessor()
	if _, err := newAccount(r, KeySigner(key), nil).transact(ctx, &r.contract, data); err != nil {
		return fmt.Errorf("opening the successor: %w", err)
	}
	return nil
}

// CancelSuccessor withdraws the successor that waits. The key holds the guardian role.
func CancelSuccessor(ctx context.Context, r *Reader, key *ecdsa.PrivateKey) error {
	data := contracts.NewCheckpointLog().PackCancelSuccessor()
	if _, err := newAccount(r, KeySigner(key), nil).transact(ctx, &r.contract, data); err != nil {
		return fmt.Errorf("cancelling the successor: %w", err)
	}
	return nil
}

// GrantRole makes an account a member of a role of package contracts, at once. The key is that of the administrator.
func GrantRole(ctx context.Context, r *Reader, key *ecdsa.PrivateKey, role uint64, account common.Address) error {
	if err := manage(ctx, r, key, contracts.NewAccessManager().PackGrantRole(role, account, 0)); err != nil {
		return fmt.Errorf("granting role %d to %s: %w", role, account, err)
	}
	return nil
}

// RevokeRole ends an account's membership of a role, at once. The key is that of the administrator.
func RevokeRole(ctx context.Context, r *Reader, key *ecdsa.PrivateKey, role uint64, account common.Address) error {
	if err := manage(ctx, r, key, contracts.NewAccessManager().PackRevokeRole(role, account)); err != nil {
		return fmt.Errorf("revoking role %d of %s: %w", role, account, err)
	}
	return nil
}

// manage calls the manager of the contract.
func manage(ctx context.Context, r *Reader, key *ecdsa.PrivateKey, data []byte) error {
	binding := contracts.NewCheckpointLog()
	manager, err := readHead(ctx, r, view[common.Address]{r.contract, binding.PackAuthority(), binding.UnpackAuthority})
	if err != nil {
		return err
	}
	_, err = newAccount(r, KeySigner(key), nil).transact(ctx, &manager, data)
	return err
}
