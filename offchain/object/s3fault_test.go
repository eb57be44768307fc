package object_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"lethe/offchain"
	"lethe/offchain/object"
)

// between puts a proxy in front of a server. lose says of which requests the answer is lost once the server has acted.
func between(t *testing.T, cfg object.S3Config, lose func(*http.Request) bool) object.S3Config {
	t.Helper()
	server, err := url.Parse(cfg.URL)
	must(t, err)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = server.Scheme, server.Host // the Host header is signed and stays
		},
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, //nolint:gosec // to a server of the test's
		ModifyResponse: func(r *http.Response) error {
			if lose(r.Request) {
				return errors.New("lost")
			}
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	front := httptest.NewServer(proxy)
	front.Config.ErrorLog = nil
	t.Cleanup(front.Close)
	cfg.URL = front.URL
	return cfg
}

// client is a plain one, to look at what is really there.
func client(t *testing.T, cfg object.S3Config) *minio.Client {
	t.Helper()
	u, err := url.Parse(cfg.URL)
	must(t, err)
	c, err := minio.New(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(cfg.Key, cfg.Secret, ""), Secure: true,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, //nolint:gosec // to a server of the test's
	})
	must(t, err)
	return c
}

func versionsOf(t *testing.T, cfg object.S3Config) (all []string) {
	t.Helper()
	for o := range client(t, cfg).ListObjectsIter(t.Context(), cfg.Bucket, minio.ListObjectsOptions{WithVersions: true, Recursive: true}) {
		must(t, o.Err)
		all = append(all, o.Key)
	}
	return all
}

// A write that took effect and whose answer was lost is no failure, and no conflict with itself; one that is sent again is there once.
func TestLostAnswersToWrites(t *testing.T) {
	onServers(t, func(t *testing.T, cfg object.S3Config) {
		cfg = bucket(t, cfg, object.S3Setup{})
		for name, c := range map[string]struct {
			size int
			of   func(*http.Request) bool
		}{
			"a small object":  {100, func(r *http.Request) bool { return r.Method == http.MethodPut }},
			"a part":          {6 << 20, func(r *http.Request) bool { return r.URL.Query().Has("partNumber") }},
			"the last answer": {6 << 20, func(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Query().Has("uploadId") }},
		} {
			var lost atomic.Int32
			s := openS3(t, between(t, cfg, func(r *http.Request) bool { return c.of(r) && lost.Add(1) == 1 }))
			key := fmt.Sprintf("aa/lost-%d", len(name))
			data := bytes.Repeat([]byte("x"), c.size)
			if err := offchain.WriteAll(t.Context(), s, key, data); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if got, err := offchain.ReadAll(t.Context(), s, key, 1<<30); err != nil || !bytes.Equal(got, data) || lost.Load() == 0 {
				t.Errorf("%s: %d bytes came back, %v, %d answers lost", name, len(got), err, lost.Load())
			}
		}
		if n := len(versionsOf(t, cfg)); n != 3 {
			t.Errorf("%d versions of 3 objects", n)
		}
	})
}

// What is no larger than a mebibyte is read by one request, its end first as decrypting does; what is larger, from its beginning to its end
// in order, by one for the beginning and one for the rest.
func TestRequestsOfAReading(t *testing.T) {
	onServers(t, func(t *testing.T, cfg object.S3Config) {
		cfg = bucket(t, cfg, object.S3Setup{})
		var asked atomic.Int32
		s := openS3(t, between(t, cfg, func(r *http.Request) bool {
			if r.Method == http.MethodGet {
				asked.Add(1)
			}
			return false
		}))
		for size, want := range map[int]int32{1: 1, 1<<20 + 4000: 1, 5 << 20: 2} {
			key, data := fmt.Sprintf("aa/read-%d", size), bytes.Repeat([]byte("0123456"), size/7+1)[:size]
			must(t, offchain.WriteAll(t.Context(), s, key, data))
			asked.Store(0)
			r, err := s.Open(t.Context(), key)
			must(t, err)
			if want == 1 {
				_, err := r.ReadAt(make([]byte, 1), int64(size)-1)
				must(t, err)
			}
			got, err := io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
			if err != nil || !bytes.Equal(got, data) || asked.Load() != want {
				t.Errorf("%d bytes: %d came back by %d requests, want %d: %v", size, len(got), asked.Load(), want, err)
			}
			must(t, r.Close())
		}
	})
}

// An object that every answer is lost to is reported as not known, unless it is found to be there.
func TestServerThatIsCutOff(t *testing.T) {
	onServers(t, func(t *testing.T, cfg object.S3Config) {
		cfg = bucket(t, cfg, object.S3Setup{})
		s := openS3(t, between(t, cfg, func(*http.Request) bool { return true }))
		if err := offchain.WriteAll(t.Context(), s, "aa/cut", []byte("x")); !errors.Is(err, offchain.ErrUnavailable) {
			t.Error(err)
		}
	})
}

// Row 3: every version of an object goes, and so does what marks it as deleted, and what never became one.
func TestThreat03EveryVersionIsDeleted(t *testing.T) {
	onServers(t, func(t *testing.T, cfg object.S3Config) {
		cfg = bucket(t, cfg, object.S3Setup{})
		s, c := openS3(t, cfg), client(t, cfg)
		put := func(key string) {
			_, err := c.PutObject(t.Context(), cfg.Bucket, key, strings.NewReader("x"), 1, minio.PutObjectOptions{})
			must(t, err)
		}
		for range 3 {
			put("aa/doomed")
		}
		must(t, c.RemoveObject(t.Context(), cfg.Bucket, "aa/doomed", minio.RemoveObjectOptions{}))
		put("aa/doomed")
		put("aa/doomed-not")
		core := minio.Core{Client: c}
		_, err := core.NewMultipartUpload(t.Context(), cfg.Bucket, "aa/doomed", minio.PutObjectOptions{})
		must(t, err)
		n, err := s.DeleteAll(t.Context(), "aa/doomed")
		if err != nil || n != 4 {
			t.Errorf("%d versions, %v", n, err)
		}
		if left := versionsOf(t, cfg); !slices.Equal(left, []string{"aa/doomed-not"}) {
			t.Errorf("left: %q", left)
		}
		uploads, err := core.ListMultipartUploads(t.Context(), cfg.Bucket, "aa/doomed", "", "", "", 10)
		if err != nil || len(uploads.Uploads) > 0 {
			t.Errorf("uploads left: %v, %v", uploads.Uploads, err)
		}
	})
}

// What a lock keeps is said with its end, and the rest goes all the same.
func TestLockedVersionsAreReported(t *testing.T) {
	onServers(t, func(t *testing.T, cfg object.S3Config) {
		cfg = bucket(t, cfg, object.S3Setup{LockDays: 2})
		s := openS3(t, cfg)
		must(t, offchain.WriteAll(t.Context(), s, "aa/kept", []byte("ledger")))
		_, err := s.DeleteAll(t.Context(), "aa/kept")
		var locked *offchain.LockedError
		if !errors.As(err, &locked) {
			t.Fatalf("%v", err)
		}
		if in := time.Until(locked.Until); locked.Versions != 1 || in < 47*time.Hour || in > 49*time.Hour {
			t.Errorf("%+v", locked)
		}
		if _, err := offchain.ReadAll(t.Context(), s, "aa/kept", 100); err != nil {
			t.Error(err)
		}
	})
}

func TestAbortedAndAbandonedUploadsLeaveNothing(t *testing.T) {
	onServers(t, func(t *testing.T, cfg object.S3Config) {
		cfg = bucket(t, cfg, object.S3Setup{})
		s, core := openS3(t, cfg), minio.Core{Client: client(t, cfg)}
		w, err := s.Create(t.Context(), "aa/aborted")
		must(t, err)
		_, err = io.Copy(w, io.LimitReader(zeros{}, 12<<20))
		must(t, err)
		w.Abort()
		uploads, err := core.ListMultipartUploads(t.Context(), cfg.Bucket, "aa/aborted", "", "", "", 10)
		if err != nil || len(uploads.Uploads) > 0 || len(versionsOf(t, cfg)) > 0 {
			t.Errorf("left: %v, %v", uploads.Uploads, err)
		}
		_, err = core.NewMultipartUpload(t.Context(), cfg.Bucket, "aa/abandoned", minio.PutObjectOptions{})
		must(t, err)
		for before, most := range map[time.Time]int{time.Now().Add(-time.Hour): 0, time.Now().Add(time.Hour): 1} {
			if n, err := s.ClearAbandoned(t.Context(), before); err != nil || n > most {
				t.Errorf("cleared %d of those before %s, %v", n, before, err)
			}
		}
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestSetupIsIdempotentAndSaysWhatDiffers(t *testing.T) {
	onServers(t, func(t *testing.T, cfg object.S3Config) {
		for name, setup := range map[string]object.S3Setup{"records": {}, "ledger": {LockDays: 30}} {
			cfg := cfg
			cfg.Bucket = "test-" + name + "-" + strings.ToLower(t.Name()[len(t.Name())-5:]) + fmt.Sprint(time.Now().UnixNano())
			if found, err := object.CheckS3(t.Context(), cfg, setup); err != nil || len(found) != 1 {
				t.Errorf("%s, before: %q, %v", name, found, err)
			}
			for i := range 2 {
				did, err := object.SetupS3(t.Context(), cfg, setup)
				if err != nil || (len(did) == 0) != (i == 1) {
					t.Errorf("%s, set up %d: %q, %v", name, i, did, err)
				}
			}
			if found, err := object.CheckS3(t.Context(), cfg, setup); err != nil || len(found) > 0 {
				t.Errorf("%s, after: %q, %v", name, found, err)
			}
			must(t, client(t, cfg).SetBucketVersioning(t.Context(), cfg.Bucket, minio.BucketVersioningConfiguration{Status: "Enabled"}))
			other := object.S3Setup{LockDays: 7}
			if found, err := object.CheckS3(t.Context(), cfg, other); err != nil || len(found) != 1 {
				t.Errorf("%s, other lock: %q, %v", name, found, err)
			}
		}
	})
}
