package backup

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"filippo.io/age"

	"portico/sync/fault"
)

// encrypted is how a file of age begins (age-encryption.org/v1).
const encrypted = "age-encryption.org/"

// maxManifest bounds the manifest, in bytes.
const maxManifest = 256 << 20

// Read hands every file of a backup to take, in the order in which they were
// written, and returns the manifest. Only when it returns no error is what take
// was given what was backed up. identity is a file with the private key of age,
// or "" for a backup that is not encrypted.
func Read(ctx context.Context, path, identity string, take func(name string, r io.Reader) error) (Manifest, error) {
	var m Manifest
	f, err := os.Open(path) // #nosec G304 -- the administrator names the file
	if err != nil {
		return m, fault.Newf(fault.Invalid, "The backup cannot be read: %v.", err)
	}
	defer func() { _ = f.Close() }() // only read
	stream, err := open(f, identity)
	if err != nil {
		return m, err
	}
	got, err := unpack(ctx, stream, take, &m)
	var theirs refused
	switch {
	case errors.As(err, &theirs):
		return m, theirs.error
	case ctx.Err() != nil:
		return m, ctx.Err()
	case err != nil:
		return m, fault.New(fault.Broken, "This is not a whole backup of Portico.").Because("read "+path, err)
	default:
		return m, m.names(got)
	}
}

func open(f *os.File, identity string) (io.Reader, error) {
	in := bufio.NewReaderSize(f, 1<<20)
	head, _ := in.Peek(len(encrypted)) // a short file fails where it is unpacked
	if string(head) != encrypted {
		return in, nil
	}
	if identity == "" {
		return nil, fault.New(fault.Invalid, "This backup is encrypted. Name the file with your private key of age (--identity).")
	}
	keys, err := os.Open(identity) // #nosec G304 -- the administrator names the file
	if err != nil {
		return nil, fault.Newf(fault.Invalid, "The private key cannot be read: %v.", err)
	}
	defer func() { _ = keys.Close() }() // only read
	who, err := age.ParseIdentities(keys)
	if err != nil {
		return nil, fault.Newf(fault.Invalid, "%s is no file with private keys of age.", identity) // never quotes it
	}
	out, err := age.Decrypt(in, who...)
	if err != nil {
		return nil, fault.New(fault.Invalid, "This backup was made for somebody else's key, or is damaged.").Because("decrypt", err)
	}
	return out, nil
}

// unpack reads to the very end, where the checksums of the layers stand.
func unpack(ctx context.Context, stream io.Reader, take func(string, io.Reader) error, m *Manifest) (map[string]Entry, error) {
	big, err := gzip.NewReader(stream)
	if err != nil {
		return nil, err
	}
	files, got := tar.NewReader(big), map[string]Entry{}
	for {
		h, err := files.Next()
		switch {
		case errors.Is(err, io.EOF):
			_, err = io.Copy(io.Discard, big) // #nosec G110 -- the padding of a tar
			return got, err
		case err != nil:
			return nil, err
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case h.Typeflag != tar.TypeReg || got[h.Name].Name != "":
			return nil, fmt.Errorf("%q does not belong into a backup", h.Name)
		}
		if h.Name == manifestName {
			if err := json.NewDecoder(io.LimitReader(files, maxManifest)).Decode(m); err != nil {
				return nil, fmt.Errorf("manifest: %w", err)
			}
			continue
		}
		sum := sha256.New()
		from := &noted{r: io.TeeReader(files, sum)}
		if err := take(h.Name, from); err != nil && from.err == nil {
			return nil, refused{err}
		}
		if _, err := io.Copy(sum, files); errors.Join(from.err, err) != nil { // #nosec G110 -- take decides what is kept
			return nil, errors.Join(from.err, err)
		}
		got[h.Name] = Entry{h.Name, h.Size, hex.EncodeToString(sum.Sum(nil))}
	}
}

// refused is an error of take's own.
type refused struct{ error }

// noted remembers that reading failed, which take reports in its own words.
type noted struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (n *noted) Read(p []byte) (int, error) {
	k, err := n.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		n.err = err
	}
	return k, err
}

// names holds what was found against what the manifest says.
func (m Manifest) names(got map[string]Entry) error {
	if m.Format == 0 {
		return fault.New(fault.Broken, "This backup has no manifest: it was cut off.")
	}
	if m.Format > format {
		return fault.Newf(fault.Setup, "This backup was made by a newer Portico (%s). Restore it with that one.", m.Program)
	}
	for _, e := range m.Entries {
		if got[e.Name] != e {
			return fault.Newf(fault.Broken, "%s is not what was backed up.", e.Name)
		}
	}
	if len(got) != len(m.Entries) {
		return fault.New(fault.Broken, "There is more in this backup than was put into it.")
	}
	return nil
}
