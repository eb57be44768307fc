package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"strings"
)

// Client calls a service. Its methods are those of the generated client: the ones that end in WithResponse read an answer whole
// and give it typed, the others give the answer as it streams. What the service refuses is an error, *[Problem], of both.
type Client struct {
	*ClientWithResponses
	origin string
}

// Connect makes a client for the service at an origin, such as https://vault.example.org, over a transport; nil means
// [http.DefaultTransport]. It connects when it is first used. The editors, such as [WithBearer], go with every request.
func Connect(origin string, transport http.RoundTripper, editors ...RequestEditorFn) (*Client, error) {
	if transport == nil {
		transport = http.DefaultTransport
	}
	options := []ClientOption{
		WithHTTPClient(doer{&http.Client{Transport: transport, CheckRedirect: noRedirect}}), WithRequestEditorFn(withoutEmpty),
	}
	for _, e := range editors {
		options = append(options, WithRequestEditorFn(e))
	}
	origin = strings.TrimSuffix(origin, "/")
	c, err := NewClientWithResponses(origin+basePath, options...)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", origin, err)
	}
	return &Client{c, origin}, nil
}

// withoutEmpty takes away the empty parameters that the generated client writes for those that are absent.
func withoutEmpty(_ context.Context, r *http.Request) error {
	query := r.URL.Query()
	for _, values := range []map[string][]string{query, r.Header} {
		maps.DeleteFunc(values, func(_ string, v []string) bool { return len(v) == 1 && v[0] == "" })
	}
	r.URL.RawQuery = query.Encode()
	return nil
}

// noRedirect keeps credentials and records from going where an answer points to.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Unix is a transport over a socket in the file system, whatever host the origin names.
func Unix(path string) http.RoundTripper {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}
	return &http.Transport{DialContext: dial, DisableCompression: true, MaxIdleConnsPerHost: 1}
}

// WithBearer sends a token of the issuer.
func WithBearer(token string) RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
}

// WithDPoP sends a token that a proof was exchanged for, with a new proof of possession of its key.
func WithDPoP(key *DPoPKey, token string) RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		proof, err := key.Proof(r.Method, r.URL.String(), token)
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "DPoP "+token)
		r.Header.Set("DPoP", proof)
		return nil
	}
}

// Exchange exchanges a presentation for a token that is bound to the key that its challenge names.
func (c *Client) Exchange(ctx context.Context, key *DPoPKey, p Presentation) (Token, error) {
	subject, err := p.Encode()
	if err != nil {
		return Token{}, err
	}
	proof, err := key.Proof(http.MethodPost, c.origin+basePath+"/token", "")
	if err != nil {
		return Token{}, err
	}
	answer, err := c.TokenWithFormdataBodyWithResponse(ctx, &TokenParams{DPoP: proof}, TokenExchange{
		GrantType:        TokenExchangeGrantTypeUrnIetfParamsOauthGrantTypeTokenExchange,
		SubjectToken:     subject,
		SubjectTokenType: TokenExchangeSubjectTokenTypeUrnLetheTokenTypeAuthorizationProof,
		// the generated encoder writes an empty one otherwise
		RequestedTokenType: TokenExchangeRequestedTokenTypeUrnIetfParamsOauthTokenTypeAccessToken,
	})
	if err != nil {
		return Token{}, err
	}
	if answer.JSON200 == nil {
		return Token{}, fmt.Errorf("exchange: the service answered %s", answer.Status())
	}
	return *answer.JSON200, nil
}

// doer turns problem documents into errors.
type doer struct{ client *http.Client }

var _ HttpRequestDoer = doer{}

// maxProblem bounds what is read of a problem document.
const maxProblem = 64 << 10

// Do implements [HttpRequestDoer].
func (d doer) Do(r *http.Request) (*http.Response, error) {
	answer, err := d.client.Do(r)
	if err != nil || answer.StatusCode < http.StatusMultipleChoices {
		return answer, err
	}
	media, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")) // none is none of those below
	if media == mediaJSON {
		return answer, nil // an answer that is no refusal, such as that of a service that is not ready
	}
	defer answer.Body.Close()
	p := &Problem{}
	if media != mediaProblem || json.NewDecoder(io.LimitReader(answer.Body, maxProblem)).Decode(p) != nil || p.Type == "" {
		return nil, fmt.Errorf("the service answered %s, and no problem document", answer.Status)
	}
	return nil, p
}
