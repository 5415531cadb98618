package engine

import (
	"crypto"
	"crypto/hmac"
	_ "crypto/sha1" //nolint:gosec // some systems sign with it; as an HMAC it holds (RFC 6194, section 3.3)
	"crypto/sha256"
	_ "crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
	"portico/sync/fault"
	"portico/sync/remote"
)

// tolerance is how far a message may be from now where the manifest does not say.
const tolerance = 5 * time.Minute

func forged(why string) error { return fault.New(fault.Unauthenticated, why) }

// proven looks whether the message brings every proof that is asked for. The error
// says why not, to the administrator; the sender never reads it.
func (m *message) proven() error {
	asked := false
	for i := range m.w.Verify {
		p := &m.w.Verify[i]
		secrets, err := m.secrets(p.Secret)
		if err != nil {
			return err
		}
		switch {
		case len(secrets) == 0 && p.Optional:
			continue
		case len(secrets) == 0:
			return fault.New(fault.Setup, "A webhook came, but the secret that shows whose it is was never entered.")
		}
		asked = true
		if err := m.proof(p, secrets); err != nil {
			return err
		}
	}
	if !asked {
		return fault.New(fault.Setup, "A webhook came, but the secret that shows whose it is was never entered.")
	}
	return nil
}

// secrets are those that count: several, between spaces, while one replaces another.
func (m *message) secrets(name string) ([]string, error) {
	text, err := m.s.conn.Secret(name)
	if errors.Is(err, remote.ErrNoSecret) {
		return nil, nil
	}
	return strings.Fields(text), fault.At("read webhook secret", err)
}

func (m *message) proof(p *manifest.Proof, secrets []string) error {
	switch p.Kind {
	case manifest.ProofHMAC:
		return m.signed(p, secrets)
	case manifest.ProofBasic:
		return m.signedIn(p, secrets)
	default:
		return m.tells(p, secrets)
	}
}

// signed verifies an HMAC. Which of the secrets fits takes the same time as that none
// does, but for their number, which is no secret.
func (m *message) signed(p *manifest.Proof, secrets []string) error {
	given, err := m.given(p, &p.Signature)
	if err != nil {
		return err
	}
	env := m.env
	if p.Timestamp != nil {
		stamp, err := m.recent(p.Timestamp)
		if err != nil {
			return err
		}
		env = with(env, manifest.Env{"timestamp": stamp})
	}
	text := m.env["raw"].(string)
	if p.Message.Set() {
		if text, err = p.Message.Text(env); err != nil {
			return fault.New(fault.Unauthenticated, "What is signed of a webhook could not be put together.").Because("build signed text", err)
		}
	}
	fits := false
	for _, secret := range secrets {
		key, err := keyOf(p.SecretIs, secret)
		if err != nil {
			return fault.New(fault.Setup, "The webhook secret is not of the form that "+m.s.m.Name+" gives it. Enter it again.").Because("decode webhook secret", err)
		}
		mac := hmac.New(digests[p.Algorithm].New, key)
		_, _ = mac.Write([]byte(text)) // never fails (hash.Hash)
		sum := mac.Sum(nil)
		for _, one := range given {
			got, err := decoded(p.Encoding, one)
			fits = hmac.Equal(sum, got) && err == nil || fits
		}
	}
	if !fits {
		return forged("The signature of a webhook does not fit the secret that is entered here.")
	}
	return nil
}

// given are the values that a message brings for a proof.
func (m *message) given(p *manifest.Proof, value *manifest.Expr) ([]string, error) {
	missing := forged("A webhook came without what proves whose it is.")
	if p.Header != "" {
		text, ok := strings.CutPrefix(m.raw.Header.Get(p.Header), p.Prefix)
		if !ok || text == "" {
			return nil, missing
		}
		return []string{text}, nil
	}
	v, err := value.Eval(m.env)
	if err != nil {
		return nil, missing
	}
	var out []string
	for _, one := range listed(v) {
		text, ok := tree.Of(one).Scalar()
		if !ok {
			return nil, missing
		}
		out = append(out, text)
	}
	if len(out) == 0 || len(out) > maxEvents {
		return nil, missing
	}
	return out, nil
}

// listed makes a list of what an expression came to.
func listed(v any) []any {
	switch t := v.(type) {
	case nil:
		return nil
	case []any:
		return t
	case []string:
		out := make([]any, len(t))
		for i, one := range t {
			out[i] = one
		}
		return out
	default:
		return []any{v}
	}
}

// recent reads when the message says that it was sent, and refuses what is too far
// from now: somebody may have kept it.
func (m *message) recent(t *manifest.Stamp) (string, error) {
	text, err := t.Value.Text(m.env)
	if err != nil || text == "" {
		return "", forged("A webhook does not say when it was sent.")
	}
	sent, err := manifest.Moment(text, t.Format)
	if err != nil {
		return "", forged("A webhook does not say when it was sent.")
	}
	allowed := t.Tolerance.Duration
	if allowed == 0 {
		allowed = tolerance
	}
	if away := m.s.conn.Now().Sub(sent); away.Abs() > allowed {
		return "", forged(fmt.Sprintf("A webhook was sent %s from now by the system's clock; %s is allowed.", away.Abs().Round(time.Second), allowed))
	}
	return text, nil
}

// signedIn looks at user and password (RFC 7617).
func (m *message) signedIn(p *manifest.Proof, secrets []string) error {
	wanted, err := p.User.Text(m.env)
	if err != nil {
		return fault.Wrap(fault.Setup, "name of the sender", err)
	}
	user, password, ok := (&http.Request{Header: m.raw.Header}).BasicAuth()
	if !ok {
		return forged("A webhook came without what proves whose it is.")
	}
	if known := same(user, []string{wanted}); !same(password, secrets) || !known {
		return forged("A webhook came with another user or password than are entered here.")
	}
	return nil
}

// tells looks for the secret itself. Where several stand, every one must be it.
func (m *message) tells(p *manifest.Proof, secrets []string) error {
	var given []string
	if p.Query != "" {
		given = []string{m.raw.Query().Get(p.Query)}
	} else {
		var err error
		if given, err = m.given(p, &p.Value); err != nil {
			return err
		}
	}
	all := true
	for _, one := range given {
		all = same(one, secrets) && all
	}
	if !all {
		return forged("A webhook came with another secret than is entered here.")
	}
	return nil
}

// same compares without telling by its time how much of it fits.
func same(given string, wanted []string) bool {
	g, fits := sha256.Sum256([]byte(given)), 0
	for _, one := range wanted {
		w := sha256.Sum256([]byte(one))
		fits |= subtle.ConstantTimeCompare(g[:], w[:])
	}
	return fits == 1
}

// digests by the names of the language.
var digests = map[string]crypto.Hash{"": crypto.SHA256, "sha1": crypto.SHA1, "sha256": crypto.SHA256, "sha512": crypto.SHA512}

func keyOf(form, secret string) ([]byte, error) {
	switch form {
	case "base64", "hex":
		return decoded(form, secret)
	case "sha256":
		sum := sha256.Sum256([]byte(secret))
		return sum[:], nil
	default:
		return []byte(secret), nil
	}
}

func decoded(form, text string) ([]byte, error) {
	if form == "hex" {
		return hex.DecodeString(text)
	}
	return base64.StdEncoding.DecodeString(text)
}
