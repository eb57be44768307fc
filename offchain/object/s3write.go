package object

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
	"golang.org/x/sync/errgroup"

	"lethe/offchain"
)

// s3Writer sends an object in one request when it fits into a part, and otherwise in parts, some at once, that become an object when all
// have come. Each request carries a CRC-32C, which the server checks. A key that is taken is refused by the server itself
// (If-None-Match), so of several writers one wins; the mark tells a write whose answer was lost from somebody else's.
type s3Writer struct {
	store  *S3
	ctx    context.Context // the one of Create, which bounds the whole upload
	key    string
	mark   string
	part   []byte // from the store's spare ones
	upload string // "" as long as everything fits into a part
	done   bool

	group   *errgroup.Group
	sending context.Context // of the parts under way
	stop    context.CancelFunc
	mu      sync.Mutex
	sent    []minio.CompletePart
}

// writeMark is the metadata that holds a writer's mark, in the form in which servers give it back.
const writeMark = "Lethe-Write"

// settleFor bounds the look for a write whose answer was lost.
const settleFor = 30 * time.Second

// Create implements [offchain.Objects].
func (s *S3) Create(ctx context.Context, key string) (offchain.ObjectWriter, error) {
	if !keyPattern.MatchString(key) {
		return nil, offchain.ErrBadKey
	}
	return &s3Writer{store: s, ctx: ctx, key: key, mark: rand.Text(), part: s.spare()}, nil
}

// spare is an empty part, with the room that an earlier one has come to have; taken is where that goes once the server has taken it. After an
// error the transport may still be reading it. A part is ciphertext, or what anybody may know.
func (s *S3) spare() []byte {
	if p, ok := s.spares.Get().(*[]byte); ok {
		return (*p)[:0]
	}
	return nil
}

func (s *S3) taken(part []byte) { s.spares.Put(&part) }

func (w *s3Writer) Write(p []byte) (n int, err error) {
	if w.done {
		return 0, fmt.Errorf("write object %s: %w", w.key, os.ErrClosed)
	}
	for len(p) > 0 {
		if len(w.part) == w.store.partSize {
			if err := w.send(); err != nil {
				return n, failed("write object", w.key, err)
			}
		}
		took := min(len(p), w.store.partSize-len(w.part))
		w.part = append(w.part, p[:took]...)
		p, n = p[took:], n+took
	}
	return n, nil
}

func (w *s3Writer) options(checksumHeader, value string) minio.PutObjectOptions {
	return minio.PutObjectOptions{
		UserMetadata: map[string]string{writeMark: w.mark, checksumHeader: value}, ContentType: "application/octet-stream", DisableContentSha256: true,
	}
}

// send hands the present part over, and waits only while enough others are under way.
func (w *s3Writer) send() (err error) {
	c := w.store.core
	if w.upload == "" {
		o := w.options("x-amz-checksum-algorithm", minio.ChecksumCRC32C.String())
		if w.upload, err = c.NewMultipartUpload(w.ctx, w.store.bucket, w.store.name(w.key), o); err != nil {
			return err
		}
		w.sending, w.stop = context.WithCancel(w.ctx)
		w.group, w.sending = errgroup.WithContext(w.sending)
		w.group.SetLimit(partsAtOnce)
	}
	if err := w.sending.Err(); err != nil {
		return cmp.Or(w.group.Wait(), err)
	}
	part, number := w.part, w.numbered()
	w.part = slices.Grow(w.store.spare(), w.store.partSize)
	w.group.Go(func() error { return w.sendPart(part, number) })
	return nil
}

func (w *s3Writer) numbered() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, minio.CompletePart{PartNumber: len(w.sent) + 1})
	return len(w.sent)
}

func (w *s3Writer) sendPart(part []byte, number int) error {
	sum := checksum(part)
	got, err := w.store.core.PutObjectPart(w.sending, w.store.bucket, w.store.name(w.key), w.upload, number, bytes.NewReader(part), int64(len(part)),
		minio.PutObjectPartOptions{CustomHeader: http.Header{minio.ChecksumCRC32C.Key(): {sum}}, DisableContentSha256: true})
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent[number-1] = minio.CompletePart{PartNumber: number, ETag: got.ETag, ChecksumCRC32C: sum}
	w.store.taken(part)
	return nil
}

// checksum is CRC-32C (RFC 3720, appendix B.4), big-endian, in base64.
func checksum(p []byte) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.Checksum(p, crc32.MakeTable(crc32.Castagnoli))))
}

// Commit implements [offchain.ObjectWriter]. After an error that is neither [offchain.ErrExists] nor that of a context, the object may be
// there or may still come.
func (w *s3Writer) Commit() error {
	if w.done {
		return fmt.Errorf("commit object %s: %w", w.key, os.ErrClosed)
	}
	err := w.commit()
	if err != nil {
		err = w.settle(err)
	}
	if err != nil {
		w.Abort()
	}
	w.end()
	return failed("commit object", w.key, err)
}

func (w *s3Writer) commit() error {
	if w.upload == "" {
		o := w.options("x-amz-checksum-crc32c", checksum(w.part))
		o.SetMatchETagExcept("*")
		_, err := w.store.core.PutObject(w.ctx, w.store.bucket, w.store.name(w.key), bytes.NewReader(w.part), int64(len(w.part)), "", "", o)
		if err == nil {
			w.store.taken(w.part)
		}
		return err
	}
	if err := w.send(); err != nil {
		return err
	}
	if err := w.group.Wait(); err != nil {
		return err
	}
	o := minio.PutObjectOptions{}
	o.SetMatchETagExcept("*")
	_, err := w.store.core.CompleteMultipartUpload(w.ctx, w.store.bucket, w.store.name(w.key), w.upload, w.sent, o)
	return err
}

// settle looks for the object after an error: with this writer's mark, only the answer was lost.
func (w *s3Writer) settle(err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), settleFor)
	defer cancel()
	there, look := w.store.core.StatObject(ctx, w.store.bucket, w.store.name(w.key), minio.StatObjectOptions{})
	if look == nil && there.UserMetadata[writeMark] == w.mark {
		return nil
	}
	return err
}

// end frees what the writer holds.
func (w *s3Writer) end() {
	w.done, w.part = true, nil
	if w.stop != nil {
		w.stop()
	}
}

// Abort implements [offchain.ObjectWriter]. Parts that cannot be taken back now go with [S3.DeleteAll], or by the bucket's own rule.
func (w *s3Writer) Abort() {
	if w.done {
		return
	}
	w.end()
	if w.upload == "" {
		return
	}
	_ = w.group.Wait()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), settleFor)
	defer cancel()
	_ = w.store.core.AbortMultipartUpload(ctx, w.store.bucket, w.store.name(w.key), w.upload)
}
