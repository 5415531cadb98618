package engine

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// agree compares with the standard library, the reference.
func agree(t interface{ Errorf(string, ...any) }, text string) {
	var want any
	reference := json.Unmarshal([]byte(text), &want)
	got, err := parseTree([]byte(text), nil)
	if (err == nil) != (reference == nil) {
		t.Errorf("%q: %v, the reference says %v", text, err, reference)
	} else if err == nil && !reflect.DeepEqual(got, want) {
		t.Errorf("%q: %#v, the reference reads %#v", text, got, want)
	}
}

func TestTreeAgreesWithTheReference(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "null", "nul", "true", "false", "truefalse", "0", "-0", "01", "-", "1.", ".5", "1.5e", "1e+5", "1E-2", "1e999", "+1",
		`""`, `"a`, `"\`, `"\u00e9\n\/\"\\"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ud83dx"`, `"\ude00\ud83d"`, `"\u12"`, `"\u+123"`, `"\x"`, "\"\t\"", `"é✓"`,
		"[]", "[1,]", "[,1]", "[1 2]", "[1", "{}", `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1,"a":2}`, `{"a":{"b":[{"c":null}]}}`, `{a:1}`, `{"a":1} x`, "\ufeff{}",
		" [ 1 , { \"a\" : \"b\" } ]\n",
	} {
		agree(t, text)
	}
}

func TestTreeAgreesOnWhateverIsWritten(t *testing.T) {
	t.Parallel()
	var value *rapid.Generator[any]
	value = rapid.Deferred(func() *rapid.Generator[any] {
		return rapid.OneOf(
			rapid.Just(any(nil)), rapid.Bool().AsAny(), rapid.Float64Range(-1e18, 1e18).AsAny(), rapid.String().AsAny(),
			rapid.SliceOfN(value, 0, 3).AsAny(), rapid.MapOfN(rapid.String(), value, 0, 3).AsAny())
	})
	rapid.Check(t, func(t *rapid.T) {
		data, err := json.Marshal(value.Draw(t, "value"))
		if err != nil {
			t.Skip("not writable")
		}
		agree(t, string(data))
		cut := rapid.IntRange(0, len(data)).Draw(t, "cut")
		agree(t, string(data[:cut]))
	})
}

func TestTreeKeepsOnlyWhatIsWanted(t *testing.T) {
	t.Parallel()
	got, err := parseTree([]byte(`{"id":"1","_url":{"id":[1,{"x":2}]},"sub":{"id":2,"no":"\u0041"}}`), map[string]string{"id": "id", "sub": "sub"})
	if want := map[string]any{"id": "1", "sub": map[string]any{"id": 2.0}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v (%v)", got, err)
	}
	if _, err := parseTree([]byte(`{"no":[1,2`), map[string]string{}); err == nil {
		t.Error("a cut in a part that nobody wants was not noticed")
	}
	if _, err := parseTree([]byte(strings.Repeat("[", 100_000)), nil); err == nil {
		t.Error("a bottomless document was read")
	}
}
