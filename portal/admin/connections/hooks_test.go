package connections_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/connections"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

func (p *plant) Hearing(_ context.Context, id record.ConnectionID) (connections.Hearing, error) {
	p.heard.Address = "https://portal.example/hooks/" + id.String()
	return p.heard, nil
}

func (p *plant) KeepHookSecret(_ context.Context, _ access.Scope, _ record.ConnectionID, name, text string, beside bool) error {
	return p.call("keep " + name + " " + text + map[bool]string{true: " beside"}[beside])
}

func (p *plant) MakeHookSecret(_ context.Context, _ access.Scope, _ record.ConnectionID, name string, beside bool) (string, error) {
	return "made&here", p.call("make " + name + map[bool]string{true: " beside"}[beside])
}

func (p *plant) ForgetHookSecret(_ context.Context, _ access.Scope, _ record.ConnectionID, name string) error {
	return p.call("forget " + name)
}

func hearing(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.detail.Spec = desk
	w.detail.Spec.Webhooks = &remote.WebhookSpec{Steps: []string{"Add a webhook there."}, Accepted: 200, Secrets: []remote.HookSecret{
		{Name: "signing", Label: "Signing secret", Help: "It begins with x."},
		{Name: "word", Label: "Word", Made: true, Query: "word"},
	}}
	return w
}

func TestThePageOfWebhooksSaysWhereToSendAndWhatCame(t *testing.T) {
	t.Parallel()
	w := hearing(t)
	w.get(w.pages.Hooks, w.id, "").WantText("main ol li", "Add a webhook there.").WantText("[data-part=heard]", "Nothing was sent yet").
		Want("#address[value='https://portal.example/hooks/"+w.id+"?word=…']", 1).WantText("[data-secret=signing]", "every message is refused").
		Want("[data-secret=signing] input[type=password]", 1).Want("[data-secret=word] input[type=password]", 0).Want("[data-secret=word] button[value=make]", 1)
	w.detail.Secrets = map[string]time.Time{"signing": now.Add(-time.Hour)}
	w.heard.Counts = run.HookCounts{Taken: 1200, Repeated: 3, Refused: 7, LastTaken: now.Add(-time.Minute), LastRefused: now.Add(-time.Hour), Problem: "The <i>signature</i> does not fit."}
	w.get(w.pages.Hooks, w.id, "done=kept").WantText("[data-part=heard]", "1,200 taken in, 3 repeated, 7 refused").WantText("[data-part=heard]", "The <i>signature</i>").
		WantText("[data-secret=signing]", "Entered").Want("[data-secret=signing] button[value=forget]", 1).WantText(".po-toast", "Send a test")
	w.get(w.pages.Show, w.id, "").Want("a[href$='/hooks']", 1)
}

func TestASystemThatSendsNothingHasNoPageOfWebhooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(w.pages.Show, w.id, "").Want("a[href$='/hooks']", 0)
	if _, err := w.do(w.pages.Hooks, get(), w.id); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestAWebhookSecretIsKeptMadeAndRemoved(t *testing.T) {
	t.Parallel()
	w := hearing(t)
	w.detail.Secrets = map[string]time.Time{"signing": now.Add(-time.Hour)}
	for _, c := range []struct {
		form   url.Values
		status int
		call   string
	}{
		{url.Values{"name": {"signing"}, "do": {"keep"}, "text": {" whsec_1 "}, "beside": {"1"}}, http.StatusSeeOther, "keep signing whsec_1 beside"},
		{url.Values{"name": {"signing"}, "do": {"keep"}, "text": {"whsec_2"}}, http.StatusSeeOther, "keep signing whsec_2"},
		{url.Values{"name": {"signing"}, "do": {"forget"}}, http.StatusSeeOther, "forget signing"},
		{url.Values{"name": {"word"}, "do": {"make"}}, http.StatusOK, "make word"},
		{url.Values{"name": {"signing"}, "do": {"keep"}, "text": {""}}, http.StatusUnprocessableEntity, ""},
		{url.Values{"name": {"signing"}, "do": {"keep"}, "text": {"two words"}}, http.StatusUnprocessableEntity, ""},
	} {
		w.calls = nil
		rec, err := w.do(w.pages.HookSecret, posted(c.form), w.id)
		if err != nil || rec.Code != c.status || strings.Join(w.calls, ",") != c.call {
			t.Errorf("%v: %v, %d, %q", c.form, err, rec.Code, w.calls)
		}
		if body := rec.Body.String(); c.form.Get("do") == "make" && (!strings.Contains(body, `value="made&amp;here"`) || !strings.Contains(body, "word=made%26here")) ||
			strings.Contains(body, "whsec") || strings.Contains(rec.Header().Get("Location"), "whsec") {
			t.Errorf("%v: %s", c.form, body)
		}
	}
	for _, form := range []url.Values{{"name": {"signing"}, "do": {"make"}}, {"name": {"token"}, "do": {"forget"}}, {"name": {"signing"}, "do": {"x"}}} {
		w.calls = nil
		if _, err := w.do(w.pages.HookSecret, posted(form), w.id); err == nil || len(w.calls) > 0 {
			t.Errorf("%v: %v, %q", form, err, w.calls)
		}
	}
}

func posted(values url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}
