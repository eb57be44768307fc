package tlog

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
)

// The served log is read and checked by Tessera's own client and checker, over HTTP.
func TestServedLogIsReadByOthers(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	l := p.start(t)
	first := grow(t, l, 100, "")
	for name, s := range map[string]Source{"copy": p.copy, "folder": Folder(p.dir)} {
		grow(t, l, int(l.Shown().Size)+300, "")
		server := httptest.NewServer(http.StripPrefix("/log", Handler(s, func() []byte { return l.Shown().Note })))
		defer server.Close()
		base, err := url.Parse(server.URL + "/log/")
		must(t, err)
		fetcher, err := client.NewHTTPFetcher(base, server.Client())
		must(t, err)
		must(t, fsck.New(p.signer.Name(), p.verifier(t), fetcher, bundleHashes, fsck.Opts{N: 2}).Check(t.Context()))

		c, _, _, err := client.FetchCheckpoint(t.Context(), fetcher.ReadCheckpoint, p.verifier(t), p.signer.Name())
		must(t, err)
		builder, err := client.NewProofBuilder(t.Context(), c.Size, fetcher.ReadTile)
		must(t, err)
		hashes, err := builder.InclusionProof(t.Context(), 99)
		must(t, err)
		entry := entries(99, 100, "")[0]
		leaf := rfc6962.DefaultHasher.HashLeaf(entry[:])
		must(t, proof.VerifyInclusion(rfc6962.DefaultHasher, 99, c.Size, leaf, hashes, c.Hash))
		hashes, err = builder.ConsistencyProof(t.Context(), 100, c.Size)
		must(t, err)
		must(t, proof.VerifyConsistency(rfc6962.DefaultHasher, 100, c.Size, hashes, first.Root[:], c.Hash))

		remote, err := URL(server.URL+"/log", server.Client())
		must(t, err)
		if _, err := Audit(t.Context(), remote, l.Shown(), nil, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func bundleHashes(data []byte) ([][]byte, error) {
	var b api.EntryBundle
	if err := b.UnmarshalText(data); err != nil {
		return nil, err
	}
	var out [][]byte
	for _, e := range b.Entries {
		out = append(out, rfc6962.DefaultHasher.HashLeaf(e))
	}
	return out, nil
}

func TestHandlerAnswersAsTheSpecificationSays(t *testing.T) {
	t.Parallel()
	p := filled(t, 300)
	l := p.start(t)
	_, err := l.Append(t.Context(), entries(300, 310, "")) // not shown: must not be served
	must(t, err)
	h := Handler(Folder(p.dir), func() []byte { return l.Shown().Note })
	const octets, text = "application/octet-stream", "text/plain; charset=utf-8"
	const forever, briefly = "public, max-age=31536000, immutable", "public, max-age=2"
	for _, c := range []struct {
		method, path        string
		status              int
		contentType, caches string
		length              int
	}{
		{"GET", "/checkpoint", 200, text, briefly, len(l.Shown().Note)},
		{"HEAD", "/checkpoint", 200, text, briefly, 0},
		{"GET", "/tile/0/000", 200, octets, forever, 8192},
		{"HEAD", "/tile/0/000", 200, octets, forever, 0},
		{"GET", "/tile/0/001.p/44", 200, octets, forever, 44 * 32},
		{"GET", "/tile/1/000.p/1", 200, octets, forever, 32},
		{"GET", "/tile/entries/000", 200, octets, forever, 256 * 34},
		{"GET", "/tile/entries/001.p/44", 200, octets, forever, 44 * 34},
		{"GET", "/tile/0/001.p/54", 404, "", "", -1},
		{"GET", "/tile/entries/001.p/54", 404, "", "", -1},
		{"GET", "/tile/0/001", 404, "", "", -1},
		{"GET", "/tile/0/001.p/43", 404, "", "", -1},
		{"GET", "/tile/0/1", 404, "", "", -1},
		{"GET", "/tile/00/000", 404, "", "", -1},
		{"GET", "/tile/0/x000/000", 404, "", "", -1},
		{"GET", "/tile/0/000.p/0", 404, "", "", -1},
		{"GET", "/tile/8/000.p/1", 404, "", "", -1},
		{"GET", "/tile/7/000", 404, "", "", -1},
		{"GET", "/tile/", 404, "", "", -1},
		{"GET", "/tile/0/", 404, "", "", -1},
		{"GET", "/", 404, "", "", -1},
		{"GET", "/.state/treeState", 404, "", "", -1},
		{"GET", "/tile/0/../../.state/treeState", 404, "", "", -1},
		{"GET", "/checkpoint/", 404, "", "", -1},
		{"POST", "/checkpoint", 405, "", "", -1},
		{"PUT", "/tile/0/000", 405, "", "", -1},
		{"DELETE", "/tile/0/000", 405, "", "", -1},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), c.method, "http://log.example"+c.path, nil))
		if w.Code != c.status || c.length >= 0 && w.Body.Len() != c.length {
			t.Errorf("%s %s: %d, %d bytes", c.method, c.path, w.Code, w.Body.Len())
		}
		if w.Code == 200 && (w.Header().Get("Content-Type") != c.contentType || w.Header().Get("Cache-Control") != c.caches) {
			t.Errorf("%s %s: %v", c.method, c.path, w.Header())
		}
	}
}

func TestHandlerBeforeTheFirstCheckpointAndWithoutAStore(t *testing.T) {
	t.Parallel()
	get := func(h http.Handler, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w
	}
	empty := Handler(newMemory(), func() []byte { return nil })
	for _, path := range []string{"/checkpoint", "/tile/0/000"} {
		if w := get(empty, path); w.Code != http.StatusNotFound {
			t.Errorf("%s of no log: %d", path, w.Code)
		}
	}
	shown := filled(t, 256).open(t).Shown()
	w := get(Handler(broken{}, func() []byte { return shown.Note }), "/tile/0/000")
	if w.Code != http.StatusServiceUnavailable || bytes.Contains(w.Body.Bytes(), []byte(errDown.Error())) {
		t.Errorf("a store that is down: %d %s", w.Code, w.Body)
	}
}

type broken struct{}

func (broken) Get(context.Context, string) ([]byte, error) { return nil, errDown }

func TestSourcesAreBounded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "long"), make([]byte, maxFile+1), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "fits"), make([]byte, maxFile), 0o600))
	must(t, os.WriteFile(filepath.Join(filepath.Dir(dir), "outside"), nil, 0o600))
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }))
	defer down.Close()
	remote, err := URL(server.URL+"/", nil)
	must(t, err)
	for _, s := range []Source{Folder(dir), remote} {
		if data, err := s.Get(t.Context(), "fits"); err != nil || len(data) != maxFile {
			t.Errorf("%T: %d bytes, %v", s, len(data), err)
		}
		if _, err := s.Get(t.Context(), "long"); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%T: a long file: %v", s, err)
		}
		for _, name := range []string{"none", "../outside", "/fits", ""} {
			_, err := s.Get(t.Context(), name)
			wants(t, name, err, fs.ErrNotExist)
		}
	}
	failing, err := URL(down.URL, nil)
	must(t, err)
	if _, err := failing.Get(t.Context(), "checkpoint"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("status 500: %v", err)
	}
	for _, base := range []string{
		"", "ftp://log.example", "log.example", "https://", "https://log.example/?q", "https://log.example/#f", ":",
	} {
		if _, err := URL(base, nil); err == nil {
			t.Errorf("%q is a log's URL", base)
		}
	}
}
