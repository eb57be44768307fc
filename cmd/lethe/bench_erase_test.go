package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lethe/offchain"
	"lethe/vault"
)

// benchRecords is how many observations the larger patient has: 100,000 of them take minutes.
const benchRecords = "LETHE_BENCH_RECORDS"

// chronicle is a bundle of a patient with n observations: two keys, however many they are.
func chronicle(n int) []byte {
	id := own()
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:p","resource":{"resourceType":"Patient",`+
		`"identifier":[{"system":"urn:test","value":%q}]}}`, id)
	for i := range n {
		fmt.Fprintf(&b, `,{"resource":{"resourceType":"Observation","id":"%s-%d","status":"final","subject":{"reference":"urn:p"},`+
			`"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":%d,"unit":"mm[Hg]"}}}`, id, i, 90+i%80)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

// laps notes how long it took from each state of an erasure to the next.
type laps struct {
	mu    sync.Mutex
	last  time.Time
	state map[string]time.Duration
}

func (l *laps) step(point string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if erasureLaps[point] || point == aKeyDestroyed {
		l.state[point] = now.Sub(l.last)
	}
	if erasureLaps[point] {
		l.last = now
	}
}

// aKeyDestroyed is reached with each key; the last one counts. What follows up to the state is noting it in the index.
const aKeyDestroyed = "erase.key-destroyed"

// begin forgets what was noted; all gives it.
func (l *laps) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last, l.state = time.Now(), map[string]time.Duration{}
}

func (l *laps) all() map[string]time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.state)
}

// erasureLaps are the points at which a state of an erasure was reached, with the approval, after which the job waits to be found.
var erasureLaps = map[string]bool{
	"erase.approved": true, "erase.retained-readable": true, "erase.tombstoned": true, "erase.ledgered": true, "erase.caches-dropped": true,
	"erase.readable-before": true, "erase.keys-destroyed": true, "erase.unreadable-after": true, "erase.objects-deleted": true,
	"erase.index-scrubbed": true, "erase.certified": true,
}

// BenchmarkErasure erases a patient with one observation and one with many, in turns; medians. The ratio is what the destruction of the
// keys takes for many over what it takes for one: it does not depend on how much they open. The rest of an erasure does.
func BenchmarkErasure(b *testing.B) {
	many, err := strconv.Atoi(os.Getenv(benchRecords))
	if err != nil {
		many = 1000
	}
	for _, on := range []struct {
		name    string
		program func(*testing.B, func(string)) *program
	}{{"embedded", embedded}, {"servers", onServers}} {
		b.Run(fmt.Sprintf("%s/records=%d", on.name, many), func(b *testing.B) {
			l := &laps{}
			l.begin()
			benchErasure(b, on.program(b, l.step).opened(b), l, many)
		})
	}
}

func benchErasure(b *testing.B, st *state, l *laps, many int) {
	b.Helper()
	took := map[int]map[string][]time.Duration{1: {}, many: {}}
	for range 7 {
		for _, records := range []int{1, many} {
			bundle := chronicle(records)
			began := time.Now()
			done, err := st.Import(b.Context(), vault.Import{Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(bundle)), nil }})
			if err != nil {
				b.Fatal(err)
			}
			took[records]["import"] = append(took[records]["import"], time.Since(began))
			settle(b, st)
			l.begin()
			began = time.Now()
			if _, _, err := st.Erase(b.Context(), vault.EraseRequest{Patient: done.Patient, Ground: "17.1.a", Filed: "a", Execute: "b"}, nil); err != nil {
				b.Fatal(err)
			}
			took[records]["whole"] = append(took[records]["whole"], time.Since(began))
			for state, lap := range l.all() {
				took[records][state] = append(took[records][state], lap)
			}
		}
	}
	for _, records := range []int{1, many} {
		for state, times := range took[records] {
			b.ReportMetric(median(times).Seconds()*1e3, fmt.Sprintf("%d-%s-ms", records, strings.TrimPrefix(state, "erase.")))
		}
	}
	b.ReportMetric(median(took[many][aKeyDestroyed]).Seconds()/median(took[1][aKeyDestroyed]).Seconds(), "destruction-ratio")
	b.ReportMetric(0, "ns/op")
}

// settle waits until everything stands in the log, so that it is not brought in while something is measured.
func settle(b *testing.B, st *state) {
	b.Helper()
	for pending := int64(1); pending > 0; time.Sleep(50 * time.Millisecond) {
		err := st.index.View(b.Context(), func(q offchain.Queries) error {
			n, err := q.EntryTotals(b.Context())
			pending = n.Pending
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
