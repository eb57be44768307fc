package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Values of labels that stand for more than one thing.
const (
	// routeAnonymous is all that callers do who are not to be known: which of their operations it was is not counted, so that
	// metrics, which are kept for long and read by many, do not show who proved and read when.
	routeAnonymous = "anonymous"
	routeNone      = "none" // there is no such path
	methodAny      = "any"
)

// Metrics counts what front doors answer. Several front doors may share one. It is safe for concurrent use.
//
// Labels are route templates, methods, status codes and names of problems, never anything out of a request. Of callers who are
// not to be known there is one count of all their operations together, by class of status, the problem only when it is the
// service's own, and no duration.
type Metrics struct {
	requests, refusals *prometheus.CounterVec
	seconds            *prometheus.HistogramVec
}

// NewMetrics makes the metrics and registers them, once for each registry.
func NewMetrics(r prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lethe_http_requests_total", Help: "Requests that were answered.",
		}, []string{"route", "method", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "lethe_http_request_seconds",
			Help:    "How long answers to known and signed callers took, the last byte included.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300},
		}, []string{"route", "method"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lethe_refusals_total", Help: "Requests that were refused or failed, by the problem's name.",
		}, []string{"problem"}),
	}
	for name := range problems {
		m.refusals.WithLabelValues(name)
	}
	return m, errors.Join(r.Register(m.requests), r.Register(m.seconds), r.Register(m.refusals))
}

// answered counts a request. A nil Metrics counts nothing.
func (m *Metrics) answered(x *exchange, took time.Duration) {
	if m == nil {
		return
	}
	status, problem := x.status(), x.problem
	switch {
	case x.op == nil:
		m.requests.WithLabelValues(routeNone, methodAny, statusClass(status)).Inc()
	case x.quiet():
		m.requests.WithLabelValues(routeAnonymous, methodAny, statusClass(status)).Inc()
		if problem != "" && status < http.StatusInternalServerError {
			problem = routeAnonymous
		}
	default:
		m.requests.WithLabelValues(x.op.template(), x.op.route.Method, strconv.Itoa(status)).Inc()
		m.seconds.WithLabelValues(x.op.template(), x.op.route.Method).Observe(took.Seconds())
	}
	if problem != "" {
		m.refusals.WithLabelValues(problem).Inc()
	}
}

// template is the path with its parameters' names.
func (op *operation) template() string { return basePath + op.route.Path }

// status is what was answered: 200 when the handler has not said.
func (x *exchange) status() int { return cmp.Or(x.w.status, http.StatusOK) }

// statusClass is such as "4xx".
func statusClass(status int) string { return strconv.Itoa(status/100) + "xx" }

// Anonymous says whether ctx is of a request whose caller is not to be known, so that nothing that is measured on the way may
// stand for it alone: no duration, no trace.
func Anonymous(ctx context.Context) bool {
	x := exchangeOf(ctx)
	return x != nil && x.quiet()
}

// trace begins the span of a request that was admitted, of callers who are known or have signed. It is always the root of its
// trace: what a caller sends as a trace of their own would link their requests. finish ends it.
func (a *api) trace(x *exchange, r *http.Request) *http.Request {
	if x.quiet() || x.op.class == public {
		return r
	}
	ctx, span := a.cfg.Tracer.Start(r.Context(), x.op.route.Method+" "+x.op.template(), trace.WithNewRoot(),
		trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
			attribute.String("http.request.method", x.op.route.Method), attribute.String("http.route", x.op.template())))
	x.span = span
	return r.WithContext(ctx)
}

// finish is what comes last for every request.
func (a *api) finish(ctx context.Context, x *exchange, took time.Duration) {
	a.logAccess(ctx, x, took)
	a.cfg.Metrics.answered(x, took)
	if x.span == nil {
		return
	}
	x.span.SetAttributes(attribute.Int("http.response.status_code", x.status()))
	if x.problem != "" {
		x.span.SetAttributes(attribute.String("error.type", x.problem))
	}
	if x.problem != "" && problems[x.problem].status >= http.StatusInternalServerError {
		x.span.SetStatus(codes.Error, x.problem)
	}
	x.span.End()
}
