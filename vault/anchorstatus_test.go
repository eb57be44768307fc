package vault

import (
	"errors"
	"strings"
	"testing"
	"time"

	"lethe/anchor"
)

// A transaction that is not confirmed within the published delay is a problem. One that is confirmed is none, however old.
func TestAnchorStatusSaysThatTheDelayIsExceeded(t *testing.T) {
	s := newSite(t)
	s.grow()
	s.chain.slow = true
	says := func(want string) {
		t.Helper()
		if info, err := s.AnchorStatus(t.Context()); err != nil || info.Problem != want {
			t.Errorf("%q, %v; want %q", info.Problem, err, want)
		}
	}
	says("")
	s.clock.move(s.cfg.Network.MaxDelay)
	says("")
	s.clock.move(time.Second)
	says("the published delay is exceeded: the newest transaction was sent 1h0m1s ago and is submitted")
	s.chain.down = true
	says(anchor.ErrUnreachable.Error())
	s.chain.down = false
	s.chain.mine()
	says("")
	if newest, err := s.newestConfirmed(t.Context()); err != nil || newest.Size == 0 {
		t.Errorf("not confirmed, %v: the test proves nothing", err)
	}
}

func TestAnchorStatusSaysThatTheSenderIsRefused(t *testing.T) {
	s := newSite(t)
	s.grow()
	refused := errors.New("the contract takes nothing from this account")
	s.cfg.Sender.(*memSender).refuses = refused
	if info, err := s.AnchorStatus(t.Context()); err != nil || !strings.Contains(info.Problem, refused.Error()) {
		t.Errorf("%q, %v", info.Problem, err)
	}
	s.cfg.Sender.(*memSender).refuses = nil
	if info, err := s.AnchorStatus(t.Context()); err != nil || info.Problem != "" {
		t.Errorf("once it is taken again: %q, %v", info.Problem, err)
	}
}
