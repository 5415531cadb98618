package manifest_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"portico/connectors/manifest"
	"portico/connectors/manifest/tree"
)

// differ runs an expression in a frame, over the item as it was sent, as a
// map and as both, and by the interpreter alone. They must not differ.
func differ(t *testing.T, source string, items ...string) {
	t.Helper()
	m, e := status(t, source)
	settings := manifest.Env{"config": map[string]string{"url": "http://x"}}
	f := m.Frame(settings)
	for _, text := range items {
		sent, err := tree.Read([]byte(text), m.Names())
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		settings["item"] = sent.Plain()
		want, wantErr := e.Eval(settings)
		for _, item := range []tree.Value{sent, tree.Of(sent.Plain()), sent.Settle()} {
			f.Set(manifest.Item, item)
			got, err := f.Eval(e)
			if (err == nil) != (wantErr == nil) || err == nil && !reflect.DeepEqual(got.Plain(), want) {
				t.Errorf("%s of %s: %#v (%v), interpreted %#v (%v)", source, text, got.Plain(), err, want, wantErr)
			}
		}
	}
}

var shortcuts = []string{
	"item", "item.a", "item.sub.a", "item.list", "item.list[0]", "item.list[1].a", "item[0]", "item.a + item.b", `"x" + item.a`, "item.sub + item.sub",
	`item.a == "x"`, `item.a != item.b`, "item.n == 7", "item.n == item.a", "item.n != item.b", "item.a == nil", "item.sub != nil", "item.list == item.list", "item.b == true",
	`item.a == "Nobody" ? "" : pick(item.a, item.b)`, "item.b ? item.a : item.n", "single(item.list).a", "single(item.sub).a", "single(item.sub)", "single(item)",
	`trimSuffix(item.a, "x")`, `pick(item.n, item.a)`, `pick(item.a, item.sub)`, `pick(item.a.b, item.n)`, "basename(item.a)", "mend(item.a)",
	`named(item.list, "a")`, `named(item.fields, "a")`, "named(item.fields, item.a)", `named(item.fields, "c").a`,
	"item.a ?? item.b", "item.sub ?? item.n", "not item.b", "!(item.a == item.b)", "item.b and item.a == nil", "item.b or item.n == 7", "item.a == nil or item.n",
	`item.a in ["x", "Nobody"]`, `item.n in ["7"]`, "string(item.a)", "string(item.n)", `string(item.n) == "0" ? "" : item.n`,
	`trimSuffix(trimSuffix(config.url, "/"), "x") + item.a`, `config.url == "http://x" ? item.a : item.b`, `item["a"]`,
}

func TestFastAndInterpretedExpressionsAgree(t *testing.T) {
	t.Parallel()
	for _, source := range shortcuts {
		differ(t, source, "{}", `"text"`, "null", "[1]", "[]", "true",
			`{"a":"x","b":"y","n":7,"list":[{"a":"z"}],"sub":{"a":"deep"}}`,
			`{"a":null,"b":1.5,"list":[],"sub":"flat"}`,
			`{"a":"Nobody","list":"not a list","sub":[]}`,
			`{"a":"x","fields":[1,null,"a",{"name":1,"value":2},{"name":"a","values":[]},{"name":"x","values":["y","z"]},{"name":"c","value":{"a":[1]}}]}`,
			`{"a":"GrÃ¼n/x","b":true,"n":9007199254740993,"fields":{"name":"a"}}`,
			`{"a":7,"b":false,"n":"7","list":[null,{"a":false}]}`,
			`{"n":-0,"b":7.0,"a":123456789012345678901}`)
	}
}

func TestFastAndInterpretedExpressionsAgreeOnWhateverIsSent(t *testing.T) {
	t.Parallel()
	var value *rapid.Generator[any]
	value = rapid.Deferred(func() *rapid.Generator[any] {
		return rapid.OneOf(
			rapid.Just(any(nil)), rapid.Bool().AsAny(), rapid.IntRange(-9, 9).AsAny(), rapid.SampledFrom([]string{"", "x", "a", "Nobody", "7", "http://x"}).AsAny(),
			rapid.SliceOfN(value, 0, 2).AsAny(), rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "n", "list", "sub", "fields", "name", "value", "values"}), value, 0, 9).AsAny())
	})
	var items []string
	for seed := range 300 {
		data, err := json.Marshal(value.Example(seed))
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, string(data))
	}
	for _, source := range shortcuts {
		differ(t, source, items...)
	}
}
