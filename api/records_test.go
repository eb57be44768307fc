package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"lethe/keys"
	"lethe/vault"
)

// long is a record that is made as it is read, and fails at an offset; -1 never does.
type long struct {
	size, fails int64
	largest     int // read at once
	err         error
}

func (l *long) ReadAt(p []byte, off int64) (int, error) {
	l.largest = max(l.largest, len(p))
	for i := range p {
		at := off + int64(i)
		switch {
		case l.fails >= 0 && at >= l.fails:
			return i, l.err
		case at >= l.size:
			return i, io.EOF
		}
		p[i] = byte(at * 31 >> 3)
	}
	return len(p), nil
}

func (l *long) Size() int64  { return l.size }
func (l *long) Close() error { return nil }

// discard is an answer whose body is counted and compared.
type discard struct {
	*httptest.ResponseRecorder
	n    int64
	want *long
	bad  bool
}

func (d *discard) Write(p []byte) (int, error) {
	want := make([]byte, len(p))
	_, _ = d.want.ReadAt(want, d.n)
	d.bad = d.bad || !bytes.Equal(p, want)
	d.n += int64(len(p))
	return len(p), nil
}

func TestLongRecordStreams(t *testing.T) {
	f := newFront(t)
	l := &long{size: 5*transferChunk + 17, fails: -1}
	f.fake.content = l
	r := reads(t)
	r.Header.Set("Authorization", f.as(t, RoleProvider))
	w := &discard{ResponseRecorder: httptest.NewRecorder(), want: &long{size: l.size, fails: -1}}
	f.ServeHTTP(w, r)
	if w.n != l.size || w.bad || l.largest > transferChunk {
		t.Errorf("%d of %d bytes, different: %v, %d read at once", w.n, l.size, w.bad, l.largest)
	}
}

// TestTamperedRecord: what cannot be opened at once is a problem; what turns out on the way cuts the transfer off, so that nobody
// takes a part for the whole.
func TestTamperedRecord(t *testing.T) {
	f := newFront(t)
	f.fake.content = &long{size: 3 * transferChunk, fails: 5, err: keys.ErrCorrupt}
	r := reads(t)
	r.Header.Set("Authorization", f.as(t, RoleProvider))
	w := f.do(t, r)
	if w.Code != 500 || problemIn(t, w).Code() != "tampered" || w.Header().Get("Content-Length") != "" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for name, c := range map[string]struct {
		err    error
		logged bool
	}{"tampered": {keys.ErrCorrupt, true}, "erased": {vault.ErrErased, false}} {
		f := newFront(t)
		f.fake.content = &long{size: 3 * transferChunk, fails: 2*transferChunk + 5, err: c.err}
		server := httptest.NewServer(f)
		q, err := http.NewRequestWithContext(context.Background(), http.MethodGet, server.URL+r.URL.Path, nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Authorization", f.as(t, RoleProvider))
		answer, err := server.Client().Do(q)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK || !errors.Is(err, io.ErrUnexpectedEOF) || n > 2*transferChunk {
			t.Errorf("%s: %d, %d bytes, %v", name, answer.StatusCode, n, err)
		}
		server.Close()
		if logged := strings.Contains(f.log.String(), "internal error"); logged != c.logged {
			t.Errorf("%s: logged %v: %s", name, logged, f.log)
		}
	}
}

func TestReadingIsNotedWithWhoAndWhy(t *testing.T) {
	for query, want := range map[string]vault.Access{
		"":                  {Actor: "provider: somebody", Purpose: "TREAT"},
		"?purpose=ETREAT":   {Actor: "provider: somebody", Purpose: "ETREAT"},
		"?purpose=PATADMIN": {Actor: "provider: somebody", Purpose: "PATADMIN"},
	} {
		f := newFront(t)
		r := httptest.NewRequest(http.MethodGet, basePath+requests["content"].path+query, nil)
		r.Header.Set("Authorization", f.as(t, RoleProvider))
		if w := f.do(t, r); w.Code != http.StatusOK || len(f.fake.access) != 1 || f.fake.access[0] != want {
			t.Errorf("%s: %d, noted %v", query, w.Code, f.fake.access)
		}
	}
	f := newFront(t, func(c *Config) { c.Operator = "local custodian root" })
	f.do(t, reads(t))
	if f.fake.access[0].Actor != "local custodian root" {
		t.Errorf("noted %v", f.fake.access)
	}
	f = newFront(t)
	r := httptest.NewRequest(http.MethodGet, basePath+requests["content"].path+"?purpose=XXXX", nil)
	r.Header.Set("Authorization", f.as(t, RoleProvider))
	f.refused(t, f.do(t, r), http.StatusBadRequest, codeInvalid)
}

// upload sends a document to be taken in.
func (f *front) upload(t *testing.T, query, media string, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, basePath+"/records"+query, body)
	r.Header.Set("Content-Type", media)
	r.Header.Set("Authorization", f.as(t, RoleRecords))
	return f.do(t, r)
}

func TestUploadIsReadTwice(t *testing.T) {
	f := newFront(t)
	var read []string
	f.fake.importing = func(in vault.Import) (vault.Imported, error) {
		for range 2 {
			src, err := in.Open()
			if err != nil {
				return vault.Imported{}, err
			}
			b, err := io.ReadAll(src)
			if err != nil {
				return vault.Imported{}, err
			}
			read = append(read, string(b))
		}
		read = append(read, in.Type, in.Patient)
		return vault.Imported{Patient: patient, Skipped: true}, nil
	}
	w := f.upload(t, "?type=DICOM&patient="+patient, mediaBytes, strings.NewReader("a scan"))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"existing":true`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if want := []string{"a scan", "a scan", "DICOM", patient}; fmt.Sprint(read) != fmt.Sprint(want) {
		t.Errorf("read %v, want %v", read, want)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	small := func(c *Config) { c.MaxUpload = 16 }
	for name, c := range map[string]struct {
		query, media string
		body         io.Reader
		status       int
		code         string
	}{
		"a type for FHIR":     {"?type=Bundle", mediaFHIR, strings.NewReader("{}"), 400, codeInvalid},
		"no type":             {"?patient=" + patient, mediaBytes, strings.NewReader("x"), 400, codeInvalid},
		"no patient":          {"?type=DICOM", mediaBytes, strings.NewReader("x"), 400, codeInvalid},
		"a bad type":          {"?type=../DICOM&patient=" + patient, mediaBytes, strings.NewReader("x"), 400, codeInvalid},
		"empty":               {"", mediaFHIR, strings.NewReader(""), 400, codeInvalid},
		"too large":           {"", mediaFHIR, strings.NewReader(strings.Repeat("x", 17)), 413, codeUploadTooLarge},
		"too large, in parts": {"", mediaFHIR, io.MultiReader(strings.NewReader(strings.Repeat("x", 17))), 413, codeUploadTooLarge},
		"cut off": {"", mediaFHIR, io.MultiReader(strings.NewReader("x"), iotest.ErrReader(io.ErrUnexpectedEOF)), 400,
			codeInvalid},
	} {
		f := newFront(t, small)
		w := f.upload(t, c.query, c.media, c.body)
		t.Run(name, func(t *testing.T) { f.refused(t, w, c.status, c.code) })
	}
	f := newFront(t, small)
	w := f.upload(t, "", mediaFHIR, strings.NewReader(strings.Repeat("x", 17)))
	if p := problemIn(t, w); !strings.Contains(p.Hint, "lethe import") || !strings.Contains(p.Detail, "16 bytes") {
		t.Errorf("%s", w.Body)
	}
}

// TestThreat29UploadsAtATime: plaintext in memory is bounded by how many uploads there may be.
func TestThreat29UploadsAtATime(t *testing.T) {
	f := newFront(t, func(c *Config) { c.Uploads = 1 })
	inside, leave := make(chan bool), make(chan bool)
	f.fake.importing = func(vault.Import) (vault.Imported, error) {
		inside <- true
		<-leave
		return vault.Imported{Patient: patient}, nil
	}
	first := make(chan int)
	go func() { first <- f.upload(t, "", mediaFHIR, strings.NewReader("{}")).Code }()
	<-inside
	w := f.upload(t, "", mediaFHIR, strings.NewReader("{}"))
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	leave <- true
	if code := <-first; code != http.StatusCreated {
		t.Errorf("the first: %d", code)
	}
	f.fake.importing = nil
	if w := f.upload(t, "", mediaFHIR, strings.NewReader("{}")); w.Code != http.StatusCreated {
		t.Errorf("after it: %d", w.Code)
	}
}

func TestPages(t *testing.T) {
	f := newFront(t)
	f.fake.records = nil
	for i := range 5 {
		f.fake.records = append(f.fake.records, vault.RecordInfo{ID: fmt.Sprintf("01890a5d-ac96-774b-bcce-00000000000%d", i)})
	}
	ask := func(query string) (int, string) {
		r := httptest.NewRequest(http.MethodGet, basePath+requests["records"].path+query, nil)
		r.Header.Set("Authorization", f.as(t, RoleRecords))
		w := f.do(t, r)
		return w.Code, w.Body.String()
	}
	seen, after := 0, ""
	for pages := 0; ; pages++ {
		code, body := ask("?limit=2" + after)
		seen += strings.Count(body, `"compartment"`)
		_, next, more := strings.Cut(body, `"next":"`)
		if code != http.StatusOK || pages > 3 {
			t.Fatalf("%d %s", code, body)
		}
		if !more {
			break
		}
		after = "&after=" + next[:36]
	}
	if seen != 5 {
		t.Errorf("%d of 5 records", seen)
	}
	if code, body := ask("?after=" + another); code != http.StatusBadRequest || !strings.Contains(body, "begin again") {
		t.Errorf("%d %s", code, body)
	}
	if code, body := ask("?limit=1001"); code != http.StatusBadRequest {
		t.Errorf("%d %s", code, body)
	}
}

func TestPatientsReceipts(t *testing.T) {
	for subject, want := range map[string]int{
		"binding-" + patient: 200, "grant-17": 200, record: 200,
		"binding-" + other: 404, "grant-18": 404, "01890a5d-ac96-774b-bcce-b302099a8059": 404,
	} {
		f := newFront(t)
		r := httptest.NewRequest(http.MethodGet, basePath+"/receipts/"+subject, nil)
		r.Header.Set("Authorization", f.as(t, RolePatient))
		w := f.do(t, r)
		if w.Code != want {
			t.Errorf("%s: %d %s", subject, w.Code, w.Body)
		}
		if want == 200 && (len(f.fake.access) != 1 || f.fake.access[0].Purpose != "PATRQT") || want == 404 && len(f.fake.access) > 0 {
			t.Errorf("%s: noted %v", subject, f.fake.access)
		}
	}
}
