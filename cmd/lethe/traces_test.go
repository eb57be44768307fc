package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"lethe/anchor"
	"lethe/keys"
	"lethe/offchain"
	"lethe/vault"
)

func TestTelemetryConfigurationIsChecked(t *testing.T) {
	for text, wrong := range map[string]string{
		"metrics: {listen: \"127.0.0.1:9464\"}":                                 "",
		"metrics: {listen: \"[::1]:9464\"}":                                     "",
		"metrics: {listen: \"localhost:0\"}":                                    "",
		"metrics: {listen: \"10.0.0.1:9464\", public: true}":                    "",
		"metrics: {listen: \"10.0.0.1:9464\"}":                                  "metrics.listen",
		"metrics: {listen: \":9464\"}":                                          "metrics.listen",
		"metrics: {listen: \"9464\"}":                                           "metrics.listen",
		"traces: {endpoint: \"https://collector.example.org:4318\"}":            "",
		"traces: {endpoint: \"http://127.0.0.1:4318\", sample_ratio: 1}":        "",
		"traces: {endpoint: \"http://collector.example.org:4318\"}":             "traces.endpoint",
		"traces: {endpoint: \"collector.example.org:4318\"}":                    "traces.endpoint",
		"traces: {endpoint: \"https://somebody:secret@collector.example.org\"}": "traces.endpoint",
		"traces: {sample_ratio: 1.5}":                                           "traces.sample_ratio",
	} {
		file := filepath.Join(t.TempDir(), "lethe.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := readConfig(file)
		if (err == nil) != (wrong == "") ||
			err != nil && (!strings.Contains(err.Error(), wrong) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: %v, want %q", text, err, wrong)
		}
	}
}

// Spans reach a collector when the service stops; one that is not there costs a line in the log, and nothing else.
func TestTracesAreSentWithTheStop(t *testing.T) {
	var got atomic.Int64
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == tracesPath {
			got.Add(1)
		}
	}))
	defer collector.Close()
	for _, endpoint := range []string{collector.URL, collector.URL + "/", "http://127.0.0.1:1"} {
		var log bytes.Buffer
		p := &program{config: defaultConfig(), log: slog.New(slog.NewTextHandler(&log, nil))}
		p.config.Traces = tracesConfig{Endpoint: endpoint, SampleRatio: 1}
		if err := p.watch(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, span := p.telemetry.tracer.Start(t.Context(), "a request")
		span.End()
		before := got.Load()
		if err := p.telemetry.Close(); err != nil {
			t.Error(err)
		}
		sent, lost := got.Load() > before, strings.Contains(log.String(), "spans are lost")
		if sent == lost || sent == strings.HasSuffix(endpoint, ":1") {
			t.Errorf("%s: sent %v, lost %v", endpoint, sent, lost)
		}
	}
}

// The sampling is of requests: what is below one that is not sampled has no span either, and what is below none has none.
func TestSpansBelongToRequests(t *testing.T) {
	w := newWatched(t)
	none := newTracing(0, sdktrace.WithSyncer(w.spans))
	ctx, root := none.tracer.Start(t.Context(), "not sampled")
	for _, ctx := range []context.Context{t.Context(), ctx} {
		_, end := w.telemetry.callsOf("keys").begin(ctx, "wrap")
		end(new(error))
	}
	root.End()
	if n := len(w.spans.GetSpans()); n != 0 || w.number(t, "lethe_store_calls_total", "operation=wrap", "outcome=ok") != 2 {
		t.Errorf("%d spans", n)
	}
	ctx, root = w.telemetry.tracer.Start(t.Context(), "sampled")
	_, end := w.telemetry.callsOf("keys").begin(ctx, "wrap")
	failed := fmt.Errorf("secret: %w", keys.ErrUnavailable)
	end(&failed)
	spans := w.spans.GetSpans()
	if len(spans) != 1 || spans[0].Name != "keys wrap" || spans[0].Parent.SpanID() != root.SpanContext().SpanID() ||
		spans[0].SpanKind != trace.SpanKindClient ||
		spans[0].Status.Description != callUnavailable || strings.Contains(fmt.Sprint(spans), "secret") {
		t.Errorf("%+v", spans)
	}
}

func TestOutcomesOfCalls(t *testing.T) {
	for outcome, errs := range map[string][]error{
		callOK: {nil},
		callRefused: {
			offchain.ErrNotFound, offchain.ErrExists, &offchain.LockedError{},
			keys.ErrNoKey, keys.ErrKeyExists, anchor.ErrNotAnchored, vault.ErrErased,
		},
		callUnavailable: {keys.ErrUnavailable, offchain.ErrUnavailable, anchor.ErrUnreachable, context.DeadlineExceeded},
		callCanceled:    {context.Canceled},
		callFailed:      {errors.New("disk full"), keys.ErrUnwrap, keys.ErrCorrupt},
	} {
		for _, err := range errs {
			if err != nil {
				err = fmt.Errorf("read: %w", err)
			}
			if got := outcomeOf(err); got != outcome {
				t.Errorf("%v: %s, want %s", err, got, outcome)
			}
		}
	}
}
