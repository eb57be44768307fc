package transit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/vault/api"

	"lethe/keys"
)

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 1 << 20

// client calls Vault by way of HashiCorp's own client, request by request: what that does beside is turned off or seen to here. It takes
// an empty 404 for a delete that succeeded, follows redirects without the body, repeats writes, and its errors hold URLs, which hold
// names of keys.
type client struct {
	api       *api.Client
	transport *http.Transport
	timeout   time.Duration
	closed    atomic.Bool
	denied    chan struct{} // holds a mark after a 403
}

func newClient(cfg Config) (*client, error) {
	base, err := cfg.baseURL()
	if err != nil {
		return nil, err
	}
	transport, err := cfg.transport()
	if err != nil {
		return nil, err
	}
	outer := &http.Client{
		Transport:     watched{transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	a, err := api.NewClient(&api.Config{Address: base.String(), HttpClient: outer, DisableRedirects: true})
	if err != nil {
		return nil, errors.New("transit: HashiCorp's client does not start: see the VAULT_ variables of the environment")
	}
	a.ClearToken() // which it takes from the environment, as it does a namespace
	a.SetNamespace(cfg.Namespace)
	return &client{api: a, transport: transport, timeout: cfg.Timeout, denied: make(chan struct{}, 1)}, nil
}

// payload is the body of a request, which can be overwritten: the transport may read it for a while after a call was given up.
type payload struct {
	bytes   []byte
	readers sync.WaitGroup
}

// zero overwrites the payload as soon as nobody reads it any more.
func (p *payload) zero() {
	p.readers.Wait()
	clear(p.bytes)
}

// payloadOf is the key under which a request's context has its payload.
type payloadOf struct{}

// watched notes who reads a payload, and bounds answers.
type watched struct{ http.RoundTripper }

func (w watched) RoundTrip(req *http.Request) (*http.Response, error) {
	p, ours := req.Context().Value(payloadOf{}).(*payload)
	if !ours { // a snapshot
		return w.RoundTripper.RoundTrip(req)
	}
	if req.Body != nil {
		p.readers.Add(1)
		req = req.Clone(req.Context())
		req.Body, req.GetBody = &payloadReader{req.Body, sync.OnceFunc(p.readers.Done)}, nil
	}
	resp, err := w.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

type payloadReader struct {
	io.ReadCloser
	done func()
}

func (r *payloadReader) Close() error {
	defer r.done()
	return r.ReadCloser.Close()
}

// read decodes what Vault answers to a read of path into answer.
func (c *client) read(ctx context.Context, path string, answer any) error {
	return c.call(ctx, http.MethodGet, path, nil, answer)
}

// write sends body as JSON; answer may be nil.
func (c *client) write(ctx context.Context, path string, body, answer any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.call(ctx, http.MethodPost, path, b, answer)
}

// call sends one request, once, and decodes its answer. body and what was read of the answer are overwritten before it returns.
// Success is 204, or 200 and JSON where something is to be answered: no other answer counts, least of all to a deletion.
func (c *client) call(ctx context.Context, method, path string, body []byte, answer any) error {
	p := &payload{bytes: body}
	defer p.zero()
	if c.closed.Load() {
		return fmt.Errorf("%w: closed", keys.ErrUnavailable)
	}
	status, content, err := c.send(ctx, method, path, p)
	if err != nil {
		return err
	}
	defer clear(content)
	switch {
	case status == http.StatusNoContent && answer == nil:
		return nil
	case status != http.StatusOK || method == http.MethodDelete:
		return &refusal{status: status}
	case answer == nil:
		answer = new(struct{})
	}
	if err := json.Unmarshal(content, answer); err != nil {
		return fmt.Errorf("%w: an answer that is none of Vault's", keys.ErrUnavailable)
	}
	return nil
}

func (c *client) send(ctx context.Context, method, path string, p *payload) (int, []byte, error) {
	limited, cancel := context.WithTimeout(context.WithValue(ctx, payloadOf{}, p), c.timeout)
	defer cancel()
	req := c.api.NewRequest(method, "/v1/"+path)
	if req.BodyBytes = p.bytes; p.bytes != nil {
		req.Headers.Set("Content-Type", "application/json")
	}
	resp, err := c.api.RawRequestWithContext(limited, req) //nolint:staticcheck // the calls in its place take an empty 404 for success
	if resp != nil && resp.Body != nil {
		defer resp.Body.Close()
	}
	if err != nil {
		return 0, nil, c.failed(ctx, err)
	}
	content, err := readBounded(resp.Body)
	if err != nil {
		err = unanswered(ctx, err)
	}
	return resp.StatusCode, content, err
}

// failed turns what HashiCorp's client says into what this package says.
func (c *client) failed(ctx context.Context, err error) error {
	if said := (*api.ResponseError)(nil); errors.As(err, &said) {
		return c.refused(said)
	}
	return unanswered(ctx, withoutURL(err))
}

// withoutURL leaves out what the transport says of the URL.
func withoutURL(err error) error {
	if failure := (*url.Error)(nil); errors.As(err, &failure) {
		return failure.Err
	}
	return err
}

// refused keeps the texts of an answer that is no success. Answers that are not Vault's, such as a proxy's, have none: nil, which
// differs from Vault's empty list.
func (c *client) refused(said *api.ResponseError) error {
	if said.StatusCode == http.StatusForbidden {
		select {
		case c.denied <- struct{}{}:
		default:
		}
	}
	if said.RawError {
		return &refusal{status: said.StatusCode}
	}
	return &refusal{status: said.StatusCode, texts: said.Errors}
}

// readBounded reads everything, in one buffer that is overwritten where a larger one takes its place.
func readBounded(r io.Reader) ([]byte, error) {
	buf := make([]byte, 0, 4<<10)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case errors.Is(err, io.EOF):
			return buf, nil
		case err == nil && len(buf) == maxAnswer:
			err = errors.New("an answer beyond a mebibyte")
		case err == nil && len(buf) == cap(buf):
			larger := append(make([]byte, 0, min(4*cap(buf), maxAnswer)), buf...)
			clear(buf)
			buf = larger
		}
		if err != nil {
			clear(buf)
			return nil, err
		}
	}
}
