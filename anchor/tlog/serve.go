package tlog

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/transparency-dev/formats/log"
)

// Handler serves a log as C2SP tlog-tiles: the newest checkpoint, which newest answers as a note (nil before the first), and the
// tiles and bundles that it covers, from a Source. What is not covered is not found, since it may still change, while tiles are
// cached for ever. It takes GET and HEAD, and lists nothing. A log under a prefix needs http.StripPrefix. Newest is called once
// for each request.
func Handler(s Source, newest func() []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		name, ok := strings.CutPrefix(r.URL.Path, "/")
		note := newest()
		var c log.Checkpoint
		if _, err := c.Unmarshal(note); err != nil || !ok {
			http.NotFound(w, r)
			return
		}
		if name == "checkpoint" {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("Cache-Control", "public, max-age=2")
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(note))
			return
		}
		f, ok := parseFile(name)
		if !ok || f.end() > c.Size {
			http.NotFound(w, r)
			return
		}
		serveFile(w, r, s, f)
	})
}

func serveFile(w http.ResponseWriter, r *http.Request, s Source, f file) {
	data, err := s.Get(r.Context(), f.name())
	if errors.Is(err, fs.ErrNotExist) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		http.Error(w, "the file could not be read", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}
