package vault_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/vault"
)

const canary = "canary-7f3a"

func place() vault.Place {
	return vault.Place{Purpose: "credential", Connection: record.NewConnectionID(), Field: "token"}
}

func load(t *testing.T, path string) *vault.Vault {
	t.Helper()
	v, err := vault.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func seal(t *testing.T, v *vault.Vault, p vault.Place) string {
	t.Helper()
	s, err := v.Seal(p, vault.NewSecret(canary))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatIsSealedOpensInItsPlaceOnly(t *testing.T) {
	t.Parallel()
	v, p := load(t, filepath.Join(t.TempDir(), "new", "keys")), place()
	sealed := seal(t, v, p)
	if strings.Contains(sealed, canary) || sealed == seal(t, v, p) {
		t.Errorf("sealed as %s", sealed)
	}
	if s, err := v.Open(p, sealed); err != nil || s.Reveal() != canary {
		t.Fatalf("opened %q, %v", s.Reveal(), err)
	}
	elsewhere := map[string]vault.Place{
		"connection": {Purpose: p.Purpose, Connection: record.NewConnectionID(), Field: p.Field},
		"field":      {Purpose: p.Purpose, Connection: p.Connection, Field: "password"},
		"purpose":    {Purpose: "webhook", Connection: p.Connection, Field: p.Field},
		"split":      {Purpose: p.Purpose + p.Connection.String(), Field: p.Field},
	}
	for name, other := range elsewhere {
		if _, err := v.Open(other, sealed); !fault.Is(err, fault.Broken) {
			t.Errorf("another %s: %v", name, err)
		}
	}
}

func TestAnAlteredTextIsRefused(t *testing.T) {
	t.Parallel()
	v, p := load(t, filepath.Join(t.TempDir(), "keys")), place()
	sealed := seal(t, v, p)
	body := strings.LastIndex(sealed, ".") + 1
	for n := body; n < len(sealed); n += 5 {
		flipped := byte('A')
		if sealed[n] == flipped {
			flipped = 'B'
		}
		if _, err := v.Open(p, sealed[:n]+string(flipped)+sealed[n+1:]); err == nil {
			t.Fatalf("opened with character %d altered", n)
		}
	}
	for _, bad := range []string{"", "p1", "p1.x", sealed[:body], sealed[:body+4], "p2" + sealed[2:], "p1..AAAA"} {
		if s, err := v.Open(p, bad); err == nil || s.Reveal() != "" {
			t.Errorf("opened %q", bad)
		}
	}
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	path, p := filepath.Join(t.TempDir(), "keys"), place()
	v := load(t, path)
	running := load(t, path) // another process, started before the rotation
	old := seal(t, v, p)
	if v.Stale(old) {
		t.Error("stale at once")
	}
	if err := v.Rotate(); err != nil {
		t.Fatal(err)
	}
	fresh := seal(t, v, p)
	if !v.Stale(old) || v.Stale(fresh) {
		t.Error("the newest key does not seal")
	}
	if s, err := running.Open(p, fresh); err != nil || s.Reveal() != canary {
		t.Errorf("another process: %q, %v", s.Reveal(), err)
	}
	again := load(t, path)
	for _, sealed := range []string{old, fresh} {
		if s, err := again.Open(p, sealed); err != nil || s.Reveal() != canary {
			t.Errorf("after a restart: %q, %v", s.Reveal(), err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	other := load(t, filepath.Join(t.TempDir(), "keys"))
	if _, err := other.Open(p, old); !fault.Is(err, fault.Setup) || !strings.Contains(fault.Public(err), "Restore the key file") {
		t.Errorf("without the key: %v", err)
	}
}

func TestTwoStartersShareOneKey(t *testing.T) {
	t.Parallel()
	path, p := filepath.Join(t.TempDir(), "keys"), place()
	sealed := make([]string, 8)
	var starters sync.WaitGroup
	for n := range sealed {
		starters.Go(func() {
			v, err := vault.Load(path)
			if err != nil {
				t.Error(err)
				return
			}
			sealed[n], err = v.Seal(p, vault.NewSecret(canary))
			if err != nil {
				t.Error(err)
			}
		})
	}
	starters.Wait()
	v := load(t, path)
	for _, s := range sealed {
		if _, err := v.Open(p, s); err != nil || v.Stale(s) {
			t.Errorf("a starter used a key of its own: %v", err)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
}

func TestAKeyFileThatIsNoSecretIsRefused(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o660, 0o666} {
		path := filepath.Join(t.TempDir(), "keys")
		load(t, path)
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := vault.Load(path); !fault.Is(err, fault.Setup) || !strings.Contains(fault.Public(err), "chmod 600 "+path) {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
	dir := t.TempDir()
	load(t, filepath.Join(dir, "keys"))
	if err := os.Symlink("keys", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "link"), dir} {
		if _, err := vault.Load(path); !fault.Is(err, fault.Setup) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestADamagedKeyFileIsRefusedWithoutQuotingIt(t *testing.T) {
	t.Parallel()
	good := "0a0b0c0d " + strings.Repeat("A", 43) + "="
	for name, text := range map[string]string{
		"empty": "", "comment": "# nothing", "cut": good[:30], "words": canary + " " + canary, "twice": good + "\n" + good,
	} {
		path := filepath.Join(t.TempDir(), "keys")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := vault.Load(path)
		if !fault.Is(err, fault.Setup) || strings.Contains(err.Error(), canary) || !strings.Contains(fault.Public(err), "damaged") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASecretNeverPrints(t *testing.T) {
	t.Parallel()
	s := vault.NewSecret(canary)
	type form struct {
		Token  vault.Secret
		Nested *vault.Secret
		hidden vault.Secret
	}
	f := form{Token: s, Nested: &s, hidden: s}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
		for _, v := range []any{s, &s, f, &f, []vault.Secret{s}, map[string]vault.Secret{"a": s}, fmt.Errorf("wrapped: %v", s)} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	fmt.Fprintln(&out, s, f)
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("signed in", "secret", s, "form", f, "pointer", &s, slog.Group("g", "s", s))
	}
	if err := json.NewEncoder(&out).Encode(map[string]any{"s": s, "f": f, "l": []vault.Secret{s}}); err != nil {
		t.Fatal(err)
	}
	if hex := fmt.Sprintf("%x", canary); strings.Contains(out.String(), canary) || strings.Contains(out.String(), hex) {
		t.Errorf("printed:\n%s", out.String())
	}
	if !strings.Contains(out.String(), `"s":"***"`) {
		t.Error("JSON does not show that there is something")
	}
	if !(vault.Secret{}).IsEmpty() || s.IsEmpty() || s.Reveal() != canary {
		t.Error("the text got lost")
	}
}
