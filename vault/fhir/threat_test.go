package fhir

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// endless is a document that starts with a prefix and never ends. It samples the heap as it is read.
type endless struct {
	prefix string
	unit   func(i int) string
	i      int
	rest   string
	read   int64
	sample int64
	peak   uint64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.rest == "" {
		var b strings.Builder
		b.WriteString(e.prefix)
		for e.prefix = ""; b.Len() < 4096; e.i++ {
			b.WriteString(e.unit(e.i))
		}
		e.rest = b.String()
	}
	if e.read >= e.sample {
		e.sample = e.read + 512<<10
		e.peak = max(e.peak, heap())
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	e.read += int64(n)
	return n, nil
}

// heap is what is in use, garbage not counted.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func always(s string) func(int) string { return func(int) string { return s } }

// Row 29 of docs/threats.md: whatever is sent, and however much, a scan stops at a limit with its memory bounded.
func TestThreat29BombsAreRefusedInBoundedMemory(t *testing.T) {
	lim := Limits{MaxBytes: 64 << 20, MaxResource: 1 << 20, MaxEntries: 50_000, MaxDepth: 64}
	const memory = 12 << 20
	const top, inEntry = `{"resourceType":"Bundle","type":"transaction",`, `"entry":[{"resource":{"resourceType":"Basic",`
	long := strings.Repeat("a", 4096)
	tests := map[string]struct {
		prefix string
		unit   func(int) string
		reason string
	}{
		"depth of arrays":            {"[", always("["), ""},
		"depth in the envelope":      {top + `"a":`, always("["), "deeper than 64"},
		"depth in a resource":        {top + inEntry + `"a":`, always(`{"a":`), "deeper than 64"},
		"depth in a subject":         {top + inEntry + `"subject":`, always("["), ""},
		"depth in an identifier":     {top + inEntry + `"identifier":{"a":`, always("["), "deeper than 64"},
		"white space at the start":   {"", always(" \n"), "1048576 bytes"},
		"white space at the end":     {`{"resourceType":"Basic"}`, always("\n"), "1048576 bytes"},
		"white space in a resource":  {top + inEntry, always(" "), "1048576 bytes"},
		"a string":                   {top + inEntry + `"a":"`, always(long), "1048576 bytes"},
		"a string in the envelope":   {top + `"a":"`, always(long), "1048576 bytes"},
		"a name":                     {top + `"`, always(long), "1048576 bytes"},
		"a number":                   {top + inEntry + `"a":1`, always("0"), "1048576 bytes"},
		"names of one object":        {top + inEntry, func(i int) string { return fmt.Sprintf(`"%d":0,`, i) }, "1024 members"},
		"long names of one object":   {top, func(i int) string { return fmt.Sprintf(`"%s%d":0,`, long, i) }, "1048576 bytes"},
		"an array in a resource":     {top + inEntry + `"a":[0`, always(",{}"), "1048576 bytes"},
		"an array in the envelope":   {top + `"a":[0`, always(",{}"), "1048576 bytes"},
		"identifiers":                {top + inEntry + `"identifier":[{}`, always(`,{"system":"a","value":"b"}`), "1048576 bytes"},
		"subjects":                   {top + inEntry + `"subject":[{}`, always(`,{"reference":"Patient/1"}`), "1024 references"},
		"contained patients":         {top + inEntry + `"contained":[{}`, always(`,{"resourceType":"Patient"}`), "1048576 bytes"},
		"empty entries":              {top + `"entry":[{}`, always(",{}"), "50000 entries"},
		"entries":                    {top + `"entry":[{}`, manyEntries, "50000 entries"},
		"entries that are long":      {top + `"entry":[{}`, always(`,{"resource":{"resourceType":"Basic","a":"` + long + `"}}`), "67108864 bytes"},
		"logical subjects":           {top + `"entry":[{}`, func(i int) string { return "," + entry(logical(fmt.Sprint(i))) }, "256 identifiers"},
		"a list's entries":           {`{"resourceType":"List","entry":[{}`, always(",{}"), "50000 entries"},
		"entries of different types": {top + `"entry":[{}`, func(i int) string { return fmt.Sprintf(`,{"resource":{"resourceType":"A%d"}}`, i) }, "50000 entries"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			before := heap()
			in := &endless{prefix: tt.prefix, unit: tt.unit}
			_, err := Scan(in, lim)
			kind := ErrTooBig
			if tt.reason == "" {
				kind = ErrNotFHIR
			}
			if e := asError(t, err, kind); !strings.Contains(e.Reason, tt.reason) {
				t.Errorf("%v, want %q", err, tt.reason)
			}
			if in.read > lim.MaxBytes+1<<20 {
				t.Errorf("%d bytes read", in.read)
			}
			peak := int64(max(in.peak, heap())) - int64(before)
			t.Logf("%d bytes read, at most %d KiB of heap more", in.read, peak>>10)
			if peak > memory {
				t.Errorf("%d MiB of heap", peak>>20)
			}
		})
	}
}

// manyEntries are as costly to remember as entries get: names and references all differ.
func manyEntries(i int) string {
	return fmt.Sprintf(`,{"fullUrl":"urn:uuid:%d","resource":{"resourceType":"Basic","id":"%064d","subject":{"reference":"urn:uuid:%d"}}}`, i, i, i)
}

func TestThreat29BombsDepthOf10000(t *testing.T) {
	deep := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	for name, doc := range map[string]string{
		"resource": `{"resourceType":"Basic","a":` + deep + `}`,
		"entry":    bundle(entry(`{"resourceType":"Basic","a":` + deep + `}`)),
	} {
		_, err := scan(doc)
		e := asError(t, err, ErrTooBig)
		if e.Reason != "nested deeper than 64" || e.Offset > 200 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A string of 32 MiB must cost time in proportion.
func TestThreat29LongStringWithinTheLimit(t *testing.T) {
	doc := `{"resourceType":"Binary","data":"` + strings.Repeat("A", 32<<20) + `"}`
	found, err := Scan(io.MultiReader(strings.NewReader(doc)), DefaultLimits())
	if err != nil || found.Size != int64(len(doc)) {
		t.Errorf("%v", err)
	}
}
