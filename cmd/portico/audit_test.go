package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"portico/sync/audit"
)

// export makes a log of one leaf under one head.
func export(t *testing.T) (lines, verifier string) {
	t.Helper()
	signer, verifier, err := audit.NewKey("portico/audit")
	if err != nil {
		t.Fatal(err)
	}
	leaf, personal, err := audit.New(audit.SignedIn, time.Unix(1_790_000_000, 0), "u", "u").Seal()
	if err != nil {
		t.Fatal(err)
	}
	head, err := audit.Sign(signer, 1, tlog.RecordHash(leaf))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, l := range []audit.Line{{Leaf: string(leaf), Personal: personal}, {Head: head.Note}} {
		if err := json.NewEncoder(&b).Encode(l); err != nil {
			t.Fatal(err)
		}
	}
	return b.String(), verifier
}

func TestAnExportIsWrittenOnceAndVerifiedAnywhere(t *testing.T) {
	t.Parallel()
	lines, verifier := export(t)
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	if code, _, errs := (shell{fake: &fake{log: strings.TrimSpace(lines)}}).run(t, "audit", "export", "--out", path); code != exitOK {
		t.Fatal(errs)
	}
	if code, _, _ := (shell{fake: &fake{}}).run(t, "audit", "export", "--out", path); code == exitOK {
		t.Error("an export was overwritten")
	}
	code, out, errs := shell{fake: &fake{}}.run(t, "audit", "verify", path, "--verifier", verifier)
	if code != exitOK || !strings.Contains(out, "It holds: 1 leaves, 1 of them under 1 signed heads.") {
		t.Errorf("code %d: %s%s", code, out, errs)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(lines, "user.signed_in", "user.signed_out", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs = shell{fake: &fake{}}.run(t, "audit", "verify", path, "--verifier", verifier)
	if code != exitFailure || !strings.Contains(errs, "something was changed") {
		t.Errorf("a changed export: code %d: %s", code, errs)
	}
}
