package ceremony

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"
)

// Round 1000 of drand's chain quicknet, as https://api.drand.sh serves it.
const quicknet1000 = `{"round":1000,"randomness":"fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",` +
	`"signature":"b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"}`

func TestQuicknet(t *testing.T) {
	b := Quicknet(time.Unix(0, 0))
	b.Round = 1000
	signature, err := ParseSignature([]byte(quicknet1000))
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.Randomness(signature)
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(r); !strings.Contains(quicknet1000, got) {
		t.Errorf("randomness %s", got)
	}
	if err := b.check(); err != nil {
		t.Error(err)
	}
	b.Round++
	_, err = b.Randomness(signature)
	wantRefusal(t, err, WrongBeacon, "round 1001")
	b.Round--
	for at := range signature {
		signature[at] ^= 1
		if _, err := b.Randomness(signature); err == nil {
			t.Errorf("byte %d changed: accepted", at)
		}
		signature[at] ^= 1
	}
	infinity := make([]byte, 48)
	infinity[0] = 0xc0
	for _, s := range [][]byte{nil, signature[:47], append(signature, 0), infinity} {
		_, err := b.Randomness(s)
		wantRefusal(t, err, WrongBeacon, "")
	}
}

// Rounds and times, by the example of another client: round 27946612 is that of 2026-04-20.
func TestBeaconTimes(t *testing.T) {
	day := time.Date(2026, 4, 20, 0, 0, 0, 0, time.UTC)
	for after, round := range map[time.Duration]uint64{
		-time.Second: 27946612, 0: 27946612, time.Second: 27946613, 3 * time.Second: 27946613,
	} {
		b := Quicknet(day.Add(after))
		if b.Round != round || b.Time().Before(day.Add(after)) {
			t.Errorf("%s: round %d at %s, not %d", after, b.Round, b.Time(), round)
		}
	}
	if b := Quicknet(time.Unix(5, 0)); b.Round != 1 || b.Time().Unix() != 1692803367 {
		t.Errorf("before the first round: %+v", b)
	}
}

func TestParseSignature(t *testing.T) {
	hexadecimal := strings.Repeat("ab", 48)
	for _, text := range []string{hexadecimal, " " + hexadecimal + "\n", `{"round": 3, "signature": "` + hexadecimal + `"}`} {
		if s, err := ParseSignature([]byte(text)); err != nil || len(s) != 48 || s[0] != 0xab {
			t.Errorf("%.20q: %x, %v", text, s, err)
		}
	}
	for _, text := range []string{
		"", "ab", hexadecimal + "ab", "{", `{"signature": 3}`, `{"previous": "x"}`, strings.Repeat(" x", 4000),
	} {
		_, err := ParseSignature([]byte(text))
		wantRefusal(t, err, Malformed, "signature")
	}
}
