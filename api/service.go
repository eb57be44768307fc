package api

import (
	"context"
	"io"

	"lethe/anchor"
	"lethe/circuits/field"
	"lethe/vault"
	"lethe/vault/fhir"
	"lethe/vault/registry"
)

// service is what the front door asks of the vault, part by part.
type service interface {
	registries
	consents
	proofs
	holdings
	erasures
}

type registries interface {
	TreeVersion(k registry.Kind) (vault.TreeVersion, error)
	Delta(ctx context.Context, k registry.Kind, from uint64) ([]byte, error)
	Accredit(ctx context.Context, k registry.Kind, a vault.Accreditation) (vault.TreeVersion, error)
}

type consents interface {
	Bind(ctx context.Context, b vault.Binding) (vault.Bound, error)
	ReservePlace(ctx context.Context) (uint32, error)
	Give(ctx context.Context, g vault.GrantGiven) (vault.GrantInfo, error)
	Withdraw(ctx context.Context, w vault.Withdrawal) (vault.Withdrawn, error)
	Grants(ctx context.Context, patient string) ([]vault.GrantInfo, error)
	Inbox(ctx context.Context, organisation field.Element, after int64) (notes [][]byte, next int64, err error)
}

// proofs is for callers who are not to be known.
type proofs interface {
	Challenge(ctx context.Context, r vault.ChallengeRequest) (vault.Challenge, error)
	Authorize(ctx context.Context, pr vault.Presentation, key string) (vault.Token, error)
	Holds(ctx context.Context, token, key string) error
	AuthorizedRead(ctx context.Context, token, key, id string) (content, error)
	AuthorizedRecords(ctx context.Context, token, key, patient string) ([]vault.RecordInfo, error)
}

// holdings is for callers who are known.
type holdings interface {
	Patients(ctx context.Context) ([]vault.PatientInfo, error)
	FindPatient(ctx context.Context, id fhir.Identifier) (string, error)
	Records(ctx context.Context, patient string) ([]vault.RecordInfo, error)
	Bundles(ctx context.Context, patient string) ([]vault.BundleInfo, error)
	Read(ctx context.Context, id string, who vault.Access) (content, error)
	Import(ctx context.Context, in vault.Import) (vault.Imported, error)
	Receipt(ctx context.Context, id string, who vault.Access) (anchor.Receipt, error)
	AccessLog(ctx context.Context, patient string) ([]vault.DisclosureInfo, error)
}

type erasures interface {
	Preview(ctx context.Context, req vault.EraseRequest) (vault.Preview, error)
	Approve(ctx context.Context, req vault.EraseRequest) (string, error)
	Cases(ctx context.Context) ([]vault.CaseInfo, error)
}

// content is an open record, as vault.Content.
type content interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// vaultService is the vault as a service.
type vaultService struct{ *vault.Service }

var _ service = vaultService{}

// Read implements holdings.
func (s vaultService) Read(ctx context.Context, id string, who vault.Access) (content, error) {
	return opened(s.Service.Read(ctx, id, who))
}

// AuthorizedRead implements proofs.
func (s vaultService) AuthorizedRead(ctx context.Context, token, key, id string) (content, error) {
	return opened(s.Service.AuthorizedRead(ctx, token, key, id))
}

// opened keeps a nil pointer from becoming a content that is none.
func opened(c *vault.Content, err error) (content, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}
