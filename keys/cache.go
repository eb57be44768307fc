package keys

import (
	"container/list"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"
)

// MaxCacheTTL is the longest that a [Cache] may keep an unwrapped key, and its default.
const MaxCacheTTL = 60 * time.Second

// CacheConfig configures a [Cache]. Its zero value is the default.
type CacheConfig struct {
	TTL     time.Duration    // how long after the call of Unwrap its key may be used; at most, and by default, MaxCacheTTL
	MaxKeys int              // keys held at most, the least recently used leaves first; by default 1024
	Now     func() time.Time // the clock that expiry is judged by; by default time.Now
}

func (c CacheConfig) withDefaults() (CacheConfig, error) {
	if c.TTL < 0 || c.TTL > MaxCacheTTL {
		return c, fmt.Errorf("keys: CacheConfig.TTL is %v, not between 0 and %v", c.TTL, MaxCacheTTL)
	}
	if c.MaxKeys < 0 {
		return c, fmt.Errorf("keys: CacheConfig.MaxKeys is %d, below 0", c.MaxKeys)
	}
	if c.TTL == 0 {
		c.TTL = MaxCacheTTL
	}
	if c.MaxKeys == 0 {
		c.MaxKeys = 1024
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c, nil
}

// Cache keeps unwrapped keys for a short time, bounded in number, and zeroes them on eviction, on expiry, which a timer sees to
// without further access, and when they are dropped. Using a key does not prolong it. Failures are not cached. It is safe for
// concurrent use; Close ends it.
type Cache struct {
	unwrapper Unwrapper
	cfg       CacheConfig

	mu      sync.Mutex
	entries map[cacheID]*list.Element
	recent  *list.List // of *cacheEntry, the most recently used in front
	drops   uint64     // counts Drop and DropAll, which keys unwrapped across one must not survive
	used    CacheStats // but for Held
	timer   *time.Timer
	wake    time.Time // when timer fires; zero while nothing expires
	closed  bool
}

// cacheID binds a key to all that opened it: the right name with other associated data must ask the store, which refuses.
type cacheID [sha256.Size]byte

type cacheEntry struct {
	id      cacheID
	name    Name
	key     *Key
	expires time.Time
}

// NewCache returns a cache in front of u. An error names the field of cfg that is wrong.
func NewCache(u Unwrapper, cfg CacheConfig) (*Cache, error) {
	if u == nil {
		return nil, errors.New("keys: cache without an Unwrapper")
	}
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Cache{unwrapper: u, cfg: cfg, entries: make(map[cacheID]*list.Element), recent: list.New()}, nil
}

// Key returns a copy of the unwrapped key, which the caller zeroes; the errors are those of [Unwrapper.Unwrap].
func (c *Cache) Key(ctx context.Context, name Name, wrapped, ad []byte) (*Key, error) {
	id := newCacheID(name, wrapped, ad)
	key, drops, err := c.lookup(id)
	if key != nil || err != nil {
		return key, err
	}
	asked := c.cfg.Now()
	if key, err = c.unwrapper.Unwrap(ctx, name, wrapped, ad); err != nil {
		return nil, err
	}
	c.insert(&cacheEntry{id: id, name: name, key: key, expires: asked.Add(c.cfg.TTL)}, drops)
	return key, nil
}

// Drop zeroes and forgets the keys of these names. It wins over an Unwrap that is under way: the caller of Key gets that key,
// the cache does not.
func (c *Cache) Drop(names ...Name) {
	gone := make(map[Name]bool, len(names))
	for _, n := range names {
		gone[n] = true
	}
	c.drop(func(e *cacheEntry) bool { return gone[e.name] })
}

// DropAll zeroes and forgets every key, as Drop does.
func (c *Cache) DropAll() { c.drop(func(*cacheEntry) bool { return true }) }

// Len returns the number of keys held.
func (c *Cache) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries)
}

// CacheStats counts what a [Cache] did since it was made.
type CacheStats struct {
	Held         int    // keys now
	Hits, Misses uint64 // calls of Key that found the key here, and those that had to ask the store
}

// Stats counts, without a name or an age.
func (c *Cache) Stats() CacheStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.used
	now.Held = len(c.entries)
	return now
}

// Close drops every key and stops the timer; Key then fails. Closing again is harmless.
func (c *Cache) Close() {
	c.DropAll()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.removeIf(func(*cacheEntry) bool { return true }) // what came in between
	if c.timer != nil {
		c.timer.Stop()
	}
}

func newCacheID(name Name, wrapped, ad []byte) (id cacheID) {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(name), wrapped, ad} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		h.Write(part)
	}
	h.Sum(id[:0])
	return id
}

// lookup returns a copy of the key if it is there, and the number of drops so far.
func (c *Cache) lookup(id cacheID) (*Key, uint64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, 0, errClosed
	}
	el, ok := c.entries[id]
	if !ok {
		c.used.Misses++
		return nil, c.drops, nil
	}
	e := el.Value.(*cacheEntry)
	if !c.cfg.Now().Before(e.expires) {
		c.remove(el)
		c.used.Misses++
		return nil, c.drops, nil
	}
	c.used.Hits++
	c.recent.MoveToFront(el)
	return e.key.Clone(), c.drops, nil
}

// insert keeps a copy of the entry's key, unless something was dropped since the count given.
func (c *Cache) insert(e *cacheEntry, drops uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.entries[e.id]; known || c.closed || drops != c.drops || !c.cfg.Now().Before(e.expires) {
		return
	}
	e.key = e.key.Clone()
	c.entries[e.id] = c.recent.PushFront(e)
	if len(c.entries) > c.cfg.MaxKeys {
		c.remove(c.recent.Back())
	}
	c.wakeBy(e.expires)
}

func (c *Cache) drop(gone func(*cacheEntry) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	c.removeIf(gone)
}

func (c *Cache) removeIf(gone func(*cacheEntry) bool) {
	for el := c.recent.Front(); el != nil; {
		next := el.Next()
		if gone(el.Value.(*cacheEntry)) {
			c.remove(el)
		}
		el = next
	}
}

func (c *Cache) remove(el *list.Element) {
	e := c.recent.Remove(el).(*cacheEntry)
	delete(c.entries, e.id)
	e.key.Zero()
}

// wakeBy sets the timer to fire at t, or earlier where it already does.
func (c *Cache) wakeBy(t time.Time) {
	if !c.wake.IsZero() && !t.Before(c.wake) {
		return
	}
	c.wake = t
	if wait := t.Sub(c.cfg.Now()); c.timer == nil {
		c.timer = time.AfterFunc(wait, c.expire)
	} else {
		c.timer.Reset(wait)
	}
}

// expire runs on the timer: it zeroes what has expired and sets the timer for what comes next.
func (c *Cache) expire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wake = time.Time{}
	if c.closed {
		return
	}
	now := c.cfg.Now()
	c.removeIf(func(e *cacheEntry) bool { return !now.Before(e.expires) })
	for el := c.recent.Front(); el != nil; el = el.Next() {
		c.wakeBy(el.Value.(*cacheEntry).expires)
	}
}
