// Package password hashes and checks passwords, and says which new ones are
// too weak. It promises argon2id with the stated cost, that no more hashes run
// at once than the machine has cores (each takes 64 MiB), and that checking a
// password of nobody costs as much as one of somebody. Passwords are bytes:
// they are neither trimmed nor normalised nor cut.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"

	"portico/sync/fault"
)

// The cost of one hash: RFC 9106 §4, second recommended option (64 MiB, t=3, p=4).
const (
	memory  = 64 << 10 // KiB
	passes  = 3
	lanes   = 4
	saltLen = 16
	keyLen  = 32
)

// patience is how long a hash waits for its turn before the caller is told to
// come back.
const patience = 10 * time.Second

// gate lets as many hashes run as there are cores.
var gate = make(chan struct{}, runtime.GOMAXPROCS(0))

func enter(ctx context.Context) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case gate <- struct{}{}:
		return func() { <-gate }, nil
	case <-ctx.Done():
		return nil, fault.New(fault.Unavailable, "Too many people are signing in right now. Please try again in a minute.").
			After(time.Minute).Because("wait for a password hash", ctx.Err())
	}
}

// Hash returns what is stored of a password, in the PHC string format.
func Hash(ctx context.Context, password string) (string, error) {
	leave, err := enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return derive(password), nil
}

func derive(password string) string {
	salt := make([]byte, saltLen)
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	key := argon2.IDKey([]byte(password), salt, passes, memory, lanes, keyLen)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// nobody is the hash of a password that was thrown away.
var nobody = sync.OnceValue(func() string { return derive(rand.Text()) })

// Verify reports whether the password belongs to the stored hash. With an empty
// stored hash it does the same work and reports false. The error is
// fault.Unavailable when too many others wait, fault.Internal for a stored
// value that this package did not write.
func Verify(ctx context.Context, stored, password string) (bool, error) {
	leave, err := enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	known := stored != ""
	if !known {
		stored = nobody()
	}
	p, err := parse(stored)
	if err != nil {
		return false, fault.Wrap(fault.Internal, "read the stored password hash", err)
	}
	got := argon2.IDKey([]byte(password), p.salt, p.time, p.memory, p.threads, uint32(len(p.key))) // at most 64, see parse
	return subtle.ConstantTimeCompare(got, p.key) == 1 && known, nil
}

type params struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

// parse reads a stored hash and refuses costs that would stop the machine.
func parse(stored string) (params, error) {
	var p params
	var version int
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return p, fmt.Errorf("not an argon2id hash")
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, fmt.Errorf("argon2 version %q is not supported", parts[2])
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads); err != nil {
		return p, fmt.Errorf("argon2 cost %q: %w", parts[3], err)
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return p, fmt.Errorf("salt: %w", err)
	}
	if p.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return p, fmt.Errorf("key: %w", err)
	}
	if p.memory > 1<<20 || p.time == 0 || p.time > 20 || p.threads == 0 || len(p.salt) < 8 || len(p.key) < 16 || len(p.key) > 64 {
		return p, fmt.Errorf("argon2 cost %q is out of range", parts[3])
	}
	return p, nil
}
