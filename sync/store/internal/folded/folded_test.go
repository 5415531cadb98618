package folded_test

import (
	"testing"

	"portico/sync/store/internal/folded"
)

func TestTextIsComparedWithoutCaseAndMarks(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                       "",
		"VPN drops":              "vpn drops",
		"MÜLLER":                 "muller",
		"Mu\u0308ller":           "muller", // the mark by itself
		"Große STRASSE, STRAẞE":  "grosse strasse, strasse",
		"Æsir, Œuvre, Øst, Łódź": "aesir, oeuvre, ost, lodz",
		"Ελένη, Привет":          "ελενη, привет",
		"ﬁle №7":                 "file no7",
		"日本語":                    "日本語",
		"100 % of a_b":           "100 % of a_b",
	} {
		if got := folded.Text(in); got != want {
			t.Errorf("%q became %q, not %q", in, got, want)
		}
		if again := folded.Text(folded.Text(in)); again != want {
			t.Errorf("%q changes when it is folded twice: %q", in, again)
		}
	}
}
