// Package vault seals the credentials of connections: what is stored in the
// database, or found in a copy of it, is of no use without the key file beside
// the configuration.
//
// It promises that a sealed text opens only with its key and only in its place:
// moved to another connection, field or purpose it is refused. Keys rotate: the
// newest seals, older ones still open. It hides AES-256-GCM with random nonces
// (crypto/cipher) and a key per purpose derived by HKDF-SHA-256 (RFC 5869).
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"

	"portico/sync/fault"
	"portico/sync/record"
)

// version starts every sealed text and names the scheme.
const version = "p1"

// Place is where a secret belongs. It is authenticated with the text.
type Place struct {
	Purpose    string // "credential"
	Connection record.ConnectionID
	Field      string // the name of the form field
}

// Vault seals and opens. It is safe for concurrent use.
type Vault struct {
	path string
	mu   sync.RWMutex
	keys []key // oldest first; never empty
}

// Seal returns the text in a form that may be stored: printable ASCII, about a
// third longer than the text. Sealing twice gives two different results.
func (v *Vault) Seal(p Place, s Secret) (string, error) {
	k := v.newest()
	aead, err := k.aead(p.Purpose)
	if err != nil {
		return "", err
	}
	box := aead.Seal(nil, nil, []byte(s.Reveal()), p.bind(k.id))
	return version + "." + k.id + "." + base64.RawURLEncoding.EncodeToString(box), nil
}

// Open returns what was sealed for the place. The error is fault.Setup when the
// key is missing, and fault.Broken when the text was altered or belongs elsewhere.
func (v *Vault) Open(p Place, sealed string) (Secret, error) {
	id, box, err := split(sealed)
	if err != nil {
		return Secret{}, fault.Wrap(fault.Broken, "open secret "+p.Field, err)
	}
	k, ok := v.find(id)
	if !ok && v.reload() == nil { // another process may have rotated
		k, ok = v.find(id)
	}
	if !ok {
		return Secret{}, fault.Newf(fault.Setup,
			"A credential was sealed with key %s, which is not in %s. Restore the key file that belongs to this database, or enter the credential again.", id, v.path)
	}
	aead, err := k.aead(p.Purpose)
	if err != nil {
		return Secret{}, err
	}
	text, err := aead.Open(nil, nil, box, p.bind(id))
	if err != nil {
		return Secret{}, fault.Wrap(fault.Broken, "open secret "+p.Field, errors.New("altered, or sealed for another place"))
	}
	return NewSecret(string(text)), nil
}

// Derive returns a 32-byte key for another use, such as signing a cookie. It
// comes from the oldest key, so that rotation does not change it while that key
// is kept.
func (v *Vault) Derive(use string) ([]byte, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	derived, err := hkdf.Key(sha256.New, v.keys[0].master[:], nil, "portico derived "+use, 32)
	return derived, fault.Wrap(fault.Internal, "derive key", err)
}

// Stale reports whether a sealed text should be sealed anew: it is not sealed
// with the newest key.
func (v *Vault) Stale(sealed string) bool {
	id, _, err := split(sealed)
	return err != nil || id != v.newest().id
}

func (v *Vault) newest() key {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.keys[len(v.keys)-1]
}

func (v *Vault) find(id string) (key, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	for _, k := range v.keys {
		if k.id == id {
			return k, true
		}
	}
	return key{}, false
}

func split(sealed string) (id string, box []byte, err error) {
	scheme, rest, _ := strings.Cut(sealed, ".")
	id, text, ok := strings.Cut(rest, ".")
	if scheme != version || !ok {
		return "", nil, errors.New("this is not a sealed text")
	}
	box, err = base64.RawURLEncoding.DecodeString(text)
	return id, box, err
}

// bind is the additional data: every part with its length before it, so that no
// two places can spell the same bytes.
func (p Place) bind(key string) []byte {
	var out []byte
	for _, part := range []string{version, key, p.Purpose, p.Connection.String(), p.Field} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(part)))
		out = append(out, part...)
	}
	return out
}

// key is one line of the key file.
type key struct {
	id     string
	master [masterSize]byte
}

// aead derives the cipher for a purpose, so that one purpose's texts say
// nothing about another's key. A random nonce of 96 bits is safe for 2^32
// texts per key (NIST SP 800-38D), which credentials never reach.
func (k key) aead(purpose string) (cipher.AEAD, error) {
	derived, err := hkdf.Key(sha256.New, k.master[:], nil, "portico vault "+version+" "+purpose, 32)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "derive key", err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "make cipher", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return aead, fault.Wrap(fault.Internal, "make cipher", err)
}

// String shows which key it is and nothing else.
func (k key) String() string { return fmt.Sprintf("key %s", k.id) }
