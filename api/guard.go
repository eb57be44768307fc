package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/gorilla/mux"
	"go.opentelemetry.io/otel/trace"
)

// exchange is what is known of a request while it is served.
type exchange struct {
	w      *response
	op     *operation // nil until it is found
	caller Caller     // of operations for known callers
	// token and key are of somebody who reads by proof: what they got for it, and the thumbprint of the key that it is bound to.
	token, key string
	proves     bool  // they say that they are one
	length     int64 // of the body as it was declared; -1 when it was not

	problem string     // that was answered, if one was
	span    trace.Span // nil when there is none
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// byProof says whether somebody reads who is not to be known.
func (x *exchange) byProof() bool { return x.proves }

// quiet says whether nothing of the request is to be logged.
func (x *exchange) quiet() bool { return x.op == nil || x.op.class == anonymous || x.byProof() }

// deadline bounds how long the body may take; 0 ends the bound. A transport that has no deadlines goes without.
func (x *exchange) deadline(within time.Duration) {
	var at time.Time
	if within > 0 {
		at = time.Now().Add(within)
	}
	_ = http.NewResponseController(x.w).SetReadDeadline(at) // not all transports have them
}

// response remembers whether an answer has begun.
type response struct {
	http.ResponseWriter
	status int
}

func (w *response) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap is for [http.ResponseController].
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// ServeHTTP is what comes first for every request.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{w: &response{ResponseWriter: w}}
	start := a.cfg.Now()
	defer func() { a.finish(r.Context(), x, a.cfg.Now().Sub(start)) }()
	r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
	r.RemoteAddr = "" // nobody behind this has use for it
	r.Header.Del("Cookie")
	defer a.recovered(x, r)
	x.w.Header().Set("Cache-Control", "no-store")
	x.w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.URL.EscapedPath() != r.URL.Path { // no name of ours needs escaping
		a.answerError(x.w, r, refuse(codeNotFound, ""))
		return
	}
	a.router.ServeHTTP(x.w, r)
}

// recovered answers a panic, which would otherwise stand in a log with the caller's address.
func (a *api) recovered(x *exchange, r *http.Request) {
	p := recover()
	switch p {
	case nil:
		return
	case http.ErrAbortHandler:
		panic(p)
	}
	a.answerError(x.w, r, fmt.Errorf("panic: %T\n%s", p, debug.Stack()))
}

// logAccess notes an answer: never an address, an id, a query or who it was, and of anonymous callers nothing at all unless
// debugging.
func (a *api) logAccess(ctx context.Context, x *exchange, took time.Duration) {
	if x.quiet() {
		if x.op != nil {
			a.cfg.Logger.DebugContext(ctx, "answered", "operation", x.op.id, "status", x.w.status)
		}
		return
	}
	a.cfg.Logger.InfoContext(ctx, "answered",
		"method", x.op.route.Method, "route", basePath+x.op.route.Path, "status", x.w.status, "took", took)
}

// answerError answers with a problem document. Where the answer has begun the connection is cut off instead, so that nobody takes
// a part for the whole.
func (a *api) answerError(_ http.ResponseWriter, r *http.Request, err error) {
	x := exchangeOf(r.Context())
	p := problemOf(err)
	x.problem = p.Code()
	if p.Status == http.StatusInternalServerError {
		p.Instance = a.logError(r.Context(), x, p, err)
	}
	if x.w.status != 0 {
		panic(http.ErrAbortHandler)
	}
	writeProblem(x.w, p, headersOf(err))
}

// logError notes an internal error, and gives what it is found by.
func (a *api) logError(ctx context.Context, x *exchange, p Problem, err error) string {
	id := rand.Text()
	operation := "none"
	if x.op != nil {
		operation = x.op.id
	}
	a.cfg.Logger.LogAttrs(ctx, slog.LevelError, "internal error", slog.String("request", id), slog.String("operation", operation),
		slog.String("code", p.Code()), slog.String("error", scrub(err.Error())))
	return "urn:lethe:request:" + id
}

var ids = regexp.MustCompile(`[0-9a-f]{8,}(-[0-9a-f]+)*`)

// scrub takes ids out of a text for the log.
func scrub(text string) string { return ids.ReplaceAllString(text, "…") }

// allowed lists the methods of a path.
func (a *api) allowed(r *http.Request) string {
	var methods []string
	for _, m := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = m
		var match mux.RouteMatch
		if a.router.Match(other, &match) && match.MatchErr == nil {
			methods = append(methods, m)
		}
	}
	return strings.Join(methods, ", ")
}

// guard admits a request to its operation.
func (a *api) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := exchangeOf(r.Context())
		if err := a.admit(x, r); err != nil {
			a.answerError(w, r, err)
			return
		}
		next.ServeHTTP(w, a.trace(x, r))
	})
}

func (a *api) admit(x *exchange, r *http.Request) error {
	template, err := mux.CurrentRoute(r).GetPathTemplate()
	if err != nil {
		return fmt.Errorf("route: %w", err)
	}
	if x.op = a.operations[r.Method+" "+template]; x.op == nil {
		return fmt.Errorf("route %s is not described", template)
	}
	for _, step := range []func(*exchange, *http.Request) error{a.limit, a.authenticate, a.checkParameters, a.receive, a.checkBody} {
		if err := step(x, r); err != nil {
			return err
		}
	}
	return nil
}

func (a *api) limit(x *exchange, _ *http.Request) error {
	if l := a.limits[x.op.class]; l != nil && !l.Allow() {
		return refuse(codeBusy, "").with("Retry-After", "1")
	}
	return nil
}

// authenticate finds out who calls, and whether they may.
func (a *api) authenticate(x *exchange, r *http.Request) error {
	if x.op.class != known {
		r.Header.Del("Authorization")
		return nil
	}
	given := r.Header.Values("Authorization")
	switch {
	case len(given) == 0 && a.cfg.Operator != "":
		x.caller = Caller{Role: RoleOperator, Subject: a.cfg.Operator, local: true}
		return nil
	case len(given) != 1:
		return refuse(codeCredentials, "one Authorization header is needed")
	}
	scheme, token, _ := strings.Cut(given[0], " ")
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return a.identify(x, r, token)
	case strings.EqualFold(scheme, "DPoP") && x.op.byProof:
		x.proves = true
		return a.entitle(x, r, token)
	}
	return refuse(codeCredentials, "the scheme is not taken here")
}

func (a *api) identify(x *exchange, r *http.Request, token string) (err error) {
	if a.cfg.Issuer == nil {
		return refuse(codeCredentials, "")
	}
	x.caller, err = a.cfg.Issuer.Verify(r.Context(), token)
	if errors.Is(err, ErrCredentials) {
		return refuse(codeCredentials, "")
	}
	if err != nil {
		return fmt.Errorf("verify a bearer token: %w", err)
	}
	if !x.caller.may(x.op.roles) {
		return refuse(codeRole, "")
	}
	if patient, about := mux.Vars(r)["patient"]; about && !x.caller.sees(patient) {
		return refuse(codeNotFound, "") // as if there were none
	}
	return nil
}

// maxToken bounds a token that a proof was exchanged for.
const maxToken = 256

func (a *api) entitle(x *exchange, r *http.Request, token string) (err error) {
	if token == "" || len(token) > maxToken {
		return refuse("token-invalid", "")
	}
	x.token = token
	holds := func(key string) error { return a.service.Holds(r.Context(), token, key) }
	x.key, err = a.possession.verify(r.Header.Values("DPoP"), r.Method, r.URL.Path, token, holds)
	return err
}

// checkParameters holds path, query and headers to the description. A path that it does not allow is the name of nothing.
func (a *api) checkParameters(x *exchange, r *http.Request) error {
	if err := x.op.checkQuery(r); err != nil {
		return err
	}
	for _, p := range slices.Concat(x.op.route.PathItem.Parameters, x.op.route.Operation.Parameters) {
		err := openapi3filter.ValidateParameter(r.Context(), x.input(r), p.Value)
		switch {
		case err == nil:
		case p.Value.In == openapi3.ParameterInPath:
			return refuse(codeNotFound, "")
		default:
			return invalid("parameter %s: %s", p.Value.Name, violation(err))
		}
	}
	return nil
}

// checkBody holds the body to the description. An upload is not described.
func (a *api) checkBody(x *exchange, r *http.Request) error {
	if x.op.media == "" || x.op.media == mediaAny {
		return nil
	}
	if err := openapi3filter.ValidateRequestBody(r.Context(), x.input(r), x.op.route.Operation.RequestBody.Value); err != nil {
		return invalid("%s", violation(err))
	}
	return nil
}

func (x *exchange) input(r *http.Request) *openapi3filter.RequestValidationInput {
	return &openapi3filter.RequestValidationInput{Request: r, PathParams: mux.Vars(r), Route: &x.op.route}
}

// violation says where a value is not as the description has it, and nothing of what was sent.
func violation(err error) string {
	var found *openapi3.SchemaError
	if !errors.As(err, &found) {
		return "missing, or of another type"
	}
	reason := found.Reason
	switch found.SchemaField {
	case "properties":
		reason = "a member is not declared; there are " + strings.Join(slices.Sorted(maps.Keys(found.Schema.Properties)), ", ")
	case "format":
		reason = "it is no " + found.Schema.Format
	}
	if where := strings.Join(found.JSONPointer(), "/"); where != "" {
		return where + ": " + reason
	}
	return reason
}
