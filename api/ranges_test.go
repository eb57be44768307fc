package api

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestRanges(t *testing.T) {
	for header, want := range map[string]string{
		"bytes=0-0": "0", "bytes=0-3": "0123", "bytes=3-": "3456789", "bytes=-3": "789", "bytes=9-9": "9", "bytes=0-99": "0123456789",
		"bytes=-99": "0123456789", "bytes=0-": "0123456789", "Bytes= 2-4 ": "234", "bytes=5-9223372036854775807": "56789",
	} {
		f := newFront(t)
		r := reads(t)
		r.Header.Set("Authorization", f.as(t, RoleProvider))
		r.Header.Set("Range", header)
		w := f.do(t, r)
		start := strings.Index("0123456789", want)
		contentRange := fmt.Sprintf("bytes %d-%d/10", start, start+len(want)-1)
		if w.Code != http.StatusPartialContent || w.Body.String() != want || w.Header().Get("Content-Range") != contentRange ||
			w.Header().Get("Content-Length") != fmt.Sprint(len(want)) {
			t.Errorf("%s: %d %q %v", header, w.Code, w.Body, w.Header())
		}
	}
}

func TestWholeRecord(t *testing.T) {
	for _, header := range []string{"", "lines=1-2"} {
		f := newFront(t)
		r := reads(t)
		r.Header.Set("Authorization", f.as(t, RoleProvider))
		r.Header.Set("Range", header)
		w := f.do(t, r)
		if w.Code != http.StatusOK || w.Body.String() != "0123456789" || w.Header().Get("Accept-Ranges") != "bytes" ||
			w.Header().Get("Content-Length") != "10" || w.Header().Get("Content-Range") != "" {
			t.Errorf("%q: %d %s %v", header, w.Code, w.Body, w.Header())
		}
	}
}

// TestRangesThatAreNone are refused without asking the service, several at a time too.
func TestRangesThatAreNone(t *testing.T) {
	for _, header := range []string{
		"bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-3", "bytes=0-1,3-4", "bytes=0-1, 3-4", "bytes=,", "bytes=0-1;x",
		"bytes=--1", "bytes=+0-1",
		"bytes=0x0-0x1", "bytes=9223372036854775808-", "bytes=0-9223372036854775808", "bytes=-9223372036854775808", "bytes=1 -2",
		"0-1", "bytes=1e2-",
	} {
		f := newFront(t)
		r := reads(t)
		r.Header.Set("Authorization", f.as(t, RoleProvider))
		r.Header.Set("Range", header)
		w := f.do(t, r)
		f.refused(t, w, http.StatusRequestedRangeNotSatisfiable, codeRange)
	}
}

func TestRangesOutsideTheRecord(t *testing.T) {
	for header, of := range map[string]string{"bytes=10-": "0123456789", "bytes=10-12": "0123456789", "bytes=-0": "0123456789",
		"bytes=0-": "", "bytes=-1": ""} {
		f := newFront(t)
		closed := &closing{content: contentOf(of)}
		f.fake.content = closed
		r := reads(t)
		r.Header.Set("Authorization", f.as(t, RoleProvider))
		r.Header.Set("Range", header)
		w := f.do(t, r)
		if w.Code != http.StatusRequestedRangeNotSatisfiable || w.Header().Get("Content-Range") != fmt.Sprintf("bytes */%d", len(of)) {
			t.Errorf("%s: %d %s %v", header, w.Code, w.Body, w.Header())
		}
		if !closed.closed {
			t.Errorf("%s: the record was left open", header)
		}
	}
}

// closing remembers that it was closed.
type closing struct {
	content
	closed bool
}

func (c *closing) Close() error { c.closed = true; return c.content.Close() }

// FuzzRange: whatever a range says, what comes of it lies within the record, and one that says where it begins begins there.
func FuzzRange(f *testing.F) {
	for _, s := range []string{"", "bytes=0-0", "bytes=3-", "bytes=-3", "bytes=0-1,2-3", "lines=1", "bytes=-0",
		"bytes=9223372036854775807-"} {
		f.Add(s, int64(10))
	}
	f.Fuzz(func(t *testing.T, header string, size int64) {
		r, err := parseRange(header)
		if err != nil {
			if codeOf(err) != codeRange {
				t.Fatalf("%q: %v", header, err)
			}
			return
		}
		size = max(size, 0)
		s, ok := r.within(size)
		if !ok {
			return
		}
		if s.offset < 0 || s.length < 0 || s.offset > size || s.length > size-s.offset || r.given && s.length == 0 {
			t.Fatalf("%q of %d: %+v", header, size, s)
		}
		if r.given && !r.suffix && (s.offset != r.first || r.last >= 0 && s.offset+s.length-1 > r.last) {
			t.Fatalf("%q of %d: %+v", header, size, s)
		}
	})
}

var _ io.Closer = (*closing)(nil)
