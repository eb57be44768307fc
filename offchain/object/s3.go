package object

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"lethe/offchain"
)

// S3Config says where a bucket is, and with what to get in.
type S3Config struct {
	URL    string // of the server, such as https://s3.example:9000; without TLS only to loopback
	Bucket string
	Prefix string // what is put before each key, such as the tenant's name; "" for nothing
	Region string // "" for us-east-1
	CAFile string // PEM certificates to trust instead of the system's; "" for those
	// Key and Secret are the credential; Session is the token of a temporary one, or "".
	Key, Secret, Session string
	// PartSize is how many bytes of an object are held and sent at a time, four of them at once; 0 for 8 MiB. S3 takes 10,000 parts.
	PartSize int
}

const (
	defaultPartSize = 8 << 20
	minPartSize     = 5 << 20 // S3's
	partsAtOnce     = 4
	attempts        = 4 // of one request, with growing pauses; writes that may have happened are looked for before they are called failed
)

// S3 is a bucket, or the part of one below a prefix.
type S3 struct {
	core           minio.Core
	http           *http.Transport
	bucket, prefix string
	partSize       int
	spares         sync.Pool // *[]byte, for parts
}

var _ offchain.Objects = (*S3)(nil)

// NewS3 returns the store. It asks nothing of the server yet; [S3.Check] does.
func NewS3(cfg S3Config) (*S3, error) {
	server, err := cfg.check()
	if err != nil {
		return nil, fmt.Errorf("object store: %w", err)
	}
	transport, err := cfg.transport(server.Scheme == "https")
	if err != nil {
		return nil, fmt.Errorf("object store: %w", err)
	}
	core, err := minio.NewCore(server.Host, &minio.Options{
		Creds: credentials.NewStaticV4(cfg.Key, cfg.Secret, cfg.Session), Secure: server.Scheme == "https", Region: cfg.Region, Transport: transport,
		MaxRetries: attempts,
	})
	if err != nil {
		return nil, fmt.Errorf("object store: %w", err)
	}
	s := &S3{core: *core, http: transport, bucket: cfg.Bucket, partSize: cfg.PartSize}
	if cfg.Prefix != "" {
		s.prefix = cfg.Prefix + "/"
	}
	if s.partSize == 0 {
		s.partSize = defaultPartSize
	}
	return s, nil
}

func (c S3Config) check() (*url.URL, error) {
	server, err := url.Parse(c.URL)
	switch {
	case err != nil || server.Host == "" || strings.Trim(server.Path, "/") != "" || server.User != nil || server.RawQuery != "":
		return nil, errors.New("URL: not of the form https://host:port")
	case server.Scheme != "https" && (server.Scheme != "http" || !loopback(server.Hostname())):
		return nil, errors.New("URL: must be https; http is for loopback alone")
	case c.Bucket == "":
		return nil, errors.New("missing Bucket")
	case c.Prefix != "" && !keyPattern.MatchString(c.Prefix):
		return nil, errors.New("bad Prefix: not lower-case segments")
	case c.Key == "" || c.Secret == "":
		return nil, errors.New("missing Key or Secret")
	case c.PartSize != 0 && c.PartSize < minPartSize:
		return nil, fmt.Errorf("PartSize: below %d bytes", minPartSize)
	}
	return server, nil
}

func loopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

func (c S3Config) transport(secure bool) (*http.Transport, error) {
	t, err := minio.DefaultTransport(secure)
	if err != nil || c.CAFile == "" || !secure {
		return t, err
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("CAFile: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("CAFile: no certificate in it")
	}
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	return t, nil
}

// Close ends idle connections.
func (s *S3) Close() error {
	s.idle()
	return nil
}

func (s *S3) idle() { s.http.CloseIdleConnections() }

func (s *S3) name(key string) string { return s.prefix + key }

// DeleteAll implements [offchain.Objects]: versions, delete markers, and parts of uploads that never ended.
func (s *S3) DeleteAll(ctx context.Context, key string) (int, error) {
	if !keyPattern.MatchString(key) {
		return 0, offchain.ErrBadKey
	}
	if err := s.core.RemoveIncompleteUpload(ctx, s.bucket, s.name(key)); err != nil {
		return 0, failed("delete object", key, err)
	}
	deleted := 0
	for range attempts { // a version that is written meanwhile shows in the next round
		versions, err := s.versions(ctx, key)
		if err != nil || len(versions) == 0 {
			return deleted, failed("delete object", key, err)
		}
		n, err := s.deleteVersions(ctx, versions)
		deleted += n
		if err != nil {
			return deleted, failed("delete object", key, err)
		}
	}
	return deleted, fmt.Errorf("delete object %s: versions of it keep appearing", key)
}

func (s *S3) versions(ctx context.Context, key string) (all []minio.ObjectInfo, err error) {
	for o := range s.core.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.name(key), Recursive: true, WithVersions: true}) {
		if o.Err != nil {
			return nil, o.Err
		}
		if o.Key == s.name(key) {
			all = append(all, o)
		}
	}
	return all, nil
}

// deleteVersions deletes what may be deleted, and says how many were objects. What a lock keeps is an error at the end.
func (s *S3) deleteVersions(ctx context.Context, versions []minio.ObjectInfo) (deleted int, err error) {
	var kept offchain.LockedError
	for _, v := range versions {
		err := s.core.RemoveObject(ctx, s.bucket, v.Key, minio.RemoveObjectOptions{VersionID: v.VersionID})
		if err == nil {
			if !v.IsDeleteMarker {
				deleted++
			}
			continue
		}
		until, locked := s.lockedUntil(ctx, v)
		if !locked {
			return deleted, err
		}
		kept.Versions++
		if until.After(kept.Until) {
			kept.Until = until
		}
	}
	if kept.Versions > 0 {
		return deleted, &kept
	}
	return deleted, nil
}

// lockedUntil says until when a lock keeps a version; a legal hold has no end.
func (s *S3) lockedUntil(ctx context.Context, v minio.ObjectInfo) (until time.Time, locked bool) {
	if hold, err := s.core.GetObjectLegalHold(ctx, s.bucket, v.Key, minio.GetObjectLegalHoldOptions{VersionID: v.VersionID}); err == nil && hold != nil && *hold == minio.LegalHoldEnabled {
		locked = true
	}
	if _, t, err := s.core.GetObjectRetention(ctx, s.bucket, v.Key, v.VersionID); err == nil && t != nil && t.After(time.Now()) {
		return t.UTC(), true
	}
	if locked {
		return until, locked
	}
	days, err := s.lockDays(ctx) // versitygw holds to the bucket's default without writing it to the object
	until = v.LastModified.UTC().AddDate(0, 0, int(days))
	return until, err == nil && until.After(time.Now())
}

// List implements [offchain.Objects].
func (s *S3) List(ctx context.Context, prefix string) ([]string, error) {
	below := s.prefix
	if prefix != "" {
		if !keyPattern.MatchString(prefix) {
			return nil, offchain.ErrBadKey
		}
		below = s.name(prefix) + "/"
	}
	var found []string
	for o := range s.core.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: below, Recursive: true}) {
		if o.Err != nil {
			return nil, failed("list objects", prefix, o.Err)
		}
		found = append(found, strings.TrimPrefix(o.Key, s.prefix))
	}
	slices.Sort(found)
	return found, nil
}

// ClearAbandoned takes back the parts of uploads that began before a time and never ended, as after a crash, and says how many uploads those
// were. Not every server lists them (MinIO clears them by itself after a day); [S3.DeleteAll] takes back those of its key everywhere.
func (s *S3) ClearAbandoned(ctx context.Context, before time.Time) (cleared int, err error) {
	for u := range s.core.ListIncompleteUploads(ctx, s.bucket, s.prefix, true) {
		if u.Err == nil && u.Initiated.Before(before) {
			u.Err = s.core.AbortMultipartUpload(ctx, s.bucket, u.Key, u.UploadID)
			cleared++
		}
		if u.Err != nil {
			return cleared, failed("clear abandoned uploads below", s.prefix, u.Err)
		}
	}
	return cleared, nil
}

// failed gives a server's answer its place among the errors that callers know.
func failed(what, key string, err error) error {
	if err == nil {
		return nil
	}
	var kept *offchain.LockedError
	var answer minio.ErrorResponse
	_ = errors.As(err, &answer) // zero when the server has not answered
	switch {
	case errors.As(err, &kept), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
	case answer.Code == minio.NoSuchKey, answer.Code == minio.NoSuchVersion:
		err = offchain.ErrNotFound
	case answer.Code == minio.PreconditionFailed:
		err = offchain.ErrExists
	case answer.StatusCode == 0, answer.StatusCode >= http.StatusInternalServerError, answer.StatusCode == http.StatusTooManyRequests:
		err = fmt.Errorf("%w: %w", offchain.ErrUnavailable, err)
	}
	return fmt.Errorf("%s %s: %w", what, key, err)
}
