package store_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"portico/sync/action"
	"portico/sync/audit"
	"portico/sync/store"
)

// book exports the log as it would be exported.
func book(t *testing.T, sys *store.System) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	must(t, sys.ExportAudit(t.Context(), func(l audit.Line) error { return json.NewEncoder(&b).Encode(l) }))
	return &b
}

func TestWhatHappensIsInTheLogAndTheLogHolds(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.submit(t, "1", "k")
	d.settle(t, d.mustClaim(t, a.ID), action.Refused)
	signer, verifier, err := audit.NewKey("portico/audit")
	must(t, err)
	sign := func(size int64, root tlog.Hash) (audit.Head, error) { return audit.Sign(signer, size, root) }
	for n := 1; n > 0; { // in small steps, so that the tree grows over several transactions
		n, err = d.sys.Sequence(t.Context(), 2)
		must(t, err)
	}
	head, err := d.sys.SignHead(t.Context(), sign, 1, 0)
	must(t, err)
	if head == nil {
		t.Fatal("no head was signed")
	}
	if again, err := d.sys.SignHead(t.Context(), sign, 1, 0); err != nil || again != nil {
		t.Errorf("nothing is new, and a head was signed: %v %v", again, err)
	}
	text := book(t, d.sys)
	r, err := audit.Verify(bytes.NewReader(text.Bytes()), verifier, head.Note)
	must(t, err)
	if r.Covered != r.Leaves || r.Leaves < 4 {
		t.Errorf("report = %+v", r)
	}
	for _, what := range []audit.What{audit.ConnectionMade, audit.AccountChanged, audit.CompanyMatched, audit.ActionSubmitted, audit.ActionEnded} {
		if !strings.Contains(text.String(), `\"what\":\"`+string(what)+`\"`) {
			t.Errorf("%s is not in the log", what)
		}
	}
	if strings.Contains(leavesOf(text.String()), "ines@nordwind.example") {
		t.Error("a leaf holds a mail address in clear")
	}
}

// leavesOf keeps the hashed part of each line.
func leavesOf(lines string) string {
	var out strings.Builder
	for line := range strings.Lines(lines) {
		var l audit.Line
		if json.Unmarshal([]byte(line), &l) == nil {
			out.WriteString(l.Leaf)
		}
	}
	return out.String()
}

func TestAHeadIsSignedAfterEnoughLeavesOrTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	signer, _, err := audit.NewKey("portico/audit")
	must(t, err)
	sign := func(size int64, root tlog.Hash) (audit.Head, error) { return audit.Sign(signer, size, root) }
	signed := func() bool {
		_, err := d.sys.Sequence(t.Context(), 1000)
		must(t, err)
		head, err := d.sys.SignHead(t.Context(), sign, 100, 5*time.Minute)
		must(t, err)
		return head != nil
	}
	if !signed() {
		t.Error("the first leaves wait for company")
	}
	d.submit(t, "1", "k")
	if signed() {
		t.Error("one leaf is enough for a head")
	}
	d.pass(6 * time.Minute)
	if !signed() {
		t.Error("after six minutes there is no head")
	}
}

func TestARefusedRequestLeavesNoLeaf(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for n := 1; n > 0; {
		var err error
		n, err = d.sys.Sequence(t.Context(), 1000)
		must(t, err)
	}
	before := book(t, d.sys).Len()
	draft := d.draft("1", "k")
	draft.Base = "new@long ago"
	if _, err := d.acc.Submit(t.Context(), d.owner, draft); err == nil {
		t.Fatal("a stale decision was recorded")
	}
	if n, err := d.sys.Sequence(t.Context(), 1000); err != nil || n != 0 || book(t, d.sys).Len() != before {
		t.Errorf("%d leaves, %v", n, err)
	}
}
