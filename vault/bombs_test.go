package vault

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"lethe/vault/fhir"
)

// bomb is a document that is made while it is read, and notes the heap meanwhile.
type bomb struct {
	parts iterator
	rest  string
	read  int64
	next  int64
	peak  uint64
}

// iterator gives one part after the other; "" ends.
type iterator func() string

func (b *bomb) Read(p []byte) (int, error) {
	if b.rest == "" {
		if b.rest = b.parts(); b.rest == "" {
			return 0, io.EOF
		}
	}
	if b.read >= b.next {
		b.next += 1 << 20
		b.peak = max(b.peak, heap())
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	b.read += int64(n)
	return n, nil
}

func (b *bomb) Close() error { return nil }

// heap is what is in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

// forever starts with a head and goes on with a body.
func forever(head, body string) iterator {
	body = strings.Repeat(body, max(1, 4096/len(body)))
	return func() string {
		out := head + body
		head = ""
		return out
	}
}

// numbered goes on with parts that differ.
func numbered(head string, format string) iterator {
	n := 0
	return func() string {
		out := head
		for head = ""; len(out) < 4096; n++ {
			out += fmt.Sprintf(format, n)
		}
		return out
	}
}

// Threat 29: whatever is sent, an import ends at a limit, with bounded memory, and nothing stored.
func TestThreat29BombsThroughImport(t *testing.T) {
	const memory = 32 << 20
	s := siteIn(t, t.TempDir(), "main")
	s.configure = func(c *Config) {
		c.Limits = fhir.Limits{MaxBytes: 24 << 20, MaxResource: 1 << 20, MaxEntries: 20_000, MaxDepth: 64}
	}
	s.start()
	patient := s.take(person(1).bundle(1)).Patient
	const top = `{"resourceType":"Bundle","type":"collection","entry":[{}`
	bombs := map[string]struct {
		parts iterator
		kind  string
		want  error
	}{
		"depth":            {forever(top+`,{"resource":{"resourceType":"Basic","a":`, `[`), "", fhir.ErrTooBig},
		"depth of objects": {forever(top+`,{"resource":{"resourceType":"Basic","a":`, `{"a":`), "", fhir.ErrTooBig},
		"entries":          {forever(top, `,{}`), "", fhir.ErrTooBig},
		"resources":        {numbered(top, `,{"resource":{"resourceType":"Basic","id":"%d"}}`), "", fhir.ErrTooBig},
		"types":            {numbered(top, `,{"resource":{"resourceType":"T%d"}}`), "", fhir.ErrTooBig},
		"one resource":     {forever(top+`,{"resource":{"resourceType":"Binary","data":"`, `A`), "", fhir.ErrTooBig},
		"members":          {numbered(`{"resourceType":"Basic"`, `,"m%d":0`), "", fhir.ErrTooBig},
		"size":             {forever(top, `,{"resource":{"resourceType":"Binary","data":"`+strings.Repeat("A", 64<<10)+`"}}`), "", fhir.ErrTooBig},
		"file":             {forever("", "\x00"), "DICOM", fhir.ErrTooBig},
		"empty":            {func() string { return "" }, "", fhir.ErrBroken},
	}
	for name, b := range bombs {
		t.Run(name, func(t *testing.T) {
			in := &bomb{parts: b.parts}
			before := heap()
			_, err := s.Import(t.Context(), Import{Open: func() (io.ReadCloser, error) { return in, nil }, Patient: patient, Type: b.kind})
			is(t, err, b.want)
			if in.read > 25<<20 {
				t.Errorf("%d bytes read", in.read)
			}
			grown := int64(max(in.peak, heap())) - int64(before)
			t.Logf("%d KiB read, %d KiB of heap", in.read>>10, grown>>10)
			if grown > memory {
				t.Errorf("%d MiB of heap", grown>>20)
			}
		})
	}
	if n := len(s.records(patient)); n != 4 {
		t.Errorf("%d records", n)
	}
	s.tidy()
}

// A document just within the limits, of as many resources as there may be, is stored and read with bounded memory too.
func TestThreat29AsManyResourcesAsAllowed(t *testing.T) {
	const memory, entries = 48 << 20, 20_000
	s := newSite(t)
	n := 0
	parts := func() string {
		switch n++; {
		case n == 1:
			return `{"resourceType":"Bundle","type":"collection","entry":[{"resource":` + person(1).patient(person(1).number(mrn)) + `}`
		case n <= entries:
			return fmt.Sprintf(`,{"resource":{"resourceType":"Observation","id":"%d"}}`, n)
		case n == entries+1:
			return `]}`
		}
		return ""
	}
	var peak uint64
	before := heap()
	done, err := s.Import(t.Context(), Import{Open: func() (io.ReadCloser, error) {
		n = 0
		return &watched{&bomb{parts: parts}, &peak}, nil
	}})
	must(t, err)
	if grown := int64(max(peak, heap())) - int64(before); done.Records != entries || grown > memory {
		t.Errorf("%d records, %d MiB of heap", done.Records, grown>>20)
	}
	id := s.approve(request(done.Patient))
	must(t, s.execute(id))
	s.gone(done.Patient)
}

// watched keeps the largest peak of several readings.
type watched struct {
	*bomb
	peak *uint64
}

func (w *watched) Close() error {
	*w.peak = max(*w.peak, w.bomb.peak)
	return nil
}
