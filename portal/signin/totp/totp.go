// Package totp is the code that changes every thirty seconds (RFC 6238, with
// HMAC-SHA-1 and six digits, which is what every authenticator reads), and the
// picture that hands its secret to one. It promises that the code of a step
// is found once: who keeps the newest step that was used never takes the same
// code, or an older one, again. It does no I/O and knows no clock.
package totp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" // #nosec G505 -- what RFC 6238 says; HMAC does not rest on collisions
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

const (
	period = 30 * time.Second
	digits = 6
	// skew is by how many steps the clock of a telephone may be wrong.
	skew = 1
	// secretBytes is as long as the hash (RFC 4226 §4, R6).
	secretBytes = 20
)

// NewSecret returns a random secret in base32, as authenticators read it.
func NewSecret() string {
	var b [secretBytes]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return encoding.EncodeToString(b[:])
}

var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// StepOf is the number of the step that a moment belongs to.
func StepOf(t time.Time) int64 { return t.Unix() / int64(period/time.Second) }

// Code is the code of a step. The error says that the secret is none.
func Code(secret string, step int64) (string, error) {
	key, err := encoding.DecodeString(secret)
	if err != nil {
		return "", fmt.Errorf("read the secret of an authenticator: %w", err)
	}
	mac := hmac.New(sha1.New, key)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step)) // #nosec G115 -- steps are counted from 1970
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0x0f // dynamic truncation, RFC 4226 §5.3
	n := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	return fmt.Sprintf("%0*d", digits, n%1_000_000), nil
}

// Find returns the step whose code was typed, among the step of now and its
// neighbours, if it is newer than the last that was used; false when there is none.
func Find(secret, typed string, now time.Time, last int64) (step int64, ok bool, err error) {
	for step = StepOf(now) - skew; step <= StepOf(now)+skew; step++ {
		code, err := Code(secret, step)
		if err != nil {
			return 0, false, err
		}
		if step > last && subtle.ConstantTimeCompare([]byte(code), []byte(typed)) == 1 {
			return step, true, nil
		}
	}
	return 0, false, nil
}

// IsCode reports whether a text has the form of a code.
func IsCode(typed string) bool {
	return len(typed) == digits && strings.Trim(typed, "0123456789") == ""
}

// Address hands a secret to an authenticator
// (https://github.com/google/google-authenticator/wiki/Key-Uri-Format).
func Address(issuer, account, secret string) string {
	issuer = strings.ReplaceAll(issuer, ":", " ") // it parts issuer and account
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account}
	// An authenticator shows a "+" as it is, so that spaces are written %20.
	u.RawQuery = "secret=" + secret + "&issuer=" + strings.ReplaceAll(url.QueryEscape(issuer), "+", "%20")
	return u.String()
}
