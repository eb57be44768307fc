package api

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lethe/anchor"
	"lethe/keys"
	"lethe/offchain"
	"lethe/vault"
	"lethe/vault/fhir"
)

// literals are the string literals of a declaration in a file.
func literals(t *testing.T, file string, wanted func(ast.Node) bool) (found []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if n == nil || !wanted(n) {
			return true
		}
		ast.Inspect(n, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				text, _ := strconv.Unquote(l.Value)
				found = append(found, text)
			}
			return true
		})
		return false
	})
	return found
}

// TestEveryErrorHasAProblem reads the vault's table and the constants here, so that a new name without a row is found.
func TestEveryErrorHasAProblem(t *testing.T) {
	names := literals(t, "../vault/errors.go", func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		return ok && v.Names[0].Name == "codes"
	})
	if len(names) < 40 || !slices.Contains(names, "erased") {
		t.Fatalf("the vault's table was not found: %v", names)
	}
	names = append(names, literals(t, "problems.go", func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		return ok && strings.HasPrefix(v.Names[0].Name, "code")
	})...)
	for _, name := range names {
		if row, ok := problems[name]; !ok || row.title == "" || row.status < 400 || row.status > 599 {
			t.Errorf("%s has no row: %+v", name, row)
		}
	}
	for name := range problems {
		if !slices.Contains(names, name) {
			t.Errorf("the row %s is nobody's", name)
		}
		if !regexp.MustCompile(`^[a-z-]+$`).MatchString(name) {
			t.Errorf("%q is no name", name)
		}
	}
}

func TestErrorsHaveTheirStatus(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{vault.ErrErased, 410, "erased"}, {vault.ErrErasing, 409, "erasing"}, {vault.ErrQuarantined, 503, "quarantined"},
		{vault.ErrSignature, 403, "bad-signature"}, {vault.ErrConflict, 409, "conflict"}, {vault.ErrNoProving, 501, "no-proving"},
		{vault.ErrChallengeUsed, 409, "challenge-used"}, {vault.ErrPseudonymUsed, 409, "pseudonym-used"}, {vault.ErrStaleRoot, 409,
			"root-stale"},
		{vault.ErrAccreditation, 409, "accreditation-ended"}, {vault.ErrWithdrawn, 409, "grant-withdrawn"}, {vault.ErrProof, 403,
			"proof-invalid"},
		{vault.ErrScope, 403, "scope-differs"}, {vault.ErrSubject, 403, "subject-differs"}, {vault.ErrToken, 401, "token-invalid"},
		{vault.ErrNotLogged, 409, "not-logged"}, {keys.ErrCorrupt, 500, "tampered"}, {keys.ErrUnavailable, 503,
			"key-store-unavailable"}, {offchain.ErrUnavailable, 503, "store-unavailable"},
		{anchor.ErrUnreachable, 503, codeChain}, {&fhir.Error{Err: fhir.ErrTooBig, Entry: -1}, 413, codeDocumentSize},
		{&fhir.Error{Err: fhir.ErrTwoPatients, Entry: 3}, 422, codeTwoPatients}, {context.Canceled, 503, codeInterrupted},
		{errors.New("disk I/O error"), 500, codeInternal},
	} {
		f := newFront(t)
		f.fake.err = fmt.Errorf("at some place: %w", c.err)
		r := f.authorized(t, f.operations["POST /v1/records"])
		w := f.do(t, r)
		p := problemIn(t, w)
		if w.Code != c.status || p.Code() != c.code || p.Type != typePrefix+c.code || p.Title == "" {
			t.Errorf("%v: %d %s", c.err, w.Code, w.Body)
		}
	}
}

// TestThreat46SmallSetPointsToTheIdentifiedRoute: care is not refused where nobody could be anonymous.
func TestThreat46SmallSetPointsToTheIdentifiedRoute(t *testing.T) {
	f := newFront(t)
	f.fake.err = fmt.Errorf("%w: 2 of at least 3", vault.ErrSmallSet)
	w := f.do(t, f.build(t, f.operations["POST /v1/challenges"]))
	p := problemIn(t, w)
	if w.Code != http.StatusConflict || p.Code() != "anonymity-set-too-small" || !strings.Contains(p.Detail, "2 of at least 3") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	_, path, _ := strings.Cut(p.Hint, "GET ")
	path, _, _ = strings.Cut(path, " ")
	op := f.operations["GET "+path]
	if op == nil || op.class != known || !slices.Contains(op.roles, RoleProvider) {
		t.Errorf("the hint names no route that a known provider may take: %q", p.Hint)
	}
}

// TestThreat06InternalErrorsAreLoggedAndNotSent: the text of an error that is nobody's stays here, without ids, and the answer
// says where it is found.
func TestThreat06InternalErrorsAreLoggedAndNotSent(t *testing.T) {
	f := newFront(t)
	f.fake.err = errors.New("open /var/lib/lethe/objects/" + patient + ", record " + record + ": disk I/O error")
	w := f.do(t, f.authorized(t, f.operations["GET /v1/patients/{patient}/bundles"]))
	p := problemIn(t, w)
	if w.Code != 500 || p.Detail != "" || strings.Contains(w.Body.String(), "disk") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	id := strings.TrimPrefix(p.Instance, "urn:lethe:request:")
	log := f.log.String()
	if id == p.Instance || !strings.Contains(log, id) || !strings.Contains(log, "disk I/O error") || !strings.Contains(log,
		"bundles") {
		t.Errorf("%q is not found in %s", p.Instance, log)
	}
	if strings.Contains(log, patient) || strings.Contains(log, record) {
		t.Errorf("the log has ids: %s", log)
	}
}

func TestPanicIsAnInternalError(t *testing.T) {
	f := newFront(t)
	f.fake.panics = true
	w := f.do(t, f.authorized(t, f.operations["GET /v1/patients"]))
	if w.Code != 500 || problemIn(t, w).Code() != codeInternal || strings.Contains(f.log.String()+w.Body.String(), "a canary") {
		t.Errorf("%d %s %s", w.Code, w.Body, f.log)
	}
	if !strings.Contains(f.log.String(), "harness_test.go") {
		t.Errorf("the log does not say where: %s", f.log)
	}
}

func TestProblemIsAnError(t *testing.T) {
	p := problemOf(refuse(codeMedia, "the Content-Type is %s", mediaJSON))
	if p.Code() != codeMedia || p.Error() != "the body is of another kind than is taken: the Content-Type is application/json" {
		t.Errorf("%s: %s", p.Code(), &p)
	}
	p = problemOf(refuse("no-such-row", "internals"))
	if p.Code() != codeInternal {
		t.Errorf("a name without a row is shown: %s", p.Code())
	}
}
