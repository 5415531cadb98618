package password_test

import (
	"strings"
	"testing"

	"portico/portal/signin/password"
	"portico/sync/fault"
)

func TestVerifyTakesTheExactBytes(t *testing.T) {
	t.Parallel()
	const secret = " Grüße an drei Bäume "
	stored, err := password.Hash(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=65536,t=3,p=4$") || strings.Contains(stored, "Bäume") {
		t.Fatalf("stored as %s", stored)
	}
	for given, want := range map[string]bool{secret: true, strings.TrimSpace(secret): false, strings.ToLower(secret): false, "": false} {
		if got, err := password.Verify(t.Context(), stored, given); err != nil || got != want {
			t.Errorf("Verify(%q) = %v, %v", given, got, err)
		}
	}
	if got, err := password.Verify(t.Context(), "", secret); err != nil || got {
		t.Errorf("nobody's password was accepted: %v, %v", got, err)
	}
}

func TestVerifyRefusesWhatItDidNotWrite(t *testing.T) {
	t.Parallel()
	for _, stored := range []string{"plain", "$2a$10$abc", "$argon2id$v=19$m=4294967295,t=3,p=4$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5", "$argon2id$v=19$m=64,t=0,p=1$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5"} {
		if ok, err := password.Verify(t.Context(), stored, "x"); ok || !fault.Is(err, fault.Internal) {
			t.Errorf("%s: %v, %v", stored, ok, err)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	words := []string{"Ines Albrecht", "ines.albrecht@nordwind.example", "Halden IT"}
	weak := []string{
		"", "short", "elevenchars", "Password1234", "P@ssw0rd2025!", "welcome12345", "Summer2026!!", "1234567890123", "abcabcabcabc",
		"aaaaaaaaaaaa", "abcdefghijklm", "qwertyuiop123", "InesAlbrecht1", "ines.albrecht", "Albrecht2026!", "nordwind2026", "HaldenIT-2026", "changeme!!!!1",
		strings.Repeat("lange ", 200),
	}
	for _, p := range weak {
		if err := password.Check(p, words...); !fault.Is(err, fault.Invalid) || fault.Fields(err)["password"] == "" {
			t.Errorf("Check(%q) = %v", p, err)
		}
	}
	strong := []string{
		"copper lantern under snow", "vT9#kq2!mZ7p", "drei grüne Bäume am Fluss", strings.Repeat("kupfer-Laterne ", 9), // 135 characters
		"Albrecht plays the cello on Tuesdays", "ファイルを安全に保管する箱です",
	}
	for _, p := range strong {
		if err := password.Check(p, words...); err != nil {
			t.Errorf("Check(%q) = %v", p, err)
		}
	}
}
