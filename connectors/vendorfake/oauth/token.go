package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"time"
)

const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// token answers requests for a token (RFC 6749, section 3.2).
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	grant := r.PostForm.Get("grant_type")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[grant]++
	if s.fail != 0 {
		refuse(w, s.fail, "server_error")
		return
	}
	if grant != jwtBearer && !s.knows(r) {
		refuse(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	var answer map[string]any
	switch grant {
	case "authorization_code":
		answer = s.redeem(r.PostForm)
	case "refresh_token":
		answer = s.renew(r.PostForm.Get("refresh_token"))
	case "client_credentials":
		answer = s.issue()
	case jwtBearer:
		if s.believes(r.PostForm.Get("assertion")) {
			answer = s.issue()
		}
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type")
		return
	}
	if answer == nil {
		refuse(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	if s.lost > 0 {
		s.lost--
		panic(http.ErrAbortHandler) // the connection breaks before the answer
	}
	reply(w, http.StatusOK, answer)
}

// knows reports whether the application named itself rightly.
func (s *Server) knows(r *http.Request) bool {
	id, secret, ok := r.BasicAuth()
	if ok { // RFC 6749, section 2.3.1: encoded like a form before
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	return id == s.o.ClientID && secret == s.o.ClientSecret
}

// issue makes an access token.
func (s *Server) issue() map[string]any {
	access := random("at-")
	s.access[access] = s.o.Clock().Add(s.o.AccessLasts)
	out := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": int(s.o.AccessLasts / time.Second)}
	maps.Copy(out, s.o.Answer)
	return out
}

// redeem exchanges a code, once, for who has its verifier (RFC 7636, section 4.6).
func (s *Server) redeem(form url.Values) map[string]any {
	c := s.codes[form.Get("code")]
	if c == nil || c.used || s.o.Clock().After(c.until) || c.redirect != form.Get("redirect_uri") {
		return nil
	}
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	if base64.RawURLEncoding.EncodeToString(sum[:]) != c.challenge {
		return nil
	}
	c.used = true
	return s.follow(&family{})
}

// follow gives a family its next tokens.
func (s *Server) follow(f *family) map[string]any {
	out := s.issue()
	f.access = append(f.access, out["access_token"].(string))
	if f.newest == "" || !s.o.Keep {
		f.before, f.newest, f.replaced = f.newest, random("rt-"), s.o.Clock()
		s.families[f.newest] = f
	}
	out["refresh_token"] = f.newest
	return out
}

// renew takes a refresh token: the newest, or within the grace the one before. Any
// other was stolen from somebody, so that everything ends (RFC 9700, section 4.14.2).
func (s *Server) renew(token string) map[string]any {
	f := s.families[token]
	if f == nil || f.ended {
		return nil
	}
	if token != f.newest && (token != f.before || !s.o.Clock().Before(f.replaced.Add(s.o.Grace))) {
		f.ended = true
		for _, access := range f.access {
			delete(s.access, access)
		}
		return nil
	}
	return s.follow(f)
}

func refuse(w http.ResponseWriter, status int, code string) {
	reply(w, status, map[string]any{"error": code, "error_description": "secret words that nobody should repeat"})
}

func reply(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // who asked has gone
}
