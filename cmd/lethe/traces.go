package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

type tracesConfig struct {
	Endpoint    string  `yaml:"endpoint"`
	SampleRatio float64 `yaml:"sample_ratio"`
}

// tracesPath is where OTLP/HTTP takes traces when an endpoint names no path.
const tracesPath = "/v1/traces"

func (c tracesConfig) check() error {
	if c.SampleRatio < 0 || c.SampleRatio > 1 {
		return errors.New("traces.sample_ratio must be between 0 and 1")
	}
	if c.Endpoint == "" {
		return nil
	}
	_, err := c.url()
	return err
}

// url is where traces go: in clear on this machine only.
func (c tracesConfig) url() (string, error) {
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("traces.endpoint is no URL such as https://collector.example.org:4318")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return "", fmt.Errorf("traces.endpoint %s: https, or http to a loopback address", u.Redacted())
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = tracesPath
	}
	return u.String(), nil
}

// tracing makes spans, and sends them; stop sends those that wait.
type tracing struct {
	tracer trace.Tracer
	stop   func(context.Context) error
}

// start makes a tracer that sends spans over OTLP; nil when there is no endpoint. A span that cannot be sent is lost.
func (c tracesConfig) start(ctx context.Context, log *slog.Logger) (*tracing, error) {
	if c.Endpoint == "" {
		return nil, nil
	}
	to, err := c.url()
	if err != nil {
		return nil, err
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(to), otlptracehttp.WithTimeout(traceTimeout),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: false}))
	if err != nil {
		return nil, err
	}
	return newTracing(c.SampleRatio, sdktrace.WithBatcher(told{exporter, log})), nil
}

func newTracing(ratio float64, to sdktrace.TracerProviderOption) *tracing {
	provider := sdktrace.NewTracerProvider(to, sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(ratio))),
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "lethe"), attribute.String("service.version", version()))))
	return &tracing{provider.Tracer("lethe"), provider.Shutdown}
}

// told is an exporter whose failures go to the service's own log: what the library does with them belongs to the whole process.
type told struct {
	sdktrace.SpanExporter
	log *slog.Logger
}

// ExportSpans implements [sdktrace.SpanExporter].
func (e told) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if err := e.SpanExporter.ExportSpans(ctx, spans); err != nil {
		e.log.Warn("spans are lost", "spans", len(spans), "reason", err.Error())
	}
	return nil
}
