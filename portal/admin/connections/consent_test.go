package connections_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portico/portal/admin/connections"
	"portico/portal/admin/connections/parts"
	"portico/portal/portaltest/htmlcheck"
	"portico/sync/access"
	"portico/sync/record"
	"portico/sync/remote"
)

func (p *plant) Redirect() string { return "https://portal.example.com/admin/connections/consent" }

func (p *plant) Again(_ context.Context, _ access.Scope, id record.ConnectionID) (connections.Leave, error) {
	return connections.Leave{Address: "https://vendor.example/authorize?state=x", Host: "https://vendor.example", System: "Help Desk"}, p.call("again " + id.String())
}

func (p *plant) Return(_ context.Context, _ access.Scope, v url.Values) (connections.Returned, error) {
	return p.returned, p.call("return " + v.Get("state"))
}

func (p *plant) Choose(context.Context, access.Scope, string, int) (connections.Returned, error) {
	return p.returned, p.call("choose")
}

func TestEachFailureOfASignInHasAPageThatSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, f := range []connections.Failure{connections.Denied, connections.Unknown, connections.Expired, connections.Used, connections.Wrong,
		connections.Refused, connections.Away, connections.Unusable} {
		w := newWorld(t)
		w.returned = connections.Returned{Failed: f, Spec: desk, Detail: "Told by the desk."}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, connections.ConsentPath+"?state=s", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.do(w.pages.ConsentBack, r, "")
		if err != nil || got.Code < 400 {
			t.Fatalf("%s: %d, %v", f, got.Code, err)
		}
		htmlcheck.Read(t, got.Body.String()).Want("[data-part=failed][role=alert]", 1)
		if body := got.Body.String(); strings.Contains(body, "consent.failed") || !strings.Contains(body, "Nothing was saved") || !strings.Contains(body, "Told by the desk.") {
			t.Errorf("%s: words are missing", f)
		}
	}
}

func TestBeforeASignInThePageNamesTheExactAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	spec := desk
	spec.ID = "agreed"
	spec.Consent = &remote.ConsentSpec{Register: "https://vendor.example/apps", Notes: []string{"Type: Web."}, Scopes: "offline read"}
	w.systems = []remote.Spec{spec}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, parts.Path+"/new/agreed", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.do(w.pages.Form, r, "agreed")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"https://portal.example.com/admin/connections/consent", "offline read", "Type: Web.", "https://vendor.example/apps", "uses HTTPS"} {
		if !strings.Contains(got.Body.String(), want) {
			t.Errorf("the form does not say %q", want)
		}
	}
	htmlcheck.Read(t, got.Body.String()).Want("[data-part=before]", 1)
}
