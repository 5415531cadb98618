package manifest_test

import (
	"reflect"
	"testing"
)

func TestLinksAreFoundByTheirRelation(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		`<https://x/a?page=2>; rel="next"`:                                     "https://x/a?page=2",
		`</a?p=1>; rel="prev first", </a?p=3>; REL=Next, </a?p=9>; rel="last"`: "/a?p=3",
		`</a;x,y>; title="a, \"<b>\"; rel=next"; rel="last next"`:              "/a;x,y",
		`</a>; rel="last"; rel="next"`:                                         "", // only the first rel counts
		`</a>; rel="nextpage", </b>; anchor`:                                   "",
		`</a`:                                                                  "",
		``:                                                                     "",
		`</a>; rel="next`:                                                      "/a",
		`</a>;;;,,,=,</b>; rel=next`:                                           "/b",
	} {
		if got, err := eval(t, `link(item.link, "next")`, map[string]any{"link": header}); err != nil || got != want {
			t.Errorf("%s leads to %q (%v), want %q", header, got, err, want)
		}
	}
	if got, err := eval(t, `link(item.link, "next")`, map[string]any{}); err != nil || got != "" {
		t.Errorf("without a header: %v (%v)", got, err)
	}
}

func TestWhatASystemIsNotToBeToldIsNotThere(t *testing.T) {
	t.Parallel()
	got, err := eval(t, `compact({"a": item.a, "b": item.b, "c": "", "d": 0, "e": false})`, map[string]any{"a": "x"})
	if want := map[string]any{"a": "x", "d": 0, "e": false}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v (%v)", got, err)
	}
}
