package webhook

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"portico/sync/delivery"
	"portico/sync/fault"
)

// secretBytes is between the 24 and 64 bytes that Standard Webhooks asks for.
const secretBytes = 32

// NewSecret returns a fresh signing secret: "whsec_" and base64. Whoever knows
// it can forge messages to the endpoint that it was made for.
func NewSecret() string {
	var b [secretBytes]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return "whsec_" + base64.StdEncoding.EncodeToString(b[:])
}

// sign returns the signatures by all secrets, separated by spaces: while a
// secret is replaced, receivers accept either.
func sign(secrets []string, id delivery.MessageID, at time.Time, payload []byte) (string, error) {
	if len(secrets) == 0 {
		return "", fault.Wrap(fault.Internal, "sign webhook", errors.New("there is no secret"))
	}
	out := make([]string, len(secrets))
	for i, secret := range secrets {
		w, err := standardwebhooks.NewWebhook(secret)
		if err != nil { // its text may hold part of the secret
			return "", fault.Wrap(fault.Internal, "sign webhook", errors.New("a secret is not base64"))
		}
		if out[i], err = w.Sign(string(id), at, payload); err != nil {
			return "", fault.Wrap(fault.Internal, "sign webhook", err)
		}
	}
	return strings.Join(out, " "), nil
}
