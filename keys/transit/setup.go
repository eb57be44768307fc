package transit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// SetupConfig says what [Setup] puts in force beside what is always the same. Its zero value is the default.
type SetupConfig struct {
	CacheSize  int           // keys that Transit holds in memory; at least 10, by default 10,000
	WitnessTTL time.Duration // life of a witness's token, which is renewed up to 15 minutes; at least 1 minute, by default 5
	AuditFile  string        // on the server's disk: makes an audit device, which OpenBao refuses; by default none
	AppRole    string        // path of the AppRole method; by default approle
}

const (
	defaultCacheSize  = 10_000
	minCacheSize      = 10 // Transit's own bound
	defaultWitnessTTL = 5 * time.Minute
	maxWitnessTTL     = 15 * time.Minute
	tokenTTL          = 20 * time.Minute
	maxTokenTTL       = 24 * time.Hour
)

func (s SetupConfig) checked() (SetupConfig, error) {
	if s.CacheSize == 0 {
		s.CacheSize = defaultCacheSize
	}
	if s.CacheSize < minCacheSize {
		return s, fmt.Errorf("transit: SetupConfig.CacheSize is %d, below %d", s.CacheSize, minCacheSize)
	}
	if s.WitnessTTL == 0 {
		s.WitnessTTL = defaultWitnessTTL
	}
	if s.WitnessTTL < time.Minute || s.WitnessTTL > maxWitnessTTL {
		return s, fmt.Errorf("transit: SetupConfig.WitnessTTL is %v, not between 1m and %v", s.WitnessTTL, maxWitnessTTL)
	}
	if s.AppRole == "" {
		s.AppRole = defaultAppRole
	}
	if !mountForm.MatchString(s.AppRole) {
		return s, errors.New("transit: SetupConfig.AppRole is not one segment of lower-case letters, digits, _ and -")
	}
	return s, nil
}

// Report is what [Setup] did.
type Report struct {
	Changes []string        // what was not in force before, in words; empty where all was
	RoleIDs map[Role]string // of the AppRoles, for [AppRole]; secret ids are made by the operator, for each process
}

// Setup puts in force, as an administrator, what one tenant needs of Vault: the mount, its fixed keys, the roles' policies and
// AppRoles, and an audit device where one is asked for. What is in force already stays, so it can be run again, and after a
// crash midway has to be. It fails where something cannot be put right, such as a fixed key that somebody made exportable.
func Setup(ctx context.Context, cfg Config, setup SetupConfig) (report Report, err error) {
	err = administer(ctx, cfg, setup, func(r *Ring, measures []measure, setup SetupConfig) error {
		for _, m := range measures {
			changed, err := r.enforce(ctx, m)
			if err != nil {
				return fmt.Errorf("transit: setup: %s: %w", m.what, err)
			}
			if changed {
				report.Changes = append(report.Changes, m.what)
			}
		}
		report.RoleIDs, err = r.roleIDs(ctx, cfg.Tenant, setup.AppRole)
		return err
	})
	return report, err
}

// administer opens a ring with an administrator's login for the time of do.
func administer(ctx context.Context, cfg Config, setup SetupConfig, do func(*Ring, []measure, SetupConfig) error) (err error) {
	setup, err = setup.checked()
	if err != nil {
		return err
	}
	r, err := Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return do(r, measures(cfg.Tenant, r.mount, setup), setup)
}

// measure is one thing that Setup puts in force and Drift looks at.
type measure struct {
	what  string         // in words
	read  string         // path that shows it
	entry string         // of what is read there; empty: all of it
	want  map[string]any // what reading shows, among other things
	write string         // path
	body  any
}

// Fields that a mount's tuning lets into audit logs as they are.
const (
	clearRequest  = "audit_non_hmac_request_keys"
	clearResponse = "audit_non_hmac_response_keys"
)

// measures returns everything that Setup puts in force, in the order in which one needs the other.
func measures(tenant, mount string, setup SetupConfig) []measure {
	list := []measure{
		{what: "mount " + mount, read: "sys/mounts", entry: mount + "/", want: map[string]any{"type": "transit"},
			write: "sys/mounts/" + mount, body: map[string]any{"type": "transit", "description": "patients' keys of " + tenant}},
		{what: "nothing of the mount clear in audit logs", read: "sys/mounts", entry: mount + "/",
			want:  map[string]any{"config": map[string]any{clearRequest: nil, clearResponse: nil}},
			write: "sys/mounts/" + mount + "/tune", body: map[string]any{clearRequest: []string{}, clearResponse: []string{}}},
		same("upsert off", mount+"/config/keys", map[string]any{"disable_upsert": true}),
		same("cache bounded", mount+"/cache-config", map[string]any{"size": float64(setup.CacheSize)}),
	}
	list = append(list, fixedKeys(mount)...)
	list = append(list, measure{what: "auth method " + setup.AppRole, read: "sys/auth", entry: setup.AppRole + "/",
		want: map[string]any{"type": "approle"}, write: "sys/auth/" + setup.AppRole, body: map[string]any{"type": "approle"}})
	for _, role := range Roles() {
		list = append(list,
			same("policy "+PolicyName(tenant, role), "sys/policies/acl/"+PolicyName(tenant, role),
				map[string]any{"policy": Policies(mount)[role]}),
			same("AppRole "+PolicyName(tenant, role), "auth/"+setup.AppRole+"/role/"+PolicyName(tenant, role),
				appRole(PolicyName(tenant, role), role, setup)))
	}
	if setup.AuditFile != "" {
		list = append(list, audit(setup.AuditFile))
	}
	return list
}

// same is a measure that is read where and as it is written.
func same(what, path string, content map[string]any) measure {
	return measure{what: what, read: path, want: content, write: path, body: content}
}

// SecretIDs makes a secret id for each role, as an administrator, with which a process logs in. Those made before stay valid.
func SecretIDs(ctx context.Context, cfg Config, setup SetupConfig) (ids map[Role]string, err error) {
	ids = map[Role]string{}
	err = administer(ctx, cfg, setup, func(r *Ring, _ []measure, setup SetupConfig) error {
		for _, role := range Roles() {
			var answer struct {
				Data struct {
					SecretID string `json:"secret_id"`
				} `json:"data"`
			}
			path := "auth/" + setup.AppRole + "/role/" + PolicyName(cfg.Tenant, role) + "/secret-id"
			if err := r.write(ctx, path, struct{}{}, &answer); err != nil {
				return fmt.Errorf("transit: secret id of %s: %w", role, err)
			}
			ids[role] = answer.Data.SecretID
		}
		return nil
	})
	return ids, err
}

// PolicyName is what a role's policy and AppRole are called.
func PolicyName(tenant string, role Role) string { return "lethe-" + tenant + "-" + string(role) }

func fixedKeys(mount string) (list []measure) {
	for _, key := range []struct {
		name, kind string
		size       int
	}{{countKey, patientType, 0}, {blindKey, "hmac", 32}, {deriveKey, "hmac", 32}, {certificatesKey, "ed25519", 0}} {
		path, body := mount+"/keys/"+key.name, map[string]any{"type": key.kind}
		if key.size > 0 {
			body["key_size"] = key.size // bytes
		}
		list = append(list, measure{what: "key " + key.name, read: path, write: path, body: body, want: map[string]any{
			"type": key.kind, "derived": false, "exportable": false, "allow_plaintext_backup": false, "deletion_allowed": false,
			"auto_rotate_period": 0.0,
		}})
	}
	return list
}

// appRole returns the settings of a role. A service token can be renewed and revoked; the default policy is left out.
func appRole(policy string, role Role, setup SetupConfig) map[string]any {
	ttl, longest := tokenTTL, maxTokenTTL
	if role == RoleWitness {
		ttl, longest = setup.WitnessTTL, maxWitnessTTL
	}
	return map[string]any{
		"bind_secret_id": true, "token_policies": []any{policy}, "token_no_default_policy": true, "token_type": "service",
		"token_ttl": ttl.Seconds(), "token_max_ttl": longest.Seconds(), "token_num_uses": 0.0, "token_period": 0.0,
	}
}

func audit(file string) measure {
	content := map[string]any{"type": "file", "options": map[string]any{"file_path": file, "mode": "0600"}}
	return measure{what: "audit device lethe", read: "sys/audit", entry: "lethe/", want: content,
		write: "sys/audit/lethe", body: content}
}

var errStays = errors.New("cannot be put right: it was made otherwise")

// enforce writes a measure where it is not in force, and looks again.
func (r *Ring) enforce(ctx context.Context, m measure) (changed bool, err error) {
	if differences, err := r.compare(ctx, m); err != nil || len(differences) == 0 {
		return false, err
	}
	if err := r.write(ctx, m.write, m.body, nil); err != nil {
		return false, err
	}
	differences, err := r.compare(ctx, m)
	if err == nil && len(differences) > 0 {
		err = fmt.Errorf("%w: %s", errStays, differences[0])
	}
	return true, err
}

func (r *Ring) roleIDs(ctx context.Context, tenant, method string) (map[Role]string, error) {
	ids := make(map[Role]string)
	for _, role := range Roles() {
		var answer struct {
			Data struct {
				RoleID string `json:"role_id"`
			} `json:"data"`
		}
		err := r.call(ctx, http.MethodGet, "auth/"+method+"/role/"+PolicyName(tenant, role)+"/role-id", nil, &answer)
		if err != nil {
			return nil, fmt.Errorf("transit: setup: role id of %s: %w", role, err)
		}
		ids[role] = answer.Data.RoleID
	}
	return ids, nil
}
