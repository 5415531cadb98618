package manifest_test

import (
	"os"
	"strings"
	"testing"

	"portico/connectors/manifest"
)

func TestInitialsCanBeReadOnTheColor(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../catalog/requesttracker/manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for color, says := range map[string]string{
		"#0f5c63": "", "#767676": "", "#777777": "contrast 4.5", "#ffee00": "white letters cannot be read", "#fff": "does not match", "teal": "does not match",
	} {
		text := strings.Replace(string(data), "\nname: ", "\ncolor: '"+color+"'\nname: ", 1)
		problems := manifest.Lint("x.yaml", []byte(text))
		if says == "" && len(problems) > 0 || says != "" && !strings.Contains(problems.Error(), says) {
			t.Errorf("%s: %v", color, problems)
		}
	}
}
