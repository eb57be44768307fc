package main

import (
	"context"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"lethe/offchain/object"
	"lethe/vault"
)

// onServersState opens a state folder on the servers, under a tenant of its own.
func onServersState(b *testing.B) *state {
	b.Helper()
	s := onTheServers(b)
	p := &program{stdout: io.Discard, stderr: io.Discard, dir: b.TempDir(), configFile: s.file}
	if err := p.configure(); err != nil {
		b.Fatal(err)
	}
	d := &demo{program: p, expendable: true, thief: thief{program: p, loot: b.TempDir()}}
	if err := d.prepareServers(b.Context()); err != nil {
		b.Fatal(err)
	}
	st, err := p.openState(context.Background(), true)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := st.Close(); err != nil {
			b.Error(err)
		}
	})
	return st
}

// plainClient is minio-go as its users set it up, with a bucket of its own.
func plainClient(b *testing.B) (*minio.Client, string) {
	b.Helper()
	u, err := url.Parse(os.Getenv("LETHE_TEST_S3"))
	if err != nil {
		b.Fatal(err)
	}
	password, _ := u.User.Password()
	cfg := object.S3Config{URL: u.Scheme + "://" + u.Host, Bucket: own(), Key: u.User.Username(), Secret: password, CAFile: os.Getenv("LETHE_TEST_CA")}
	if _, err := object.SetupS3(b.Context(), cfg, object.S3Setup{}); err != nil {
		b.Fatal(err)
	}
	b.Setenv("SSL_CERT_FILE", cfg.CAFile)
	c, err := minio.New(u.Host, &minio.Options{Creds: credentials.NewStaticV4(cfg.Key, cfg.Secret, ""), Secure: true})
	if err != nil {
		b.Fatal(err)
	}
	return c, cfg.Bucket
}

// repeated is a stream of n bytes of noise.
func repeated(noise []byte, n int64) io.Reader { return io.LimitReader(&loop{noise: noise}, n) }

type loop struct {
	noise []byte
	at    int
}

func (l *loop) Read(p []byte) (int, error) {
	n := copy(p, l.noise[l.at:])
	l.at = (l.at + n) % len(l.noise)
	return n, nil
}

// BenchmarkServersPutGet takes files in and gives them back, encrypted, logged and accounted for, beside plain minio-go to the same
// server, in turns within one run; medians. The ratio is the plain time over ours.
func BenchmarkServersPutGet(b *testing.B) {
	st := onServersState(b)
	plain, bucket := plainClient(b)
	noise := make([]byte, 1<<20)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(noise)
	made, err := st.Import(b.Context(), vault.Import{Open: func() (io.ReadCloser, error) { return os.Open(testBundle(b)) }})
	if err != nil {
		b.Fatal(err)
	}
	for _, size := range []struct {
		name   string
		bytes  int64
		rounds int
	}{{"1KiB", 1 << 10, 21}, {"1MiB", 1 << 20, 21}, {"64MiB", 64 << 20, 7}, {"1GiB", 1 << 30, 3}} {
		b.Run(size.name, func(b *testing.B) {
			var put, get, plainPut, plainGet []time.Duration
			for range size.rounds {
				record := ""
				put = append(put, took(b, func() error {
					done, err := st.Import(b.Context(), vault.Import{
						Open: func() (io.ReadCloser, error) { return io.NopCloser(repeated(noise, size.bytes)), nil }, Patient: made.Patient, Type: "Binary",
					})
					record = done.Record
					return err
				}))
				get = append(get, took(b, func() error { return readAll(b.Context(), st, record, size.bytes) }))
				name := own()
				plainPut = append(plainPut, took(b, func() error {
					_, err := plain.PutObject(b.Context(), bucket, name, repeated(noise, size.bytes), size.bytes, minio.PutObjectOptions{})
					return err
				}))
				plainGet = append(plainGet, took(b, func() error {
					o, err := plain.GetObject(b.Context(), bucket, name, minio.GetObjectOptions{})
					if err != nil {
						return err
					}
					_, err = io.Copy(io.Discard, o)
					return err
				}))
				noise = slices.Concat(noise[1:], noise[:1]) // another document
			}
			for what, times := range map[string][2][]time.Duration{"put": {put, plainPut}, "get": {get, plainGet}} {
				ours, theirs := median(times[0]), median(times[1])
				b.ReportMetric(float64(size.bytes)/1e6/ours.Seconds(), what+"-MB/s")
				b.ReportMetric(ours.Seconds()*1e3, what+"-ms")
				b.ReportMetric(theirs.Seconds()/ours.Seconds(), what+"-ratio")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

func testBundle(b *testing.B) string {
	b.Helper()
	return benchData(b)[0]
}

func took(b *testing.B, do func() error) time.Duration {
	b.Helper()
	began := time.Now()
	if err := do(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

func readAll(ctx context.Context, st *state, record string, size int64) error {
	content, err := st.Read(ctx, record, custodian())
	if err != nil {
		return err
	}
	defer content.Close()
	part, err := content.Range(0, -1)
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, part)
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

func median(times []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(times))[len(times)/2]
}
