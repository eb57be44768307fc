package transit_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/sha512"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"lethe/keys"
	"lethe/keys/keystest"
	"lethe/keys/transit"
)

func TestConformance(t *testing.T) {
	n := newTenant(t)
	if count, err := n.ring(t).Count(t.Context()); err != nil || count != 0 {
		t.Errorf("a new tenant's count is %d, %v", count, err)
	}
	keystest.Run(t, func(t *testing.T) keys.Ring { return n.ring(t) })
}

// apart is the ring as production holds it: each method under the credential of the process that calls it.
type apart struct {
	keys.Wrapper   // serve
	keys.Unwrapper // witness
	keys.Destroyer // erase
	keys.Counter   // erase
	keys.Blinder   // serve
}

func (a apart) Unwrap(ctx context.Context, name keys.Name, wrapped, ad []byte) (*keys.Key, error) {
	return a.Unwrapper.Unwrap(ctx, name, wrapped, ad)
}

// TestConformanceOfRoles runs the suite with each role's own credential: serve makes and wraps, the witness unwraps, erase
// destroys and counts.
func TestConformanceOfRoles(t *testing.T) {
	n := newTenant(t)
	serve, erase, witness := n.role(t, transit.RoleServe), n.role(t, transit.RoleErase), n.role(t, transit.RoleWitness)
	keystest.Run(t, func(*testing.T) keys.Ring { return apart{serve, witness, erase, erase, serve} })
}

// TestThreat25LateWriteMakesNoKey writes after an erasure with a credential that may do everything, and with serve's.
func TestThreat25LateWriteMakesNoKey(t *testing.T) {
	n := newTenant(t)
	for who, r := range map[string]*transit.Ring{"administrator": n.ring(t), "serve": n.role(t, transit.RoleServe)} {
		name := keys.NewName()
		must(t, r.Create(t.Context(), name))
		must(t, n.ring(t).Destroy(t.Context(), name))
		if _, err := r.Wrap(t.Context(), name, keys.NewKey(), []byte("ad")); !errors.Is(err, keys.ErrNoKey) {
			t.Errorf("%s: a late write: %v, want ErrNoKey", who, err)
		}
		if status, _ := n.as(n.token, "GET", n.mount+"/keys/"+string(name), nil); status != 404 {
			t.Errorf("%s: a late write made the key again", who)
		}
	}
}

// TestServeWhoMayNotWrapIsDenied: where the key is there, a denial stays one, and is not taken for a destroyed key.
func TestServeWhoMayNotWrapIsDenied(t *testing.T) {
	n := newTenant(t)
	serve, name := n.role(t, transit.RoleServe), keys.NewName()
	must(t, serve.Create(t.Context(), name))
	n.do("PUT", "sys/policies/acl/"+n.policy(transit.RoleServe), object{"policy": strings.Replace(
		transit.Policies(n.mount)[transit.RoleServe], n.mount+"/encrypt/+", n.mount+"/encrypt/-", 1)})
	_, err := serve.Wrap(t.Context(), name, keys.NewKey(), nil)
	if !errors.Is(err, transit.ErrDenied) || errors.Is(err, keys.ErrNoKey) {
		t.Errorf("%v, want ErrDenied", err)
	}
}

// TestOtherSpellingsOfACiphertext are opened by Vault itself, or could be: the ring takes one spelling only.
func TestOtherSpellingsOfACiphertext(t *testing.T) {
	n := newTenant(t)
	r, name, key := n.ring(t), keys.NewName(), keys.NewKey()
	must(t, r.Create(t.Context(), name))
	wrapped, err := r.Wrap(t.Context(), name, key, nil)
	must(t, err)
	digits := strings.TrimPrefix(string(wrapped), "vault:v1:")
	for _, other := range []string{
		"vault:v0:" + digits, "vault:v01:" + digits, "vault:v+1:" + digits, "vault:v1:" + digits[:40] + "\n" + digits[40:],
		"vault:v1:" + digits + "\r\n", "vault:v1:" + digits + "AAAA", "vault:v1:" + digits[:76] + "AA==",
		`vault:v1:\u0041` + digits[1:],
	} {
		if key, err := r.Unwrap(t.Context(), name, []byte(other), nil); !errors.Is(err, keys.ErrUnwrap) || key != nil {
			t.Errorf("%q: %v, want ErrUnwrap", other, err)
		}
	}
	status, _ := n.as(n.token, "POST", n.mount+"/decrypt/"+string(name), object{"ciphertext": "vault:v0:" + digits})
	if status != 200 {
		t.Errorf("Vault answers %d to v0: the form need not be checked here any more", status)
	}
}

// TestAKeyOfAnotherSizeIsNoKey: what an administrator encrypted, whatever it is, does not come back as a key.
func TestAKeyOfAnotherSizeIsNoKey(t *testing.T) {
	n := newTenant(t)
	r, name := n.ring(t), keys.NewName()
	must(t, r.Create(t.Context(), name))
	for _, size := range []int{0, 16, 31, 33} {
		sealed := n.do("POST", n.mount+"/encrypt/"+string(name), object{"plaintext": make([]byte, size)})["ciphertext"].(string)
		if key, err := r.Unwrap(t.Context(), name, []byte(sealed), nil); !errors.Is(err, keys.ErrUnwrap) || key != nil {
			t.Errorf("%d bytes: %v, want ErrUnwrap", size, err)
		}
	}
}

func TestCertificatesAreSignedInsideVault(t *testing.T) {
	n := newTenant(t)
	signer, err := n.role(t, transit.RoleErase).Signer(t.Context())
	must(t, err)
	public := signer.Public().(ed25519.PublicKey)
	for _, message := range [][]byte{{}, []byte("certificate"), bytes.Repeat([]byte("long"), 16<<10)} {
		signature, err := signer.Sign(nil, message, crypto.Hash(0))
		must(t, err)
		if !ed25519.Verify(public, message, signature) {
			t.Error("the signature does not verify")
		}
	}
	for _, opts := range []crypto.SignerOpts{
		crypto.SHA512, &ed25519.Options{Hash: crypto.SHA512}, &ed25519.Options{Context: "c"}, nil,
	} {
		if _, err := signer.Sign(nil, make([]byte, sha512.Size), opts); err == nil {
			t.Errorf("signed with %v", opts)
		}
	}
	again, err := n.role(t, transit.RoleWork).Signer(t.Context()) // reads the public key
	must(t, err)
	if !public.Equal(again.Public()) {
		t.Error("two public keys")
	}
	if _, err := again.Sign(nil, []byte("certificate"), crypto.Hash(0)); !errors.Is(err, transit.ErrDenied) {
		t.Errorf("work signs: %v", err)
	}
	n.do("POST", n.mount+"/keys/lethe-certificates/rotate", nil)
	signature, err := signer.Sign(nil, []byte("certificate"), crypto.Hash(0))
	must(t, err)
	if !ed25519.Verify(public, []byte("certificate"), signature) {
		t.Error("a signer changes its key")
	}
}

// TestDerive: the same for the life of the mount, also after a rotation, and each role only what its policy lists.
func TestDerive(t *testing.T) {
	n := newTenant(t)
	rings := map[transit.Role]*transit.Ring{}
	for _, role := range transit.Roles() {
		rings[role] = n.role(t, role)
	}
	all, seen := n.ring(t), []string{}
	for _, what := range []string{"challenge", "log-signer", "chain-submitter", "anything", ""} {
		secret, err := all.Derive(t.Context(), what)
		must(t, err)
		if slices.Contains(seen, string(secret.Bytes())) {
			t.Errorf("%q: not a secret of its own", what)
		}
		seen = append(seen, string(secret.Bytes()))
		for role, ring := range rings {
			own, err := ring.Derive(t.Context(), what)
			may := role == transit.RoleServe && what == "challenge" || role == transit.RoleWork && (what == "log-signer" || what == "chain-submitter")
			if may && (err != nil || !bytes.Equal(own.Bytes(), secret.Bytes())) || !may && !errors.Is(err, transit.ErrDenied) {
				t.Errorf("%s derives %q: %v", role, what, err)
			}
		}
	}
	blind, err := all.Blind(t.Context(), []byte("lethe/derive/log-signer"))
	must(t, err)
	n.do("POST", n.mount+"/keys/lethe-derive/rotate", nil)
	n.do("POST", n.mount+"/keys/lethe-blind/rotate", nil)
	again, err := all.Derive(t.Context(), "log-signer")
	must(t, err)
	if string(again.Bytes()) != seen[1] || string(blind[:]) == seen[1] {
		t.Error("a rotation changes what is derived, or it is the blind index")
	}
	if now, err := all.Blind(t.Context(), []byte("lethe/derive/log-signer")); now != blind || err != nil {
		t.Errorf("a rotation changes the blind index: %v", err)
	}
}

// TestTheCounterDoesNotGrow advances past the number of versions that are kept: the count goes on, the key stays small.
func TestTheCounterDoesNotGrow(t *testing.T) {
	n := newTenant(t)
	r := n.role(t, transit.RoleErase)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 38 {
				n.as(n.token, "POST", n.mount+"/keys/lethe-count/rotate", nil)
			}
		})
	}
	wg.Wait()
	before, err := r.Count(t.Context())
	must(t, err)
	after, err := r.Advance(t.Context())
	must(t, err)
	if before != 304 || after != 305 {
		t.Errorf("count %d, then %d, want 304 and 305", before, after)
	}
	if versions := n.do("GET", n.mount+"/keys/lethe-count", nil)["keys"].(object); len(versions) > 2 {
		t.Errorf("the key has %d versions", len(versions))
	}
	if n, err := r.Advance(t.Context()); n != 306 || err != nil {
		t.Errorf("after trimming the count is %d, %v", n, err)
	}
}

// TestBeforeSetup: a mount that is not there, or lacks its keys, is neither a missing nor a destroyed key.
func TestBeforeSetup(t *testing.T) {
	n := bareTenant(t)
	r, name := n.ring(t), keys.NewName()
	check := func(why string) {
		_, existsErr := r.Exists(t.Context(), name)
		_, countErr := r.Count(t.Context())
		_, blindErr := r.Blind(t.Context(), nil)
		_, signerErr := r.Signer(t.Context())
		for what, err := range map[string]error{"Exists": existsErr, "Count": countErr, "Blind": blindErr, "Signer": signerErr} {
			if what == "Exists" && why == "lacks" {
				continue
			}
			if !errors.Is(err, keys.ErrUnavailable) || !strings.Contains(err.Error(), why) {
				t.Errorf("%s: %v, want ErrUnavailable and %q", what, err, why)
			}
		}
	}
	check("no such mount")
	for what, err := range map[string]error{"Destroy": r.Destroy(t.Context(), name), "Create": r.Create(t.Context(), name)} {
		if !errors.Is(err, keys.ErrUnavailable) || errors.Is(err, keys.ErrKeyExists) {
			t.Errorf("%s without a mount: %v, want ErrUnavailable", what, err)
		}
	}
	n.do("POST", "sys/mounts/"+n.mount, object{"type": "transit"})
	check("lacks")
}
