package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"lethe/anchor"
	"lethe/api"
	"lethe/keys"
	"lethe/offchain"
	"lethe/vault"
)

// How a call of a store ended.
const (
	callOK          = "ok"
	callRefused     = "refused"     // the store answered, and the answer is no: not found, exists already, erased
	callUnavailable = "unavailable" // it did not answer
	callCanceled    = "canceled"    // whoever wanted it has gone
	callFailed      = "failed"      // anything else, which somebody should look at
)

// outcomes lists them, and operations what is called of each store.
func outcomes() []string {
	return []string{callOK, callRefused, callUnavailable, callCanceled, callFailed}
}

func operations() map[string][]string {
	return map[string][]string{
		"keys":    {"create", "wrap", "unwrap", "blind", "destroy", "exists", "count", "advance"},
		"objects": {"create", "commit", "open", "read", "delete", "list"},
		"index":   {"change", "view", "scrub"},
		"chain":   {"latest", "accepted", "history", "erased", "send", "follow"},
	}
}

// callMetrics counts calls of the stores.
type callMetrics struct {
	total   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
}

func newCallMetrics(r prometheus.Registerer) (*callMetrics, error) {
	m := &callMetrics{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lethe_store_calls_total", Help: "Calls of the stores and the chain, by how they ended.",
		}, []string{"store", "operation", "outcome"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "lethe_store_call_seconds",
			Help:    "How long calls of the stores and the chain took, but for callers who are not to be known.",
			Buckets: []float64{.0005, .002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
		}, []string{"store", "operation"}),
	}
	for store, all := range operations() {
		for _, operation := range all {
			for _, outcome := range outcomes() {
				m.total.WithLabelValues(store, operation, outcome)
			}
		}
	}
	return m, errors.Join(r.Register(m.total), r.Register(m.seconds))
}

// calls notes the calls of one store.
type calls struct {
	*callMetrics
	tracer trace.Tracer // nil when nothing is traced
	store  string
}

// begin notes a call; end is deferred with the address of its error. A span is part of its request's trace, or there is none.
func (c calls) begin(ctx context.Context, operation string) (_ context.Context, end func(*error)) {
	start, span := time.Now(), trace.Span(nil)
	if c.tracer != nil && trace.SpanContextFromContext(ctx).IsSampled() {
		ctx, span = c.tracer.Start(ctx, c.store+" "+operation, trace.WithSpanKind(trace.SpanKindClient))
	}
	return ctx, func(err *error) {
		outcome := c.note(ctx, operation, time.Since(start), *err)
		if span == nil {
			return
		}
		span.SetAttributes(attribute.String("lethe.outcome", outcome))
		if outcome == callFailed || outcome == callUnavailable {
			span.SetStatus(codes.Error, outcome)
		}
		span.End()
	}
}

// note counts a call, and takes its time unless it is for a caller who is not to be known.
func (c calls) note(ctx context.Context, operation string, took time.Duration, err error) (outcome string) {
	outcome = outcomeOf(err)
	c.total.WithLabelValues(c.store, operation, outcome).Inc()
	if !api.Anonymous(ctx) {
		c.seconds.WithLabelValues(c.store, operation).Observe(took.Seconds())
	}
	return outcome
}

// unnamed is vault.Code's answer to an error that is none of the service's own.
const unnamed = "internal-error"

// outcomeOf names how a call ended, and nothing of what its error says.
func outcomeOf(err error) string {
	var locked *offchain.LockedError
	switch {
	case err == nil:
		return callOK
	case errors.Is(err, context.Canceled):
		return callCanceled
	case is(err, keys.ErrUnavailable, offchain.ErrUnavailable, anchor.ErrUnreachable, context.DeadlineExceeded):
		return callUnavailable
	case is(err, keys.ErrUnwrap, keys.ErrWrongKey, keys.ErrCorrupt):
		return callFailed
	case is(err, keys.ErrNoKey, keys.ErrKeyExists, offchain.ErrNotFound, offchain.ErrExists, offchain.ErrHeld, offchain.ErrFull,
		anchor.ErrNotAnchored), errors.As(err, &locked), vault.Code(err) != unnamed:
		return callRefused
	}
	return callFailed
}

func is(err error, targets ...error) bool {
	return slices.ContainsFunc(targets, func(target error) bool { return errors.Is(err, target) })
}
