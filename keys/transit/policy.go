package transit

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lethe/keys"
)

// Role is what one process may do in a tenant's mount.
type Role string

// The roles, one to a process. None has rights outside its mount, but to look at and end its own token.
const (
	RoleServe   Role = "serve"   // makes patients' keys, wraps, unwraps
	RoleWork    Role = "work"    // derives; reads the certificates' public key
	RoleErase   Role = "erase"   // destroys and counts; opens case files; signs certificates
	RoleWitness Role = "witness" // unwraps, with a token of minutes
)

// Roles returns all roles, in the order in which they are printed.
func Roles() []Role { return []Role{RoleServe, RoleWork, RoleErase, RoleWitness} }

// derived lists what each role derives with [Ring.Derive]: challenges to providers; the key that signs the log, and the accounts of an
// embedded chain.
var derived = map[Role][]string{
	RoleServe: {"challenge"},
	RoleWork:  {"log-signer", "chain-admin", "chain-submitter", "chain-recovery", "chain-guardian", "chain-registrar"},
}

// rule is one path of a policy. A + stands for one segment, a * at the end for whatever follows; the more literal of two paths
// that match wins, so that fixed keys are told from the patients' in their place.
type rule struct {
	why     string
	path    string
	can     []string
	allowed map[string][]any // parameters of a write, with their values; empty: any value; nil: any parameter
}

var (
	update = []string{"update"}
	read   = []string{"read"}
	deny   = []string{"deny"}
)

// rules returns the policy of a role in mount.
func rules(role Role, mount string) []rule {
	in := func(path string) string { return mount + "/" + path }
	var list []rule
	switch role {
	case RoleServe:
		list = []rule{
			{"makes patients' keys, of one type, and sees whether one is there; it cannot ask for an exportable one", in("keys/+"),
				[]string{"read", "update"}, map[string][]any{"type": {patientType}, "auto_rotate_period": {}}},
			{"wraps; without create, a missing key is never made on the way", in("encrypt/+"), update, nil},
			{"unwraps", in("decrypt/+"), update, nil},
			{"computes the blind index", in("hmac/" + blindKey), update, nil},
			{"compares the erasure counter with the ledger", in("keys/" + countKey), read, nil},
			{"shows the public key that certificates verify with", in("keys/" + certificatesKey), read, nil},
		}
	case RoleWork:
		list = []rule{
			{"shows the public key that certificates verify with", in("keys/" + certificatesKey), read, nil},
		}
	case RoleErase:
		list = []rule{
			{"looks for, deletes, and makes again what may have left an archive, of a type that encrypts nothing",
				in("keys/+"), []string{"read", "update", "delete"}, map[string][]any{"type": {remadeType}}},
			{"allows a deletion, and changes nothing else", in("keys/+/config"), update, map[string][]any{"deletion_allowed": {true}}},
			{"reads the erasure counter", in("keys/" + countKey), read, nil},
			{"advances the erasure counter", in("keys/" + countKey + "/rotate"), update, nil},
			{"drops the counter's old versions", in("keys/" + countKey + "/config"), update,
				map[string][]any{"min_decryption_version": {}, "min_encryption_version": {}}},
			{"drops the counter's old versions", in("keys/" + countKey + "/trim"), update, nil},
			{"reads the public key of certificates", in("keys/" + certificatesKey), read, nil},
			{"signs certificates", in("sign/" + certificatesKey), update, nil},
			{"opens case files, and nothing of a patient's", in("decrypt/" + keys.CasePrefix + "*"), update, nil},
		}
	case RoleWitness:
		list = []rule{{"shows that decryption works before an erasure and fails after", in("decrypt/+"), update, nil}}
	}
	if inputs := derived[role]; inputs != nil {
		list = append(list, rule{"derives " + strings.Join(inputs, ", ") + " and nothing else", in("hmac/" + deriveKey), update,
			map[string][]any{"input": encoded(inputs), "key_version": {}}})
	}
	return append(append(list, refusals(mount)...), ownToken...)
}

func encoded(inputs []string) (values []any) {
	for _, what := range inputs {
		values = append(values, base64.StdEncoding.EncodeToString([]byte(derivePrefix+what)))
	}
	return values
}

// refusals are said aloud although what no rule names is refused anyway: at the same path, a denial outweighs what another policy
// of the same token allows.
func refusals(mount string) []rule {
	const fixed = "the fixed keys are not the patients'; what a role may do with one is named above"
	const out = "no key leaves Vault"
	list := []rule{
		{fixed, mount + "/keys/lethe-*", deny, nil},
		{fixed, mount + "/encrypt/lethe-*", deny, nil},
		{fixed, mount + "/decrypt/lethe-*", deny, nil},
	}
	for _, path := range []string{"export/*", "byok-export/*", "backup/*", "restore", "restore/*", "datakey/*"} {
		list = append(list, rule{out, mount + "/" + path, deny, nil})
	}
	return append(list,
		rule{"checks at start that writing makes no key", mount + "/config/keys", read, nil},
		rule{"checks at start that the cache is bounded", mount + "/cache-config", read, nil})
}

// ownToken is what a token needs for itself: the default policy, which allows more, is left out.
var ownToken = []rule{
	{"renews its token", "auth/token/renew-self", update, nil},
	{"gives its token up", "auth/token/revoke-self", update, nil},
	{"checks at start what it may do", "sys/capabilities-self", update, nil},
}

// Policies returns the policy of each role in a mount, in HCL: what [Setup] writes, for those who write it themselves.
func Policies(mount string) map[Role]string {
	policies := make(map[Role]string)
	for _, role := range Roles() {
		var b strings.Builder
		fmt.Fprintf(&b, "# Lethe: the role %s in the Transit mount %s. What is not named here is denied.\n", role, mount)
		for _, r := range rules(role, mount) {
			r.print(&b)
		}
		policies[role] = b.String()
	}
	return policies
}

func (r rule) print(b *strings.Builder) {
	fmt.Fprintf(b, "\n# %s\npath %q {\n  capabilities = [%s]\n", r.why, r.path, quoted(r.can))
	if r.allowed != nil {
		b.WriteString("  allowed_parameters = {\n")
		for _, name := range slices.Sorted(maps.Keys(r.allowed)) {
			fmt.Fprintf(b, "    %q = [%s]\n", name, quoted(r.allowed[name]))
		}
		b.WriteString("  }\n")
	}
	b.WriteString("}\n")
}

// quoted writes strings and booleans as HCL does.
func quoted[T any](values []T) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprintf("%#v", v)
	}
	return strings.Join(words, ", ")
}
