package totp_test

import (
	"encoding/base32"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/portal/signin/totp"
)

// The vectors of RFC 6238, appendix B, for SHA-1; six digits are their last six.
func TestTheVectorsOfTheStandard(t *testing.T) {
	t.Parallel()
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte("12345678901234567890"))
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		now := time.Unix(at, 0)
		if got, err := totp.Code(secret, totp.StepOf(now)); err != nil || got != want {
			t.Errorf("%d: %s %v, want %s", at, got, err, want)
		}
		if step, ok, err := totp.Find(secret, want, now, 0); err != nil || !ok || step != at/30 {
			t.Errorf("%d: not found: %d %v", at, step, err)
		}
	}
}

func TestACodeIsTakenOnceAndNearItsTime(t *testing.T) {
	t.Parallel()
	secret, now := totp.NewSecret(), time.Unix(1_800_000_015, 0)
	here := totp.StepOf(now)
	for off := int64(-3); off <= 3; off++ {
		code, err := totp.Code(secret, here+off)
		if err != nil {
			t.Fatal(err)
		}
		step, ok, _ := totp.Find(secret, code, now, 0)
		if near := off >= -1 && off <= 1; ok != near || ok && step != here+off {
			t.Errorf("%d steps off: %d %v", off, step, ok)
		}
		if _, again, _ := totp.Find(secret, code, now, here+off); again {
			t.Errorf("%d steps off: taken twice", off)
		}
	}
	older, _ := totp.Code(secret, here-1)
	if _, ok, _ := totp.Find(secret, older, now, here); ok {
		t.Error("a code from before the last one is taken")
	}
	if _, _, err := totp.Find("not base32!", "123456", now, 0); err == nil {
		t.Error("a secret that is none gives a code")
	}
}

func TestSecretsAreFresh(t *testing.T) {
	t.Parallel()
	a, b := totp.NewSecret(), totp.NewSecret()
	if a == b || !regexp.MustCompile(`^[A-Z2-7]{32}$`).MatchString(a) {
		t.Errorf("%s %s", a, b)
	}
}

func TestWhatLooksLikeACode(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]bool{"123456": true, "000000": true, "12345": false, "1234567": false, "12345a": false, "": false, "١٢٣٤٥٦": false} {
		if totp.IsCode(typed) != want {
			t.Errorf("%q", typed)
		}
	}
}

func TestAnAuthenticatorReadsTheAddress(t *testing.T) {
	t.Parallel()
	text := totp.Address("Halden IT: & Söhne", "ines+a@nordwind.example", "ABCDEFGH")
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Halden IT  & Söhne:ines+a@nordwind.example" {
		t.Errorf("%s: %+v %v", text, u, err)
	}
	if q := u.Query(); q.Get("secret") != "ABCDEFGH" || q.Get("issuer") != "Halden IT  & Söhne" || strings.Contains(u.RawQuery, "+") {
		t.Errorf("%s", text)
	}
	size, path, err := totp.Picture(text)
	if err != nil || size < 29 || !regexp.MustCompile(`^(M\d+ \d+h\d+v1h-\d+z)+$`).MatchString(path) {
		t.Errorf("picture: %d %.60s %v", size, path, err)
	}
	if !strings.HasPrefix(path, "M4 4h7v1h-7z") { // the upper edge of the first finder pattern
		t.Errorf("begins %.30s", path)
	}
	if _, _, err := totp.Picture(strings.Repeat("x", 5000)); err == nil {
		t.Error("a text that does not fit was drawn")
	}
}
