package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lethe/api"
	"lethe/vault"
)

// scrapePatience bounds what a scrape waits for: a store that hangs is shown as such, and must not take the rest with it.
const scrapePatience = 800 * time.Millisecond

// standingGauges asks the service how it stands, at each scrape.
type standingGauges struct {
	ask func(context.Context) (vault.Standing, error)

	quarantined, entries, checkpoint, delay, bound, erasures, overdue, held, hits, misses *prometheus.Desc
}

var _ prometheus.Collector = (*standingGauges)(nil)

func newStandingGauges(ask func(context.Context) (vault.Standing, error)) *standingGauges {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &standingGauges{
		ask:         ask,
		quarantined: desc("lethe_quarantined", "1 while a store seems to have been put back, and nothing is decrypted."),
		entries:     desc("lethe_log_entries", "Entries of the log, and those that wait for it (counted up to 4096).", "state"),
		checkpoint:  desc("lethe_checkpoint_size", "Entries of the newest checkpoint shown, or confirmed on the chain.", "state"),
		delay:       desc("lethe_anchor_delay_seconds", "How long the oldest checkpoint that is not confirmed has been shown."),
		bound:       desc("lethe_anchor_delay_bound_seconds", "The longest such delay, as it is published."),
		erasures:    desc("lethe_erasures", "Erasures with something still to be done, by what was verified last.", "state"),
		overdue:     desc("lethe_erasure_overdue", "Erasures that are not certified a month after their request was received."),
		held:        desc("lethe_key_cache_keys", "Opened compartment keys in memory."),
		hits:        desc("lethe_key_cache_hits_total", "Keys that were found in memory."),
		misses:      desc("lethe_key_cache_misses_total", "Keys that the key store was asked to open."),
	}
}

// Describe implements [prometheus.Collector].
func (g *standingGauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		g.quarantined, g.entries, g.checkpoint, g.delay, g.bound, g.erasures, g.overdue, g.held, g.hits, g.misses,
	} {
		to <- d
	}
}

// Collect implements [prometheus.Collector]. An index that does not answer leaves the gauges out: lethe_dependency_up says why.
func (g *standingGauges) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapePatience)
	defer cancel()
	n, err := g.ask(ctx)
	if err != nil {
		return
	}
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	gauge(g.quarantined, truth(n.Quarantined))
	gauge(g.entries, float64(n.Entries), "placed")
	gauge(g.entries, float64(n.Waiting), "waiting")
	gauge(g.checkpoint, float64(n.Shown), "shown")
	gauge(g.checkpoint, float64(n.Confirmed), "confirmed")
	gauge(g.delay, n.Delay.Seconds())
	gauge(g.bound, n.MaxDelay.Seconds())
	for _, state := range vault.ErasureStates() {
		gauge(g.erasures, float64(n.Erasures[state]), state)
	}
	gauge(g.overdue, float64(n.Overdue))
	gauge(g.held, float64(n.Cache.Held))
	to <- prometheus.MustNewConstMetric(g.hits, prometheus.CounterValue, float64(n.Cache.Hits))
	to <- prometheus.MustNewConstMetric(g.misses, prometheus.CounterValue, float64(n.Cache.Misses))
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// dependencyGauges shows what the service stands on. The chain is apart: reading does not need it.
type dependencyGauges struct {
	ask       func(context.Context) []api.Dependency
	up, chain *prometheus.Desc
}

var _ prometheus.Collector = (*dependencyGauges)(nil)

func newDependencyGauges(ask func(context.Context) []api.Dependency) *dependencyGauges {
	return &dependencyGauges{
		ask:   ask,
		up:    prometheus.NewDesc("lethe_dependency_up", "1 while what reading needs answers.", []string{"dependency"}, nil),
		chain: prometheus.NewDesc("lethe_chain_reachable", "1 while the chain answers.", nil, nil),
	}
}

// Describe implements [prometheus.Collector].
func (g *dependencyGauges) Describe(to chan<- *prometheus.Desc) { to <- g.up; to <- g.chain }

// Collect implements [prometheus.Collector].
func (g *dependencyGauges) Collect(to chan<- prometheus.Metric) {
	for _, d := range g.ask(context.Background()) {
		if d.Optional {
			to <- prometheus.MustNewConstMetric(g.chain, prometheus.GaugeValue, truth(d.Err == nil))
			continue
		}
		to <- prometheus.MustNewConstMetric(g.up, prometheus.GaugeValue, truth(d.Err == nil), d.Name)
	}
}
