package bulk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"portico/connectors/vendorfake/bulk"
)

type page struct {
	Count, Total, Pages int
	Next                string `json:"next_page"`
	Items               []struct {
		ID          string `json:"id"`
		Subject     string
		LastUpdated string
		Resolved    string
		Queue       struct{ Name string }
		Requestor   []struct{ Organization string }
		Fields      []struct {
			Name   string
			Values []string
		} `json:"CustomFields"`
	}
}

func list(t *testing.T, s *bulk.Source, query string) (page, int) {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/REST/2.0/tickets?"+query, nil))
	var p page
	size := w.Body.Len()
	if strings.Contains(w.Body.String(), "%%") {
		t.Error("a mark was left in the answer")
	}
	if err := json.NewDecoder(w.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	return p, size
}

func TestEveryTicketIsListedOnce(t *testing.T) {
	t.Parallel()
	s := bulk.New(bulk.Options{Tickets: 1234, Companies: 7})
	seen, companies := map[string]bool{}, map[string]int{}
	last := ""
	for n := 1; n <= 13; n++ {
		p, _ := list(t, s, fmt.Sprintf("query=id>0&per_page=500&orderby=LastUpdated&page=%d", n))
		if p.Total != 1234 || p.Pages != 13 || (p.Next == "") != (n == 13) {
			t.Fatalf("page %d: total %d, pages %d, next %q", n, p.Total, p.Pages, p.Next)
		}
		for _, item := range p.Items {
			if seen[item.ID] || item.LastUpdated < last || !strings.Contains(item.Subject, item.ID) {
				t.Fatalf("ticket %+v after %s", item, last)
			}
			seen[item.ID], last = true, item.LastUpdated
			companies[item.Requestor[0].Organization]++
			if item.Fields[0].Values[0] != item.Requestor[0].Organization {
				t.Fatalf("ticket of two companies: %+v", item)
			}
		}
	}
	if len(seen) != 1234 || len(companies) != 7 {
		t.Errorf("%d tickets of %d companies", len(seen), len(companies))
	}
	if requests, tickets := s.Served(); requests != 13 || tickets != 1234 {
		t.Errorf("served %d requests, %d tickets", requests, tickets)
	}
}

func TestTicketsAreAsLargeAsRealOnes(t *testing.T) {
	t.Parallel()
	p, size := list(t, bulk.New(bulk.Options{}), "per_page=100")
	if each := size / p.Count; each < 1500 || each > 1650 {
		t.Errorf("%d bytes each, want about 1,570", each)
	}
}

func TestLowerBounds(t *testing.T) {
	t.Parallel()
	s := bulk.New(bulk.Options{Tickets: 300, PerSecond: 3})
	for query, want := range map[string]int{
		"":                                     300,
		"id > 0":                               300,
		"id > 1000100":                         200,
		"id >= 1000101":                        200,
		"LastUpdated >= '2026-01-01 00:00:50'": 150,
		"LastUpdated > '2026-01-01 00:00:50'":  147,
		"LastUpdated >= '2020-01-01 00:00:00'": 300,
		"LastUpdated >= '2030-01-01 00:00:00'": 0,
		"LastUpdated >= '2026-01-01 00:00:50' AND id > 1000200": 100,
	} {
		if p, _ := list(t, s, "query="+url.QueryEscape(query)); p.Total != want {
			t.Errorf("%q: %d, want %d", query, p.Total, want)
		}
	}
}

func TestOtherAddresses(t *testing.T) {
	t.Parallel()
	s := bulk.New(bulk.Options{})
	for path, want := range map[string]string{"/rt": "Version", "/user/hub": "Timezone", "/transactions": `"items":[]`} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/REST/2.0"+path, nil))
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
}

func BenchmarkPageOf100(b *testing.B) {
	s := bulk.New(bulk.Options{Tickets: 1_000_000})
	r := httptest.NewRequest(http.MethodGet, "/REST/2.0/tickets?per_page=100&page=500", nil)
	b.ReportAllocs()
	for b.Loop() {
		s.ServeHTTP(httptest.NewRecorder(), r)
	}
}
