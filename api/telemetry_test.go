package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"lethe/vault"
)

// watch is what an operator sees of front doors.
type watch struct {
	registry *prometheus.Registry
	metrics  *Metrics
	spans    *tracetest.InMemoryExporter
	tracer   *sdktrace.TracerProvider
}

func newWatch(t *testing.T) *watch {
	t.Helper()
	w := &watch{registry: prometheus.NewPedanticRegistry(), spans: tracetest.NewInMemoryExporter()}
	var err error
	if w.metrics, err = NewMetrics(w.registry); err != nil {
		t.Fatal(err)
	}
	w.tracer = sdktrace.NewTracerProvider(sdktrace.WithSyncer(w.spans))
	return w
}

func (w *watch) front(t *testing.T) *front {
	return newFront(t, func(c *Config) { c.Metrics, c.Tracer = w.metrics, w.tracer.Tracer("lethe") })
}

// series gives every series that is not zero, as name{labels}, with its count.
func (w *watch) series(t *testing.T) map[string]float64 {
	t.Helper()
	families, err := w.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if n := m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount()); n > 0 {
				all[f.GetName()+labelsOf(m)] = n
			}
		}
	}
	return all
}

func labelsOf(m *dto.Metric) string {
	var all []string
	for _, l := range m.GetLabel() {
		all = append(all, l.GetName()+"="+l.GetValue())
	}
	return "{" + strings.Join(all, ",") + "}"
}

// everything sends each operation a request that it takes, one that the service refuses, one without credentials, and, where
// somebody can prove, the same of them; then what has no operation.
func (w *watch) everything(t *testing.T) {
	t.Helper()
	each(t, func(t *testing.T, _ *front, op *operation) {
		for _, err := range []error{nil, vault.ErrErased, vault.ErrQuarantined, errors.New(canary)} {
			f := w.front(t)
			f.fake.err = err
			f.do(t, f.authorized(t, op))
			if op.byProof {
				f.do(t, byProof(t, f.build(t, op), newKey(t), "a-secret"))
				f.do(t, byProof(t, f.build(t, op), newKey(t), canary))
			}
		}
		f := w.front(t)
		r := f.build(t, op)
		r.Header.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		f.do(t, r)
	})
	f := w.front(t)
	for _, path := range []string{"/" + canary, "/v1/patients/" + canary + "/records", "/v1/%41"} {
		r, err := http.NewRequest(canary, "http://vault.example.org"+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		f.do(t, r)
	}
}

// Labels are closed sets: nothing that is sent becomes one.
func TestMetricsLabelsAreClosed(t *testing.T) {
	w := newWatch(t)
	w.everything(t)
	routes, codes := map[string]bool{routeAnonymous: true, routeNone: true}, []string{"2xx", "4xx", "5xx"}
	for _, op := range w.front(t).operations {
		routes[op.template()] = op.class != anonymous
	}
	for _, p := range problems {
		codes = append(codes, fmt.Sprint(p.status))
	}
	codes = append(codes, "200", "201", "202", "206")
	families, err := w.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				v := l.GetValue()
				_, named := problems[v]
				closed := map[string]bool{
					"route": routes[v], "method": slices.Contains([]string{"GET", "POST", methodAny}, v),
					"code": slices.Contains(codes, v), "problem": named || v == routeAnonymous,
				}
				if !closed[l.GetName()] {
					t.Errorf("%s%s", f.GetName(), labelsOf(m))
				}
			}
		}
	}
}

// TestThreat06TelemetryHoldsNothingOfARequest: neither what patients and callers send, nor ids, nor errors' texts.
func TestThreat06TelemetryHoldsNothingOfARequest(t *testing.T) {
	w := newWatch(t)
	w.everything(t)
	var seen strings.Builder
	fmt.Fprint(&seen, w.series(t))
	spans := w.spans.GetSpans()
	for _, s := range spans {
		fmt.Fprint(&seen, s.Name, s.Attributes, s.Events, s.Links, s.Status)
	}
	if len(spans) < 20 {
		t.Fatalf("only %d spans", len(spans))
	}
	for _, secret := range []string{
		canary, patient, other, record, another, "a-secret", "somebody", "privacy desk", "encrypted", "AO §147", "192.0.2",
		"0af7651916cd43dd8448eb211c80319c",
	} {
		if strings.Contains(seen.String(), secret) {
			t.Errorf("%q is seen", secret)
		}
	}
}

// TestThreat54AnonymousCallersAreNeitherTimedNorTraced: all that is seen of them is one count by class of status, whichever
// operation it was and whether or not their proof was taken.
func TestThreat54AnonymousCallersAreNeitherTimedNorTraced(t *testing.T) {
	checked := map[int]int{}
	requests := func(code string) string {
		return "lethe_http_requests_total{code=" + code + ",method=any,route=anonymous}"
	}
	each(t, func(t *testing.T, _ *front, op *operation) {
		if op.class != anonymous && !op.byProof {
			return
		}
		for _, c := range []struct {
			err     error
			token   string
			want    []string
			refused int
		}{
			{nil, "a-secret", []string{requests("2xx")}, 200},
			{vault.ErrErased, "a-secret", []string{requests("4xx"), "lethe_refusals_total{problem=anonymous}"}, 410},
			{vault.ErrQuarantined, "a-secret", []string{requests("5xx"), "lethe_refusals_total{problem=quarantined}"}, 503},
			{nil, "another-secret", []string{requests("4xx"), "lethe_refusals_total{problem=anonymous}"}, 401},
		} {
			w := newWatch(t)
			f := w.front(t)
			f.fake.err = c.err
			r := f.build(t, op)
			if op.byProof {
				r = byProof(t, r, newKey(t), c.token)
			}
			code := f.do(t, r).Code
			if code/100 != c.refused/100 { // an operation that has nothing to be refused, such as a file that is there
				continue
			}
			checked[c.refused]++
			seen := w.series(t)
			for _, want := range c.want {
				if seen[want] != 1 {
					t.Errorf("%d: no %s in %v", code, want, seen)
				}
			}
			if len(seen) != len(c.want) || len(w.spans.GetSpans()) > 0 {
				t.Errorf("%d: seen are %v and %d spans", code, seen, len(w.spans.GetSpans()))
			}
			if f.log.Len() > 0 && code < 500 {
				t.Errorf("logged: %s", f.log)
			}
		}
	})
	if checked[200] < 7 || checked[410] < 4 || checked[503] < 4 || checked[401] < 1 {
		t.Errorf("only %v were checked", checked)
	}
}

// Known callers are counted by route, timed and traced, each request a trace of its own.
func TestKnownCallersAreTimedAndTraced(t *testing.T) {
	w := newWatch(t)
	f := w.front(t)
	op := f.operations["GET /v1/patients"]
	r := f.authorized(t, op)
	r.Header.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	f.do(t, r)
	f.fake.err = vault.ErrQuarantined
	f.do(t, f.authorized(t, op))
	want := map[string]float64{
		"lethe_http_requests_total{code=200,method=GET,route=/v1/patients}": 1,
		"lethe_http_requests_total{code=503,method=GET,route=/v1/patients}": 1,
		"lethe_http_request_seconds{method=GET,route=/v1/patients}":         2,
		"lethe_refusals_total{problem=quarantined}":                         1,
	}
	seen := w.series(t)
	for series, n := range want {
		if seen[series] != n {
			t.Errorf("%s: %v, want %v", series, seen[series], n)
		}
	}
	spans := w.spans.GetSpans()
	if len(seen) != len(want) || len(spans) != 2 {
		t.Fatalf("%v and %d spans", seen, len(spans))
	}
	for i, s := range spans {
		text := fmt.Sprint(s.Attributes, s.Status)
		if s.Name != "GET /v1/patients" || s.Parent.IsValid() ||
			strings.Contains(text, "quarantined") != (i == 1) || !strings.Contains(text, "/v1/patients") {
			t.Errorf("%s of %v: %s", s.Name, s.Parent.TraceID(), text)
		}
	}
}

// A panic is counted and traced as the internal error that it is answered as.
func TestPanicsAreSeen(t *testing.T) {
	w := newWatch(t)
	f := w.front(t)
	f.fake.panics = true
	f.do(t, f.authorized(t, f.operations["GET /v1/patients"]))
	if seen := w.series(t); seen["lethe_refusals_total{problem=internal-error}"] != 1 ||
		seen["lethe_http_requests_total{code=500,method=GET,route=/v1/patients}"] != 1 {
		t.Errorf("%v", seen)
	}
	if spans := w.spans.GetSpans(); len(spans) != 1 || spans[0].Status.Description != codeInternal ||
		strings.Contains(fmt.Sprint(spans), "canary") {
		t.Errorf("%v", spans)
	}
}

func TestAnonymousIsSaidOfTheRequest(t *testing.T) {
	if Anonymous(context.Background()) {
		t.Error("what is no request has no caller who is not to be known")
	}
	for class, want := range map[class]bool{anonymous: true, known: false, signed: false, public: false} {
		ctx := context.WithValue(context.Background(), exchangeKey{}, &exchange{op: &operation{class: class}})
		if Anonymous(ctx) != want {
			t.Errorf("%s: %v", class, !want)
		}
	}
}

// Only the operator reads what a dependency says; and what records can be read without does not make the service unready.
func TestReadinessSaysNoMoreThanItMay(t *testing.T) {
	inner := fmt.Errorf("dial keys.internal:8200 for %s: %w", patient, context.DeadlineExceeded)
	on := []Dependency{{Name: "index"}, {Name: "keys", Err: inner}, {Name: "chain", Err: vault.ErrNoWitness, Optional: true}}
	stranger, operator := ReadinessOf(on, false), ReadinessOf(on, true)
	if stranger.Ready || operator.Ready || !ReadinessOf(on[2:], false).Ready || !ReadinessOf(nil, false).Ready {
		t.Error("ready is not what the needed ones are")
	}
	for i, want := range []DependencyState{
		{Name: "index", Ready: true, Needed: true}, {Name: "keys", Needed: true, Problem: noAnswer},
		{Name: "chain", Problem: noAnswer},
	} {
		if stranger.Dependencies[i] != want {
			t.Errorf("strangers see %+v, want %+v", stranger.Dependencies[i], want)
		}
	}
	if said := operator.Dependencies[1].Detail; !strings.Contains(said, "keys.internal") || strings.Contains(said, patient) {
		t.Errorf("the operator sees %q", said)
	}
	f := newFront(t, func(c *Config) { c.Dependencies = func(context.Context) []Dependency { return on } })
	w := f.do(t, f.build(t, f.operations["GET /v1/ready"]))
	if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "internal") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
