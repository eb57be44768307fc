package keys

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// sealUnwrapper opens what Seal made, with the associated data as context; it counts, and can be held up.
type sealUnwrapper struct {
	key   *Key
	calls atomic.Int64
	held  Name // Unwrap of this name says so on begun and waits until hold is closed
	hold  chan struct{}
	begun chan struct{}
}

func (u *sealUnwrapper) Unwrap(_ context.Context, name Name, wrapped, ad []byte) (*Key, error) {
	u.calls.Add(1)
	if name == u.held {
		u.begun <- struct{}{}
		<-u.hold
	}
	b, err := Open(u.key, append([]byte(name), ad...), wrapped)
	if err != nil {
		return nil, ErrUnwrap
	}
	return KeyFrom(b)
}

type wrappedKey struct {
	name    Name
	wrapped []byte
	key     *Key
}

func (u *sealUnwrapper) wrap(t *testing.T) wrappedKey {
	t.Helper()
	w := wrappedKey{name: NewName(), key: NewKey()}
	w.wrapped = seal(t, u.key, string(w.name)+"ad", w.key.Bytes())
	return w
}

func newCache(t *testing.T, cfg CacheConfig) (*Cache, *sealUnwrapper) {
	t.Helper()
	u := &sealUnwrapper{key: testKey(t, "cache"), hold: make(chan struct{}), begun: make(chan struct{})}
	c, err := NewCache(u, cfg)
	must(t, err)
	t.Cleanup(c.Close)
	return c, u
}

func (w wrappedKey) get(t *testing.T, c *Cache) *Key {
	t.Helper()
	k, err := c.Key(t.Context(), w.name, w.wrapped, []byte("ad"))
	must(t, err)
	if !bytes.Equal(k.Bytes(), w.key.Bytes()) {
		t.Fatal("another key")
	}
	return k
}

// held returns the buffers of all keys that the cache holds, to see whether they are zeroed later.
func (c *Cache) held() (keys []*Key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for el := c.recent.Front(); el != nil; el = el.Next() {
		keys = append(keys, el.Value.(*cacheEntry).key)
	}
	return keys
}

func allZero(keys []*Key) bool {
	for _, k := range keys {
		if !k.IsZero() {
			return false
		}
	}
	return true
}

func TestCacheConfig(t *testing.T) {
	for _, tt := range []struct {
		cfg   CacheConfig
		field string
	}{
		{CacheConfig{TTL: 61 * time.Second}, "TTL"}, {CacheConfig{TTL: -1}, "TTL"}, {CacheConfig{MaxKeys: -1}, "MaxKeys"},
	} {
		if _, err := NewCache(&sealUnwrapper{}, tt.cfg); err == nil || !strings.Contains(err.Error(), tt.field) {
			t.Errorf("%+v: %v", tt.cfg, err)
		}
	}
	if _, err := NewCache(nil, CacheConfig{}); err == nil {
		t.Error("a cache in front of nothing")
	}
	c, _ := newCache(t, CacheConfig{})
	if c.cfg.TTL != MaxCacheTTL || c.cfg.MaxKeys != 1024 {
		t.Errorf("defaults: %+v", c.cfg)
	}
}

func TestCacheServesCopies(t *testing.T) {
	c, u := newCache(t, CacheConfig{})
	w := u.wrap(t)
	for range 3 {
		w.get(t, c).Zero()
	}
	if u.calls.Load() != 1 || c.Len() != 1 {
		t.Errorf("%d calls, %d keys", u.calls.Load(), c.Len())
	}
}

func TestThreat10CacheAsksForOtherNameOrData(t *testing.T) {
	c, u := newCache(t, CacheConfig{})
	w, other := u.wrap(t), u.wrap(t)
	w.get(t, c)
	other.get(t, c)
	for _, tt := range []struct {
		name    Name
		wrapped []byte
		ad      string
	}{
		{other.name, w.wrapped, "ad"}, {w.name, other.wrapped, "ad"}, {w.name, w.wrapped, "da"}, {w.name, w.wrapped, ""},
		{w.name[:63], append([]byte{w.name[63]}, w.wrapped...), "ad"}, {w.name, append(bytes.Clone(w.wrapped), 'a'), "d"},
	} {
		if _, err := c.Key(t.Context(), tt.name, tt.wrapped, []byte(tt.ad)); err != ErrUnwrap {
			t.Errorf("error %v, want ErrUnwrap", err)
		}
	}
	if c.Len() != 2 {
		t.Errorf("failures are kept: %d keys", c.Len())
	}
	const gap = "\x00\x00\x00\x00\x00\x00\x00\x00"
	if newCacheID(w.name, []byte("w"), []byte("a"+gap+"b")) == newCacheID(w.name, []byte("w"+gap+"a"), []byte("b")) {
		t.Error("wrapped key and associated data run into each other")
	}
}

func TestThreat04CacheZeroesOnExpiryWithoutAccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, u := newCache(t, CacheConfig{TTL: 10 * time.Second})
		first, second := u.wrap(t), u.wrap(t)
		first.get(t, c)
		time.Sleep(4 * time.Second)
		second.get(t, c)
		time.Sleep(5 * time.Second)
		first.get(t, c) // does not prolong it
		old := c.held()[:1]
		time.Sleep(time.Second)
		synctest.Wait()
		if c.Len() != 1 || !allZero(old) {
			t.Errorf("after 10 s: %d keys, first zeroed: %t", c.Len(), allZero(old))
		}
		old = c.held()
		time.Sleep(4 * time.Second)
		synctest.Wait()
		if c.Len() != 0 || !allZero(old) {
			t.Errorf("after 14 s: %d keys, second zeroed: %t", c.Len(), allZero(old))
		}
		first.get(t, c) // the timer runs again
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if c.Len() != 0 || u.calls.Load() != 3 {
			t.Errorf("after 24 s: %d keys, %d calls", c.Len(), u.calls.Load())
		}
	})
}

// TestCacheJudgesExpiryByItsClock moves the injected clock, with the timer still far off.
func TestCacheJudgesExpiryByItsClock(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	c, u := newCache(t, CacheConfig{Now: func() time.Time { return now }})
	w := u.wrap(t)
	w.get(t, c)
	now = now.Add(MaxCacheTTL - 1)
	w.get(t, c)
	if u.calls.Load() != 1 {
		t.Error("expired too early")
	}
	old := c.held()
	now = now.Add(1)
	w.get(t, c)
	if u.calls.Load() != 2 || !allZero(old) {
		t.Errorf("not expired: %d calls", u.calls.Load())
	}
}

// TestCacheCountsTheTimeOfUnwrap: a store that takes its time does not give the key a longer life, nor one that came in between.
func TestCacheCountsTheTimeOfUnwrap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, u := newCache(t, CacheConfig{TTL: 10 * time.Second})
		slow, quick := u.wrap(t), u.wrap(t)
		u.held = slow.name
		go c.Key(t.Context(), slow.name, slow.wrapped, []byte("ad"))
		<-u.begun
		time.Sleep(5 * time.Second)
		quick.get(t, c) // expires at 15 s
		time.Sleep(2 * time.Second)
		close(u.hold) // expires at 10 s
		synctest.Wait()
		for _, step := range []struct {
			wait time.Duration
			want int
		}{{0, 2}, {3 * time.Second, 1}, {5 * time.Second, 0}} {
			time.Sleep(step.wait)
			synctest.Wait()
			if c.Len() != step.want {
				t.Errorf("%d keys, want %d", c.Len(), step.want)
			}
		}
	})
}

func TestThreat04CacheZeroesOnEviction(t *testing.T) {
	c, u := newCache(t, CacheConfig{MaxKeys: 2})
	a, b, d := u.wrap(t), u.wrap(t), u.wrap(t)
	a.get(t, c)
	b.get(t, c)
	a.get(t, c)
	oldest := c.held()[1:]
	d.get(t, c) // b is the least recently used
	if c.Len() != 2 || !allZero(oldest) {
		t.Errorf("%d keys, evicted zeroed: %t", c.Len(), allZero(oldest))
	}
	a.get(t, c)
	if u.calls.Load() != 3 {
		t.Error("another key than the least recently used left")
	}
}

func TestThreat04CacheZeroesWhatIsDropped(t *testing.T) {
	c, u := newCache(t, CacheConfig{})
	a, b, d := u.wrap(t), u.wrap(t), u.wrap(t)
	for _, w := range []wrappedKey{d, b, a} {
		w.get(t, c)
	}
	held := c.held() // a, b, d
	c.Drop(a.name, NewName(), b.name)
	if c.Len() != 1 || !allZero(held[:2]) || held[2].IsZero() {
		t.Errorf("Drop: %d keys left", c.Len())
	}
	c.DropAll()
	if c.Len() != 0 || !allZero(held) {
		t.Errorf("DropAll: %d keys left", c.Len())
	}
	a.get(t, c)
	held = c.held()
	c.Close()
	c.Close()
	if _, err := c.Key(t.Context(), a.name, a.wrapped, []byte("ad")); err == nil || c.Len() != 0 || !allZero(held) {
		t.Errorf("Close: %d keys left, Key: %v", c.Len(), err)
	}
}

func TestThreat25DropWinsOverAnUnwrapUnderWay(t *testing.T) {
	for name, drop := range map[string]func(*Cache, Name){
		"Drop":    func(c *Cache, n Name) { c.Drop(n) },
		"DropAll": func(c *Cache, _ Name) { c.DropAll() },
		"Close":   func(c *Cache, _ Name) { c.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			c, u := newCache(t, CacheConfig{})
			w := u.wrap(t)
			u.held = w.name
			done := make(chan *Key)
			go func() {
				k, err := c.Key(context.Background(), w.name, w.wrapped, []byte("ad"))
				if err != nil {
					t.Error(err)
				}
				done <- k
			}()
			<-u.begun
			drop(c, w.name)
			close(u.hold)
			if k := <-done; k.IsZero() {
				t.Error("the caller's key is zeroed")
			}
			if c.Len() != 0 {
				t.Error("the key came into the cache after it was dropped")
			}
		})
	}
}

func TestCacheConcurrentUse(t *testing.T) {
	c, u := newCache(t, CacheConfig{MaxKeys: 4})
	var ws []wrappedKey
	for range 8 {
		ws = append(ws, u.wrap(t))
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 100 {
				w := ws[(g+i)%len(ws)]
				k, err := c.Key(context.Background(), w.name, w.wrapped, []byte("ad"))
				if err != nil || !bytes.Equal(k.Bytes(), w.key.Bytes()) {
					t.Error(fmt.Errorf("key %d: %w", i, err))
				}
				if i%10 == g {
					c.Drop(w.name)
				}
			}
		})
	}
	wg.Wait()
	if c.Len() > 4 {
		t.Errorf("%d keys", c.Len())
	}
}

func TestCacheCountsHitsAndMisses(t *testing.T) {
	now := time.Unix(1e9, 0)
	c, u := newCache(t, CacheConfig{TTL: time.Second, Now: func() time.Time { return now }})
	w := u.wrap(t)
	want := func(want CacheStats) {
		t.Helper()
		if got := c.Stats(); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	want(CacheStats{})
	w.get(t, c)
	want(CacheStats{Held: 1, Misses: 1})
	w.get(t, c)
	want(CacheStats{Held: 1, Hits: 1, Misses: 1})
	now = now.Add(time.Second) // expired
	w.get(t, c)
	want(CacheStats{Held: 1, Hits: 1, Misses: 2})
	c.DropAll()
	want(CacheStats{Hits: 1, Misses: 2})
}
