package transit_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"lethe/keys"
	"lethe/keys/transit"
)

const (
	serve, work, erase, witness = transit.RoleServe, transit.RoleWork, transit.RoleErase, transit.RoleWitness
)

// operation is one call to Vault and who may make it.
type operation struct {
	method, path string
	body         object
	allowed      []transit.Role
}

func derive(what string) object {
	return object{"input": base64.StdEncoding.EncodeToString([]byte("lethe/derive/" + what))}
}

// operations lists, for a mount with the keys of a patient and of a case file and what each encrypted, every path of Transit, and what lies outside.
// What deletes comes last.
func operations(mount, key, sealed, file, sealedFile string) []operation {
	plain := object{"plaintext": "AAAA"}
	in := func(path string) string { return mount + "/" + strings.ReplaceAll(path, "KEY", key) }
	fresh := func() string { return mount + "/keys/" + string(keys.NewName()) }
	list := []operation{
		{"LIST", in("keys"), nil, nil},
		{"GET", in("keys/KEY"), nil, []transit.Role{serve, erase}},
		{"POST", fresh(), object{"type": "aes256-gcm96"}, []transit.Role{serve}},
		{"POST", fresh(), object{"type": "aes256-gcm96", "exportable": true}, nil},
		{"POST", fresh(), object{"type": "aes256-gcm96", "allow_plaintext_backup": true}, nil},
		{"POST", fresh(), object{"type": "aes256-gcm96", "derived": true, "convergent_encryption": true}, nil},
		{"POST", fresh(), object{"type": "rsa-2048"}, nil},
		{"POST", fresh(), object{"type": "ed25519"}, []transit.Role{erase}},
		{"POST", fresh(), object{"type": "ed25519", "exportable": true}, nil},
		{"POST", fresh() + "/import", object{"ciphertext": "AAAA"}, nil},
		{"POST", in("keys/KEY/import_version"), object{"ciphertext": "AAAA"}, nil},
		{"POST", in("keys/KEY/config"), object{"exportable": true}, nil},
		{"POST", in("keys/KEY/config"), object{"allow_plaintext_backup": true}, nil},
		{"POST", in("keys/KEY/config"), object{"min_decryption_version": 1}, nil},
		{"POST", in("keys/KEY/config"), object{"deletion_allowed": true, "exportable": true}, nil},
		{"POST", in("keys/KEY/config"), object{"deletion_allowed": true}, []transit.Role{erase}},
		{"POST", in("keys/KEY/rotate"), nil, nil},
		{"POST", in("keys/KEY/trim"), object{"min_available_version": 1}, nil},
		{"POST", in("encrypt/KEY"), plain, []transit.Role{serve}},
		{"POST", in("encrypt/" + string(keys.NewName())), plain, nil},
		{"POST", in("decrypt/KEY"), object{"ciphertext": sealed}, []transit.Role{serve, witness}},
		{"POST", in("decrypt/" + file), object{"ciphertext": sealedFile}, []transit.Role{serve, erase, witness}},
		{"POST", in("encrypt/" + file), plain, []transit.Role{serve}},
		{"POST", in("rewrap/KEY"), object{"ciphertext": sealed}, nil},
		{"POST", in("datakey/plaintext/KEY"), nil, nil},
		{"POST", in("datakey/wrapped/KEY"), nil, nil},
		{"GET", in("export/encryption-key/KEY"), nil, nil},
		{"GET", in("export/encryption-key/KEY/1"), nil, nil},
		{"GET", in("export/hmac-key/KEY"), nil, nil},
		{"GET", in("export/signing-key/lethe-certificates"), nil, nil},
		{"GET", in("export/hmac-key/lethe-derive"), nil, nil},
		{"GET", in("byok-export/KEY/KEY"), nil, nil},
		{"GET", in("backup/KEY"), nil, nil},
		{"POST", in("restore"), object{"backup": "AAAA"}, nil},
		{"POST", in("restore/KEY"), object{"backup": "AAAA", "force": true}, nil},
		{"POST", in("sign/KEY"), object{"input": "AAAA"}, nil},
		{"POST", in("sign/lethe-certificates"), object{"input": "AAAA"}, []transit.Role{erase}},
		{"POST", in("sign/lethe-certificates/sha2-512"), object{"input": "AAAA"}, nil},
		{"POST", in("verify/KEY"), object{"input": "AAAA", "hmac": "vault:v1:AAAA"}, nil},
		{"POST", in("verify/lethe-derive"), object{"input": "AAAA", "hmac": "vault:v1:AAAA"}, nil},
		{"POST", in("hmac/KEY"), object{"input": "AAAA"}, nil},
		{"POST", in("hmac/lethe-blind"), object{"input": "AAAA"}, []transit.Role{serve}},
		{"POST", in("hmac/lethe-blind/sha2-512"), object{"input": "AAAA"}, nil},
		{"POST", in("hmac/lethe-derive"), derive("challenge"), []transit.Role{serve}},
		{"POST", in("hmac/lethe-derive"), derive("log-signer"), []transit.Role{work}},
		{"POST", in("hmac/lethe-derive"), derive("chain-submitter"), []transit.Role{work}},
		{"POST", in("hmac/lethe-derive"), derive("root"), nil},
		{"POST", in("hmac/lethe-derive"), object{"batch_input": []object{derive("log-signer")}}, nil},
		{"POST", in("hmac/lethe-derive/sha2-256"), derive("log-signer"), nil},
		{"POST", in("random/32"), nil, nil},
		{"POST", in("hash"), object{"input": "AAAA"}, nil},
		{"GET", in("wrapping_key"), nil, nil},
		{"GET", in("cache-config"), nil, transit.Roles()},
		{"POST", in("cache-config"), object{"size": 0}, nil},
		{"GET", in("config/keys"), nil, transit.Roles()},
		{"POST", in("config/keys"), object{"disable_upsert": false}, nil},
	}
	return append(append(list, fixed(in)...), outside(mount, in)...)
}

// fixed are the operations on the keys that are no patient's.
func fixed(in func(string) string) []operation {
	list := []operation{
		{"GET", in("keys/lethe-count"), nil, []transit.Role{serve, erase}},
		{"POST", in("keys/lethe-count/rotate"), nil, []transit.Role{erase}},
		{"POST", in("keys/lethe-count/config"), object{"min_encryption_version": 1}, []transit.Role{erase}},
		{"POST", in("keys/lethe-count/trim"), object{"min_available_version": 1}, []transit.Role{erase}},
		{"GET", in("keys/lethe-certificates"), nil, []transit.Role{serve, erase, work}},
		{"GET", in("keys/lethe-blind"), nil, nil},
		{"GET", in("keys/lethe-derive"), nil, nil},
		{"POST", in("keys/lethe-other"), object{"type": "aes256-gcm96"}, nil},
		{"POST", in("encrypt/lethe-count"), object{"plaintext": "AAAA"}, nil},
		{"POST", in("decrypt/lethe-count"), object{"ciphertext": "vault:v1:AAAA"}, nil},
	}
	for _, key := range []string{"lethe-count", "lethe-blind", "lethe-derive", "lethe-certificates"} {
		list = append(list,
			operation{"POST", in("keys/" + key + "/config"), object{"deletion_allowed": true}, nil},
			operation{"POST", in("keys/" + key + "/config"), object{"exportable": true}, nil},
			operation{"DELETE", in("keys/" + key), nil, nil})
	}
	for _, key := range []string{"lethe-blind", "lethe-derive", "lethe-certificates"} {
		list = append(list, operation{"POST", in("keys/" + key + "/rotate"), nil, nil})
	}
	return list
}

// outside are the operations beyond the mount, and the deletion of the patient's key.
func outside(mount string, in func(string) string) []operation {
	list := []operation{
		{"GET", "sys/mounts", nil, nil},
		{"DELETE", "sys/mounts/" + mount, nil, nil},
		{"POST", "sys/mounts/" + mount + "/tune", object{"audit_non_hmac_request_keys": []string{"plaintext"}}, nil},
		{"POST", "sys/remount", object{"from": mount, "to": mount + "-b"}, nil},
		{"GET", "sys/policies/acl", nil, nil},
		{"GET", "sys/audit", nil, nil},
		{"PUT", "sys/audit/raw", object{"type": "file", "options": object{"file_path": "/tmp/raw", "log_raw": "true"}}, nil},
		{"GET", "sys/storage/raft/snapshot", nil, nil},
		{"PUT", "sys/seal", nil, nil},
		{"POST", "auth/token/create", object{}, nil},
		{"GET", "auth/token/lookup-self", nil, nil},
		{"POST", "lethe-other/decrypt/" + string(keys.NewName()), object{"ciphertext": "vault:v1:AAAA"}, nil},
		{"POST", "auth/token/renew-self", nil, transit.Roles()},
		{"POST", "sys/capabilities-self", object{"paths": []string{"sys/mounts"}}, transit.Roles()},
	}
	for _, role := range transit.Roles() {
		list = append(list,
			operation{"POST", "auth/approle/role/" + mount + "-" + string(role) + "/secret-id", nil, nil},
			operation{"GET", "auth/approle/role/" + mount + "-" + string(role) + "/role-id", nil, nil},
			operation{"PUT", "sys/policies/acl/" + mount + "-" + string(role), object{"policy": ""}, nil})
	}
	return append(list, operation{"DELETE", in("keys/KEY"), nil, []transit.Role{erase}})
}

// login gives a token of a role.
func (n *tenant) login(role transit.Role) string {
	n.t.Helper()
	secretID := n.do("POST", "auth/approle/role/"+n.policy(role)+"/secret-id", nil)["secret_id"]
	status, answer := n.as("", "POST", "auth/approle/login", object{"role_id": n.roleIDs[role], "secret_id": secretID})
	if status != 200 {
		n.t.Fatalf("login as %s: %d", role, status)
	}
	return answer["auth"].(object)["client_token"].(string)
}

// sealed makes a key, and encrypts something with it.
func (n *tenant) sealed(name keys.Name) (key, sealed string) {
	n.t.Helper()
	n.do("POST", n.mount+"/keys/"+string(name), object{"type": "aes256-gcm96"})
	return string(name), n.do("POST", n.mount+"/encrypt/"+string(name), object{"plaintext": "AAAA"})["ciphertext"].(string)
}

// TestEachRoleIsRefusedWhatIsNotItsOwn tries every operation with every role's own credential.
func TestEachRoleIsRefusedWhatIsNotItsOwn(t *testing.T) {
	n := newTenant(t)
	for _, role := range transit.Roles() {
		t.Run(string(role), func(t *testing.T) {
			token := n.login(role)
			key, sealed := n.sealed(keys.NewName())
			file, sealedFile := n.sealed(keys.NewCaseName())
			for _, op := range operations(n.mount, key, sealed, file, sealedFile) {
				status, answer := n.as(token, op.method, op.path, op.body)
				what := op.method + " " + strings.ReplaceAll(op.path, key, "KEY")
				switch allowed := slices.Contains(op.allowed, role); {
				case allowed && status/100 != 2:
					t.Errorf("%s %v: %d %v, want success", what, op.body, status, answer)
				case !allowed && status != 403:
					t.Errorf("%s %v: %d %v, want 403", what, op.body, status, answer)
				}
			}
		})
	}
}

// TestThreat21RolesOfOneTenantReachNoOther takes serve's credential to another tenant's mount.
func TestThreat21RolesOfOneTenantReachNoOther(t *testing.T) {
	one, other := newTenant(t), newTenant(t)
	key, sealed := other.sealed(keys.NewName())
	file, sealedFile := other.sealed(keys.NewCaseName())
	for _, role := range transit.Roles() {
		token := one.login(role)
		for _, op := range operations(other.mount, key, sealed, file, sealedFile) {
			if !strings.HasPrefix(op.path, other.mount+"/") {
				continue
			}
			if status, _ := one.as(token, op.method, op.path, op.body); status != 403 {
				t.Errorf("%s of another tenant: %s %s: %d", role, op.method, op.path, status)
			}
		}
	}
}

// TestThreat36NoRoleTakesAKeyOut gives every role's credential the ways by which a key leaves Transit, for a key that an
// administrator made exportable.
func TestThreat36NoRoleTakesAKeyOut(t *testing.T) {
	n := newTenant(t)
	key := string(keys.NewName())
	n.do("POST", n.mount+"/keys/"+key, object{"type": "aes256-gcm96", "exportable": true, "allow_plaintext_backup": true})
	ways := []string{"export/encryption-key/" + key, "export/hmac-key/" + key + "/latest", "backup/" + key}
	for _, way := range ways {
		n.do("GET", n.mount+"/"+way, nil) // the administrator can
	}
	for _, role := range transit.Roles() {
		token := n.login(role)
		for _, way := range ways {
			if status, _ := n.as(token, "GET", n.mount+"/"+way, nil); status != 403 {
				t.Errorf("%s: %s: %d, want 403", role, way, status)
			}
		}
	}
}
