package rest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"strings"
	"time"

	"portico/sync/fault"
)

// Assertion is a signed statement that is exchanged for a token (RFC 7523, section 2.1).
type Assertion struct {
	Algorithm string // RS256 or ES256 (RFC 7518, section 3.1)
	Key       string // PEM; line breaks may have got lost on the way
	KeyID     string
	Issuer    string
	Subject   string
	Audience  string
	Lasts     time.Duration
	Claims    map[string]any // more of them
}

// minRSA is the fewest bits that RS256 allows (RFC 7518, section 3.3).
const minRSA = 2048

// Sign returns the statement as a JWT in compact form (RFC 7519). A minute of
// difference between the clocks is borne. The error is of kind Setup.
func (a Assertion) Sign(now time.Time) (string, error) {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails since Go 1.24
	claims := map[string]any{"iss": a.Issuer, "sub": a.Subject, "aud": a.Audience, "jti": base64.RawURLEncoding.EncodeToString(id),
		"iat": now.Add(-time.Minute).Unix(), "exp": now.Add(a.Lasts).Unix()}
	maps.Copy(claims, a.Claims)
	for name, v := range claims {
		if v == "" {
			delete(claims, name)
		}
	}
	header := map[string]string{"alg": a.Algorithm, "typ": "JWT"}
	if a.KeyID != "" {
		header["kid"] = a.KeyID
	}
	head, err := json.Marshal(header)
	if err != nil {
		return "", fault.Wrap(fault.Internal, "encode assertion", err)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", fault.Wrap(fault.Internal, "encode assertion", err)
	}
	text := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body)
	signature, err := a.signature(sha256.Sum256([]byte(text)))
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), err
}

func (a Assertion) signature(sum [sha256.Size]byte) ([]byte, error) {
	key, err := privateKey(a.Key)
	if err != nil {
		return nil, err
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if a.Algorithm != "RS256" {
			return nil, fault.New(fault.Setup, "The private key is an RSA key, but the system wants one on the curve P-256.")
		}
		if k.N.BitLen() < minRSA {
			return nil, fault.Newf(fault.Setup, "The private key is too short: at least %d bits.", minRSA)
		}
		out, err := rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, sum[:])
		return out, fault.Wrap(fault.Setup, "sign assertion", err)
	case *ecdsa.PrivateKey:
		if a.Algorithm != "ES256" || k.Curve != elliptic.P256() {
			return nil, fault.Newf(fault.Setup, "The private key does not fit %s.", a.Algorithm)
		}
		r, s, err := ecdsa.Sign(rand.Reader, k, sum[:])
		if err != nil {
			return nil, fault.Wrap(fault.Setup, "sign assertion", err)
		}
		out := make([]byte, 64) // two numbers of 32 bytes; RFC 7518, section 3.4
		r.FillBytes(out[:32])
		s.FillBytes(out[32:])
		return out, nil
	default:
		return nil, fault.New(fault.Setup, "The private key is of a kind that is not known here.")
	}
}

// privateKey reads a PEM key, also one whose line breaks a form took away.
func privateKey(text string) (any, error) {
	bad := fault.New(fault.Setup, "The private key cannot be read. Paste all of it, from -----BEGIN to the last -----.")
	block, _ := pem.Decode([]byte(relined(text)))
	if block == nil {
		return nil, bad
	}
	if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	return nil, bad
}

// relined puts the lines of a PEM text right.
func relined(text string) string {
	const dashes = "-----"
	text = strings.ReplaceAll(text, `\n`, "\n") // as JSON files of vendors write it
	parts := strings.Split(strings.TrimSpace(text), dashes)
	if len(parts) != 5 || parts[0] != "" || parts[4] != "" {
		return text
	}
	return dashes + parts[1] + dashes + "\n" + strings.Join(strings.Fields(parts[2]), "\n") + "\n" + dashes + parts[3] + dashes + "\n"
}
