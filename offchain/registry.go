package offchain

import (
	"context"
	"time"
)

// RegistryQueries reads the trees, the grants and who is bound.
type RegistryQueries interface {
	// TreeVersion gives the newest published version of a tree; ErrNotFound before the first.
	TreeVersion(ctx context.Context, kind string) (TreeVersion, error)
	// TreeVersionOf gives the newest version of a tree that had a root; ErrNotFound when none had.
	TreeVersionOf(ctx context.Context, kind string, root [32]byte) (TreeVersion, error)
	// TreeVersionAt gives a version by its number; ErrNotFound when there is none.
	TreeVersionAt(ctx context.Context, kind string, version uint64) (TreeVersion, error)
	// Leaves lists the places whose published leaves changed after one version, up to and with another, by index.
	Leaves(ctx context.Context, kind string, after, upTo uint64) ([]Leaf, error)
	// PendingLeaves lists the places whose next value is not published yet, by index.
	PendingLeaves(ctx context.Context, kind string) ([]Leaf, error)
	// Leaf gives one place; ErrNotFound when it was never given out.
	Leaf(ctx context.Context, kind string, index uint32) (Leaf, error)
	// CountLeaves counts the published, living leaves of a group.
	CountLeaves(ctx context.Context, kind string, group []byte) (int64, error)
	Binding(ctx context.Context, patient string) (Binding, error)
	// Grant gives a grant by its place.
	Grant(ctx context.Context, index uint32) (Grant, error)
	// Grants lists a patient's grants, by index.
	Grants(ctx context.Context, patient string) ([]Grant, error)
	// Notes lists the messages in an inbox with a sequence number above after, oldest first, at most limit.
	Notes(ctx context.Context, inbox []byte, after int64, limit int) ([]Note, error)
	// Spent says whether a value was used up.
	Spent(ctx context.Context, use string, value []byte) (bool, error)
	// Token gives a token by its hash, expired or not.
	Token(ctx context.Context, hash [32]byte) (Token, error)
}

// RegistryWriter changes the trees, the grants and who is bound.
type RegistryWriter interface {
	// ReserveLeaf gives out the next unused place of a tree, for ever: it is in no version until it has a value. Places at or
	// above capacity answer ErrFull.
	ReserveLeaf(ctx context.Context, kind string, capacity uint32) (uint32, error)
	// SetLeaf gives a place, reserved or new, its next value, which the next version publishes. Group, if any, is kept with it.
	SetLeaf(ctx context.Context, kind string, index uint32, next [32]byte, group []byte) error
	// PublishLeaves makes every next value of a tree the published one, under a version that is one above the newest, or
	// answers ErrExists.
	PublishLeaves(ctx context.Context, v TreeVersion) error
	InsertBinding(ctx context.Context, b Binding) error
	// ReplaceBinding puts a patient's new binding in the place of the one there is.
	ReplaceBinding(ctx context.Context, b Binding) error
	// RaiseFloor says that from now on no version of the grants' tree below floor counts for this patient.
	RaiseFloor(ctx context.Context, patient string, floor uint64) error
	InsertGrant(ctx context.Context, g Grant) error
	// EndGrant notes that a grant has ended, and when.
	EndGrant(ctx context.Context, index uint32, at time.Time) error
	InsertNote(ctx context.Context, inbox, message []byte) error
	// Spend uses a value up: ErrExists when it was used before. It may be forgotten after until.
	Spend(ctx context.Context, use string, value []byte, until time.Time) error
	InsertToken(ctx context.Context, t Token) error
	// RevokeTokens ends all tokens of a patient.
	RevokeTokens(ctx context.Context, patient string) error
	// Expire forgets spent values and tokens whose time is over.
	Expire(ctx context.Context, now time.Time) error
}

// TreeVersion is a published state of a tree. Floor is the oldest version that may still be proven against: the newest one in which
// something was removed. Note is what its publisher has signed.
type TreeVersion struct {
	Kind           string
	Version, Floor uint64
	Root           [32]byte
	At             time.Time
	Note           []byte
}

// Leaf is a place of a tree: its published value, if it has one, the version that published it (0 for none), and the value that the
// next version will publish. Group is what leaves are counted by.
type Leaf struct {
	Index   uint32
	Value   *[32]byte
	Version uint64
	Next    *[32]byte
	Group   []byte
}

// Binding is a patient's handle, sealed under a compartment. Floor is the oldest version of the grants' tree that counts for them.
type Binding struct {
	Patient, Compartment string
	Sealed               []byte // empty when the key that it was about is no longer the patient's
	Mark                 []byte // the log's entry for its end
	Floor                uint64
}

// Grant is a grant by its place in the tree, sealed under a compartment. Ended is zero while it stands.
type Grant struct {
	Index                uint32
	Patient, Compartment string
	Sealed               []byte
	Created, Ended       time.Time
}

// Note is an encrypted message in an inbox.
type Note struct {
	Seq     int64
	Message []byte
}

// Token is a short-lived right to read, known by the hash of its secret; Claims say what it allows.
type Token struct {
	Hash    [32]byte
	Patient string
	Claims  []byte
	Until   time.Time
}
