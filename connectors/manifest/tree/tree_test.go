package tree_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"portico/connectors/manifest/tree"
)

// reference reads with the standard library, and numbers as Plain promises.
func reference(text string) (any, error) {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	err := d.Decode(&v)
	return exact(v), err
}

func exact(v any) any {
	switch t := v.(type) {
	case json.Number:
		if n, err := t.Int64(); err == nil && t != "-0" {
			return int(n)
		}
		if !strings.ContainsAny(t.String(), ".eE") && t != "-0" {
			return t
		}
		f, _ := t.Float64()
		return f
	case []any:
		for i := range t {
			t[i] = exact(t[i])
		}
	case map[string]any:
		for k := range t {
			t[k] = exact(t[k])
		}
	}
	return v
}

func agree(t interface{ Errorf(string, ...any) }, text string) {
	want, wantErr := reference(text)
	got, err := tree.Read([]byte(text), tree.NewNames().Everything())
	if (err == nil) != (wantErr == nil) {
		t.Errorf("%q: %v, the reference says %v", text, err, wantErr)
	} else if err == nil && !reflect.DeepEqual(got.Plain(), want) {
		t.Errorf("%q: %#v, the reference reads %#v", text, got.Plain(), want)
	}
}

func TestTreeAgreesWithTheReference(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "null", "nul", "true", "false", "truefalse", "0", "-0", "01", "-", "1.", ".5", "1.5e", "1e+5", "1E-2", "1e999", "+1", "1-2", "1.5.5", "--1",
		"9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "1" + strings.Repeat("0", 400),
		`""`, `"a`, `"\`, `"\u00e9\n\/\"\\"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ud83dx"`, `"\ude00\ud83d"`, `"\u12"`, `"\u+123"`, `"\x"`, "\"\t\"", `"é✓"`, "\"1234567\t9\"", `"12345678\n0"`,
		"[]", "[1,]", "[,1]", "[1 2]", "[1", "{}", `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1,"a":2}`, `{"a":{"b":[{"c":null}]}}`, `{a:1}`, `{"a":1} x`, "\ufeff{}", "{}\x00", "\x00{}",
		`{"a":{"x":1},"b":2,"a":{"y":[]}}`, `{"a":{"a":1},"b":{"a":2},"\u0061":3}`, `{"":1,"":{}}`,
		" [ 1 , { \"a\" : \"b\" } ]\n",
	} {
		agree(t, text)
	}
}

func anything() *rapid.Generator[any] {
	var value *rapid.Generator[any]
	value = rapid.Deferred(func() *rapid.Generator[any] {
		return rapid.OneOf(
			rapid.Just(any(nil)), rapid.Bool().AsAny(), rapid.Float64Range(-1e18, 1e18).AsAny(), rapid.Int64().AsAny(), rapid.String().AsAny(),
			rapid.SliceOfN(value, 0, 3).AsAny(), rapid.MapOfN(rapid.StringMatching("[a-d]{0,2}|.*"), value, 0, 3).AsAny())
	})
	return value
}

func TestTreeAgreesOnWhateverIsWritten(t *testing.T) {
	t.Parallel()
	value := anything()
	rapid.Check(t, func(t *rapid.T) {
		data, err := json.Marshal(value.Draw(t, "value"))
		if err != nil {
			t.Fatal(err)
		}
		agree(t, string(data))
		cut := rapid.IntRange(0, len(data)).Draw(t, "cut")
		agree(t, string(data[:cut]))
		if len(data) > 0 {
			at := rapid.IntRange(0, len(data)-1).Draw(t, "at")
			spoiled := []byte(string(data))
			spoiled[at] = byte(rapid.IntRange(0, 0x7f).Draw(t, "byte"))
			if utf8.Valid(spoiled) { // what is not is mended where records are made
				agree(t, string(spoiled))
			}
		}
	})
}

// Members in any number and order, many of them again and again.
func TestTheLastOfEqualMembersCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		called := rapid.SliceOfN(rapid.StringMatching("[a-z]{1,2}"), 1, 200).Draw(t, "names")
		last, parts := map[string]any{}, []string{}
		for i, name := range called {
			parts, last[name] = append(parts, fmt.Sprintf("%q:{%[1]q:%d}", name, i)), i
		}
		text := "{" + strings.Join(parts, ",") + "}"
		agree(t, text)
		names := tree.NewNames(called...)
		whole, err := tree.Read([]byte(text), names)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range last {
			member, _ := whole.Member(names.ID(name), name)
			if got, _ := member.Member(names.ID(name), name); got.Plain() != want {
				t.Errorf("%s is %v, want %v", name, got.Plain(), want)
			}
		}
	})
}

func TestTreeKeepsOnlyWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	names := tree.NewNames()
	id, sub := names.ID("id"), names.ID("sub")
	got, err := tree.Read([]byte(`{"id":"1","_url":{"id":[1,{"x":2}]},"sub":{"id":2,"no":"\u0041"}}`), names)
	if want := map[string]any{"id": "1", "sub": map[string]any{"id": 2}}; err != nil || !reflect.DeepEqual(got.Plain(), want) {
		t.Errorf("got %v (%v)", got.Plain(), err)
	}
	inner, _ := got.Member(sub, "sub")
	if v, ok := inner.Member(id, "id"); !ok || v.Plain() != 2 {
		t.Errorf("sub.id is %v", v.Plain())
	}
	if _, err := tree.Read([]byte(`{"no":[1,2`), tree.NewNames()); err == nil {
		t.Error("a cut in a part that nobody wants was not noticed")
	}
	if _, err := tree.Read([]byte(strings.Repeat("[", 100_000)), names); err == nil {
		t.Error("a bottomless document was read")
	}
}

func TestNumbersKeepTheirDigits(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"9007199254740993": "9007199254740993", "123456789012345678901": "123456789012345678901", "-7": "-7",
		"1e3": "1000", "1.50": "1.5", "1.0": "1", "1e-2": "0.01", "1190.10": "1190.1", "-0.0": "0", "-0": "0",
		"12345678901234567.89": "12345678901234567.89", "0.1000000000000000055": "0.1000000000000000055", "100.00": "100", "true": "true", "null": "", `"x"`: "x",
	} {
		v, err := tree.Read([]byte(text), tree.NewNames())
		if got, ok := v.Scalar(); err != nil || !ok || got != want {
			t.Errorf("%s became %q (%v)", text, got, err)
		}
	}
}

func TestTidyIsOnlyWhatIsTidyInEveryPart(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`["é","✓",1]`: true, `[]`: true, "[\"\xc3\",\"\xa9\"]": false, "[\"\xff\"]": false, `["a\u0000"]`: false,
	} {
		v, err := tree.Read([]byte(text), tree.NewNames())
		if err != nil || v.Tidy() != want {
			t.Errorf("%q: tidy is %v (%v)", text, v.Tidy(), err)
		}
	}
}

// Objects that are nearly like the one before, and objects with very many members.
func TestObjectsOfOtherFormsAreRead(t *testing.T) {
	t.Parallel()
	wide := rapid.SliceOfN(rapid.StringMatching("[a-f]{0,3}"), 0, 90)
	rapid.Check(t, func(t *rapid.T) {
		var list []any
		for range rapid.IntRange(1, 5).Draw(t, "rows") {
			row := map[string]any{}
			for i, name := range wide.Draw(t, "names") {
				row[name] = i
				if i%3 == 0 {
					row[name] = []any{map[string]any{name: i, "a": nil}, i}
				}
			}
			list = append(list, row)
		}
		data, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		agree(t, string(data))
	})
}

func TestASettledValueIsTheSame(t *testing.T) {
	t.Parallel()
	names := tree.NewNames()
	id, sub := names.ID("id"), names.ID("sub")
	whole, err := tree.Read([]byte(`[{"id":1,"sub":{"id":2}}]`), names)
	if err != nil {
		t.Fatal(err)
	}
	row, _ := whole.At(0)
	settled := row.Settle()
	if !reflect.DeepEqual(settled.Plain(), row.Plain()) {
		t.Errorf("settled is %v", settled.Plain())
	}
	settled.Plain().(map[string]any)["mark"] = true
	if again := settled.Plain().(map[string]any); again["mark"] != true {
		t.Error("it was made plain a second time")
	}
	inner, _ := settled.Member(sub, "sub")
	if v, _ := inner.Member(id, "id"); v.Plain() != 2 || !reflect.DeepEqual(inner.Plain(), map[string]any{"id": 2}) {
		t.Errorf("sub is %v", inner.Plain())
	}
}

func TestSamePagesAreRecognised(t *testing.T) {
	t.Parallel()
	names := tree.NewNames().Everything()
	items := func(text string) []tree.Value {
		v, err := tree.Read([]byte(text), names)
		if err != nil {
			t.Fatal(err)
		}
		var out []tree.Value
		for one := range v.Each {
			out = append(out, one)
		}
		return out
	}
	first := items(`[{"id":"1","l":[true,null,2.5]},{"id":"2"}]`)
	for text, want := range map[string]bool{
		`[ {"id":"1","l":[true,null,2.5]}, {"id":"2"} ]`: true,
		`[{"id":"1","l":[true,null,2.5]}]`:               false,
		`[{"id":"1","l":[false,null,2.5]},{"id":"2"}]`:   false,
		`[{"id":"1","l":[true,null,2.5]},{"id":"3"}]`:    false,
		`[{"id":"1","l":[true,null,2.5,[]]},{"id":"2"}]`: false,
		`[{"id":"1","l":[true,null],"m":2},{"id":"2"}]`:  false,
		`[{"no":"1","l":[true,null,2.5]},{"id":"2"}]`:    false,
		`[{"id":"1","l":[true,null,"2.5"]},{"id":"2"}]`:  false,
		`["1",{"id":"2"}]`:                               false,
	} {
		if got := tree.Same(first, items(text)); got != want {
			t.Errorf("%s: same is %v", text, got)
		}
	}
}
