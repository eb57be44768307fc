package transit

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Drift compares, as an administrator, everything that [Setup] puts in force with what is in force, and returns each difference
// in words; none where nothing differs. Beside that it wants an audit device, and none that writes secrets in the clear. It
// changes nothing. It does not look at each patient's key, nor at policies that are not ours.
func Drift(ctx context.Context, cfg Config, setup SetupConfig) (drift []string, err error) {
	err = administer(ctx, cfg, setup, func(r *Ring, measures []measure, _ SetupConfig) error {
		for _, m := range measures {
			differences, err := r.compare(ctx, m)
			if err != nil {
				return fmt.Errorf("transit: drift: %s: %w", m.what, err)
			}
			drift = append(drift, differences...)
		}
		differences, err := r.auditDrift(ctx)
		if err != nil {
			return fmt.Errorf("transit: drift: audit devices: %w", err)
		}
		drift = append(drift, differences...)
		return nil
	})
	return drift, err
}

// compare returns how a measure differs from what is in force.
func (r *Ring) compare(ctx context.Context, m measure) ([]string, error) {
	var answer struct {
		Data map[string]any `json:"data"`
	}
	err := r.read(ctx, m.read, &answer)
	if absent(err) || errors.Is(err, errNoMount) {
		return []string{m.what + ": missing"}, nil
	}
	if err != nil {
		return nil, err
	}
	found := answer.Data
	if m.entry != "" {
		var ok bool
		if found, ok = answer.Data[m.entry].(map[string]any); !ok {
			return []string{m.what + ": missing"}, nil
		}
	}
	return differences(m.what, m.want, found), nil
}

// differences compares what is wanted with what was found, which may hold more.
func differences(what string, want, found map[string]any) (list []string) {
	for _, field := range slices.Sorted(maps.Keys(want)) {
		w, f := want[field], found[field]
		if inner, ok := w.(map[string]any); ok {
			got, _ := f.(map[string]any)
			list = append(list, differences(what+": "+field, inner, got)...)
			continue
		}
		if !reflect.DeepEqual(w, f) {
			list = append(list, what+": "+field+" is "+brief(f)+", not "+brief(w))
		}
	}
	return list
}

// brief shows a value in a report, but of a long one, such as a policy, only that it is another.
func brief(v any) string {
	if s := fmt.Sprint(v); len(s) <= 80 {
		return s
	}
	return "another text"
}

// auditDrift wants at least one audit device, and none that logs what it sees in the clear.
func (r *Ring) auditDrift(ctx context.Context) (drift []string, err error) {
	var answer struct {
		Data map[string]struct {
			Options map[string]string `json:"options"`
		} `json:"data"`
	}
	if err := r.read(ctx, "sys/audit", &answer); err != nil {
		return nil, err
	}
	if len(answer.Data) == 0 {
		drift = append(drift, "audit devices: none")
	}
	for _, name := range slices.Sorted(maps.Keys(answer.Data)) {
		if raw := answer.Data[name].Options["log_raw"]; raw != "" && raw != "false" && raw != "0" {
			drift = append(drift, "audit device "+strings.TrimSuffix(name, "/")+": log_raw is on: keys stand in the log")
		}
	}
	return drift, nil
}

// ErrDrift means that a credential, or the mount, is not what [Setup] made of it.
var ErrDrift = errors.New("transit: settings of Vault have drifted")

// CheckRole compares the ring's own credential with its role, for the start of a process: on every path of Transit it must be
// able to do what its role does, and nothing more; upsert must be off, and the cache bounded. All differences come in one error,
// which matches [ErrDrift]. It looks at capabilities, not at the parameters that a policy allows, which are [Drift]'s to compare.
func (r *Ring) CheckRole(ctx context.Context, role Role) error {
	if !slices.Contains(Roles(), role) {
		return fmt.Errorf("transit: check role: no role %q", role)
	}
	drift, err := r.capabilityDrift(ctx, role)
	if err != nil {
		return fmt.Errorf("transit: check role %s: %w", role, err)
	}
	settings, err := r.settingsDrift(ctx)
	if err != nil {
		return fmt.Errorf("transit: check role %s: %w", role, err)
	}
	if drift = append(drift, settings...); len(drift) > 0 {
		return fmt.Errorf("transit: check role %s: %w: %s", role, ErrDrift, strings.Join(drift, "; "))
	}
	return nil
}

func (r *Ring) capabilityDrift(ctx context.Context, role Role) (drift []string, err error) {
	want := capabilities(role, r.mount)
	var answer struct {
		Data map[string][]string `json:"data"`
	}
	body := map[string]any{"paths": slices.Sorted(maps.Keys(want))}
	if err := r.write(ctx, "sys/capabilities-self", body, &answer); err != nil {
		return nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if is := answer.Data[path]; !slices.Equal(slices.Sorted(slices.Values(is)), want[path]) {
			drift = append(drift, fmt.Sprintf("%s: may %s, not %s", path, is, want[path]))
		}
	}
	return drift, nil
}

func (r *Ring) settingsDrift(ctx context.Context) ([]string, error) {
	drift, err := r.compare(ctx, same("upsert off", r.mount+"/config/keys", map[string]any{"disable_upsert": true}))
	if err != nil {
		return denial(err)
	}
	bounded, err := r.compare(ctx, same("", r.mount+"/cache-config", map[string]any{"size": 0.0}))
	if err != nil {
		return denial(err)
	}
	if len(bounded) == 0 {
		drift = append(drift, "cache bounded: it is not")
	}
	return drift, nil
}

// denial takes settings that may not be read for one more difference.
func denial(err error) ([]string, error) {
	if errors.Is(err, ErrDenied) {
		return []string{"settings of the mount: may not be read"}, nil
	}
	return nil, err
}

// sample stands for the patients' names in paths that are asked about.
var sample = strings.Repeat("0", 64)

// surface is every operation of Transit, and what else a role must not reach.
var surface = []string{
	"keys", "keys/+", "keys/+/config", "keys/+/rotate", "keys/+/trim", "keys/+/import", "keys/+/import_version",
	"encrypt/+", "decrypt/+", "rewrap/+", "datakey/plaintext/+", "datakey/wrapped/+", "export/encryption-key/+", "export/hmac-key/+",
	"byok-export/+/+", "backup/+", "restore", "restore/+", "sign/+", "verify/+", "hmac/+", "random", "hash", "wrapping_key",
	"config/keys", "cache-config",
	"keys/lethe-blind", "keys/lethe-blind/config", "keys/lethe-count/rotate", "keys/lethe-count/config", "keys/lethe-count/trim",
	"keys/lethe-count", "keys/lethe-certificates", "keys/lethe-certificates/rotate", "keys/lethe-derive",
	"hmac/lethe-blind", "hmac/lethe-derive", "hmac/lethe-derive/sha2-512", "sign/lethe-certificates", "encrypt/lethe-count",
	"decrypt/lethe-count", "export/signing-key/lethe-certificates", "export/hmac-key/lethe-derive",
}

// capabilities returns what a role may do on each path of the surface, after its rules.
func capabilities(role Role, mount string) map[string][]string {
	can := make(map[string][]string)
	for _, path := range surface {
		can[mount+"/"+strings.ReplaceAll(path, "+", sample)] = deny
	}
	tuning := "sys/mounts/" + mount
	for _, path := range []string{tuning, tuning + "/tune", "sys/policies/acl/lethe", "sys/audit/lethe", "sys/raw/logical"} {
		can[path] = deny
	}
	for _, r := range rules(role, mount) {
		if !strings.HasSuffix(r.path, "*") {
			can[strings.ReplaceAll(r.path, "+", sample)] = slices.Sorted(slices.Values(r.can))
		}
	}
	return can
}
