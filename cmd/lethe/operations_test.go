package main

import (
	"bytes"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v3"
)

const operationsDoc = "../../docs/operations.md"

// described are the names of all metrics of ours.
func described(t *testing.T) map[string]bool {
	t.Helper()
	w := newWatched(t)
	w.telemetry.registry.MustRegister(newStandingGauges(nil), newDependencyGauges(nil))
	names := map[string]bool{}
	all := make(chan *prometheus.Desc)
	go func() { defer close(all); w.telemetry.registry.Describe(all) }()
	fq := regexp.MustCompile(`fqName: "(lethe_[a-z_]+)"`)
	for d := range all {
		if m := fq.FindStringSubmatch(d.String()); m != nil {
			names[m[1]] = true
		}
	}
	return names
}

// Every metric is documented, and every one that is documented exists.
func TestOperationsDocumentsEveryMetric(t *testing.T) {
	text, err := os.ReadFile(operationsDoc)
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| (.*?) \|`).FindAllStringSubmatch(string(text), -1) {
		for _, m := range regexp.MustCompile("`(lethe_[a-z_]+)`").FindAllStringSubmatch(row[1], -1) {
			documented[m[1]] = true
		}
	}
	if have := described(t); !maps.Equal(have, documented) {
		t.Errorf("there are\n%v, documented are\n%v", slices.Sorted(maps.Keys(have)), slices.Sorted(maps.Keys(documented)))
	}
}

// alerts is a file of rules as Prometheus reads it.
type alerts struct {
	Groups []struct {
		Name  string
		Rules []struct {
			Alert, Expr         string
			For                 time.Duration
			Labels, Annotations map[string]string
		}
	}
}

// The alert rules read as such, and watch metrics and values of labels that there are.
func TestOperationsAlertsWatchWhatThereIs(t *testing.T) {
	text, err := os.ReadFile(operationsDoc)
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := bytes.Cut(text, []byte("```yaml\n"))
	block, _, _ = bytes.Cut(block, []byte("```"))
	var all alerts
	d := yaml.NewDecoder(bytes.NewReader(block))
	d.KnownFields(true)
	if err := d.Decode(&all); err != nil || len(all.Groups) != 1 || len(all.Groups[0].Rules) < 12 {
		t.Fatalf("%v: %+v", err, all)
	}
	names, seen := described(t), map[string]bool{}
	for _, r := range all.Groups[0].Rules {
		if seen[r.Alert] || !strings.HasPrefix(r.Alert, "Lethe") ||
			!slices.Contains([]string{"page", "ticket"}, r.Labels["severity"]) || r.Annotations["summary"] == "" {
			t.Errorf("%+v", r)
		}
		seen[r.Alert] = true
		wantExpression(t, r.Expr, names)
	}
}

// wantExpression checks the names in an expression. Its grammar is Prometheus' concern, but for its parentheses.
func wantExpression(t *testing.T, expr string, names map[string]bool) {
	t.Helper()
	for _, pair := range []string{"()", "{}", "[]"} {
		if strings.Count(expr, pair[:1]) != strings.Count(expr, pair[1:]) {
			t.Errorf("%s: unbalanced %s", expr, pair)
		}
	}
	found := regexp.MustCompile(`lethe_[a-z_]+`).FindAllString(expr, -1)
	if len(found) == 0 {
		t.Errorf("%s: no metric of ours", expr)
	}
	for _, name := range found {
		if !names[name] && !names[strings.TrimSuffix(name, "_bucket")] {
			t.Errorf("%s: there is no %s", expr, name)
		}
	}
	sets := closed()
	for _, m := range regexp.MustCompile(`([a-z]+)(?:=|!=|=~)"([^"]*)"`).FindAllStringSubmatch(expr, -1) {
		for _, value := range strings.Split(m[2], "|") {
			if ok := sets[m[1]]; ok == nil || !ok(value) {
				t.Errorf("%s: %s is never %q", expr, m[1], value)
			}
		}
	}
}
