package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"lethe/api"
)

// benchClinic is the demo's town, served over HTTP on loopback, with one patient's grant published. It has no limit of requests.
func benchClinic(b *testing.B) (*demo, *remote) {
	b.Helper()
	p := &program{stdout: io.Discard, stderr: io.Discard, dir: filepath.Join(b.TempDir(), "state")}
	if err := p.configure(); err != nil {
		b.Fatal(err)
	}
	p.config.API.Rate, p.config.Proving.ChallengeFor, p.config.Proving.Reads = 0, time.Hour, 1<<16-1
	d := &demo{program: p, sources: map[string]string{}, patients: map[string]string{}}
	cleanup, err := d.cohort("")
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	err = d.people(ctx)
	if err == nil {
		d.state, err = p.openState(ctx, true)
	}
	if err == nil {
		err = d.takeIn(ctx)
	}
	if err != nil {
		b.Fatal(err)
	}
	at, stop, err := p.startServing(ctx, d.state, "127.0.0.1:0", "", make(chan error, 2))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		stop()
		if err := errors.Join(d.state.Close(), cleanup()); err != nil {
			b.Error(err)
		}
	})
	d.patient = d.patients[d.order[0]]
	r := &remote{}
	token, err := p.issuer()
	if err != nil {
		b.Fatal(err)
	}
	bearer, err := token.Issue(api.Caller{Role: api.RolePatient, Subject: "bench", Patient: d.patient}, time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	err = r.through(ctx, at.origin, nil, func(r *remote) error { return errors.Join(d.enrolAll(ctx, r), d.consent(ctx, r)) }, unlessSet(api.WithBearer(bearer)))
	if err != nil {
		b.Fatal(err)
	}
	return d, r
}

// quantiles reports the median and the 99th percentile of durations, in milliseconds.
func quantiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	at := func(q float64) float64 { return float64(took[int(q*float64(len(took)-1))].Microseconds()) / 1000 }
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "requests/s")
}

// BenchmarkTokenExchange exchanges a proof for a token over HTTP, what a proof takes left aside. The yardstick is verifying it alone
// (circuits/authorization, BenchmarkVerify).
func BenchmarkTokenExchange(b *testing.B) {
	d, r := benchClinic(b)
	var took []time.Duration
	for b.Loop() {
		b.StopTimer()
		made, err := d.quiet.proveFor(b.Context(), r, d.reader())
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		began := time.Now()
		if _, err := r.Exchange(b.Context(), made.key, made.presentation); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	quantiles(b, took)
}

// BenchmarkReadByProof reads one small record with a token over HTTP, by eight clients at once; each reading is noted, durably, before the
// first byte.
func BenchmarkReadByProof(b *testing.B) {
	d, r := benchClinic(b)
	made, err := d.quiet.proveFor(b.Context(), r, d.reader())
	if err != nil {
		b.Fatal(err)
	}
	t, err := r.Exchange(b.Context(), made.key, made.presentation)
	if err != nil {
		b.Fatal(err)
	}
	records, err := r.recordsByProof(b.Context(), made, t, d.patient)
	if err != nil {
		b.Fatal(err)
	}
	var mu sync.Mutex
	var took []time.Duration
	b.SetParallelism(4) // times the number of cores, which is two here
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			began := time.Now()
			body, err := r.contentByProof(b.Context(), made, t, records[0].ID, "")
			if err == nil {
				_, err = io.Copy(io.Discard, body)
				err = errors.Join(err, body.Close())
			}
			if err != nil {
				b.Error(err)
				return
			}
			mu.Lock()
			took = append(took, time.Since(began))
			mu.Unlock()
		}
	})
	quantiles(b, took)
}
