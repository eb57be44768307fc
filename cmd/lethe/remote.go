package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"lethe/api"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault"
	"lethe/vault/party"
	"lethe/vault/registry"
)

// remote is the service as everybody but the operator reaches it: through its API.
type remote struct {
	*api.Client
	network api.Network
	cache   string // folder for copies of the trees, none when ""
}

// given is what an answer holds. What the service refuses is an error before that.
func given[T any](value *T) (T, error) {
	if value == nil {
		var none T
		return none, errors.New("the service's answer is none that was expected")
	}
	return *value, nil
}

// meet asks the service what it is.
func (r *remote) meet(ctx context.Context) error {
	n, err := r.NetworkWithResponse(ctx)
	if err != nil {
		return err
	}
	r.network, err = given(n.JSON200)
	r.cache = cacheOf(r.network.Proving.Service)
	return err
}

// proving is what a prover has to know of the service.
func (r *remote) proving() (api.ProvingParameters, error) {
	if r.network.Proving.Service == "" {
		return api.ProvingParameters{}, withHint(vault.ErrNoProving, "`lethe registry init` says who accredits and who audits")
	}
	return r.network.Proving, nil
}

// scope packs names of data classes as this service orders them.
func (r *remote) scope(classes []string) (uint16, error) {
	p, err := r.proving()
	if err != nil {
		return 0, err
	}
	return (&vault.Proving{Classes: p.Classes}).Scope(classes)
}

// tree gives the newest copy of a tree: what the cache holds, and what has changed since.
func (r *remote) tree(ctx context.Context, k registry.Kind) (*registry.Copy, error) {
	c, err := r.cached(k)
	if err != nil {
		return nil, err
	}
	got, err := r.DeltaWithResponse(ctx, api.RegistryKind(k), &api.DeltaParams{From: int64(c.Version)})
	if err != nil {
		return nil, withHint(fmt.Errorf("tree of %s: %w", k, err), "if the service was put back to an earlier time, remove "+r.cache)
	}
	var d registry.Delta
	if err := d.UnmarshalBinary(got.Body); err != nil {
		return nil, fmt.Errorf("tree of %s: %w", k, err)
	}
	if err := c.Update(&d); err != nil {
		return nil, withHint(fmt.Errorf("tree of %s: %w", k, err), "if the service was put back, remove "+r.cache)
	}
	return c, r.keep(c)
}

func (r *remote) cached(k registry.Kind) (*registry.Copy, error) {
	if r.cache == "" {
		return registry.NewCopy(k)
	}
	data, err := os.ReadFile(filepath.Join(r.cache, string(k)+".tree"))
	if errors.Is(err, fs.ErrNotExist) {
		return registry.NewCopy(k)
	}
	if err != nil {
		return nil, err
	}
	c, err := registry.ReadCopy(data)
	if err != nil || c.Kind != k {
		return registry.NewCopy(k) // damaged: the whole tree again
	}
	return c, nil
}

func (r *remote) keep(c *registry.Copy) error {
	if r.cache == "" {
		return nil
	}
	data, err := c.Whole().MarshalBinary()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(r.cache, 0o700); err != nil {
		return err
	}
	name := filepath.Join(r.cache, string(c.Kind)+".tree")
	if err := os.WriteFile(name+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// copies gives all three trees.
func (r *remote) copies(ctx context.Context) (c party.Copies, err error) {
	for k, to := range map[registry.Kind]**registry.Copy{
		registry.Providers: &c.Providers, registry.Issuers: &c.Issuers, registry.Grants: &c.Grants,
	} {
		if *to, err = r.tree(ctx, k); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (r *remote) accredit(ctx context.Context, k registry.Kind, a vault.Accreditation) (api.TreeVersion, error) {
	body := api.Accreditation{Note: string(a.Note)}
	for _, c := range a.Changes {
		change := api.LeafChange{Index: int64(c.Index), Leaf: field.Text(c.Leaf)}
		if c.Organisation != nil {
			change.Organisation = field.Text(*c.Organisation)
		}
		body.Changes = append(body.Changes, change)
	}
	got, err := r.AccreditWithResponse(ctx, api.RegistryKind(k), body)
	if err != nil {
		return api.TreeVersion{}, err
	}
	return given(got.JSON200)
}

func hexOf(b []byte) string { return fmt.Sprintf("%x", b) }

func timeOf(seconds uint64) time.Time { return time.Unix(int64(seconds), 0).UTC() }

func issuerOf(i identity.Issuer) api.Issuer {
	return api.Issuer{Key: hexOf(i.Key.Bytes()), Role: api.IssuerRole(i.Role.String()), Until: timeOf(i.Until)}
}

func (r *remote) bind(ctx context.Context, b vault.Binding) (api.Bound, error) {
	body := api.Binding{
		Patient: b.Patient, Key: hexOf(b.Subject.Key.Bytes()), Identity: field.Text(b.Subject.Identity),
		Custody: api.Custody(b.Subject.Custody.String()), Salt: field.Text(b.Subject.Salt), Registrar: issuerOf(b.Registrar),
		Signature: hexOf(b.Signature.Bytes()), Recovery: b.Recovery,
	}
	if b.Previous != nil {
		body.Previous = hexOf(b.Previous.Bytes())
	}
	got, err := r.BindWithResponse(ctx, body)
	if err != nil {
		return api.Bound{}, err
	}
	return given(got.JSON201)
}

// place takes a place in the tree of grants.
func (r *remote) place(ctx context.Context) (uint32, error) {
	got, err := r.ReservePlaceWithResponse(ctx)
	if err != nil {
		return 0, err
	}
	at, err := given(got.JSON201)
	return uint32(at.Index), err
}

func (r *remote) give(ctx context.Context, g vault.GrantGiven, classes []string) (api.Grant, error) {
	body := api.GrantGiven{
		Patient: g.Patient, Grantee: field.Text(g.Grant.Grantee), Scope: classes, Purpose: vault.PurposeName(g.Grant.Purpose),
		From: timeOf(g.Grant.From), Until: timeOf(g.Grant.Until), Basis: api.Basis(g.Grant.Basis.String()), Terms: field.Text(g.Grant.Terms),
		Index: api.Place28(g.Grant.Index), Salt: field.Text(g.Grant.Salt), ViewHash: field.Text(g.Grant.ViewHash),
		Signature: hexOf(g.Signature.Bytes()), Note: g.Note,
	}
	if g.Inbox != nil {
		body.Inbox = field.Text(*g.Inbox)
	}
	if g.Signer != nil {
		body.Signer = issuerOf(*g.Signer)
	}
	got, err := r.GiveWithResponse(ctx, body)
	if err != nil {
		return api.Grant{}, err
	}
	return given(got.JSON201)
}

func (r *remote) withdraw(ctx context.Context, w vault.Withdrawal) (api.Withdrawn, error) {
	body := api.Withdrawal{Index: api.Place28(w.Index), Time: timeOf(w.Time), Signature: hexOf(w.Signature.Bytes())}
	if w.Signer != nil {
		body.Signer = issuerOf(*w.Signer)
	}
	got, err := r.WithdrawWithResponse(ctx, body)
	if err != nil {
		return api.Withdrawn{}, err
	}
	return given(got.JSON200)
}

// notes fetches an organisation's whole inbox and opens it.
func (r *remote) notes(ctx context.Context, organisation *party.Secret) (notes []*party.Note, junk int, err error) {
	id, err := organisation.Public.Grantee()
	if err != nil {
		return nil, 0, err
	}
	var messages [][]byte
	for after := int64(0); ; {
		got, err := r.InboxWithResponse(ctx, field.Text(id), &api.InboxParams{After: after})
		if err != nil {
			return nil, 0, err
		}
		page, err := given(got.JSON200)
		if err != nil {
			return nil, 0, err
		}
		if len(page.Notes) == 0 {
			return organisation.OpenNotes(messages)
		}
		messages, after = append(messages, page.Notes...), page.Next
	}
}

// withService runs a command against the service: the one at --url; or the one that serves the state folder, through its socket; or, when
// none does, one in this process for as long as the command takes.
func (p *program) withService(ctx context.Context, do func(*remote) error) (err error) {
	r := &remote{}
	if p.url != "" {
		return r.through(ctx, p.url, nil, do, p.identified()...)
	}
	if p.served(ctx) {
		return r.through(ctx, localURL, api.Unix(filepath.Join(p.dir, socketName)), do)
	}
	st, err := p.openState(ctx, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	door, err := p.frontDoor(st, localURL, custodian().Actor)
	if err != nil {
		return err
	}
	return r.through(ctx, localURL, api.InProcess(door), do)
}

// through reaches the service at an origin by a transport.
func (r *remote) through(ctx context.Context, origin string, by http.RoundTripper, do func(*remote) error, with ...api.RequestEditorFn) (err error) {
	if r.Client, err = api.Connect(origin, by, with...); err != nil {
		return err
	}
	if err := r.meet(ctx); err != nil {
		return err
	}
	return do(r)
}

// served says whether a process serves the state folder.
func (p *program) served(ctx context.Context) bool {
	c, err := new(net.Dialer).DialContext(ctx, "unix", filepath.Join(p.dir, socketName))
	if err != nil {
		return false
	}
	return c.Close() == nil
}

// identified adds the bearer token of --token to what is asked.
func (p *program) identified() (with []api.RequestEditorFn) {
	if p.token != "" {
		with = append(with, unlessSet(api.WithBearer(p.token)))
	}
	return with
}

// unlessSet leaves requests alone that carry credentials already.
func unlessSet(edit api.RequestEditorFn) api.RequestEditorFn {
	return func(ctx context.Context, r *http.Request) error {
		if r.Header.Get("Authorization") != "" {
			return nil
		}
		return edit(ctx, r)
	}
}

// cacheOf is where this user's copies of a service's trees are. They are public.
func cacheOf(service string) string {
	base, err := os.UserCacheDir()
	if err != nil || service == "" {
		return ""
	}
	return filepath.Join(base, "lethe", "trees", field.Text(field.Digest("cache", []byte(service)))[:16])
}
