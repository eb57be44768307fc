package vault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lethe/keys"
	"lethe/offchain"
)

// The process that erases cannot decrypt. What it must know before and after, the witness looks at: it is asked through the index, by
// ids alone, and answers with counts, and for what is kept with the manifest, whose descriptions stay sealed.

// question is what is asked, in its stored form.
type question struct {
	_              struct{} `cbor:",toarray"`
	Format         uint
	Kind           string
	Parts          []sight
	Case, Manifest string
}

const (
	askBefore   = "before"
	askAfter    = "after"
	askRetained = "retained"
)

// reply is the answer, in its stored form.
type reply struct {
	_        struct{} `cbor:",toarray"`
	Format   uint
	Failed   string // which error, by replyErrors; replyOther for any other
	Text     string // of the error, without anything of a patient's
	Seen     seen
	Contents retainedContents
}

const replyOther = "other"

// replyErrors are those that whoever asks branches on.
func replyErrors() map[string]error {
	return map[string]error{
		"unwraps": errUnwraps, "no-key": keys.ErrNoKey, "no-object": offchain.ErrNotFound, "corrupt": keys.ErrCorrupt,
		"keys-unavailable": keys.ErrUnavailable, "unavailable": offchain.ErrUnavailable,
	}
}

// asking is a seer in another process.
type asking struct{ *Service }

var _ seer = asking{}

func (s asking) before(ctx context.Context, parts []sight) (seen, error) {
	r, err := s.ask(ctx, question{Kind: askBefore, Parts: parts})
	return r.Seen, err
}

func (s asking) after(ctx context.Context, parts []sight) (seen, error) {
	r, err := s.ask(ctx, question{Kind: askAfter, Parts: parts})
	return r.Seen, err
}

func (s asking) retained(ctx context.Context, caseID, manifest string) (retainedContents, error) {
	r, err := s.ask(ctx, question{Kind: askRetained, Case: caseID, Manifest: manifest})
	return r.Contents, err
}

// ask leaves a question and waits for its answer, at most witnessWait.
func (s asking) ask(ctx context.Context, q question) (r reply, err error) {
	q.Format = formatVersion
	id := newID()
	err = s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		return errors.Join(tx.InsertQuestion(ctx, offchain.Question{ID: id, Asked: encode(q), At: s.now()}),
			tx.Enqueue(ctx, offchain.AnswerQuestion{ID: id}))
	})
	if err != nil {
		return r, fmt.Errorf("ask the witness: %w", err)
	}
	answer, err := s.awaitAnswer(ctx, id)
	if err != nil {
		return r, fmt.Errorf("ask the witness: %w", err)
	}
	if err := decode(answer, &r); err != nil {
		return r, fmt.Errorf("the witness's answer: %w", err)
	}
	return r, r.err()
}

// witnessWait is how long an answer may take: what is kept is read from its first to its last byte.
const witnessWait = 10 * time.Minute

func (s asking) awaitAnswer(ctx context.Context, id string) ([]byte, error) {
	defer s.forget(context.WithoutCancel(ctx), id)
	for end := s.cfg.Now().Add(witnessWait); ; {
		var q offchain.Question
		err := s.cfg.Store.View(ctx, func(of offchain.Queries) (err error) {
			q, err = of.Question(ctx, id)
			return err
		})
		if err != nil || q.Answer != nil {
			return q.Answer, err
		}
		if s.cfg.Now().After(end) {
			return nil, fmt.Errorf("it does not answer: %w", keys.ErrUnavailable)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(poll):
		}
	}
}

func (s asking) forget(ctx context.Context, id string) {
	if err := s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error { return tx.DeleteQuestion(ctx, id) }); err != nil {
		s.cfg.Logger.Warn("a question to the witness stays for a while", "error", Code(err))
	}
}

// err is what went wrong where it was answered.
func (r *reply) err() error {
	if r.Failed == "" {
		return nil
	}
	if known := replyErrors()[r.Failed]; known != nil {
		return fmt.Errorf("the witness: %w", known)
	}
	return fmt.Errorf("the witness: %s", r.Text)
}

// AnswerQuestion looks at what another process asks for. It is what the job calls, in the process that witnesses.
func (s *Service) AnswerQuestion(ctx context.Context, job offchain.AnswerQuestion) error {
	var row offchain.Question
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		row, err = q.Question(ctx, job.ID)
		return err
	})
	if err != nil || row.Answer != nil {
		return err
	}
	var q question
	if err := decode(row.Asked, &q); err != nil {
		return fmt.Errorf("question %s: %w", job.ID, err)
	}
	answer := encode(s.answer(ctx, q))
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error { return tx.AnswerQuestion(ctx, job.ID, answer) })
}

func (s *Service) answer(ctx context.Context, q question) (r reply) {
	var err error
	switch q.Kind {
	case askBefore:
		r.Seen, err = s.seer().before(ctx, q.Parts)
	case askAfter:
		r.Seen, err = s.seer().after(ctx, q.Parts)
	case askRetained:
		r.Contents, err = s.seer().retained(ctx, q.Case, q.Manifest)
	default:
		err = fmt.Errorf("%w: no question %.20q", ErrInvalid, q.Kind)
	}
	r.Format = formatVersion
	if err == nil {
		return r
	}
	r.Failed, r.Text = replyOther, err.Error()
	for name, known := range replyErrors() {
		if errors.Is(err, known) {
			r.Failed = name
		}
	}
	return r
}
