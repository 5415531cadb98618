package webhook_test

import (
	"strings"
	"testing"

	"portico/sync/delivery"
	"portico/sync/fault"
	"portico/sync/webhook"
)

func TestEndpointsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	good := delivery.Endpoint{URL: "https://books.example/hook?x=1", Types: delivery.Types(), Rate: 10}
	allow := []string{"127.0.0.1:9000"}
	for _, c := range []struct {
		name   string
		change func(*delivery.Endpoint)
		header string
		field  string // "" is accepted
	}{
		{name: "good", header: "Authorization"},
		{name: "allowed plain", change: func(e *delivery.Endpoint) { e.URL = "http://127.0.0.1:9000/x" }},
		{name: "plain", change: func(e *delivery.Endpoint) { e.URL = "http://books.example/x" }, field: "url"},
		{name: "another port", change: func(e *delivery.Endpoint) { e.URL = "http://127.0.0.1:9001/x" }, field: "url"},
		{name: "no address", change: func(e *delivery.Endpoint) { e.URL = "books" }, field: "url"},
		{name: "a file", change: func(e *delivery.Endpoint) { e.URL = "file:///etc/passwd" }, field: "url"},
		{name: "a password", change: func(e *delivery.Endpoint) { e.URL = "https://a:b@books.example" }, field: "url"},
		{name: "a fragment", change: func(e *delivery.Endpoint) { e.URL = "https://books.example/#x" }, field: "url"},
		{name: "long", change: func(e *delivery.Endpoint) { e.URL += strings.Repeat("x", 3000) }, field: "url"},
		{name: "no type", change: func(e *delivery.Endpoint) { e.Types = nil }, field: "types"},
		{name: "unknown type", change: func(e *delivery.Endpoint) { e.Types = []delivery.Type{"payment.made"} }, field: "types"},
		{name: "a test is no type", change: func(e *delivery.Endpoint) { e.Types = []delivery.Type{delivery.Test} }, field: "types"},
		{name: "no rate", change: func(e *delivery.Endpoint) { e.Rate = 0 }, field: "rate"},
		{name: "our header", header: "webhook-signature", field: "header webhook-signature"},
		{name: "the host", header: "host", field: "header host"},
		{name: "two headers in one", header: "A: b\r\nC", field: "header A: b\r\nC"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := good
			if c.change != nil {
				c.change(&e)
			}
			headers := map[string]string{}
			if c.header != "" {
				headers[c.header] = "x"
			}
			err := webhook.Check(e, headers, allow)
			if c.field == "" && err != nil {
				t.Error(err, fault.Fields(err))
			}
			if c.field != "" && (!fault.Is(err, fault.Invalid) || fault.Fields(err)[c.field] == "") {
				t.Errorf("%v %v", err, fault.Fields(err))
			}
		})
	}
}
