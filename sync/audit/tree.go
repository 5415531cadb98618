package audit

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Head is a signed statement of how the log looked at a size.
type Head struct {
	Size int64
	Root tlog.Hash
	// Note is the signed text (c2sp.org/tlog-checkpoint): what is published.
	Note string
}

// NewKey returns a signing key and the key that verifies it, both as text. name
// identifies the log: letters, digits, dots and slashes, no spaces.
func NewKey(name string) (signer, verifier string, err error) {
	return note.GenerateKey(rand.Reader, name)
}

// Sign makes a head.
func Sign(signer string, size int64, root tlog.Hash) (Head, error) {
	s, err := note.NewSigner(signer)
	if err != nil {
		return Head{}, fmt.Errorf("read audit key: %w", err)
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", s.Name(), size, base64.StdEncoding.EncodeToString(root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, s)
	if err != nil {
		return Head{}, fmt.Errorf("sign audit head: %w", err)
	}
	return Head{Size: size, Root: root, Note: string(signed)}, nil
}

// Open checks the signature of a head and reads it.
func Open(verifier, signed string) (Head, error) {
	v, err := note.NewVerifier(verifier)
	if err != nil {
		return Head{}, fmt.Errorf("read audit key: %w", err)
	}
	n, err := note.Open([]byte(signed), note.VerifierList(v))
	if err != nil {
		return Head{}, fmt.Errorf("the head's signature does not hold: %w", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != v.Name() {
		return Head{}, errors.New("the head is not of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Head{}, fmt.Errorf("the head's size %q is not a number", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	return Head{Size: size, Root: root, Note: signed}, err
}

// Hashes are the stored hashes that leaf n adds to the log; read returns those
// of earlier leaves by their index.
func Hashes(n int64, data []byte, read tlog.HashReader) ([]tlog.Hash, error) {
	return tlog.StoredHashes(n, data, read)
}

// Root is the root of the first size leaves.
func Root(size int64, read tlog.HashReader) (tlog.Hash, error) { return tlog.TreeHash(size, read) }

// memory is a log that fits in memory, for verification.
type memory struct{ hashes []tlog.Hash }

func (m *memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(m.hashes)) {
			return nil, fmt.Errorf("the log has no hash %d", x)
		}
		out[i] = m.hashes[x]
	}
	return out, nil
}

func (m *memory) add(n int64, data []byte) error {
	h, err := tlog.StoredHashes(n, data, m)
	m.hashes = append(m.hashes, h...)
	return err
}
