package index

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"lethe/offchain"
)

// Queues are worked one job at a time: ledger entries are carried out in their order, and the log has one writer.
const (
	queueErasures = "erasures"
	queueLog      = "log"
)

// Embedded times: a job that a kill left running comes back after rescueAfter.
const (
	jobTimeout   = 30 * time.Minute
	rescueAfter  = jobTimeout + time.Minute
	pollInterval = 100 * time.Millisecond
	// logRetry is how long entries wait for a log that could not be written to; it is tried for as long as it takes.
	logRetry    = 5 * time.Second
	logAttempts = 1 << 14
)

// Handlers are what jobs call; all are required. Each is called at least once for a job, and must be idempotent.
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
		_, err = t.store.jobs.InsertTx(ctx, t.Tx, executeErasure(job), &river.InsertOpts{Queue: queueErasures})
	case offchain.SequenceLog:
		var waiting bool
		if waiting, err = t.logJobWaits(ctx); err == nil && !waiting {
			_, err = t.store.jobs.InsertTx(ctx, t.Tx, sequenceLog(job), &river.InsertOpts{Queue: queueLog, MaxAttempts: logAttempts})
		}
	default:
		err = fmt.Errorf("no job of type %T", job)
	}
	return wrap("enqueue", err)
}

// logJobWaits says whether a job is queued that will run after this transaction: there is one writer, so nobody can take it off
// the queue before this transaction has ended.
func (t *tx) logJobWaits(ctx context.Context) (bool, error) {
	return one(ctx, t, "look for a job", func(found *bool) []any { return []any{found} },
		`SELECT EXISTS (SELECT 1 FROM river_job WHERE kind = ? AND state IN ('available', 'retryable', 'scheduled'))`,
		sequenceLog{}.Kind())
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

// Work starts working the queues. It returns how to stop: no new job starts, the running ones end, and the call waits for them
// until its context ends. Stop before Close.
func (s *Store) Work(ctx context.Context, h Handlers) (stop func(context.Context) error, err error) {
	if h.ExecuteErasure == nil || h.SequenceLog == nil {
		return nil, errors.New("index: every one of Handlers is required")
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &erasureWorker{handle: h.ExecuteErasure})
	river.AddWorker(workers, &logWorker{handle: h.SequenceLog})
	client, err := river.NewClient(riversqlite.New(s.write), &river.Config{
		Logger:               quiet(s.log),
		Workers:              workers,
		Queues:               map[string]river.QueueConfig{queueErasures: {MaxWorkers: 1}, queueLog: {MaxWorkers: 1}},
		FetchPollInterval:    pollInterval,
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: rescueAfter,
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
