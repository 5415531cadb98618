package audit

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
)

// Line is one line of an export (JSON Lines): a leaf or a head. Leaves come in
// order; heads may stand anywhere.
type Line struct {
	N int64 `json:"n"`
	// Leaf is the exact bytes that were hashed, as text.
	Leaf string `json:"leaf,omitempty"`
	// Personal is what the hashes in the leaf were made of, as far as it was not erased.
	Personal map[string]Salted `json:"personal,omitempty"`
	Head     string            `json:"head,omitempty"`
}

// Report is what a verification found.
type Report struct {
	Leaves int64
	Heads  int
	// Covered is how many leaves the newest head vouches for; those after it were
	// written since and nobody has vouched for them yet.
	Covered int64
	Erased  int // personal values that are gone, as they may be
}

// maxLine bounds one line of an export, in bytes.
const maxLine = 4 << 20

// Verify reads an export and checks it against the key and against heads that
// were published elsewhere. The error names the first thing that is wrong.
func Verify(export io.Reader, verifier string, published ...string) (Report, error) {
	var r Report
	log := &memory{}
	heads, err := openAll(verifier, published)
	if err != nil {
		return r, fmt.Errorf("a published head: %w", err)
	}
	lines := bufio.NewScanner(export)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for n := 1; lines.Scan(); n++ {
		head, err := r.take(log, verifier, lines.Bytes())
		if err != nil {
			return r, fmt.Errorf("line %d: %w", n, err)
		}
		if head != nil {
			heads = append(heads, *head)
		}
	}
	if err := lines.Err(); err != nil {
		return r, fmt.Errorf("read export: %w", err)
	}
	return r, r.hold(log, heads)
}

func openAll(verifier string, signed []string) ([]Head, error) {
	var out []Head
	for _, s := range signed {
		h, err := Open(verifier, s)
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

// take adds one line to the log.
func (r *Report) take(log *memory, verifier string, data []byte) (*Head, error) {
	var l Line
	if err := json.Unmarshal(data, &l); err != nil {
		return nil, fmt.Errorf("this is not a line of an export: %w", err)
	}
	if l.Head != "" {
		h, err := Open(verifier, l.Head)
		return &h, err
	}
	if l.Leaf == "" {
		return nil, errors.New("there is neither a leaf nor a head")
	}
	if l.N != r.Leaves {
		return nil, fmt.Errorf("leaf %d stands where leaf %d belongs: something was removed or moved", l.N, r.Leaves)
	}
	if err := r.personal(l); err != nil {
		return nil, err
	}
	r.Leaves++
	return nil, log.add(l.N, []byte(l.Leaf))
}

// personal checks what a leaf says of people against its hashes.
func (r *Report) personal(l Line) error {
	var in leaf
	if err := json.Unmarshal([]byte(l.Leaf), &in); err != nil {
		return fmt.Errorf("leaf %d cannot be read: %w", l.N, err)
	}
	for name, s := range l.Personal {
		if in.Personal[name] != s.hash() {
			return fmt.Errorf("leaf %d: %s is not what was logged", l.N, name)
		}
	}
	r.Erased += len(in.Personal) - len(l.Personal)
	return nil
}

// hold holds the leaves against every head.
func (r *Report) hold(log *memory, heads []Head) error {
	sort.Slice(heads, func(i, j int) bool { return heads[i].Size < heads[j].Size })
	for _, h := range heads {
		if h.Size > r.Leaves {
			return fmt.Errorf("a head vouches for %d leaves and there are %d: the end is missing", h.Size, r.Leaves)
		}
		root, err := Root(h.Size, log)
		if err != nil {
			return err
		}
		if root != h.Root {
			return fmt.Errorf("the first %d leaves are not those that were signed: something was changed", h.Size)
		}
		r.Heads, r.Covered = r.Heads+1, h.Size
	}
	return nil
}
