package transit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"lethe/keys"
)

const (
	loginRetry  = time.Second            // the first wait after a login that failed; it doubles
	maxRetry    = 30 * time.Second       // and ends here
	minInterval = 250 * time.Millisecond // between two looks at a token because calls were denied
)

// session keeps the client's token valid, from begin to end.
type session struct {
	client *client
	login  Login
	stop   context.CancelFunc
	done   chan struct{}
	life   int64 // what the last login gave, in seconds
}

// lease is what Vault says of a token.
type lease struct {
	Token     string `json:"client_token"`
	Seconds   int64  `json:"lease_duration"` // 0 where it does not end
	Renewable bool   `json:"renewable"`
}

// begin logs in, and keeps the token valid in the background until end.
func begin(ctx context.Context, c *client, login Login) (*session, error) {
	s := &session{client: c, login: login, done: make(chan struct{})}
	l, err := s.obtain(ctx)
	if err != nil {
		return nil, fmt.Errorf("transit: login: %w", err)
	}
	background, stop := context.WithCancel(context.Background())
	s.stop = stop
	go s.keep(background, l)
	return s, nil
}

// end stops the background work and revokes the token, where begin obtained it.
func (s *session) end() error {
	s.stop()
	<-s.done
	if s.login.AppRole == nil {
		return nil
	}
	return s.client.write(context.Background(), "auth/token/revoke-self", struct{}{}, nil)
}

func (s *session) obtain(ctx context.Context) (lease, error) {
	if s.login.AppRole != nil {
		return s.loginAppRole(ctx)
	}
	token, err := s.login.Token(ctx)
	if err != nil {
		return lease{}, err
	}
	if token == "" {
		return lease{}, errors.New("Config.Login.Token gave none")
	}
	s.client.api.SetToken(token)
	return lease{}, nil
}

func (s *session) loginAppRole(ctx context.Context) (lease, error) {
	secretID, err := s.login.AppRole.SecretID(ctx)
	if err != nil {
		return lease{}, err
	}
	l, err := s.authenticate(ctx, "auth/"+s.login.AppRole.Mount+"/login",
		map[string]string{"role_id": s.login.AppRole.RoleID, "secret_id": secretID})
	s.life = l.Seconds
	return l, err
}

// authenticate makes a call that answers with a token, and uses the token from then on.
func (s *session) authenticate(ctx context.Context, path string, body any) (lease, error) {
	var answer struct {
		Auth lease `json:"auth"`
	}
	if err := s.client.write(ctx, path, body, &answer); err != nil {
		return lease{}, err
	}
	if answer.Auth.Token == "" {
		return lease{}, fmt.Errorf("%w: no token in the answer", keys.ErrUnavailable)
	}
	s.client.api.SetToken(answer.Auth.Token)
	return answer.Auth, nil
}

// keep prolongs the token when two thirds of its life are over, and when calls are denied.
func (s *session) keep(ctx context.Context, l lease) {
	defer close(s.done)
	wait, retry := l.pause(), loginRetry
	for s.await(ctx, wait) {
		next, err := s.prolong(ctx, l)
		if err == nil {
			l, wait, retry = next, next.pause(), loginRetry
		} else {
			wait, retry = retry, min(2*retry, maxRetry)
		}
	}
}

// await returns after d, or earlier where a call is denied; false at the end of ctx. Denials come in swarms: it takes its time.
func (s *session) await(ctx context.Context, d time.Duration) bool {
	quiet := time.After(minInterval)
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	case <-quiet:
	}
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-s.client.denied:
	}
	return true
}

// prolong renews the token. Where that gives less than half of the life it once had, its end is near: a login takes its place.
func (s *session) prolong(ctx context.Context, l lease) (lease, error) {
	if l.Renewable && s.login.AppRole != nil {
		renewed, err := s.authenticate(ctx, "auth/token/renew-self", struct{}{})
		if err == nil && 2*renewed.Seconds >= s.life {
			return renewed, nil
		}
	}
	return s.obtain(ctx)
}

// pause is how long a token is left alone.
func (l lease) pause() time.Duration {
	if l.Seconds <= 0 {
		return math.MaxInt64
	}
	return time.Duration(l.Seconds) * time.Second * 2 / 3
}
