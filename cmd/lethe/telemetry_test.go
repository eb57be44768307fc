package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"lethe/api"
	"lethe/vault"
)

// watched is a program that is watched, in this process, with what is seen of it.
type watched struct {
	*program
	spans *tracetest.InMemoryExporter
}

func newWatched(t *testing.T) watched {
	t.Helper()
	w := watched{spans: tracetest.NewInMemoryExporter()}
	w.program = &program{stdout: io.Discard, stderr: io.Discard, dir: filepath.Join(t.TempDir(), "state")}
	if err := w.configure(); err != nil {
		t.Fatal(err)
	}
	tracing := newTracing(1, sdktrace.WithSyncer(w.spans))
	var err error
	if w.telemetry, err = newTelemetry(tracing); err != nil {
		t.Fatal(err)
	}
	return w
}

// opened opens a new state folder without its jobs and schedules, so that nothing is called but what a test calls.
func (w watched) opened(t *testing.T) *state {
	t.Helper()
	st := &state{}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := errors.Join(w.checkDir(true), st.open(t.Context(), w.program)); err != nil {
		t.Fatal(err)
	}
	if err := st.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	return st
}

func families(t *testing.T, from prometheus.Gatherer) []*dto.MetricFamily {
	t.Helper()
	all, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// number adds up what the series of a metric count that have all of these labels.
func (w watched) number(t *testing.T, name string, labels ...string) (n float64) {
	t.Helper()
	for _, f := range families(t, w.telemetry.registry) {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			var have []string
			for _, l := range m.GetLabel() {
				have = append(have, l.GetName()+"="+l.GetValue())
			}
			if !slices.ContainsFunc(labels, func(l string) bool { return !slices.Contains(have, l) }) {
				n += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return n
}

// closed says which values each label may have; what names a person or a thing is none.
func closed() map[string]func(string) bool {
	in := func(all ...string) func(string) bool { return func(v string) bool { return slices.Contains(all, v) } }
	stores, operation := operations(), []string{}
	for _, all := range stores {
		operation = append(operation, all...)
	}
	states := append(vault.ErasureStates(), "placed", "waiting", "shown", "confirmed")
	return map[string]func(string) bool{
		"store":      func(v string) bool { return stores[v] != nil },
		"operation":  in(operation...),
		"outcome":    in(outcomes()...),
		"dependency": in("keys", "objects", "index", "log", "guard"),
		"state":      in(states...),
		"method":     in("GET", "POST", "any"),
		"code": in("2xx", "4xx", "5xx", "200", "201", "202", "206", "400", "401", "403", "404", "409", "410", "413", "415",
			"416", "422", "429", "500", "501", "503"),
		"route": func(v string) bool {
			path := "\n  " + strings.TrimPrefix(v, "/v1") + ":"
			return v == "anonymous" || v == "none" || strings.Contains(string(api.Description()), path)
		},
		"problem": func(v string) bool {
			return v == "anonymous" || len(v) < 40 && strings.Trim(v, "abcdefghijklmnopqrstuvwxyz-") == ""
		},
		"version": in(version()), "goversion": func(v string) bool { return strings.HasPrefix(v, "go") },
	}
}

func wantClosed(t *testing.T, all []*dto.MetricFamily) {
	t.Helper()
	sets := closed()
	for _, f := range all {
		if !strings.HasPrefix(f.GetName(), "lethe_") {
			continue
		}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if ok := sets[l.GetName()]; ok == nil || !ok(l.GetValue()) {
					t.Errorf("%s has %s=%q", f.GetName(), l.GetName(), l.GetValue())
				}
			}
		}
	}
}

// TestThreat06TelemetryNamesNobody tells the whole story of the demo (imports, reads by known callers and by proof, grants, an
// erasure, restores) to somebody who counts and traces all of it, and searches what they have for what the bundles say of persons
// and for every id and name in the index.
func TestThreat06TelemetryNamesNobody(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	data := testData(t)
	var said, complained bytes.Buffer
	w.stdout, w.stderr = &said, &complained
	if code := w.run(t.Context(), demoArgs("--data", data, "--dir", w.dir, "--json")); code != 0 {
		t.Fatal(complained.String())
	}
	all := families(t, w.telemetry.registry)
	wantClosed(t, all)
	spans := w.spans.GetSpans()
	var seen strings.Builder
	for _, f := range all {
		fmt.Fprintln(&seen, f)
	}
	for _, s := range spans {
		fmt.Fprintln(&seen, s.Name, s.Attributes, s.Events, s.Links, s.Status, s.Resource)
	}
	if w.number(t, "lethe_store_calls_total", "operation=destroy", "outcome=ok") == 0 ||
		w.number(t, "lethe_http_requests_total", "route=anonymous", "code=2xx") < 3 ||
		w.number(t, "lethe_refusals_total", "problem=anonymous") == 0 || len(spans) < 10 {
		t.Fatalf("the story was not seen: %d spans\n%s", len(spans), seen.String())
	}
	secrets := personal(t, data)
	db := folder{dir: w.dir}.openIndex(t)
	for _, query := range []string{
		"SELECT id FROM patients", "SELECT id FROM records", "SELECT id FROM bundles", "SELECT id FROM disclosures",
		"SELECT id FROM tombstones",
		"SELECT id FROM compartments", "SELECT key_name FROM compartments", "SELECT key FROM objects",
		"SELECT case_id FROM tombstones",
	} {
		found := column(t, db, query)
		if len(found) == 0 {
			t.Fatalf("%s: nothing to search for", query)
		}
		keep(secrets, found...)
	}
	for s := range secrets {
		if strings.Contains(seen.String(), s) {
			t.Errorf("a text of %d bytes is seen that begins with %.4q", len(s), s)
		}
	}
}

// TestThreat54CallsForAnonymousCallersAreNotTimed: they are counted, so that failures show, and have neither time nor span.
func TestThreat54CallsForAnonymousCallersAreNotTimed(t *testing.T) {
	w := newWatched(t)
	st := w.opened(t)
	door, err := w.frontDoor(st, localURL, custodian().Actor)
	if err != nil {
		t.Fatal(err)
	}
	c, err := api.Connect(localURL, api.InProcess(door))
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range []struct {
		by           func() error
		timed, spans bool
	}{
		{func() error { _, err := c.DeltaWithResponse(t.Context(), "grants", &api.DeltaParams{}); return err }, false, false},
		{func() error { _, err := c.PatientsWithResponse(t.Context(), nil); return err }, true, true},
	} {
		w.spans.Reset()
		calls, times := w.number(t, "lethe_store_calls_total"), w.number(t, "lethe_store_call_seconds")
		if err := call.by(); err != nil {
			t.Fatal(err)
		}
		calls, times = w.number(t, "lethe_store_calls_total")-calls, w.number(t, "lethe_store_call_seconds")-times
		if calls == 0 || (times == calls) != call.timed || (times == 0) == call.timed ||
			(len(w.spans.GetSpans()) > 0) != call.spans {
			t.Errorf("%v calls, %v timed, %d spans", calls, times, len(w.spans.GetSpans()))
		}
	}
}

// scrape fetches the metrics, and fails when that takes more than a second.
func scrape(t *testing.T, url string) string {
	t.Helper()
	start := time.Now()
	_, body := fetch(t, url)
	if took := time.Since(start); took > time.Second {
		t.Errorf("the scrape took %s", took)
	}
	return body
}

func fetch(t *testing.T, url string) (status int, body string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(data)
}

// A chain that is dead, or that hangs, is shown as such within a second, and the service stays ready.
func TestScrapingWhileTheChainIsDead(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.config.Metrics.Listen = "127.0.0.1:0"
	st := w.opened(t)
	url, stop, err := w.serveMetrics(t.Context(), st, make(chan error, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	ready := strings.Replace(url, "/metrics", "/ready", 1)
	expect := func(reachable int, detail string) {
		t.Helper()
		if text := scrape(t, url); !strings.Contains(text, fmt.Sprintf("\nlethe_chain_reachable %d\n", reachable)) ||
			!strings.Contains(text, "\nlethe_dependency_up{dependency=\"keys\"} 1\n") ||
			!strings.Contains(text, "\nlethe_quarantined 0\n") {
			t.Errorf("want reachable %d:\n%s", reachable, text)
		}
		if status, body := fetch(t, ready); status != http.StatusOK || !strings.Contains(body, detail) {
			t.Errorf("%d %s", status, body)
		}
	}
	expect(1, `"name":"chain","needed":false,"ready":true`)
	if err := st.chain.Close(); err != nil {
		t.Fatal(err)
	}
	st.ready.forget()
	expect(0, `"problem":"chain-unavailable"`)
	chain := st.ready.parts[len(st.ready.parts)-1]
	chain.ask = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	st.ready.forget()
	expect(0, `"problem":"chain-unavailable"`) // the last answer, until the hanging one ends
}

// forget makes all answers old.
func (r *readiness) forget() {
	for _, p := range r.parts {
		p.mu.Lock()
		p.asked = time.Time{}
		p.mu.Unlock()
	}
}

// `lethe serve` serves metrics beside the API and for as long, and strangers see no more of readiness than names.
func TestServeServesMetrics(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 1)
	config := filepath.Join(t.TempDir(), "lethe.yaml")
	if err := os.WriteFile(config, []byte("metrics: {listen: \"127.0.0.1:0\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"work"}} {
		ctx, cancel := context.WithCancel(t.Context())
		out, in := io.Pipe()
		p := &program{stdout: in, stderr: io.Discard}
		ended := make(chan int, 1)
		go func() { ended <- p.run(ctx, append(command, "--json", "--dir", f.dir, "--config", config)) }()
		var at servingAt
		if err := json.NewDecoder(out).Decode(&at); err != nil || at.Metrics == "" {
			t.Fatalf("%v: %+v", err, at)
		}
		if at.API != "" {
			if status, body := fetch(t, at.API+"/ready"); status != http.StatusOK || !strings.Contains(body, `"name":"guard"`) {
				t.Errorf("%d %s", status, body)
			}
		}
		text := scrape(t, at.Metrics)
		for _, want := range []string{
			"lethe_build_info{", "go_goroutines ", "process_open_fds ", `lethe_log_entries{state="placed"}`,
			"lethe_chain_reachable 1",
			"lethe_anchor_delay_bound_seconds 3600", `lethe_store_calls_total{operation="view",outcome="ok",store="index"}`,
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%v: no %s", command, want)
			}
		}
		counted := strings.Contains(text, `lethe_http_requests_total{code="200",method="GET",route="/v1/ready"} 1`)
		if counted != (at.API != "") {
			t.Errorf("%v: the request was counted: %v", command, counted)
		}
		wantClosed(t, families(t, p.telemetry.registry))
		cancel()
		if code := <-ended; code != 0 {
			t.Errorf("%v ended with %d", command, code)
		}
		if c, err := net.Dial("tcp", strings.Split(at.Metrics, "/")[2]); err == nil {
			c.Close()
			t.Errorf("%v: the listener is still there", command)
		}
	}
}
