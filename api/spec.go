package api

import (
	_ "embed" // for the description
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

// basePath is the path of the description's server.
const basePath = "/v1"

//go:embed openapi.yaml
var description []byte

// Description is openapi.yaml (OpenAPI 3.0).
func Description() []byte { return slices.Clone(description) }

// class is for whom an operation is.
type class string

const (
	public    class = "public"    // what the service says of itself
	anonymous class = "anonymous" // callers who are not to be known
	signed    class = "signed"    // the body carries the signature of whoever must sign
	known     class = "known"     // callers with a role
)

// operation is an operation of the description, with what is enforced of it.
type operation struct {
	id      string
	class   class
	roles   []Role // of known callers
	byProof bool   // a token that a proof was exchanged for will do as well
	media   string // of the body; none for operations without one
	query   map[string]bool
	route   routers.Route
}

// Media types of bodies.
const (
	mediaJSON = "application/json"
	mediaForm = "application/x-www-form-urlencoded"
	mediaAny  = "application/*" // an upload
)

// loadSpec reads the description once for all front doors of a process: it is not changed.
var loadSpec = sync.OnceValues(func() (*openapi3.T, error) {
	loader := openapi3.NewLoader()
	spec, err := loader.LoadFromData(description)
	if err == nil {
		err = spec.Validate(loader.Context)
	}
	if err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	return spec, nil
})

// operations finds all operations by method and path, "GET /v1/health".
func operations(spec *openapi3.T) (map[string]*operation, error) {
	all := map[string]*operation{}
	for path, item := range spec.Paths.Map() {
		for method, o := range item.Operations() {
			op := &operation{
				id: o.OperationID, class: known, query: map[string]bool{},
				route: routers.Route{Spec: spec, Path: path, PathItem: item, Method: method, Operation: o},
			}
			if err := op.read(); err != nil {
				return nil, fmt.Errorf("openapi.yaml: %s %s: %w", method, path, err)
			}
			all[method+" "+basePath+path] = op
		}
	}
	return all, nil
}

func (op *operation) read() error {
	o := op.route.Operation
	for _, p := range slices.Concat(op.route.PathItem.Parameters, o.Parameters) {
		if p.Value.In == openapi3.ParameterInQuery {
			op.query[p.Value.Name] = true
		}
	}
	if o.RequestBody != nil {
		for media := range o.RequestBody.Value.Content {
			op.media = media
		}
	}
	if o.Security != nil {
		op.byProof = slices.ContainsFunc(*o.Security, func(r openapi3.SecurityRequirement) bool { return r["dpop"] != nil })
	}
	return op.readAccess()
}

// readAccess reads who may call the operation: x-class where there is no security, x-roles elsewhere.
func (op *operation) readAccess() error {
	o := op.route.Operation
	roles, hasRoles := o.Extensions["x-roles"].([]any)
	named, hasClass := o.Extensions["x-class"].(string)
	open := o.Security != nil && len(*o.Security) == 0
	if open != hasClass || open == hasRoles {
		return fmt.Errorf("it has either security and x-roles, or neither and x-class")
	}
	if hasClass {
		op.class = class(named)
		if !slices.Contains([]class{public, anonymous, signed}, op.class) {
			return fmt.Errorf("x-class %q is none", named)
		}
	}
	for _, r := range roles {
		name, _ := r.(string)
		if !slices.Contains(Roles(), Role(name)) {
			return fmt.Errorf("x-roles: %v is none", r)
		}
		op.roles = append(op.roles, Role(name))
	}
	return nil
}

// checkQuery refuses parameters that are not declared or stand twice.
func (op *operation) checkQuery(r *http.Request) error {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return invalid("the query is malformed")
	}
	return op.checkParameters(values, op.query)
}

func (op *operation) checkParameters(values url.Values, declared map[string]bool) error {
	for name, given := range values {
		switch {
		case !declared[name]:
			return invalid("a parameter is not declared; there are: %s", strings.Join(slices.Sorted(maps.Keys(declared)), ", "))
		case len(given) > 1:
			return invalid("parameter %s stands more than once", name)
		case given[0] == "" || !plain(given[0]):
			return invalid("parameter %s: empty, or with control characters", name)
		}
	}
	return nil
}
