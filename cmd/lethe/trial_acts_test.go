package main

import (
	"testing"
	"time"

	"lethe/circuits/field"
)

// TestARevertedClaimRests: for a day, and all of them once there are as many as are remembered.
func TestARevertedClaimRests(t *testing.T) {
	h, now := &trialHouse{reverted: map[field.Element]time.Time{}}, time.Now()
	one, other := field.Uint64(1), field.Uint64(2)
	h.rest(one, now)
	if !h.rests(one, now.Add(claimRest)) || h.rests(other, now) {
		t.Error("not the one that was reverted, or not for a day")
	}
	for i := range uint64(maxClaims - 1) {
		h.rest(field.Uint64(10+i), now)
	}
	if !h.rests(other, now) {
		t.Error("more are relayed than can be remembered")
	}
	if h.rests(one, now.Add(claimRest+1)) || h.rests(other, now.Add(claimRest+1)) || len(h.reverted) != 0 {
		t.Error("they rest for longer than a day")
	}
}
