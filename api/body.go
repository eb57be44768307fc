package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// What is read of a body, and for how long.
const (
	maxJSON    = 1 << 20
	maxForm    = 128 << 10
	maxDepth   = 32
	bodyTime   = 30 * time.Second
	uploadTime = 10 * time.Minute
)

// Media types of uploads.
const (
	mediaFHIR  = "application/fhir+json"
	mediaBytes = "application/octet-stream"
)

// receive reads a request's body and puts it back as it was, unless it is not what the operation takes. An upload is only looked
// at from outside.
func (a *api) receive(x *exchange, r *http.Request) error {
	if x.op.media == "" {
		if r.ContentLength != 0 {
			return invalid("this operation takes no body")
		}
		return nil
	}
	if err := checkMedia(x.op.media, r.Header); err != nil {
		return err
	}
	limit := map[string]int64{mediaJSON: maxJSON, mediaForm: maxForm, mediaAny: a.cfg.MaxUpload}[x.op.media]
	if r.ContentLength > limit {
		return tooLarge(x.op, limit)
	}
	r.Body = http.MaxBytesReader(x.w.ResponseWriter, r.Body, limit)
	if x.op.media == mediaAny {
		x.length = r.ContentLength
		x.deadline(uploadTime)
		return nil
	}
	x.deadline(bodyTime)
	data, err := io.ReadAll(r.Body)
	x.deadline(0)
	if err != nil {
		return bodyError(x.op, err)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	if x.op.media == mediaForm {
		return x.op.checkForm(data)
	}
	return checkJSON(data)
}

// bodyError is a body that could not be read to its end.
func bodyError(op *operation, err error) error {
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return tooLarge(op, over.Limit)
	}
	return invalid("the body ends before its end, or did not come in time")
}

func tooLarge(op *operation, limit int64) error {
	code := codeTooLarge
	if op.media == mediaAny {
		code = codeUploadTooLarge
	}
	return refuse(code, "at most %d bytes", limit)
}

// checkMedia refuses bodies of another media type than the operation's, or that are compressed.
func checkMedia(want string, h http.Header) error {
	if len(h.Values("Content-Encoding")) > 0 {
		return refuse(codeMedia, "bodies are not compressed")
	}
	if len(h.Values("Content-Type")) != 1 {
		return refuse(codeMedia, "one Content-Type is needed: %s", want)
	}
	media, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	charset, has := params["charset"]
	plainParams := len(params) == 0 || len(params) == 1 && has && strings.EqualFold(charset, "utf-8")
	if err != nil || !plainParams {
		return refuse(codeMedia, "the Content-Type is %s, without parameters", want)
	}
	if media == want || want == mediaAny && (media == mediaFHIR || media == mediaBytes) {
		return nil
	}
	if want == mediaAny {
		want = mediaFHIR + " or " + mediaBytes
	}
	return refuse(codeMedia, "the Content-Type is %s", want)
}

func (op *operation) checkForm(data []byte) error {
	values, err := url.ParseQuery(string(data))
	if err != nil {
		return invalid("the body is not a form")
	}
	declared := map[string]bool{}
	for name := range op.route.Operation.RequestBody.Value.Content[mediaForm].Schema.Value.Properties {
		declared[name] = true
	}
	return op.checkParameters(values, declared)
}

// checkJSON refuses what is not one JSON value in UTF-8 without duplicate names (RFC 7493), is nested deeper than maxDepth, or
// has characters in it that nobody sees.
func checkJSON(data []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.ReadToken()
		if err != nil {
			return invalid("the body is not JSON: %s", reasonOf(err))
		}
		if d.StackDepth() > maxDepth {
			return invalid("the body is nested deeper than %d", maxDepth)
		}
		if token.Kind() == '"' && !readable(token.String()) {
			return invalid("control characters at byte %d", d.InputOffset())
		}
		if d.StackDepth() == 0 {
			break
		}
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return invalid("something follows the body's value")
	}
	return nil
}

// reasonOf is a decoder's error without anything of the body.
func reasonOf(err error) string {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return "a name stands twice in an object"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it is empty or ends early"
	case errors.As(err, &syntax):
		return "malformed, or not UTF-8"
	}
	return "malformed"
}

// readable refuses what changes how a text looks without being seen: control characters but for the end of a line, and marks that
// turn the direction of writing (Unicode Technical Report 36).
func readable(s string) bool { return plain(strings.ReplaceAll(s, "\n", "")) }

// plain is readable for one line.
func plain(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, hidden) }

func hidden(r rune) bool {
	control, mark := r < ' ' || r >= 0x7f && r < 0xa0, r == 0x061c || r == 0x200e || r == 0x200f
	return control || mark || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
