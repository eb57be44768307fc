package object

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/minio/minio-go/v7"

	"lethe/offchain"
)

// s3Reader reads an object by ranges. The first mebibyte comes with opening and is kept, so that an object that is no larger costs one
// request, together with the look at its end that decrypting begins with. A read that goes on where an earlier one ended goes on in one long
// answer of the server's, which stays open for the next; any other asks for its own range alone.
type s3Reader struct {
	store  *S3
	ctx    context.Context // of the reader: Close ends what it has open
	cancel context.CancelFunc
	key    string
	etag   string // every range is of the object that was opened
	size   int64
	head   []byte

	mu     sync.Mutex
	closed bool
	next   int64 // where the last read ended
	idle   *stream
}

// stream is the rest of an answer, from at up to end, with the last bytes before that: whoever decrypts chunk by chunk comes back to the
// beginning of one.
type stream struct {
	io.ReadCloser
	at, end int64
	tail    []byte
}

const (
	headSize = 1<<20 + 8<<10 // a mebibyte in the record format
	tailSize = 32 << 10      // two chunks of it
)

// reaches says whether the stream can give what is at off.
func (s *stream) reaches(off int64) bool { return s.at-int64(len(s.tail)) <= off && off <= s.at }

// readAt fills p from off on, which the stream reaches.
func (s *stream) readAt(p []byte, off int64) (int, error) {
	known := copy(p, s.tail[int64(len(s.tail))-(s.at-off):])
	n, err := io.ReadFull(s, p[known:])
	s.at += int64(n)
	fresh := p[known : known+n]
	if keep := max(0, tailSize-len(fresh)); len(s.tail) > keep {
		s.tail = s.tail[:copy(s.tail, s.tail[len(s.tail)-keep:])]
	}
	s.tail = append(s.tail, fresh[max(0, len(fresh)-tailSize):]...)
	return known + n, err
}

// Open implements [offchain.Objects].
func (s *S3) Open(ctx context.Context, key string) (offchain.ObjectReader, error) {
	if !keyPattern.MatchString(key) {
		return nil, offchain.ErrBadKey
	}
	r := &s3Reader{store: s, key: key}
	if err := r.open(ctx); err != nil {
		return nil, failed("open object", key, err)
	}
	r.ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return r, nil
}

func (r *s3Reader) open(ctx context.Context) error {
	o := minio.GetObjectOptions{}
	if err := o.SetRange(0, headSize-1); err != nil {
		return err
	}
	body, info, header, err := r.store.core.GetObject(ctx, r.store.bucket, r.store.name(r.key), o)
	if minio.ToErrorResponse(err).Code == minio.InvalidRange {
		return r.openEmpty(ctx)
	}
	if err != nil {
		return err
	}
	defer body.Close()
	if r.size, err = total(header.Get("Content-Range"), info.Size); err != nil {
		return err
	}
	r.etag, r.head, r.next = info.ETag, make([]byte, min(r.size, headSize)), min(r.size, headSize)
	_, err = io.ReadFull(body, r.head)
	return err
}

// openEmpty opens an object that has no range at all.
func (r *s3Reader) openEmpty(ctx context.Context) error {
	info, err := r.store.core.StatObject(ctx, r.store.bucket, r.store.name(r.key), minio.StatObjectOptions{})
	if err == nil && info.Size != 0 {
		err = errors.New("the server has no first byte of an object that is not empty")
	}
	return err
}

// total is the whole length that an answer to a range tells (RFC 9110, section 14.4), or that of the answer when it is whole.
func total(contentRange string, length int64) (int64, error) {
	if contentRange == "" {
		return length, nil
	}
	_, size, found := strings.Cut(contentRange, "/")
	n, err := strconv.ParseInt(size, 10, 64)
	if !found || err != nil || n < 0 || !strings.HasPrefix(contentRange, "bytes 0-") {
		return 0, fmt.Errorf("the server answers with Content-Range %q", contentRange)
	}
	return n, nil
}

func (r *s3Reader) Size() int64 { return r.size }

func (r *s3Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.cancel()
	r.drop()
	return nil
}

// drop ends the answer that is kept for the next read.
func (r *s3Reader) drop() {
	if r.idle != nil {
		_ = r.idle.Close() // what was read from it is read; the connection goes with it
		r.idle = nil
	}
}

// ReadAt implements [io.ReaderAt].
func (r *s3Reader) ReadAt(p []byte, off int64) (n int, err error) {
	switch {
	case off < 0:
		return 0, errors.New("read object at a negative offset")
	case off >= r.size:
		return 0, io.EOF
	}
	want := p[:min(int64(len(p)), r.size-off)]
	if off < int64(len(r.head)) {
		n = copy(want, r.head[off:])
	}
	if n < len(want) {
		got, err := r.fetch(want[n:], off+int64(n))
		n += got
		if err != nil {
			return n, failed("read object", r.key, err)
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// fetch fills p from the server.
func (r *s3Reader) fetch(p []byte, off int64) (int, error) {
	from, err := r.take(off, int64(len(p)))
	if err != nil {
		return 0, err
	}
	n, err := from.readAt(p, off)
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // within the object's length
		}
		return n, errors.Join(err, from.Close())
	}
	return n, r.giveBack(from)
}

// take gives the answer that is open at off, or asks anew: for all that follows when this read goes on where the last ended.
func (r *s3Reader) take(off, length int64) (*stream, error) {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil, errors.New("it is closed")
	}
	if s := r.idle; s != nil && s.reaches(off) {
		r.idle = nil
		r.mu.Unlock()
		return s, nil
	}
	goesOn := off == r.next || off == int64(len(r.head))
	r.mu.Unlock()
	end := off + length
	if goesOn {
		end = r.size
	}
	o := minio.GetObjectOptions{}
	err := errors.Join(o.SetRange(off, end-1), o.SetMatchETag(r.etag))
	if err != nil {
		return nil, err
	}
	body, _, _, err := r.store.core.GetObject(r.ctx, r.store.bucket, r.store.name(r.key), o)
	return &stream{ReadCloser: body, at: off, end: end}, err
}

// giveBack keeps an answer that has more to say, in the place of the one before.
func (r *s3Reader) giveBack(s *stream) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = s.at
	if r.closed || s.at == s.end {
		return s.Close()
	}
	r.drop()
	r.idle = s
	return nil
}
