package api

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strconv"
	"time"

	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/vault"
	"lethe/vault/registry"
)

// Health implements StrictServerInterface.
func (a *api) Health(context.Context, HealthRequestObject) (HealthResponseObject, error) {
	return Health200JSONResponse{Status: "ok", Version: a.cfg.Version}, nil
}

// Ready implements StrictServerInterface.
func (a *api) Ready(ctx context.Context, _ ReadyRequestObject) (ReadyResponseObject, error) {
	var on []Dependency
	if a.cfg.Dependencies != nil {
		on = a.cfg.Dependencies(ctx)
	}
	ready := ReadinessOf(on, a.cfg.Operator != "")
	if !ready.Ready {
		return Ready503JSONResponse(ready), nil
	}
	return Ready200JSONResponse(ready), nil
}

// noAnswer is the name of what is wrong with a dependency when it has no name of its own.
const noAnswer = "no-answer"

// ReadinessOf is the document for what a service stands on. What errors say is the operator's to read: strangers get their names.
func ReadinessOf(on []Dependency, toOperator bool) Readiness {
	ready := Readiness{Ready: true, Dependencies: []DependencyState{}}
	for _, d := range on {
		state := DependencyState{Name: d.Name, Ready: d.Err == nil, Needed: !d.Optional}
		if d.Err != nil {
			if state.Problem = codeOf(d.Err); state.Problem == codeInternal || state.Problem == codeInterrupted {
				state.Problem = noAnswer
			}
			if toOperator {
				state.Detail = scrub(d.Err.Error())
			}
			ready.Ready = ready.Ready && d.Optional
		}
		ready.Dependencies = append(ready.Dependencies, state)
	}
	return ready
}

// Network implements StrictServerInterface.
func (a *api) Network(context.Context, NetworkRequestObject) (NetworkResponseObject, error) {
	n := a.cfg.Network
	return Network200JSONResponse{
		Origin: n.Origin, LogKey: n.LogKey, ChainID: int64(n.ChainID), CheckpointLog: n.CheckpointLog,
		Proving: a.provingParameters(), Statements: all(a.cfg.Statements, statement),
	}, nil
}

func (a *api) provingParameters() ProvingParameters {
	p := a.cfg.Proving
	if p == nil {
		return ProvingParameters{}
	}
	seconds := func(d time.Duration) int64 { return int64(d / time.Second) }
	return ProvingParameters{
		Service: p.Service, EpochSeconds: seconds(p.Epoch), ReadsPerEpoch: int(p.Reads), MaxRootAgeSeconds: seconds(p.MaxRootAge),
		PublishEverySeconds: seconds(p.PublishEvery), AnonymityThreshold: max(p.Threshold, 1), Classes: p.Classes,
		Auditor: text(p.Auditor.Bytes()), Accreditor: a.cfg.Accreditor,
	}
}

func statement(m circuits.Manifest) Statement {
	return Statement{
		ID: m.Statement, Version: m.Version, Constraints: m.Constraints, Commitments: m.Commitments, PublicInputs: m.PublicInputs,
		R1CsSha256: m.R1CS.String(), ProvingKeySha256: m.ProvingKey.String(), VerifyingKeySha256: m.VerifyingKey.String(),
		Setup: string(m.Setup),
	}
}

// Artifact implements StrictServerInterface.
func (a *api) Artifact(_ context.Context, r ArtifactRequestObject) (ArtifactResponseObject, error) {
	if !a.artifacts[r.Sha256] {
		return nil, refuse(codeNotFound, "")
	}
	f, err := a.cfg.Artifacts.Open(r.Sha256)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refuse(codeNotFound, "")
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return artifact{Artifact200ApplicationOctetStreamResponse{Body: f, ContentLength: info.Size()}}, nil
}

// artifact is a file that never changes, for its name is its hash.
type artifact struct {
	Artifact200ApplicationOctetStreamResponse
}

// VisitArtifactResponse implements ArtifactResponseObject.
func (f artifact) VisitArtifactResponse(w http.ResponseWriter) error {
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return f.Artifact200ApplicationOctetStreamResponse.VisitArtifactResponse(w)
}

// Registry implements StrictServerInterface.
func (a *api) Registry(_ context.Context, r RegistryRequestObject) (RegistryResponseObject, error) {
	v, err := a.service.TreeVersion(registry.Kind(r.Kind))
	if err != nil {
		return nil, err
	}
	return Registry200JSONResponse(treeVersion(v)), nil
}

func treeVersion(v vault.TreeVersion) TreeVersion {
	return TreeVersion{
		Kind: RegistryKind(v.Kind), Version: int64(v.Version), Floor: int64(v.Floor), Root: field.Text(v.Root),
		Published: some(v.Published), Note: string(v.Note),
	}
}

// Delta implements StrictServerInterface.
func (a *api) Delta(ctx context.Context, r DeltaRequestObject) (DeltaResponseObject, error) {
	b, err := a.service.Delta(ctx, registry.Kind(r.Kind), uint64(r.Params.From))
	if err != nil {
		return nil, err
	}
	return file{mediaBytes, b}, nil
}

// Accredit implements StrictServerInterface.
func (a *api) Accredit(ctx context.Context, r AccreditRequestObject) (AccreditResponseObject, error) {
	var d decoder
	change := vault.Accreditation{Note: []byte(r.Body.Note)}
	for i, c := range r.Body.Changes {
		at := "changes/" + strconv.Itoa(i)
		change.Changes = append(change.Changes, vault.LeafChange{
			Change:       registry.Change{Index: uint32(c.Index), Leaf: d.element(at+"/leaf", c.Leaf)},
			Organisation: d.optional(at+"/organisation", c.Organisation),
		})
	}
	if d.err != nil {
		return nil, d.err
	}
	v, err := a.service.Accredit(ctx, registry.Kind(r.Kind), change)
	if err != nil {
		return nil, err
	}
	return Accredit200JSONResponse(treeVersion(v)), nil
}

// file is an answer that is given byte for byte.
type file struct {
	media string
	data  []byte
}

func (f file) write(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", f.media)
	w.Header().Set("Content-Length", strconv.Itoa(len(f.data)))
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(f.data)
	return cut(err)
}

// VisitDeltaResponse implements DeltaResponseObject.
func (f file) VisitDeltaResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitReceiptResponse implements ReceiptResponseObject.
func (f file) VisitReceiptResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitCertificateResponse implements CertificateResponseObject.
func (f file) VisitCertificateResponse(w http.ResponseWriter) error { return f.write(w) }
