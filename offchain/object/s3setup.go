package object

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/minio/minio-go/v7"
)

// S3Setup says how a bucket is meant to be.
type S3Setup struct {
	// LockDays is how long each object is kept from everybody (object lock, compliance mode, as the bucket's default): for the outside
	// copy of the erasure ledger. 0 for no lock, without which erasures delete ciphertext too.
	LockDays uint
}

// SetupS3 makes the bucket, or brings one that is there to what is meant, and says what it did. Locking can only be chosen when a bucket
// is made. It may be called again.
func SetupS3(ctx context.Context, cfg S3Config, meant S3Setup) (did []string, err error) {
	s, err := NewS3(cfg)
	if err != nil {
		return nil, err
	}
	defer s.idle()
	there, err := s.core.BucketExists(ctx, s.bucket)
	if err == nil && !there {
		err = s.core.MakeBucket(ctx, s.bucket, minio.MakeBucketOptions{Region: cfg.Region, ObjectLocking: meant.LockDays > 0})
		did = append(did, "made the bucket")
	}
	if err != nil {
		return nil, failed("make bucket", s.bucket, err)
	}
	for range 10 { // each step can show the next difference
		differences, err := s.differences(ctx, meant)
		if err != nil || len(differences) == 0 {
			return did, err
		}
		if err := differences[0].mend(ctx); err != nil {
			return did, failed(differences[0].what, s.bucket, err)
		}
		did = append(did, "mended: "+differences[0].what)
	}
	return did, fmt.Errorf("bucket %s: the server takes its settings and does not keep them", s.bucket)
}

// CheckS3 lists how a bucket differs from what is meant; none when the credential may not ask counts as an error.
func CheckS3(ctx context.Context, cfg S3Config, meant S3Setup) (differences []string, err error) {
	s, err := NewS3(cfg)
	if err != nil {
		return nil, err
	}
	defer s.idle()
	there, err := s.core.BucketExists(ctx, s.bucket)
	if err != nil {
		return nil, failed("look for bucket", s.bucket, err)
	}
	if !there {
		return []string{"the bucket is not there"}, nil
	}
	found, err := s.differences(ctx, meant)
	for _, d := range found {
		differences = append(differences, d.what)
	}
	return differences, err
}

type difference struct {
	what string
	mend func(context.Context) error
}

func (s *S3) differences(ctx context.Context, meant S3Setup) (all []difference, err error) {
	versioning, err := s.core.GetBucketVersioning(ctx, s.bucket)
	if err != nil {
		return nil, failed("ask for versioning of", s.bucket, err)
	}
	if !versioning.Enabled() {
		all = append(all, difference{"versioning is off: an object that somebody replaces would be lost", func(ctx context.Context) error {
			return s.core.EnableVersioning(ctx, s.bucket)
		}})
	}
	lock, err := s.lockDiffers(ctx, meant)
	return append(all, lock...), err
}

// lockDays is how long the bucket's default, in compliance mode, locks each object; [errNoLock] when it can lock none.
func (s *S3) lockDays(ctx context.Context) (uint, error) {
	state, mode, validity, unit, err := s.core.GetObjectLockConfig(ctx, s.bucket)
	var answer minio.ErrorResponse
	switch {
	case errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound, err == nil && state != minio.Enabled:
		return 0, errNoLock
	case err != nil:
		return 0, failed("ask for the object lock of", s.bucket, err)
	case mode == nil || *mode != minio.Compliance || validity == nil:
		return 0, nil
	case *unit == minio.Years:
		return *validity * 365, nil
	}
	return *validity, nil
}

var errNoLock = errors.New("the bucket was made without object lock")

func (s *S3) lockDiffers(ctx context.Context, meant S3Setup) ([]difference, error) {
	days, err := s.lockDays(ctx)
	refuse := func(context.Context) error {
		return errors.New("choose another bucket: a lock is chosen when a bucket is made, and for good")
	}
	switch {
	case errors.Is(err, errNoLock) && meant.LockDays > 0:
		return []difference{{errNoLock.Error(), refuse}}, nil
	case errors.Is(err, errNoLock) || err == nil && days == meant.LockDays:
		return nil, nil
	case err != nil:
		return nil, err
	case meant.LockDays == 0:
		return []difference{{"it locks every object, so that an erasure leaves ciphertext until the lock ends", refuse}}, nil
	}
	return []difference{{fmt.Sprintf("it does not lock objects for %d days in compliance mode", meant.LockDays), func(ctx context.Context) error {
		mode, unit := minio.Compliance, minio.Days
		return s.core.SetBucketObjectLockConfig(ctx, s.bucket, &mode, &meant.LockDays, &unit)
	}}}, nil
}
