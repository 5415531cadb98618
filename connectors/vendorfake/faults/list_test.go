package faults_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portico/connectors/vendorfake/faults"
)

func TestListsOfAnyShapeAreDeformed(t *testing.T) {
	t.Parallel()
	nested := faults.List{Rows: "result.rows", Counts: []string{"result.n"}, Totals: []string{"paging.total"}, Next: []string{"paging.next"}}
	for _, c := range []struct {
		list       faults.List
		kind       faults.Kind
		body, want string
	}{
		{nested, faults.Short, `{"result":{"rows":[1.10,2]},"paging":{"total":2,"next":"b"}}`, `{"paging":{"next":"b","total":2},"result":{"n":1,"rows":[1.10]}}`},
		{nested, faults.Vanish, `{"result":{"rows":[1,2]},"paging":{"total":2,"next":"b"}}`, `{"paging":{"total":0},"result":{"n":0,"rows":[]}}`},
		{nested, faults.Vanish, `{"result":{"rows":[1]}}`, `{"result":{"n":0,"rows":[]}}`},
		{faults.List{Rows: "."}, faults.Reorder, `[1,2]`, `[2,1]`},
		{faults.List{Rows: ".", TotalHeader: "X-Total"}, faults.Vanish, `[1,2]`, `[]`},
		{nested, faults.Short, `{"result":7}`, `{"result":7}`},
		{nested, faults.Short, `no JSON`, `no JSON`},
	} {
		k := faults.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Link", `</x?page=2>; rel="next"`)
			w.Header().Set("X-Total", "2")
			_, _ = w.Write([]byte(c.body))
		}), nil)
		k.Lists(c.list)
		k.Set(faults.Fault{Kind: c.kind})
		got := httptest.NewRecorder()
		k.ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/x", nil))
		if got.Body.String() != c.want {
			t.Errorf("%s of %s is %s, want %s", c.kind, c.body, got.Body, c.want)
		}
		if c.kind == faults.Vanish && (got.Header().Get("Link") != "" || c.list.TotalHeader != "" && got.Header().Get("X-Total") != "0") {
			t.Errorf("the headers still tell of rows: %v", got.Header())
		}
	}
	if !(faults.List{}).Told() || (faults.List{Rows: "."}).Told() || !nested.Told() {
		t.Error("whether a list tells its total is confused")
	}
}

func TestRequestsArePickedByTheirBody(t *testing.T) {
	t.Parallel()
	var got string
	k := faults.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		data := make([]byte, 20)
		n, _ := r.Body.Read(data)
		got = string(data[:n])
	}), nil)
	k.Set(faults.Fault{Kind: faults.Fail, Match: faults.Match{Body: "since"}})
	for body, want := range map[string]int{`{"since":1}`: 500, `{"ids":[1]}`: 200} {
		got = ""
		w := httptest.NewRecorder()
		k.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/x", strings.NewReader(body)))
		if w.Code != want || want == 200 && got != body {
			t.Errorf("%s: %d, the handler read %q", body, w.Code, got)
		}
	}
}
