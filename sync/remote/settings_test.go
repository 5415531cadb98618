package remote_test

import (
	"slices"
	"strings"
	"testing"

	"portico/sync/remote"
)

var desk = remote.Spec{ID: "desk", Fields: []remote.Field{
	{Name: "url", Type: remote.URLField, Required: true},
	{Name: "token", Type: remote.SecretField, Required: true},
	{Name: "queue", Type: remote.TextField, Required: true, Default: "General"},
	{Name: "region", Type: remote.ChoiceField, Choices: []string{"eu", "us"}},
	{Name: "rate", Type: remote.NumberField},
	{Name: "code", Type: remote.TextField, Pattern: "^[a-z]+$"},
}}

func TestSettingsAreLookedAtBeforeTheyAreUsed(t *testing.T) {
	t.Parallel()
	fine := map[string]string{"url": "https://rt.example/REST/2.0", "region": "eu", "rate": "2.5", "code": "abc"}
	if wrong := desk.Wrong(fine); len(wrong) > 0 {
		t.Fatalf("good settings: %v", wrong)
	}
	for name, c := range map[string]struct{ field, value string }{
		"missing":            {"url", ""},
		"no scheme":          {"url", "rt.example"},
		"another scheme":     {"url", "file:///etc/passwd"},
		"a password in it":   {"url", "https://root:secret@rt.example"},
		"a query":            {"url", "https://rt.example/?token=secret"},
		"a line break":       {"url", "https://rt.example/\r\nX: y"},
		"endless":            {"url", "https://rt.example/" + strings.Repeat("a", 5000)},
		"no such choice":     {"region", "moon"},
		"no number":          {"rate", "fast"},
		"not of the pattern": {"code", "ABC"},
	} {
		settings := map[string]string{"url": "https://rt.example"}
		settings[c.field] = c.value
		if wrong := desk.Wrong(settings); wrong[c.field] == "" || len(wrong) != 1 {
			t.Errorf("%s: %v", name, wrong)
		}
	}
}

func TestASecretWithALineBreakIsNone(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{"1-31-abc": true, "": true, "two\nlines": false, "carriage\r": false, "bell\a": false, "\xff": false, strings.Repeat("x", 5000): false} {
		if wrong := remote.WrongSecret(text); (wrong == "") != good || strings.Contains(wrong, "lines") {
			t.Errorf("%.10q: %q", text, wrong)
		}
	}
}

func TestACredentialBelongsToSchemeAndHost(t *testing.T) {
	t.Parallel()
	at := func(url string) []string { return desk.Hosts(map[string]string{"url": url}) }
	if !slices.Equal(at("https://RT.example/a"), at("https://rt.example/b")) {
		t.Error("another path is another place")
	}
	for _, other := range []string{"http://rt.example", "https://rt.example:8443", "https://evil.example", ""} {
		if slices.Equal(at("https://rt.example"), at(other)) {
			t.Errorf("%q is the same place", other)
		}
	}
}
