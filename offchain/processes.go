package offchain

import (
	"context"
	"time"
)

// What processes that share an index tell each other through it: who holds opened keys, whose must be dropped, and what the one
// that cannot decrypt asks the one that can.

// ProcessQueries reads what other processes have said.
type ProcessQueries interface {
	// Sessions lists the processes that may hold opened keys, by name, also those whose time is over.
	Sessions(ctx context.Context) ([]Session, error)
	// Revocations lists those with a number above after, oldest first.
	Revocations(ctx context.Context, after int64) ([]Revocation, error)
	// LastRevocation is the number of the newest, 0 before the first.
	LastRevocation(ctx context.Context) (int64, error)
	// Question reads a question with its answer, if it has one.
	Question(ctx context.Context, id string) (Question, error)
}

// ProcessWriter tells other processes.
type ProcessWriter interface {
	// PutSession begins a process's session or goes on with it.
	PutSession(ctx context.Context, s Session) error
	// EndSession ends one. That there is none is no error.
	EndSession(ctx context.Context, holder string) error
	// Revoke adds a revocation, and gives its number: every later one has a larger one.
	Revoke(ctx context.Context, r Revocation) (int64, error)
	InsertQuestion(ctx context.Context, q Question) error
	// AnswerQuestion answers one, or says that there is no such question.
	AnswerQuestion(ctx context.Context, id string, answer []byte) error
	// DeleteQuestion forgets a question with its answer. That there is none is no error.
	DeleteQuestion(ctx context.Context, id string) error
	// ForgetRevocations forgets those from before a moment, and unanswered questions with them.
	ForgetRevocations(ctx context.Context, before time.Time) error
}

// Session says that a process may hold opened keys until a moment, and which revocation it has carried out last. A process that has
// not begun its next session by then holds none.
type Session struct {
	Holder string
	Seen   int64
	Until  time.Time // to the millisecond
}

// Revocation says that reading of a patient ends: of those who read by a token, or, when Keys is set, of everybody, and that every
// opened key of theirs is dropped.
type Revocation struct {
	Seq     int64
	Patient string
	Keys    bool
	At      time.Time
}

// Question is what one process asks another. Asked and Answer hold ids and counts, nothing of what was decrypted.
type Question struct {
	ID            string
	Asked, Answer []byte // no Answer yet: nil
	At            time.Time
}
