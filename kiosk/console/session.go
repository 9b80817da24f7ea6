package console

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

const (
	cookieName = "hallward"
	factKey    = "console/sessions"
)

// session is one signed-in person at one browser. Window is "" for who sits at
// none: a manager or a lead.
type session struct {
	Staff   string    `json:"staff"`
	Name    string    `json:"name"`
	Window  string    `json:"window,omitempty"`
	Manager bool      `json:"manager,omitempty"`
	Lead    bool      `json:"lead,omitempty"`
	Begun   time.Time `json:"begun"`
	Seen    time.Time `json:"seen"`
}

// sessions are kept under the hash of their cookie, so that who reads the disk
// cannot enter with what he finds there.
type sessions struct {
	o      Options
	mu     sync.Mutex
	open   map[string]session
	secret []byte // of the tokens against forged posts
}

type savedSessions struct {
	Secret []byte             `json:"secret"`
	Open   map[string]session `json:"open"`
}

func newSessions(o Options) *sessions {
	s := &sessions{o: o, open: map[string]session{}}
	var saved savedSessions
	if o.Facts != nil {
		if blob, ok, err := o.Facts.Get(factKey); err != nil {
			o.Log.Warn("console: sessions not read", "error", err)
		} else if ok {
			if err := json.Unmarshal(blob, &saved); err != nil {
				o.Log.Warn("console: sessions not read", "error", err)
			}
		}
	}
	if s.secret = saved.Secret; len(s.secret) == 0 {
		s.secret = random(32)
	}
	for k, v := range saved.Open {
		v.Seen = o.Now() // when it was last seen is not written at each touch
		s.open[k] = v
	}
	return s
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails (crypto/rand)
	return b
}

func hash(cookie string) string {
	h := sha256.Sum256([]byte(cookie))
	return hex.EncodeToString(h[:])
}

// begin opens a session and gives the browser a new cookie, never the one that
// it came with.
func (s *sessions) begin(w http.ResponseWriter, r *http.Request, n session) {
	n.Begun = s.o.Now()
	n.Seen = n.Begun
	if c, err := r.Cookie(cookieName); err == nil {
		s.drop(c.Value)
	}
	value := base64.RawURLEncoding.EncodeToString(random(24))
	s.mu.Lock()
	s.open[hash(value)] = n
	s.mu.Unlock()
	s.save(r.Context())
	s.setCookie(w, r, value)
}

// find returns the session of a request. Input tells that a person did
// something, which keeps the session alive; a stream that stays open does not.
func (s *sessions) find(r *http.Request, input bool) (session, bool) {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return session{}, false
	}
	now := s.o.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.open[hash(c.Value)]
	if !ok {
		return session{}, false
	}
	if now.Sub(n.Seen) > s.o.Idle || now.Sub(n.Begun) > s.o.Longest {
		delete(s.open, hash(c.Value))
		return session{}, false
	}
	if input {
		n.Seen = now
		s.open[hash(c.Value)] = n
	}
	return n, true
}

func (s *sessions) end(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(cookieName); err == nil {
		s.drop(c.Value)
	}
	s.save(r.Context())
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

func (s *sessions) drop(cookie string) {
	s.mu.Lock()
	delete(s.open, hash(cookie))
	s.mu.Unlock()
}

func (s *sessions) save(ctx context.Context) {
	if s.o.Facts == nil {
		return
	}
	now := s.o.Now()
	s.mu.Lock()
	for k, v := range s.open {
		if now.Sub(v.Seen) > s.o.Idle || now.Sub(v.Begun) > s.o.Longest {
			delete(s.open, k)
		}
	}
	blob, err := json.Marshal(savedSessions{s.secret, s.open})
	s.mu.Unlock()
	if err == nil {
		err = s.o.Facts.Put(ctx, factKey, blob)
	}
	if err != nil {
		s.o.Log.Warn("console: sessions not kept", "error", err)
	}
}

func (s *sessions) setCookie(w http.ResponseWriter, r *http.Request, value string) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: value, Path: "/", HttpOnly: true,
		Secure: s.o.Secure || r.TLS != nil, SameSite: http.SameSiteStrictMode})
}

// token is what a post must carry besides the cookie; a page of another site
// can send the cookie's owner here but cannot read this.
func (s *sessions) token(cookie string) string {
	m := hmac.New(sha256.New, s.secret)
	m.Write([]byte(cookie))
	return hex.EncodeToString(m.Sum(nil))
}

// tokenOf is the token for the cookie of this request; a browser without a
// cookie gets one.
func (s *sessions) tokenOf(w http.ResponseWriter, r *http.Request) string {
	if c, err := r.Cookie(cookieName); err == nil {
		return s.token(c.Value)
	}
	value := base64.RawURLEncoding.EncodeToString(random(24))
	s.setCookie(w, r, value)
	return s.token(value)
}

func (s *sessions) tokenGood(r *http.Request, got string) bool {
	c, err := r.Cookie(cookieName)
	return err == nil && subtle.ConstantTimeCompare([]byte(s.token(c.Value)), []byte(got)) == 1
}
