package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"golang.org/x/sync/errgroup"

	"lethe/offchain/object"
	"lethe/vault"
)

// onServers is the program with the servers prepared, under a tenant of its own; its bucket goes at the end. step is told where the
// service is.
func onServers(b *testing.B, step func(string)) *program {
	b.Helper()
	s := onTheServers(b)
	p := &program{stdout: io.Discard, stderr: io.Discard, dir: b.TempDir(), configFile: s.file, step: step}
	if err := p.configure(); err != nil {
		b.Fatal(err)
	}
	d := &demo{program: p, expendable: true, thief: thief{program: p, loot: b.TempDir()}}
	if err := d.prepareServers(b.Context()); err != nil {
		b.Fatal(err)
	}
	bucketGoes(b, p.config.Objects.S3.Bucket)
	return p
}

// bucketGoes removes a bucket with all that is in it, which are gigabytes, when the benchmark ends.
func bucketGoes(b *testing.B, bucket string) {
	b.Helper()
	c := minioClient(b)
	b.Cleanup(func() {
		if err := c.RemoveBucketWithOptions(context.Background(), bucket, minio.RemoveBucketOptions{ForceDelete: true}); err != nil {
			b.Error(err)
		}
	})
}

// minioClient is minio-go as its users set it up.
func minioClient(b *testing.B) *minio.Client {
	b.Helper()
	cfg := minioConfig(b)
	b.Setenv("SSL_CERT_FILE", cfg.CAFile)
	u, err := url.Parse(cfg.URL)
	if err != nil {
		b.Fatal(err)
	}
	c, err := minio.New(u.Host, &minio.Options{Creds: credentials.NewStaticV4(cfg.Key, cfg.Secret, ""), Secure: true})
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func minioConfig(b *testing.B) object.S3Config {
	b.Helper()
	u, err := url.Parse(os.Getenv("LETHE_TEST_S3"))
	if err != nil {
		b.Fatal(err)
	}
	password, _ := u.User.Password()
	return object.S3Config{URL: u.Scheme + "://" + u.Host, Key: u.User.Username(), Secret: password, CAFile: os.Getenv("LETHE_TEST_CA")}
}

// plainBucket is a bucket for it, set up like ours.
func plainBucket(b *testing.B) string {
	b.Helper()
	cfg := minioConfig(b)
	cfg.Bucket = own()
	if _, err := object.SetupS3(b.Context(), cfg, object.S3Setup{}); err != nil {
		b.Fatal(err)
	}
	bucketGoes(b, cfg.Bucket)
	return cfg.Bucket
}

// document is so many bytes out of noise that repeats, from some place of it on.
type document struct {
	noise []byte
	at    int
	size  int64
}

func (d document) open() io.Reader { return io.LimitReader(&d, d.size) }

func (d *document) Read(p []byte) (int, error) {
	n := copy(p, d.noise[d.at%len(d.noise):])
	d.at += n
	return n, nil
}

// side is one of two ways to keep documents.
type side struct {
	put   func(ctx context.Context, d document) (name string, err error)
	get   func(ctx context.Context, name string, size int64) error
	clear func() // of what is large: disks are small
}

// BenchmarkServersPutGet takes files in and gives them back, encrypted, logged and accounted for, beside plain minio-go to the same
// server, in turns within one run; medians. The ratio is the plain time over ours.
func BenchmarkServersPutGet(b *testing.B) {
	noise, taken := make([]byte, 1<<20), atomic.Int64{}
	_, _ = rand.NewChaCha8([32]byte{7}).Read(noise)
	sides := []side{letheSide(b), plainSide(b)}
	for _, c := range []struct {
		name                       string
		bytes                      int64
		clients, documents, rounds int
	}{
		{"1KiB", 1 << 10, 1, 1, 41}, {"1MiB", 1 << 20, 1, 1, 41}, {"64MiB", 64 << 20, 1, 1, 7}, {"1GiB", 1 << 30, 1, 1, 3},
		{"1KiB", 1 << 10, 8, 32, 15}, {"1MiB", 1 << 20, 8, 32, 15}, {"16MiB", 16 << 20, 8, 16, 3},
	} {
		b.Run(fmt.Sprintf("%s/clients=%d", c.name, c.clients), func(b *testing.B) {
			var times [4][]time.Duration // put by us and plainly, got by us and plainly
			names := make([]string, c.documents)
			for range c.rounds {
				for i, s := range sides {
					times[i] = append(times[i], together(b, c.clients, c.documents, func(n int) (err error) {
						names[n], err = s.put(b.Context(), document{noise, int(taken.Add(1)), c.bytes})
						return err
					}))
					times[2+i] = append(times[2+i], together(b, c.clients, c.documents, func(n int) error {
						return s.get(b.Context(), names[n], c.bytes)
					}))
					s.clear()
				}
			}
			moved := float64(c.bytes) * float64(c.documents) / 1e6
			for i, what := range []string{"put", "get"} {
				ours, theirs := median(times[2*i]), median(times[2*i+1])
				b.ReportMetric(moved/ours.Seconds(), what+"-MB/s")
				b.ReportMetric(ours.Seconds()*1e3/float64(c.documents), what+"-ms")
				b.ReportMetric(theirs.Seconds()/ours.Seconds(), what+"-ratio")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// letheSide is ours, for one patient whose session is open.
func letheSide(b *testing.B) side {
	b.Helper()
	p := onServers(b, nil)
	st := p.opened(b)
	made, err := st.Import(b.Context(), vault.Import{Open: func() (io.ReadCloser, error) { return os.Open(testBundle(b)) }})
	if err != nil {
		b.Fatal(err)
	}
	return side{
		put: func(ctx context.Context, d document) (string, error) {
			open := func() (io.ReadCloser, error) { return io.NopCloser(d.open()), nil }
			done, err := st.Import(ctx, vault.Import{Open: open, Patient: made.Patient, Type: "Binary"})
			return done.Record, err
		},
		get:   func(ctx context.Context, record string, size int64) error { return readAll(ctx, st, record, size) },
		clear: func() { largeGo(b, p.config.Objects.S3.Bucket) },
	}
}

// plainSide is minio-go alone.
func plainSide(b *testing.B) side {
	b.Helper()
	c, bucket := minioClient(b), plainBucket(b)
	return side{
		put: func(ctx context.Context, d document) (string, error) {
			name := own()
			_, err := c.PutObject(ctx, bucket, name, d.open(), d.size, minio.PutObjectOptions{})
			return name, err
		},
		get: func(ctx context.Context, name string, size int64) error {
			o, err := c.GetObject(ctx, bucket, name, minio.GetObjectOptions{})
			if err != nil {
				return err
			}
			defer o.Close()
			n, err := io.Copy(io.Discard, o)
			if err == nil && n != size {
				err = io.ErrUnexpectedEOF
			}
			return err
		},
		clear: func() { largeGo(b, bucket) },
	}
}

// largeGo deletes the versions of what is large; the log's copy, which has to stay, is not.
func largeGo(b *testing.B, bucket string) {
	b.Helper()
	c := minioClient(b)
	for o := range c.ListObjects(b.Context(), bucket, minio.ListObjectsOptions{Recursive: true, WithVersions: true}) {
		if o.Err == nil && o.Size >= 16<<20 {
			o.Err = c.RemoveObject(b.Context(), bucket, o.Key, minio.RemoveObjectOptions{VersionID: o.VersionID})
		}
		if o.Err != nil {
			b.Fatal(o.Err)
		}
	}
}

// together does n things by so many clients, and says how long that took.
func together(b *testing.B, clients, n int, do func(n int) error) time.Duration {
	b.Helper()
	var group errgroup.Group
	group.SetLimit(clients)
	began := time.Now()
	for i := range n {
		group.Go(func() error { return do(i) })
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

func testBundle(b *testing.B) string {
	b.Helper()
	return benchData(b)[0]
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
