package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
)

// InProcess is a transport that hands requests to a handler of the same process, without a socket. Bodies stream both ways. An
// answer that the handler breaks off, or that is shorter than its Content-Length, ends in [io.ErrUnexpectedEOF]. Closing an
// answer's body ends the handler's context, as closing a connection does.
func InProcess(h http.Handler) http.RoundTripper { return inProcess{h} }

type inProcess struct{ handler http.Handler }

// RoundTrip implements [http.RoundTripper].
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	out, in := io.Pipe()
	w := &pipeWriter{header: http.Header{}, body: in, begun: make(chan struct{})}
	done := make(chan error, 1)
	go func() {
		err := w.serve(t.handler, served(ctx, r))
		done <- err
		in.CloseWithError(err)
		if r.Body != nil {
			r.Body.Close()
		}
	}()
	select {
	case <-w.begun:
	case err := <-done:
		if !w.hasBegun() {
			cancel()
			return nil, err
		}
	case <-ctx.Done():
		cancel()
		out.CloseWithError(ctx.Err())
		return nil, ctx.Err()
	}
	return w.response(r, &pipeBody{out, cancel}), nil
}

// served is a client's request as a server sees it.
func served(ctx context.Context, r *http.Request) *http.Request {
	s := r.Clone(ctx)
	s.URL = &url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	s.RequestURI = s.URL.RequestURI()
	if s.Host == "" {
		s.Host = r.URL.Host
	}
	if s.Body == nil {
		s.Body = http.NoBody
	}
	if s.Header == nil {
		s.Header = http.Header{}
	}
	return s
}

// pipeWriter is an answer on its way through a pipe.
type pipeWriter struct {
	header http.Header
	body   *io.PipeWriter

	once   sync.Once
	begun  chan struct{} // closed when the next three are there
	status int
	sent   http.Header
	length int64 // that was declared; -1 when none was
	left   int64 // of it
}

var errTooLong = errors.New("more bytes than the Content-Length says")

func (w *pipeWriter) Header() http.Header { return w.header }

func (w *pipeWriter) WriteHeader(status int) {
	w.once.Do(func() {
		w.status, w.sent, w.length = status, w.header.Clone(), -1
		if n, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil {
			w.length = n
		}
		w.left = w.length
		close(w.begun)
	})
}

func (w *pipeWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.left >= 0 {
		if int64(len(p)) > w.left {
			return 0, errTooLong
		}
		w.left -= int64(len(p))
	}
	return w.body.Write(p)
}

func (w *pipeWriter) hasBegun() bool {
	select {
	case <-w.begun:
		return true
	default:
		return false
	}
}

// serve runs the handler; a panic breaks the answer off.
func (w *pipeWriter) serve(h http.Handler, r *http.Request) (err error) {
	defer func() {
		if recover() != nil || w.hasBegun() && w.left > 0 {
			err = io.ErrUnexpectedEOF
		}
	}()
	h.ServeHTTP(w, r)
	w.WriteHeader(http.StatusOK)
	return nil
}

func (w *pipeWriter) response(r *http.Request, body io.ReadCloser) *http.Response {
	return &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.sent, Body: body, ContentLength: w.length, Request: r,
	}
}

// pipeBody ends the handler when it is closed.
type pipeBody struct {
	*io.PipeReader
	cancel context.CancelFunc
}

func (b *pipeBody) Close() error {
	b.cancel()
	return b.PipeReader.Close()
}
