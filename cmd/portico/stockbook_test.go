package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
)

// stockbook is the invented inventory system of the worked example in
// connectors/README.md.
func stockbook(t *testing.T) *httptest.Server {
	t.Helper()
	customers := []map[string]any{{"id": "c-1", "name": "Nordwind Logistik GmbH"}, {"id": "c-2", "name": "Brightleaf Dental Group"}}
	item := func(id int, name, state string, customer any, keeper any) map[string]any {
		return map[string]any{"id": id, "name": name, "serial": fmt.Sprintf("SN-%04d", id*317), "state": state, "customer": customer, "keeper": keeper,
			"warranty_until": "2027-06-30", "updated_at": fmt.Sprintf("2026-11-1%dT08:30:00Z", id), "office_note": "written off, do not repair"}
	}
	items := []map[string]any{
		item(1, "Label printer", "lent", customers[0], map[string]any{"name": "Ines Albrecht", "email": "ines.albrecht@nordwind.example.org", "phone": "+49 30 5551234"}),
		item(2, "Meeting camera", "lent", customers[1], map[string]any{"name": "Noah Berg", "email": "noah@brightleaf.example.org", "phone": "+1 555 010 9999"}),
		item(3, "Spare notebook", "in stock", nil, nil),
		item(4, "Barcode scanner", "in repair", customers[0], nil),
		item(5, "Docking station", "lent", customers[0], map[string]any{"name": "Ines Albrecht", "email": "ines.albrecht@nordwind.example.org", "phone": "+49 30 5551234"}),
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		var body any = map[string]any{"error": "no such thing"}
		status := http.StatusNotFound
		switch {
		case r.Header.Get("Authorization") != "Bearer sb-4f1c77":
			status, body = http.StatusUnauthorized, map[string]any{"error": "who are you?"}
		case r.URL.Path == "/api/customers":
			status, body = http.StatusOK, map[string]any{"customers": customers}
		case r.URL.Path == "/api/items":
			status, body = http.StatusOK, page(items, r)
		}
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(body); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

// page is the part of a list that was asked for.
func page(items []map[string]any, r *http.Request) map[string]any {
	var changed []map[string]any
	for _, one := range items {
		if one["updated_at"].(string) >= r.URL.Query().Get("changed_since") {
			changed = append(changed, one)
		}
	}
	n, _ := strconv.Atoi(r.URL.Query().Get("page"))
	size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
	from := min(max(n-1, 0)*size, len(changed))
	return map[string]any{"total": len(changed), "items": append([]map[string]any{}, changed[from:min(from+size, len(changed))]...)}
}
