package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/trace"

	"lethe/api"
)

type metricsConfig struct {
	Listen string `yaml:"listen"`
	Public bool   `yaml:"public"`
}

// check keeps a listener on loopback unless it is said that others may read it: it tells how busy the service is, and what it
// stands on.
func (c metricsConfig) check() error {
	if c.Listen == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("metrics.listen: %w", err)
	}
	if !c.Public && !loopback(host) {
		return fmt.Errorf("metrics.listen %s is no loopback address: metrics.public: true lets others read it", c.Listen)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// telemetry is what an operator watches. A nil one watches nothing, and hands what it is given back as it is.
type telemetry struct {
	registry *prometheus.Registry
	http     *api.Metrics
	stores   *callMetrics
	tracer   trace.Tracer // nil when nothing is traced
	stop     func(context.Context) error
}

// watch starts what the configuration asks for, for a service that keeps running. Close ends it.
func (p *program) watch(ctx context.Context) error {
	if p.config.Metrics.Listen == "" && p.config.Traces.Endpoint == "" {
		return nil
	}
	tracing, err := p.config.Traces.start(ctx, p.log)
	if err != nil {
		return fmt.Errorf("traces: %w", err)
	}
	p.telemetry, err = newTelemetry(tracing)
	return err
}

func newTelemetry(tracing *tracing) (*telemetry, error) {
	t := &telemetry{registry: prometheus.NewRegistry(), stop: func(context.Context) error { return nil }}
	if tracing != nil {
		t.tracer, t.stop = tracing.tracer, tracing.stop
	}
	var httpErr, callErr error
	t.http, httpErr = api.NewMetrics(t.registry)
	t.stores, callErr = newCallMetrics(t.registry)
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lethe_build_info", Help: "1, with the program's version and the compiler's.",
		ConstLabels: prometheus.Labels{"version": version(), "goversion": runtime.Version()},
	}, func() float64 { return 1 })
	return t, errors.Join(httpErr, callErr, t.registry.Register(build), t.registry.Register(collectors.NewGoCollector()),
		t.registry.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})))
}

// traceTimeout bounds how long a stop waits for the last spans to be sent.
const traceTimeout = 5 * time.Second

// Close sends the spans that wait.
func (t *telemetry) Close() error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), traceTimeout)
	defer cancel()
	return t.stop(ctx)
}

// front has a front door counted and traced.
func (t *telemetry) front(c *api.Config) {
	if t != nil {
		c.Metrics, c.Tracer = t.http, t.tracer
	}
}

// serveMetrics serves the metrics, and what the service stands on with its details, where the configuration says. stop ends it.
func (p *program) serveMetrics(ctx context.Context, st *state, failed chan<- error) (url string, stop func(), err error) {
	if p.config.Metrics.Listen == "" {
		return "", func() {}, nil
	}
	handler, err := p.telemetry.handler(st, p.log)
	if err != nil {
		return "", nil, err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", p.config.Metrics.Listen)
	if err != nil {
		return "", nil, fmt.Errorf("metrics.listen: %w", err)
	}
	server := api.NewServer(handler)
	server.ReadTimeout, server.WriteTimeout = 10*time.Second, time.Minute
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	return "http://" + l.Addr().String() + "/metrics", func() { _ = server.Close() }, nil
}

// handler is the listener's. What cannot be asked is left out of an answer, and the rest is there.
func (t *telemetry) handler(st *state, log *slog.Logger) (http.Handler, error) {
	err := errors.Join(t.registry.Register(newStandingGauges(st.Standing)), t.registry.Register(newDependencyGauges(st.ready.ask)))
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}))
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, r *http.Request) { writeReadiness(w, st.ready.ask(r.Context())) })
	return mux, nil
}

// writeReadiness is the API's document, with what errors say.
func writeReadiness(w http.ResponseWriter, on []api.Dependency) {
	ready := api.ReadinessOf(on, true)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !ready.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(ready) // it fails where the caller has gone
}
