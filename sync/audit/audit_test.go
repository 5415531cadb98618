package audit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"portico/sync/audit"
)

// world is a log of n entries with a head after every tenth.
type world struct {
	verifier string
	lines    []audit.Line
	newest   string
}

type hashes []tlog.Hash

func (h *hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = (*h)[x]
	}
	return out, nil
}

func newWorld(t *testing.T, n int) world {
	t.Helper()
	signer, verifier, err := audit.NewKey("portico.example/audit")
	must(t, err)
	w := world{verifier: verifier}
	var log hashes
	for i := range n {
		e := audit.New(audit.ActionSubmitted, time.Unix(1_790_000_000+int64(i), 0), "u-1", fmt.Sprintf("action-%d", i))
		e.Facts = map[string]string{"kind": "ticket.reply"}
		e.Personal = map[string]string{"name": "Ines Albrecht", "ip": "192.0.2.7"}
		leaf, personal, err := e.Seal()
		must(t, err)
		h, err := audit.Hashes(int64(i), leaf, &log)
		must(t, err)
		log = append(log, h...)
		w.lines = append(w.lines, audit.Line{N: int64(i), Leaf: string(leaf), Personal: personal})
		if (i+1)%10 == 0 {
			root, err := audit.Root(int64(i+1), &log)
			must(t, err)
			head, err := audit.Sign(signer, int64(i+1), root)
			must(t, err)
			w.newest = head.Note
			w.lines = append(w.lines, audit.Line{Head: head.Note})
		}
	}
	return w
}

func export(t *testing.T, lines []audit.Line) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	for _, l := range lines {
		must(t, json.NewEncoder(&b).Encode(l))
	}
	return &b
}

func TestAnUntouchedExportVerifies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 105)
	r, err := audit.Verify(export(t, w.lines), w.verifier, w.newest)
	must(t, err)
	if r.Leaves != 105 || r.Covered != 100 || r.Heads != 11 || r.Erased != 0 {
		t.Errorf("report = %+v", r)
	}
}

func TestErasingAPersonKeepsTheProof(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	for i := range w.lines {
		delete(w.lines[i].Personal, "name")
	}
	r, err := audit.Verify(export(t, w.lines), w.verifier, w.newest)
	must(t, err)
	if r.Erased != 20 {
		t.Errorf("report = %+v", r)
	}
	w.lines[3].Personal["ip"] = audit.Salted{Salt: w.lines[3].Personal["ip"].Salt, Value: "198.51.100.1"}
	if _, err := audit.Verify(export(t, w.lines), w.verifier); err == nil || !strings.Contains(err.Error(), "not what was logged") {
		t.Errorf("a changed address passed: %v", err)
	}
}

// TestEveryTamperingIsFound changes an export in 200 random ways after its newest
// head was published.
func TestEveryTamperingIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	rng := rand.New(rand.NewPCG(1, 2))
	ways := map[string]func([]audit.Line) []audit.Line{
		"edit": func(l []audit.Line) []audit.Line {
			i := anyLeaf(rng, l)
			l[i].Leaf = strings.Replace(l[i].Leaf, "ticket.reply", "ticket.close", 1)
			return l
		},
		"delete":            func(l []audit.Line) []audit.Line { i := anyLeaf(rng, l); return slices.Delete(l, i, i+1) },
		"delete, renumber":  func(l []audit.Line) []audit.Line { i := anyLeaf(rng, l); return renumber(slices.Delete(l, i, i+1)) },
		"reorder, renumber": func(l []audit.Line) []audit.Line { return renumber(swap(rng, l)) },
		"truncate":          func(l []audit.Line) []audit.Line { return l[:rng.IntN(len(l)-1)] },
		"insert": func(l []audit.Line) []audit.Line {
			i := anyLeaf(rng, l)
			return renumber(slices.Insert(l, i, l[anyLeaf(rng, l)]))
		},
	}
	names := []string{"edit", "delete", "delete, renumber", "reorder, renumber", "truncate", "insert"}
	for n := range 200 {
		name := names[n%len(names)]
		lines := ways[name](slices.Clone(w.lines))
		if _, err := audit.Verify(export(t, lines), w.verifier, w.newest); err == nil {
			t.Errorf("round %d: %s was not found", n, name)
		}
	}
}

// anyLeaf picks one of the leaves under the newest head.
func anyLeaf(rng *rand.Rand, l []audit.Line) int {
	for {
		if i := rng.IntN(len(l)); l[i].Leaf != "" {
			return i
		}
	}
}

func swap(rng *rand.Rand, l []audit.Line) []audit.Line {
	i, j := anyLeaf(rng, l), anyLeaf(rng, l)
	for i == j {
		j = anyLeaf(rng, l)
	}
	l[i], l[j] = l[j], l[i]
	return l
}

func renumber(l []audit.Line) []audit.Line {
	n := int64(0)
	for i := range l {
		if l[i].Leaf != "" {
			l[i].N = n
			n++
		}
	}
	return l
}

func TestAForeignKeyVouchesForNothing(t *testing.T) {
	t.Parallel()
	w, other := newWorld(t, 20), newWorld(t, 20)
	if _, err := audit.Verify(export(t, w.lines), other.verifier); err == nil {
		t.Error("heads of another key were accepted")
	}
	if _, err := audit.Verify(strings.NewReader("{}\nrubbish"), w.verifier); err == nil {
		t.Error("rubbish was accepted")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
