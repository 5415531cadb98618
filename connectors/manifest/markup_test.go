package manifest_test

import "testing"

func TestWhatWasMadeMarkupComesBackAsItWas(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "one\ntwo\n\n-- \nAda <ada@x.example>", `"quotes" & 'more' <b>`, "&lt; stays"} {
		for _, around := range []string{"markup(item.text)", `"<div>" + markup(item.text) + "</div>"`, `"<p dir=\"ltr\">" + markup(item.text) + "</p>"`} {
			if got, err := eval(t, "unmarkup("+around+")", map[string]any{"text": text}); err != nil || got != text {
				t.Errorf("%q in %s comes back as %q (%v)", text, around, got, err)
			}
		}
	}
	for source, want := range map[string]string{`unmarkup("a<BR/>b<br />c")`: "a\nb\nc", "unmarkup(item.none)": ""} {
		if got, err := eval(t, source, map[string]any{}); err != nil || got != want {
			t.Errorf("%s is %q (%v)", source, got, err)
		}
	}
}
