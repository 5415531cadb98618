package engine_test

import (
	"net/http"
	"strings"
	"testing"

	"portico/sync/fault"
	"portico/sync/remote"
)

func TestEveryKindOfSignInSendsItsCredential(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"{kind: none}": "",
		`{kind: basic, user: "{user}", password: "{token}"}`:             "Basic aHViOnNlY3JldA==",
		`{kind: header, header: Authorization, value: "token {token}"}`:  "token secret",
		`{kind: bearer, token: "{token}"}`:                               "Bearer secret",
		`{kind: header, header: Authorization, value: "k={user}-{{x}}"}`: "k=hub-{x}",
	}
	for auth, want := range cases {
		got := "nothing"
		conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
			got = r.Header.Get("Authorization")
			_, _ = w.Write([]byte(`{"items":[]}`))
		})
		conn.Settings["user"] = "hub"
		text := strings.Replace(deskWith(untold), "auth: {kind: none}", "auth: "+auth, 1)
		text = strings.Replace(text, "http:\n", "  user: {type: text, label: User}\n  token: {type: secret, label: Token}\nhttp:\n", 1)
		if err := load(t, text).Pull(t.Context(), conn, changes(nil), &sink{}); err != nil {
			t.Fatalf("%s: %v", auth, err)
		}
		if got != want {
			t.Errorf("%s sent %q, want %q", auth, got, want)
		}
	}
}

func TestAMissingSettingIsNamed(t *testing.T) {
	t.Parallel()
	conn := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	conn.Settings = nil
	err := load(t, deskWith(untold)).Pull(t.Context(), conn, changes(nil), &sink{})
	if !fault.Is(err, fault.Setup) || fault.Fields(err)["url"] == "" {
		t.Errorf("got %v", err)
	}
}

func TestAPreviewShowsRawBesideNormalizedAndStoresNothing(t *testing.T) {
	t.Parallel()
	conn := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"items":[{"id":"1","status":"open","company":"N","colour":"red"},{"id":"2","private":true},{"status":"x"},{"id":"4","status":"open"}],"next":"/more"}`))
	})
	samples, err := load(t, deskWith(untold)).Preview(t.Context(), conn, "tickets", 3)
	if err != nil || len(samples) != 3 {
		t.Fatalf("%v, %d samples", err, len(samples))
	}
	if samples[0].Record == nil || samples[0].Raw.(map[string]any)["colour"] != "red" {
		t.Errorf("first sample %+v", samples[0])
	}
	if samples[1].Record != nil || samples[1].Reject != nil || samples[2].Reject == nil {
		t.Errorf("a private item and a bad one: %+v", samples[1:])
	}
}

func TestASpecSaysWhatTheManifestSays(t *testing.T) {
	t.Parallel()
	spec := load(t, deskWith(keyed)).Spec()
	st, ok := spec.Stream("tickets")
	if !ok || !st.Incremental || !st.Sweep || st.Every == 0 || st.Census == 0 || len(st.Kinds) != 1 {
		t.Errorf("stream %+v", st)
	}
	if len(spec.Fields) != 1 || spec.Fields[0].Type != remote.URLField || !spec.Fields[0].Required {
		t.Errorf("fields %+v", spec.Fields)
	}
}
