package index

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"lethe/offchain"
)

// Queues, one of each for every tenant. A process works them one job at a time: ledger entries are carried out in their order,
// and the log has one writer.
const (
	queueErasures = "erasures"
	queueLog      = "log"
)

// A job that a kill left running comes back after rescueAfter.
const (
	jobTimeout  = 30 * time.Minute
	rescueAfter = jobTimeout + time.Minute
	// logRetry is how long entries wait for a log that could not be written to; it is tried for as long as it takes.
	logRetry    = 5 * time.Second
	logAttempts = 1 << 14
)

// Handlers are what jobs call. Each is called at least once for a job, and must be idempotent. Jobs whose handler is nil are left
// to another process.
type Handlers struct {
	ExecuteErasure func(ctx context.Context, job offchain.ExecuteErasure) error
	SequenceLog    func(ctx context.Context, job offchain.SequenceLog) error
}

// executeErasure is the job's stored form: an id, nothing about a person.
type executeErasure struct {
	Case string `json:"case"`
}

func (executeErasure) Kind() string { return "erasure_execute" }

type sequenceLog struct{}

func (sequenceLog) Kind() string { return "log_sequence" }

func (t *tx) Enqueue(ctx context.Context, job offchain.Job) error {
	var err error
	switch job := job.(type) {
	case offchain.ExecuteErasure:
		_, err = t.store.jobs.InsertTx(ctx, t.Tx, executeErasure(job),
			&river.InsertOpts{Queue: t.store.ofTenant(queueErasures)})
	case offchain.SequenceLog:
		var waiting bool
		if waiting, err = t.logJobWaits(ctx); err == nil && !waiting {
			_, err = t.store.jobs.InsertTx(ctx, t.Tx, sequenceLog(job),
				&river.InsertOpts{Queue: t.store.ofTenant(queueLog), MaxAttempts: logAttempts})
		}
	default:
		err = fmt.Errorf("no job of type %T", job)
	}
	return wrap("enqueue", err)
}

// logJobWaits says whether a job is queued that will run after this transaction: the one that it finds is locked, so that nobody
// takes it off the queue before this transaction has ended. One that a worker is just taking is passed over.
func (t *tx) logJobWaits(ctx context.Context) (bool, error) {
	_, err := one(ctx, t, "look for a job", func(id *int64) []any { return []any{id} },
		`SELECT id FROM river_job WHERE kind = $1 AND queue = $2
		AND state IN ('available', 'retryable', 'scheduled') LIMIT 1`+t.store.lockRow,
		sequenceLog{}.Kind(), t.store.ofTenant(queueLog))
	if errors.Is(err, offchain.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

type erasureWorker struct {
	river.WorkerDefaults[executeErasure]
	handle func(context.Context, offchain.ExecuteErasure) error
}

func (w *erasureWorker) Work(ctx context.Context, job *river.Job[executeErasure]) error {
	err := w.handle(ctx, offchain.ExecuteErasure(job.Args))
	if errors.Is(err, offchain.ErrNotFound) {
		return river.JobCancel(err) // no such case, and there will be none
	}
	return err
}

type logWorker struct {
	river.WorkerDefaults[sequenceLog]
	handle func(context.Context, offchain.SequenceLog) error
}

func (w *logWorker) Work(ctx context.Context, job *river.Job[sequenceLog]) error {
	return w.handle(ctx, offchain.SequenceLog(job.Args))
}

func (w *logWorker) NextRetry(*river.Job[sequenceLog]) time.Time { return time.Now().Add(logRetry) }

// Work starts working this tenant's queues. It returns how to stop: no new job starts, the running ones end, and the call waits
// for them until its context ends. Stop before Close.
func (s *Store) Work(ctx context.Context, h Handlers) (stop func(context.Context) error, err error) {
	queues := map[string]river.QueueConfig{}
	if h.ExecuteErasure != nil {
		queues[s.ofTenant(queueErasures)] = river.QueueConfig{MaxWorkers: 1}
	}
	if h.SequenceLog != nil {
		queues[s.ofTenant(queueLog)] = river.QueueConfig{MaxWorkers: 1}
	}
	if len(queues) == 0 {
		return nil, errors.New("index: Handlers has none")
	}
	// of every kind: one process puts back what any has left running, and discards what it does not know
	workers := river.NewWorkers()
	river.AddWorker(workers, &erasureWorker{handle: h.ExecuteErasure})
	river.AddWorker(workers, &logWorker{handle: h.SequenceLog})
	client, err := river.NewClient(s.driver(s.queue), &river.Config{
		Logger:               quiet(s.log),
		Workers:              workers,
		Queues:               queues,
		FetchPollInterval:    s.poll,
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: rescueAfter,
		ReindexerSchedule:    river.NeverSchedule(), // only the tables' owner may
	})
	if err == nil {
		err = client.Start(context.WithoutCancel(ctx))
	}
	if err != nil {
		return nil, fmt.Errorf("index: start jobs: %w", err)
	}
	return client.Stop, nil
}

var (
	_ river.Worker[executeErasure] = (*erasureWorker)(nil)
	_ river.Worker[sequenceLog]    = (*logWorker)(nil)
)

// quiet passes on what River says from warnings upwards: its comings and goings are not the operator's concern.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(warnings{log.Handler()}) }

type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
