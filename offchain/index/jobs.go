package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"lethe/offchain"
)

// Queues, one of each for every tenant and kind of process. A process works them one job at a time: ledger entries are carried out in
// their order, and the log has one writer.
const (
	queuePreparing = "preparing"
	queueErasures  = "erasures"
	queueLog       = "log"
	queueQuestions = "questions"
	queueTrials    = "trials"
)

func allQueues() []string {
	return []string{queuePreparing, queueErasures, queueLog, queueQuestions, queueTrials}
}

// A job that a kill left running comes back after rescueAfter.
const (
	jobTimeout  = 30 * time.Minute
	rescueAfter = jobTimeout + time.Minute
	// logRetry is how long entries wait for a log that could not be written to; it is tried for as long as it takes.
	logRetry    = 5 * time.Second
	logAttempts = 1 << 14
	// trialRetry is how long a trial waits for a chain that does not answer, or for a fresh root: also for as long as it takes.
	trialRetry = 15 * time.Second
	// questionAttempts are few: who asks waits for minutes, and asks again.
	questionAttempts = 3
)

// Handlers are what jobs call. Each is called at least once for a job, and must be idempotent. Jobs whose handler is nil are left
// to another process.
type Handlers struct {
	PrepareErasure func(ctx context.Context, job offchain.PrepareErasure) error
	ExecuteErasure func(ctx context.Context, job offchain.ExecuteErasure) error
	SequenceLog    func(ctx context.Context, job offchain.SequenceLog) error
	AnswerQuestion func(ctx context.Context, job offchain.AnswerQuestion) error
	MoveTrial      func(ctx context.Context, job offchain.MoveTrial) error
}

// The jobs' stored forms: an id, nothing about a person.
type prepareErasure struct {
	Case string `json:"case"`
}

func (prepareErasure) Kind() string { return "erasure_prepare" }

type answerQuestion struct {
	ID string `json:"id"`
}

func (answerQuestion) Kind() string { return "question_answer" }

type executeErasure struct {
	Case string `json:"case"`
}

func (executeErasure) Kind() string { return "erasure_execute" }

type moveTrial struct {
	Trial string `json:"trial"`
}

func (moveTrial) Kind() string { return "trial_move" }

type sequenceLog struct{}

func (sequenceLog) Kind() string { return "log_sequence" }

func (t *tx) Enqueue(ctx context.Context, job offchain.Job) error {
	add := func(args river.JobArgs, queue string, attempts int) error {
		_, err := t.store.jobs.InsertTx(ctx, t.Tx, args, &river.InsertOpts{Queue: t.store.ofTenant(queue), MaxAttempts: attempts})
		return err
	}
	addOnce := func(args river.JobArgs, queue string, attempts int, of string) error {
		waiting, err := t.jobWaits(ctx, args.Kind(), queue, of)
		if err != nil || waiting {
			return err
		}
		return add(args, queue, attempts)
	}
	var err error
	switch job := job.(type) {
	case offchain.PrepareErasure:
		err = addOnce(prepareErasure(job), queuePreparing, river.MaxAttemptsDefault, job.Case)
	case offchain.ExecuteErasure:
		err = add(executeErasure(job), queueErasures, river.MaxAttemptsDefault)
	case offchain.AnswerQuestion:
		err = add(answerQuestion(job), queueQuestions, questionAttempts)
	case offchain.SequenceLog:
		err = addOnce(sequenceLog(job), queueLog, logAttempts, "")
	case offchain.MoveTrial:
		err = addOnce(moveTrial(job), queueTrials, logAttempts, job.Trial)
	default:
		err = fmt.Errorf("no job of type %T", job)
	}
	return wrap("enqueue", err)
}

// jobWaits says whether a job, of a case or a trial where it has one, is queued that will run after this transaction: the one that it finds is locked,
// so that nobody takes it off the queue before this transaction has ended. One that a worker is just taking is passed over.
func (t *tx) jobWaits(ctx context.Context, kind, queue, of string) (bool, error) {
	_, err := one(ctx, t, "look for a job", func(id *int64) []any { return []any{id} },
		`SELECT id FROM river_job WHERE kind = $1 AND queue = $2 AND coalesce(args->>'case', args->>'trial', '') = $3
		AND state IN ('available', 'retryable', 'scheduled') LIMIT 1`+t.store.lockRow,
		kind, t.store.ofTenant(queue), of)
	if errors.Is(err, offchain.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// worker calls the handler of one kind of job.
type worker[A river.JobArgs] struct {
	river.WorkerDefaults[A]
	handle func(context.Context, A) error
	retry  time.Duration // for as long as it takes; 0: River's own schedule
}

func (w *worker[A]) Work(ctx context.Context, job *river.Job[A]) error {
	err := w.handle(ctx, job.Args)
	if w.retry == 0 && errors.Is(err, offchain.ErrNotFound) {
		return river.JobCancel(err) // no such case or question, and there will be none
	}
	return err
}

func (w *worker[A]) NextRetry(*river.Job[A]) time.Time {
	if w.retry == 0 {
		return time.Time{}
	}
	return time.Now().Add(w.retry)
}

// workers are of every kind: one process puts back what any has left running, and discards what it does not know.
func (h Handlers) workers() *river.Workers {
	all := river.NewWorkers()
	river.AddWorker(all, &worker[prepareErasure]{handle: func(ctx context.Context, args prepareErasure) error {
		return h.PrepareErasure(ctx, offchain.PrepareErasure(args))
	}})
	river.AddWorker(all, &worker[executeErasure]{handle: func(ctx context.Context, args executeErasure) error {
		return h.ExecuteErasure(ctx, offchain.ExecuteErasure(args))
	}})
	river.AddWorker(all, &worker[sequenceLog]{retry: logRetry, handle: func(ctx context.Context, args sequenceLog) error {
		return h.SequenceLog(ctx, offchain.SequenceLog(args))
	}})
	river.AddWorker(all, &worker[answerQuestion]{handle: func(ctx context.Context, args answerQuestion) error {
		return h.AnswerQuestion(ctx, offchain.AnswerQuestion(args))
	}})
	river.AddWorker(all, &worker[moveTrial]{retry: trialRetry, handle: func(ctx context.Context, args moveTrial) error {
		return h.MoveTrial(ctx, offchain.MoveTrial(args))
	}})
	return all
}

// queues are those that have a handler.
func (h Handlers) queues(of func(string) string) map[string]river.QueueConfig {
	queues := map[string]river.QueueConfig{}
	for queue, handled := range map[string]bool{
		queuePreparing: h.PrepareErasure != nil, queueErasures: h.ExecuteErasure != nil, queueLog: h.SequenceLog != nil,
		queueQuestions: h.AnswerQuestion != nil, queueTrials: h.MoveTrial != nil,
	} {
		if handled {
			queues[of(queue)] = river.QueueConfig{MaxWorkers: 1}
		}
	}
	return queues
}

// Work starts working this tenant's queues. It returns how to stop: no new job starts, the running ones end, or are interrupted once
// half of the time that its context gives is over. Stop before Close.
func (s *Store) Work(ctx context.Context, h Handlers) (stop func(context.Context) error, err error) {
	queues := h.queues(s.ofTenant)
	if len(queues) == 0 {
		return nil, errors.New("index: Handlers has none")
	}
	client, err := river.NewClient(s.driver(s.queue), &river.Config{
		Logger:               quiet(s.log),
		Workers:              h.workers(),
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
	return func(ctx context.Context) error { return stopJobs(ctx, client) }, nil
}

// stopJobs lets running jobs end for half of the time that there is, and then interrupts them: they are tried again.
func stopJobs(ctx context.Context, client *river.Client[*sql.Tx]) error {
	soft, cancel := ctx, context.CancelFunc(func() {})
	if end, limited := ctx.Deadline(); limited {
		soft, cancel = context.WithTimeout(ctx, time.Until(end)/2)
	}
	defer cancel()
	if client.Stop(soft) == nil {
		return nil
	}
	return client.StopAndCancel(ctx)
}

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
