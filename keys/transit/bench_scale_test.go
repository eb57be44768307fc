package transit_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"lethe/keys"
	"lethe/keys/transit"
)

// benchKeys is how many keys a server of the benchmark's own is filled with, of which a patient has four: a hundred thousand take minutes
// and a gigabyte.
const benchKeys = "LETHE_BENCH_KEYS"

// startVault starts a server of the benchmark's own, with nothing in it, and makes it the one of [realVault].
func startVault(b *testing.B) (process int, data string) {
	b.Helper()
	built, err := filepath.Glob("../../bin/backends/vault-*")
	must(b, err)
	ca := os.Getenv("LETHE_TEST_CA")
	if len(built) == 0 || ca == "" {
		b.Skip("no Vault in bin/backends, or LETHE_TEST_CA names no certificate: `make backends up` has both")
	}
	home := b.TempDir()
	data = filepath.Join(home, "raft")
	must(b, os.Mkdir(data, 0o700))
	at, cluster := freePort(b), freePort(b)
	file := filepath.Join(home, "config.hcl")
	must(b, os.WriteFile(file, fmt.Appendf(nil, `
storage "raft" {
  path    = %q
  node_id = "one"
}
listener "tcp" {
  address       = %q
  tls_cert_file = %q
  tls_key_file  = %q
}
api_addr      = "https://%s"
cluster_addr  = "https://%s"
disable_mlock = true
`, data, at, ca, filepath.Join(filepath.Dir(ca), "key.pem"), at, cluster), 0o600))
	server := exec.Command(built[0], "server", "-config="+file) //nolint:noctx // the benchmark's end stops it
	must(b, server.Start())
	b.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt)
		_ = server.Wait()
	})
	b.Setenv("LETHE_TEST_VAULT", "https://"+at)
	b.Setenv("LETHE_TEST_VAULT_TOKEN", unsealed(b))
	return server.Process.Pid, data
}

func freePort(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(b, err)
	defer l.Close()
	return l.Addr().String()
}

// unsealed makes the server's keys and opens it; it returns the administrator's token.
func unsealed(b *testing.B) string {
	b.Helper()
	a := realVault(b)
	until(b, "answers", func() bool {
		resp, err := a.http.Get(a.url + "/v1/sys/health?uninitcode=200") //nolint:noctx // loopback
		return err == nil && resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
	})
	_, made := a.as("", "PUT", "sys/init", object{"secret_shares": 1, "secret_threshold": 1})
	share := made["keys_base64"].([]any)[0]
	a.as("", "PUT", "sys/unseal", object{"key": share})
	until(b, "is active", func() bool {
		status, _ := a.as("", "GET", "sys/health", nil)
		return status == http.StatusOK
	})
	a.token = made["root_token"].(string)
	return a.token
}

func until(b *testing.B, what string, holds func() bool) {
	b.Helper()
	for began := time.Now(); !holds(); time.Sleep(100 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			b.Fatalf("no Vault that %s", what)
		}
	}
}

// BenchmarkScale fills a Vault of its own with keys, a bounded number of which Transit holds in memory, audit log on, and reports what they
// take: of its memory, of its disk, in a snapshot, and to open one that is in that memory (warm) and one that is not (cold).
func BenchmarkScale(b *testing.B) {
	last, err := strconv.Atoi(os.Getenv(benchKeys))
	if err != nil {
		b.Skipf("%s is not set: how many keys to fill a Vault with", benchKeys)
	}
	process, data := startVault(b)
	n := &tenant{admin: realVault(b), name: "bench", mount: transit.DefaultMount("bench")} // it goes with the server
	audit := filepath.Join(filepath.Dir(data), "audit.log")
	report, err := transit.Setup(b.Context(), n.config(), transit.SetupConfig{AuditFile: audit})
	must(b, err)
	n.roleIDs = report.RoleIDs
	s := &scale{tenant: n, ring: n.role(b, transit.RoleServe), process: process, data: data, audit: audit}
	for _, total := range []int{1000, 10_000, 40_000, 100_000, 200_000, 400_000} {
		if total <= last {
			b.Run(fmt.Sprintf("keys=%d", total), func(b *testing.B) { s.grow(b, total) })
		}
	}
}

// scale is a server that is being filled.
type scale struct {
	*tenant
	ring        *transit.Ring
	process     int
	data, audit string
	made        int
	first       []wrappedKey // were made before all others
}

type wrappedKey struct {
	name    keys.Name
	wrapped []byte
}

const sample = 1000

func (s *scale) grow(b *testing.B, total int) {
	began, more := time.Now(), total-s.made
	each(b, 8, more, func(int) error { return s.ring.Create(b.Context(), keys.NewName()) })
	b.ReportMetric(float64(more)/time.Since(began).Seconds(), "keys/s")
	s.made = total
	if s.first == nil {
		s.first = wrapped(b, s.ring, sample)
		s.made += sample
	}
	for _, state := range []string{"cold", "warm"} { // the second time they are in memory
		b.ReportMetric(median(opened(b, s.ring, s.first)).Seconds()*1e3, state+"-ms")
	}
	b.ReportMetric(megabytes(size(b, s.data)), "disk-MB")
	b.ReportMetric(megabytes(size(b, s.audit)), "audit-MB")
	b.ReportMetric(megabytes(resident(b, s.process, "RssAnon")), "heap-MB")
	b.ReportMetric(megabytes(resident(b, s.process, "RssFile")), "mapped-MB")
	began = time.Now()
	var snapshot counter
	must(b, transit.Snapshot(b.Context(), s.config(), &snapshot))
	b.ReportMetric(time.Since(began).Seconds(), "snapshot-s")
	b.ReportMetric(megabytes(int64(snapshot)), "snapshot-MB")
	b.ReportMetric(0, "ns/op")
}

func megabytes(n int64) float64 { return float64(n) / 1e6 }

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// wrapped makes keys that wrap something.
func wrapped(b *testing.B, r *transit.Ring, n int) []wrappedKey {
	b.Helper()
	all := make([]wrappedKey, n)
	each(b, 8, n, func(i int) (err error) {
		all[i].name = keys.NewName()
		if err = r.Create(b.Context(), all[i].name); err == nil {
			all[i].wrapped, err = r.Wrap(b.Context(), all[i].name, keys.NewKey(), nil)
		}
		return err
	})
	return all
}

// opened unwraps one after the other, and says how long each took.
func opened(b *testing.B, r *transit.Ring, all []wrappedKey) []time.Duration {
	b.Helper()
	took := make([]time.Duration, len(all))
	for i, k := range all {
		began := time.Now()
		key, err := r.Unwrap(b.Context(), k.name, k.wrapped, nil)
		must(b, err)
		key.Zero()
		took[i] = time.Since(began)
	}
	return took
}

func median(times []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(times))[len(times)/2]
}

// each does n numbered things by so many clients.
func each(b *testing.B, clients, n int, do func(i int) error) {
	b.Helper()
	var group errgroup.Group
	group.SetLimit(clients)
	for i := range n {
		group.Go(func() error { return do(i) })
	}
	must(b, group.Wait())
}

// size is what a file or folder takes of the disk, in bytes.
func size(b *testing.B, root string) (n int64) {
	b.Helper()
	must(b, filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	}))
	return n
}

// resident is the part of a process's memory that is its own (RssAnon), or that shows files, which the system takes back (RssFile); in bytes.
func resident(b *testing.B, process int, part string) int64 {
	b.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", process))
	must(b, err)
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, found := strings.CutPrefix(lines.Text(), part+":"); found {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			must(b, err)
			return kib << 10
		}
	}
	b.Fatal("the system does not say what memory the server has")
	return 0
}

// BenchmarkSessions opens the sessions of patients, each of which is one key that Vault opens, beside plain HTTP requests of the same to
// the same server, in turns within one run; medians. The ratio is the plain time over ours.
func BenchmarkSessions(b *testing.B) {
	n := newTenant(b)
	ring := n.role(b, transit.RoleServe)
	all, token := wrapped(b, ring, sample), n.login(transit.RoleServe)
	for _, clients := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			plain := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots(b)}, MaxIdleConnsPerHost: clients}}
			defer plain.CloseIdleConnections()
			var times [2][]time.Duration
			for range 9 {
				for i, open := range []func(wrappedKey) error{
					func(k wrappedKey) error {
						key, err := ring.Unwrap(b.Context(), k.name, k.wrapped, nil)
						if err == nil {
							key.Zero()
						}
						return err
					},
					func(k wrappedKey) error { return n.decrypt(plain, token, k) },
				} {
					began := time.Now()
					each(b, clients, len(all), func(i int) error { return open(all[i]) })
					times[i] = append(times[i], time.Since(began))
				}
			}
			ours, theirs := median(times[0]).Seconds(), median(times[1]).Seconds()
			b.ReportMetric(sample/ours, "sessions/s")
			b.ReportMetric(sample/theirs, "plain/s")
			b.ReportMetric(theirs/ours, "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// decrypt asks Vault past the package under test.
func (n *tenant) decrypt(client *http.Client, token string, k wrappedKey) error {
	body, err := json.Marshal(map[string]string{"ciphertext": string(k.wrapped)})
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, n.url+"/v1/"+n.mount+"/decrypt/"+string(k.name), bytes.NewReader(body)) //nolint:noctx // loopback
	if err != nil {
		return err
	}
	req.Header.Set("X-Vault-Token", token)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && (resp.StatusCode != http.StatusOK || !bytes.Contains(answer, []byte(`"plaintext"`))) {
		err = fmt.Errorf("%s: %s", resp.Status, answer)
	}
	return err
}
