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

// queueErasures is worked one job at a time, so that ledger entries are carried out in their order.
const queueErasures = "erasures"

// Embedded times: a job that a kill left running comes back after rescueAfter.
const (
	jobTimeout   = 30 * time.Minute
	rescueAfter  = jobTimeout + time.Minute
	pollInterval = 100 * time.Millisecond
)

// Handlers are what jobs call. Each is called at least once for a job, and must be idempotent.
type Handlers struct {
	ExecuteErasure func(ctx context.Context, job offchain.ExecuteErasure) error
}

// executeErasure is the job's stored form: an id, nothing about a person.
type executeErasure struct {
	Case string `json:"case"`
}

func (executeErasure) Kind() string { return "erasure_execute" }

func (t *tx) Enqueue(ctx context.Context, job offchain.ExecuteErasure) error {
	_, err := t.store.jobs.InsertTx(ctx, t.Tx, executeErasure(job), &river.InsertOpts{Queue: queueErasures})
	return wrap("enqueue", err)
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

// Work starts working the queue. It returns how to stop: no new job starts, the running one ends its step, and the call
// waits for it until its context ends. Stop before Close.
func (s *Store) Work(ctx context.Context, h Handlers) (stop func(context.Context) error, err error) {
	if h.ExecuteErasure == nil {
		return nil, errors.New("index: Handlers.ExecuteErasure is required")
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &erasureWorker{handle: h.ExecuteErasure})
	client, err := river.NewClient(riversqlite.New(s.write), &river.Config{
		Logger:               quiet(s.log),
		Workers:              workers,
		Queues:               map[string]river.QueueConfig{queueErasures: {MaxWorkers: 1}},
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

var _ river.Worker[executeErasure] = (*erasureWorker)(nil)

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
