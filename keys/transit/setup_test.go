package transit_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lethe/keys"
	"lethe/keys/transit"
)

func drift(t *testing.T, n *tenant, setup transit.SetupConfig) []string {
	t.Helper()
	list, err := transit.Drift(t.Context(), n.config(), setup)
	must(t, err)
	return slices.DeleteFunc(list, func(s string) bool { return s == "audit devices: none" }) // the server's, not the tenant's
}

func TestSetupTwiceChangesNothing(t *testing.T) {
	n := bareTenant(t)
	before := drift(t, n, transit.SetupConfig{})
	first, err := transit.Setup(t.Context(), n.config(), transit.SetupConfig{})
	must(t, err)
	for _, what := range []string{"mount", "upsert off", "cache bounded", "key lethe-count", "key lethe-blind", "key lethe-derive",
		"key lethe-certificates", "policy", "AppRole"} {
		named := func(s string) bool { return strings.HasPrefix(s, what) }
		if !slices.ContainsFunc(before, named) || !slices.ContainsFunc(first.Changes, named) {
			t.Errorf("%s: missing among the drift %q or the changes %q", what, before, first.Changes)
		}
	}
	second, err := transit.Setup(t.Context(), n.config(), transit.SetupConfig{})
	must(t, err)
	if len(second.Changes) > 0 || len(second.RoleIDs) != 4 || second.RoleIDs[transit.RoleErase] != first.RoleIDs[transit.RoleErase] {
		t.Errorf("again: %+v, first %+v", second, first)
	}
	if list := drift(t, n, transit.SetupConfig{}); len(list) > 0 {
		t.Errorf("drift after setup: %q", list)
	}
}

// TestThreat36DriftIsNamedAndPutRight changes each thing behind its back: Drift names it, Setup puts it right.
func TestThreat36DriftIsNamedAndPutRight(t *testing.T) {
	n := newTenant(t)
	serve := n.policy(transit.RoleServe)
	for what, change := range map[string]func(){
		"upsert off":    func() { n.do("POST", n.mount+"/config/keys", object{"disable_upsert": false}) },
		"cache bounded": func() { n.do("POST", n.mount+"/cache-config", object{"size": 0}) },
		"nothing of the mount clear": func() {
			n.do("POST", "sys/mounts/"+n.mount+"/tune", object{"audit_non_hmac_request_keys": []string{"plaintext"}})
		},
		"key lethe-blind: deletion": func() { n.do("POST", n.mount+"/keys/lethe-blind/config", object{"deletion_allowed": true}) },
		"policy " + serve: func() {
			n.do("PUT", "sys/policies/acl/"+serve, object{"policy": `path "*" { capabilities = ["read"] }`})
		},
		"AppRole " + serve + ": token_policies": func() {
			n.do("POST", "auth/approle/role/"+serve, object{"token_policies": []string{serve, "default"}})
		},
	} {
		change()
		list := drift(t, n, transit.SetupConfig{})
		if len(list) != 1 || !strings.HasPrefix(list[0], what) {
			t.Errorf("%s: drift %q", what, list)
		}
		if strings.HasPrefix(what, "key") {
			n.do("POST", n.mount+"/keys/lethe-blind/config", object{"deletion_allowed": false})
			continue
		}
		_, err := transit.Setup(t.Context(), n.config(), transit.SetupConfig{})
		must(t, err)
		if list := drift(t, n, transit.SetupConfig{}); len(list) > 0 {
			t.Errorf("%s: still %q after setup", what, list)
		}
	}
}

// TestThreat36ExportableKeyCannotBePutRight: Transit never takes the flag back, so Setup fails and Drift goes on naming it.
func TestThreat36ExportableKeyCannotBePutRight(t *testing.T) {
	n := newTenant(t)
	n.do("POST", n.mount+"/keys/lethe-certificates/config", object{"exportable": true, "allow_plaintext_backup": true})
	if list := drift(t, n, transit.SetupConfig{}); len(list) != 2 || !strings.Contains(list[1], "exportable is true") {
		t.Errorf("drift %q", list)
	}
	_, err := transit.Setup(t.Context(), n.config(), transit.SetupConfig{})
	if err == nil || !strings.Contains(err.Error(), "lethe-certificates") {
		t.Errorf("setup: %v, want an error that names the key", err)
	}
}

func TestCheckRole(t *testing.T) {
	n := newTenant(t)
	for _, role := range transit.Roles() {
		ring := n.role(t, role)
		must(t, ring.CheckRole(t.Context(), role))
		for _, other := range transit.Roles() {
			if other != role && !errors.Is(ring.CheckRole(t.Context(), other), transit.ErrDrift) {
				t.Errorf("the credential of %s passes for %s", role, other)
			}
		}
	}
	if err := n.ring(t).CheckRole(t.Context(), transit.RoleServe); !errors.Is(err, transit.ErrDrift) {
		t.Errorf("the administrator passes for serve: %v", err)
	}
	if err := n.role(t, transit.RoleServe).CheckRole(t.Context(), "king"); err == nil {
		t.Error("a role that is none")
	}
}

// TestThreat36DriftAtStart: what an administrator opened while the process was down stops its start, and is named.
func TestThreat36DriftAtStart(t *testing.T) {
	n := newTenant(t)
	name := n.policy(transit.RoleErase)
	meant := transit.Policies(n.mount)[transit.RoleErase]
	for what, change := range map[string]func(){
		"export/encryption-key": func() {
			n.do("PUT", "sys/policies/acl/"+name, object{"policy": strings.Replace(meant, `export/*" {
  capabilities = ["deny"]`, `export/*" {
  capabilities = ["read"]`, 1)})
		},
		"decrypt/0000": func() {
			more := "path \"" + n.mount + "/decrypt/+\" {\n capabilities = [\"update\"]\n}\n"
			n.do("PUT", "sys/policies/acl/"+name, object{"policy": meant + more})
		},
		"lethe-count/rotate": func() {
			n.do("PUT", "sys/policies/acl/"+name, object{"policy": strings.Replace(meant, "lethe-count/rotate", "lethe-count/none", 1)})
		},
		"may not be read": func() {
			n.do("PUT", "sys/policies/acl/"+name, object{"policy": strings.Replace(meant, "config/keys", "config/none", 1)})
		},
		"upsert off":    func() { n.do("POST", n.mount+"/config/keys", object{"disable_upsert": false}) },
		"cache bounded": func() { n.do("POST", n.mount+"/cache-config", object{"size": 0}) },
	} {
		change()
		err := n.role(t, transit.RoleErase).CheckRole(t.Context(), transit.RoleErase)
		if !errors.Is(err, transit.ErrDrift) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
		_, err = transit.Setup(t.Context(), n.config(), transit.SetupConfig{})
		must(t, err)
	}
}

// TestThreat06AuditDevice: a device where one is asked for, in whose log keys stand only as HMACs; one that logs in the clear is
// drift.
func TestThreat06AuditDevice(t *testing.T) {
	n := bareTenant(t)
	if len(n.do("GET", "sys/audit", nil)) > 0 {
		t.Skip("the server has an audit device already")
	}
	list, err := transit.Drift(t.Context(), n.config(), transit.SetupConfig{})
	if !slices.Contains(list, "audit devices: none") || err != nil {
		t.Errorf("drift %q, %v", list, err)
	}
	file := filepath.Join(t.TempDir(), "audit.log")
	setup := transit.SetupConfig{AuditFile: file}
	t.Cleanup(func() { n.do("DELETE", "sys/audit/lethe", nil) })
	_, err = transit.Setup(t.Context(), n.config(), setup)
	must(t, err)
	if list, err := transit.Drift(t.Context(), n.config(), setup); len(list) > 0 || err != nil {
		t.Errorf("drift %q, %v", list, err)
	}
	r, name, key := n.ring(t), keys.NewName(), keys.NewKey()
	must(t, r.Create(t.Context(), name))
	wrapped, err := r.Wrap(t.Context(), name, key, nil)
	must(t, err)
	content, err := os.ReadFile(file)
	must(t, err)
	log := string(content)
	if !strings.Contains(log, string(name)) || strings.Contains(log, string(wrapped)) || strings.Contains(log, base64Of(key)) {
		t.Error("the log lacks the call, or shows what was encrypted")
	}
	n.do("PUT", "sys/audit/raw", object{"type": "file", "options": object{"file_path": file + ".raw", "log_raw": "true"}})
	defer n.do("DELETE", "sys/audit/raw", nil)
	if list := drift(t, n, setup); len(list) != 1 || !strings.Contains(list[0], "raw: log_raw is on") {
		t.Errorf("drift %q", list)
	}
}

func TestWitnessTokenLivesMinutes(t *testing.T) {
	n := bareTenant(t)
	setup := transit.SetupConfig{WitnessTTL: 2 * time.Minute}
	report, err := transit.Setup(t.Context(), n.config(), setup)
	must(t, err)
	n.roleIDs = report.RoleIDs
	for role, want := range map[transit.Role]float64{transit.RoleWitness: 120, transit.RoleServe: 1200} {
		_, answer := n.as(n.login(role), "POST", "auth/token/renew-self", nil)
		auth := answer["auth"].(object)
		if auth["lease_duration"] != want || auth["token_type"] != "service" || len(auth["policies"].([]any)) != 1 {
			t.Errorf("%s: %v", role, auth)
		}
	}
}

func TestSetupConfig(t *testing.T) {
	for field, setup := range map[string]transit.SetupConfig{
		"CacheSize": {CacheSize: 9}, "WitnessTTL": {WitnessTTL: 16 * time.Minute}, "AppRole": {AppRole: "a/b"},
	} {
		_, err := transit.Setup(t.Context(), transit.Config{}, setup)
		if err == nil || !strings.Contains(err.Error(), "SetupConfig."+field) {
			t.Errorf("%+v: %v", setup, err)
		}
	}
}

// TestPoliciesSayWhy: the text is the same each time, and every path has a reason above it.
func TestPoliciesSayWhy(t *testing.T) {
	for role, text := range transit.Policies("lethe-a") {
		if text != transit.Policies("lethe-a")[role] {
			t.Errorf("%s: two texts", role)
		}
		for block := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
			if !strings.HasPrefix(block, "# ") || strings.HasPrefix(block, "# \n") {
				t.Errorf("%s: no reason above\n%s", role, block)
			}
		}
		for _, much := range []string{"sudo", `"*"`, `"create"`, `"list"`, `"patch"`} {
			if strings.Contains(text, much) {
				t.Errorf("%s may %s", role, much)
			}
		}
	}
}
