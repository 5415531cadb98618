package oauth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
)

// believes verifies a signed statement (RFC 7523, section 3).
func (s *Server) believes(text string) bool {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return false
	}
	var header struct{ Alg string }
	var claims struct {
		Iss, Aud string
		Exp, Iat int64
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !read(parts[0], &header) || !read(parts[1], &claims) {
		return false
	}
	now := s.o.Clock().Unix()
	if claims.Iss != s.o.Issuer || claims.Aud != s.o.Audience || claims.Exp <= now || claims.Iat > now {
		return false
	}
	return s.signed(header.Alg, sha256.Sum256([]byte(parts[0]+"."+parts[1])), signature)
}

func (s *Server) signed(algorithm string, sum [32]byte, signature []byte) bool {
	switch key := s.o.Key.(type) {
	case *rsa.PublicKey:
		return algorithm == "RS256" && rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
	case *ecdsa.PublicKey:
		return algorithm == "ES256" && len(signature) == 64 &&
			ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
	default:
		return false
	}
}

func read(part string, into any) bool {
	data, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(data, into) == nil
}

// login exchanges a name and a password for a session; the request counts as "login".
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	var in struct{ User, Password string }
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		_ = json.NewDecoder(r.Body).Decode(&in) // what cannot be read is not right
	} else {
		in.User, in.Password = r.FormValue("user"), r.FormValue("password")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked["login"]++
	if s.fail != 0 {
		refuse(w, s.fail, "server_error")
		return
	}
	if in.User == "" || in.User != s.o.User || in.Password != s.o.Password {
		refuse(w, http.StatusUnauthorized, "bad_login")
		return
	}
	session := s.issue()["access_token"]
	reply(w, http.StatusOK, map[string]any{"session": session, "lasts": int(s.o.AccessLasts.Seconds())})
}

// tenants lists what a person opened to us.
func (s *Server) tenants(w http.ResponseWriter, r *http.Request) {
	if !s.Good(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")) {
		refuse(w, http.StatusUnauthorized, "invalid_token")
		return
	}
	out := []map[string]string{}
	for _, t := range s.o.Tenants {
		out = append(out, map[string]string{"tenantId": t.ID, "tenantName": t.Name})
	}
	reply(w, http.StatusOK, out)
}
