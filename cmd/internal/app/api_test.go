package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/portal/api"
	"portico/sync/action"
	"portico/sync/apikey"
	"portico/sync/record"
)

// TestEveryDoorAnswersAsTheDocumentSays opens each door once, well.
func TestEveryDoorAnswersAsTheDocumentSays(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	token := w.ownKey()
	in := "/accounts/" + w.own.account.String()
	w.ask(token, "GET", "/accounts", "").want(t, 200)
	w.ask(token, "GET", in, "").want(t, 200)
	list := w.ask(token, "GET", in+"/tickets?turn=provider&state=open&open=true&updated_since=2020-01-01T00:00:00Z&search=printer", "").want(t, 200)
	if list.text(t, "tickets.0.source") != "Help desk" || list.text(t, "tickets.0.source_id") != "CANARY-A0" || list.text(t, "tickets.0.read_at") == "" || list.text(t, "tickets.0.stale") != "false" {
		t.Errorf("no provenance: %s", list.body)
	}
	ticket := w.ask(token, "GET", in+"/tickets/"+w.own.ticket.String(), "").want(t, 200)
	if ticket.text(t, "comments.0.text") != "CANARY-A says" || ticket.text(t, "comments.0.files.0.name") != "CANARY-A.pdf" || ticket.text(t, "comments.0.read_at") == "" {
		t.Errorf("no conversation: %s", ticket.body)
	}
	w.ask(token, "GET", in+"/assets", "").want(t, 200)
	if got := w.ask(token, "GET", in+"/assets/"+w.own.asset.String(), "").want(t, 200); got.text(t, "tag") != "T1" || got.text(t, "source_id") != "aCANARY-A" {
		t.Errorf("asset: %s", got.body)
	}

	made := w.ask(token, "POST", in+"/actions", fmt.Sprintf(`{"kind":"ticket.reply","ticket":%q,"text":"Shipped today."}`, w.own.ticket)).want(t, 202)
	one := in + "/actions/" + made.text(t, "id")
	if got := w.ask(token, "GET", one, "").want(t, 200); got.text(t, "state") != "recorded" || got.text(t, "by") != "API key Books" || got.text(t, "recorded_at") == "" {
		t.Errorf("receipt: %s", got.body)
	}
	if got := w.ask(token, "POST", one+"/withdraw", "").want(t, 200); got.text(t, "state") != "withdrawn" || got.text(t, "final") != "true" {
		t.Errorf("withdrawn: %s", got.body)
	}

	asked := w.ask(token, "POST", in+"/approvals", fmt.Sprintf(`{"title":"Offer 88","text":"Two laptops.","roles":["owner"],"people":[%q],"ticket":%q,"due":"2099-01-02T00:00:00Z"}`, w.own.owner.Email, w.own.ticket)).want(t, 201)
	q := in + "/approvals/" + asked.text(t, "id")
	w.ask(token, "POST", q+"/versions", `{"base":1,"title":"Offer 88","text":"Three laptops.","note":"one more"}`).want(t, 201)
	if got := w.ask(token, "GET", q, "").want(t, 200); got.text(t, "version") != "2" || got.text(t, "asked_by") != "API key Books" || got.text(t, "versions.1.text") != "Three laptops." {
		t.Errorf("approval: %s", got.body)
	}
	w.ask(token, "GET", in+"/approvals?open=true", "").want(t, 200)
	w.ask(token, "POST", q+"/withdraw", "").want(t, 200)

	hook := w.ask(token, "POST", "/webhooks", fmt.Sprintf(`{"url":"https://192.0.2.1.books.invalid/hook","types":["action.confirmed"],"account":%q,"headers":{"X-Shop":"1"}}`, w.own.account)).want(t, 201)
	if !strings.HasPrefix(hook.text(t, "secret"), "whsec_") {
		t.Errorf("endpoint: %s", hook.body)
	}
	e := "/webhooks/" + hook.text(t, "id")
	w.ask(token, "GET", "/webhooks", "").want(t, 200)
	w.ask(token, "GET", e, "").want(t, 200)
	if got := w.ask(token, "PATCH", e, `{"rate":7,"description":"Books"}`).want(t, 200); got.text(t, "rate") != "7" || got.text(t, "types.0") != "action.confirmed" {
		t.Errorf("changed: %s", got.body)
	}
	if got := w.ask(token, "POST", e+"/rotate", "").want(t, 200); got.text(t, "secret") == hook.text(t, "secret") {
		t.Error("the secret is the one before")
	}
	w.ask(token, "POST", e+"/test", "").want(t, 202)
	log := w.ask(token, "GET", e+"/deliveries?state=due", "").want(t, 200)
	if log.text(t, "deliveries.0.payload.type") != "webhook.test" {
		t.Errorf("deliveries: %s", log.body)
	}
	w.ask(token, "POST", e+"/deliveries/"+log.text(t, "deliveries.0.id")+"/resend", "").want(t, 202)
	w.ask(token, "POST", e+"/resend", `{"since":"2020-01-01T00:00:00Z"}`).want(t, 202)
	w.ask(token, "DELETE", e, "").want(t, 204)
	w.ask(token, "GET", e, "").want(t, 404)

	w.tryMoney(token, in)
	w.tryWork(token, in)
	for _, d := range w.api.Doors() {
		if !w.went[d.Name] {
			t.Errorf("%s %s was not tried", d.Method, d.Path)
		}
	}
}

// TestAKeyForOneAccountFindsNothingOfAnother asks every door for the twin's things.
func TestAKeyForOneAccountFindsNothingOfAnother(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	token := w.ownKey()
	whole, _ := w.key(nil)
	act := w.ask(whole, "POST", "/accounts/"+w.other.account.String()+"/actions", fmt.Sprintf(`{"kind":"ticket.reply","ticket":%q,"text":"CANARY-B"}`, w.other.ticket)).want(t, 202).text(t, "id")
	asked := w.ask(whole, "POST", "/accounts/"+w.other.account.String()+"/approvals", `{"title":"CANARY-B","text":"CANARY-B","roles":["owner"]}`).want(t, 201).text(t, "id")
	hook := w.ask(whole, "POST", "/webhooks", fmt.Sprintf(`{"url":"https://b.invalid/CANARY-B","types":["action.confirmed"],"account":%q}`, w.other.account)).want(t, 201).text(t, "id")
	all := w.ask(whole, "POST", "/webhooks", `{"url":"https://all.invalid/CANARY-B","types":["action.confirmed"]}`).want(t, 201).text(t, "id")
	sent := w.ask(whole, "POST", "/webhooks/"+hook+"/test", "").want(t, 202)
	_ = sent
	sentID := w.ask(whole, "GET", "/webhooks/"+hook+"/deliveries", "").text(t, "deliveries.0.id")

	bodies := map[string]string{"createAction": `{"kind":"ticket.reply","ticket":"%s","text":"x"}`, "createApproval": `{"title":"x","text":"x","roles":["owner"],"ticket":"%s"}`,
		"reviseApproval": `{"base":1,"title":"x","text":"y"}`, "changeEndpoint": `{"enabled":false}`, "resendFailed": `{"since":"2020-01-01T00:00:00Z"}`,
		"createPayment": `{"amount":"1","date":"2026-11-22","base":"x"}`, "acceptQuote": `{"base":"x","digest":"x"}`, "declineQuote": `{"base":"x","digest":"x","text":"x"}`,
		"uploadDocument": `{"name":"x","content":"eA=="}`, "createEndpoint": `{"url":"https://x.invalid","types":["action.confirmed"],"account":"%s"}`}
	none := missing()
	for _, d := range w.api.Doors() {
		for name, account := range map[string]record.AccountID{"foreign account": w.other.account, "own account": w.own.account} {
			if name == "own account" && (strings.Count(d.Path, "{") < 2 && d.Name != "createAction" && d.Name != "createApproval") {
				continue
			}
			for _, endpoint := range []string{hook, all} {
				foreignBody, missingBody := bodies[d.Name], bodies[d.Name]
				if strings.Contains(foreignBody, "%s") {
					foreignBody, missingBody = fmt.Sprintf(foreignBody, w.other.ticket), fmt.Sprintf(missingBody, none.ticket)
				}
				unknown := account
				if name == "foreign account" {
					unknown = none.account
				}
				foreign := w.ask(token, d.Method, w.other.path(d.Path, account, "{action}", act, "{approval}", asked, "{endpoint}", endpoint, "{delivery}", sentID), foreignBody)
				missing := w.ask(token, d.Method, none.path(d.Path, unknown, "{action}", record.NewID().String(), "{approval}", record.NewID().String(), "{endpoint}", "nothing", "{delivery}", "nothing"), missingBody)
				if strings.Contains(foreign.body, "CANARY-B") {
					t.Errorf("%s, %s: told %s", d.Name, name, foreign.body)
				}
				if !strings.Contains(d.Path, "{") {
					continue // lists: what they tell was looked at
				}
				if foreign.status != missing.status || foreign.body != missing.body || foreign.status < 400 {
					t.Errorf("%s, %s:\nforeign %d %s\nmissing %d %s", d.Name, name, foreign.status, foreign.body, missing.status, missing.body)
				}
			}
		}
	}
	if got := w.ask(token, "POST", "/webhooks", fmt.Sprintf(`{"url":"https://x.invalid","types":["action.confirmed"],"account":%q}`, w.other.account)); got.status != 422 {
		t.Errorf("an endpoint for a foreign account: %d %s", got.status, got.body)
	}
	if got := w.ask(token, "POST", "/webhooks", `{"url":"https://x.invalid","types":["action.confirmed"]}`); got.status != 422 {
		t.Errorf("an endpoint for every account: %d %s", got.status, got.body)
	}
	if got := w.ask(token, "GET", "/webhooks", "").want(t, 200); got.body != `{"endpoints":[]}`+"\n" {
		t.Errorf("endpoints: %s", got.body)
	}
	if got := w.ask(token, "GET", "/accounts", "").want(t, 200); strings.Contains(got.body, "CANARY-B") || !strings.Contains(got.body, "CANARY-A") {
		t.Errorf("accounts: %s", got.body)
	}
}

func TestAKeyOpensOnlyTheDoorsOfItsScopes(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	for _, d := range w.api.Doors() {
		token, _ := w.key(func(k *apikey.Key) {
			k.Scopes = slices.DeleteFunc(slices.Clone(apikey.Scopes), func(s apikey.Scope) bool { return s == d.Scope })
		})
		path := w.own.path(d.Path, w.own.account, "{action}", "x", "{approval}", "x", "{endpoint}", "x", "{delivery}", "x")
		got := w.ask(token, d.Method, path, "").want(t, 403)
		if got.text(t, "code") != "insufficient_scope" || !strings.Contains(got.header.Get("WWW-Authenticate"), string(d.Scope)) {
			t.Errorf("%s: %s %s", d.Name, got.body, got.header.Get("WWW-Authenticate"))
		}
		for name, auth := range map[string]string{"none": "", "basic": "Basic eDp5", "garbage": "Bearer portico_nothing", "unknown": "Bearer " + unknownToken()} {
			got := w.ask("", d.Method, path, "", "Authorization", auth, "Cookie", "__Host-portico=x").want(t, 401)
			if got.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s, %s: does not say how to sign in", d.Name, name)
			}
		}
	}
}

func unknownToken() string {
	token, _ := apikey.NewToken()
	return token
}

func TestOneIdempotencyKeyHasOneEffect(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	token := w.ownKey()
	at := "/accounts/" + w.own.account.String() + "/actions"
	body := fmt.Sprintf(`{"kind":"ticket.reply","ticket":%q,"text":"once"}`, w.own.ticket)
	first := w.ask(token, "POST", at, body, "Idempotency-Key", "order-1").want(t, 202)
	again := w.ask(token, "POST", at, body, "Idempotency-Key", "order-1").want(t, 202)
	if again.body != first.body || again.header.Get("Idempotency-Replayed") != "true" || first.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("first %s\nagain %s", first.body, again.body)
	}
	other := w.ask(token, "POST", at, strings.Replace(body, "once", "twice", 1), "Idempotency-Key", "order-1").want(t, 422)
	if other.text(t, "code") != "idempotency_key_reused" {
		t.Error(other.body)
	}
	if got := w.ask(token, "POST", at, body, "Idempotency-Key", "").want(t, 400); got.text(t, "code") != "idempotency_key_missing" {
		t.Error(got.body)
	}
	w.ask(token, "POST", at, body, "Idempotency-Key", strings.Repeat("x", 101)).want(t, 400)
	// What was refused is not spent.
	w.ask(token, "POST", at, `{"kind":"ticket.reply"}`, "Idempotency-Key", "order-2").want(t, 422)
	second := w.ask(token, "POST", at, body, "Idempotency-Key", "order-2").want(t, 202)
	if second.text(t, "id") == first.text(t, "id") {
		t.Error("two keys made one action")
	}
	stranger, _ := w.key(nil)
	if got := w.ask(stranger, "POST", at, body, "Idempotency-Key", "order-1").want(t, 202); got.text(t, "id") == first.text(t, "id") {
		t.Error("another key's answer was replayed")
	}
	// A secret is in the answer that is kept, sealed, and is the same again.
	hook := fmt.Sprintf(`{"url":"https://x.invalid","types":["action.confirmed"],"account":%q}`, w.own.account)
	one := w.ask(token, "POST", "/webhooks", hook, "Idempotency-Key", "hook").want(t, 201)
	if two := w.ask(token, "POST", "/webhooks", hook, "Idempotency-Key", "hook").want(t, 201); two.body != one.body {
		t.Errorf("%s\n%s", one.body, two.body)
	}
	if list := w.ask(token, "GET", "/webhooks", "").want(t, 200); strings.Count(list.body, `"id"`) != 1 || strings.Contains(list.body, "whsec_") {
		t.Error(list.body)
	}
}

func TestDuplicatesAtOnceAreOneEffect(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	token := w.ownKey()
	at := "/accounts/" + w.own.account.String() + "/actions"
	body := fmt.Sprintf(`{"kind":"ticket.reply","ticket":%q,"text":"once"}`, w.own.ticket)
	const many = 12
	ids := make([]string, many)
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() {
			got := w.ask(token, "POST", at, body, "Idempotency-Key", "same")
			switch {
			case got.status == 202:
				ids[i] = got.text(t, "id")
			case got.status != 409 || got.header.Get("Retry-After") == "" || got.text(t, "code") != "request_in_progress":
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
	wg.Wait()
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) > 2 || len(ids) == 2 && ids[0] != "" {
		t.Errorf("made %q", ids)
	}
	see, _ := w.key(nil)
	if got := w.ask(see, "GET", at+"/"+ids[len(ids)-1], ""); got.status != 200 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestACursorOpensOnlyItsOwnList(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	token, stranger := w.ownKey(), w.ownKey()
	at := "/accounts/" + w.own.account.String() + "/tickets"
	seen := map[string]bool{}
	next := at + "?limit=2&turn=provider"
	for pages := 0; next != ""; pages++ {
		got := w.ask(token, "GET", next, "").want(t, 200)
		for i := range 2 {
			if id := got.text(t, fmt.Sprintf("tickets.%d.id", i)); id != "" {
				if seen[id] {
					t.Errorf("%s is there twice", id)
				}
				seen[id] = true
			}
		}
		next = ""
		if link := got.text(t, "next"); link != "" {
			u, err := url.Parse(link)
			must(t, err)
			next = strings.TrimPrefix(u.Path, api.Prefix) + "?" + u.RawQuery
		}
		if pages > 3 {
			t.Fatal("no end")
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d tickets", len(seen))
	}
	link := w.ask(token, "GET", at+"?limit=2", "").text(t, "next")
	u, err := url.Parse(link)
	must(t, err)
	cursor := u.Query().Get("cursor")
	whole, _ := w.key(nil)
	flipped := []byte(cursor)
	flipped[3] ^= 1
	for name, c := range map[string]struct{ token, path string }{
		"another key":     {stranger, at + "?limit=2&cursor=" + cursor},
		"another account": {whole, "/accounts/" + w.other.account.String() + "/tickets?cursor=" + cursor},
		"another list":    {token, "/accounts/" + w.own.account.String() + "/assets?cursor=" + cursor},
		"another filter":  {token, at + "?turn=client&cursor=" + cursor},
		"tampered":        {token, at + "?cursor=" + string(flipped)},
		"garbage":         {token, at + "?cursor=%21%21"},
	} {
		if got := w.ask(c.token, "GET", c.path, ""); got.status != 400 || got.text(t, "code") != "cursor_bad" {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := w.ask(token, "GET", at+"?limit=1&cursor="+cursor, "").want(t, 200); got.text(t, "tickets.1.id") != "" {
		t.Error("another limit is fine")
	}
	for _, bad := range []string{"?limit=0", "?limit=201", "?limit=x", "?turn=mine", "?nonsense=1", "?limit=1&limit=2", "?updated_since=yesterday", "?open=perhaps"} {
		if got := w.ask(token, "GET", at+bad, "").want(t, 422); len(got.text(t, "fields")) < 5 {
			t.Errorf("%s: %s", bad, got.body)
		}
	}
}

func TestAccountsAreListedInPages(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	token, _ := w.key(nil)
	must(t, w.sys.CreateAccount(t.Context(), record.AccountInfo{ID: record.NewAccountID(), Name: "Hidden one"}))
	first := w.ask(token, "GET", "/accounts?limit=2", "").want(t, 200)
	u, err := url.Parse(first.text(t, "next"))
	must(t, err)
	must(t, w.sys.CreateAccount(t.Context(), record.AccountInfo{ID: record.NewAccountID(), Name: "AAA comes meanwhile"}))
	second := w.ask(token, "GET", "/accounts?"+u.RawQuery, "").want(t, 200)
	if first.text(t, "accounts.0.name") != "CANARY-A" || second.text(t, "accounts.0.name") != "Hidden one" || second.text(t, "accounts.0.launch") != "hidden" || second.text(t, "next") != "" {
		t.Errorf("%s\n%s", first.body, second.body)
	}
}

func TestBadInputIsNamed(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	token := w.ownKey()
	at := "/accounts/" + w.own.account.String() + "/actions"
	good := fmt.Sprintf(`{"kind":"ticket.reply","ticket":%q,"text":"x"}`, w.own.ticket)
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"too large":      {`{"text":"` + strings.Repeat("x", 10<<20) + `"}`, 413, "too_large"},
		"deep":           {strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000), 400, "malformed_json"},
		"deep lists":     {strings.Repeat("[", 50) + strings.Repeat("]", 50), 400, "malformed_json"},
		"not JSON":       {"kind=ticket.reply", 400, "malformed_json"},
		"two objects":    {good + good, 400, "malformed_json"},
		"not UTF-8":      {"{\"kind\":\"\xff\"}", 400, "malformed_json"},
		"a list":         {"[]", 400, "malformed_json"},
		"a null":         {"null", 422, "invalid"},
		"unknown field":  {`{"kind":"ticket.reply","txt":"x"}`, 422, "invalid"},
		"another type":   {`{"kind":7}`, 422, "invalid"},
		"another kind":   {`{"kind":"ticket.delete"}`, 422, "invalid"},
		"no text":        {fmt.Sprintf(`{"kind":"ticket.reply","ticket":%q,"text":"  "}`, w.own.ticket), 422, "invalid"},
		"too much text":  {fmt.Sprintf(`{"kind":"ticket.reply","ticket":%q,"text":%q}`, w.own.ticket, strings.Repeat("é", action.MaxText+1)), 422, "invalid"},
		"NUL":            {fmt.Sprintf(`{"kind":"ticket.reply","ticket":%q,"text":"a\u0000b"}`, w.own.ticket), 422, "invalid"},
		"no ticket":      {`{"kind":"ticket.close"}`, 422, "invalid"},
		"words to close": {fmt.Sprintf(`{"kind":"ticket.close","ticket":%q,"text":"x"}`, w.own.ticket), 422, "invalid"},
		"two lines":      {`{"kind":"ticket.create","subject":"a\nb","text":"x"}`, 422, "invalid"},
		"nowhere":        {fmt.Sprintf(`{"kind":"ticket.create","subject":"a","text":"x","connection":%q}`, record.NewConnectionID()), 422, "invalid"},
		"stale":          {fmt.Sprintf(`{"kind":"ticket.close","ticket":%q,"base":"new@1"}`, w.own.ticket), 409, "conflict"},
	} {
		if got := w.ask(token, "POST", at, c.body); got.status != c.status || got.text(t, "code") != c.code {
			t.Errorf("%s: %d %.300s", name, got.status, got.body)
		}
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "application/json-seq"} {
		if got := w.ask(token, "POST", at, good, "Content-Type", kind); got.status != 415 || got.text(t, "code") != "unsupported_media_type" {
			t.Errorf("%q: %d %s", kind, got.status, got.body)
		}
	}
	w.ask(token, "POST", at, good, "Content-Type", "application/json; charset=UTF-8").want(t, 202)
	w.ask(token, "POST", at+"?x=1", good).want(t, 400)
	w.ask(token, "POST", at, good, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example").want(t, 403)
	create := w.ask(token, "POST", at, `{"kind":"ticket.create","subject":"Printer","text":"It smokes."}`).want(t, 202)
	if create.text(t, "ticket") != "" || create.text(t, "kind") != "ticket.create" {
		t.Error(create.body)
	}
	for address, why := range map[string]string{"https://169.254.169.254/latest": "never connected to", "https://10.1.2.3/hook": "private", "https://localhost/hook": "private",
		"https://[fd00:ec2::254]/": "never connected to", "http://books.example/": "https", "ftp://x": "web address", "https://a:b@x.example": "password"} {
		got := w.ask(token, "POST", "/webhooks", fmt.Sprintf(`{"url":%q,"types":["action.confirmed"],"account":%q}`, address, w.own.account)).want(t, 422)
		if !strings.Contains(got.text(t, "fields.url"), why) {
			t.Errorf("%s: %s", address, got.body)
		}
	}
}

func TestARevokedKeyIsLockedOutAtOnce(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	token, id := w.key(nil)
	at := "/accounts/" + w.own.account.String()
	made := w.ask(token, "POST", at+"/actions", fmt.Sprintf(`{"kind":"ticket.reply","ticket":%q,"text":"x"}`, w.own.ticket), "Idempotency-Key", "k").want(t, 202)
	must(t, w.sys.RevokeKey(t.Context(), id))
	w.ask(token, "GET", at, "").want(t, 401)
	w.ask(token, "POST", at+"/actions", `{}`, "Idempotency-Key", "k").want(t, 401)
	// What it asked for is not sent any more.
	actionID, err := action.ParseID(made.text(t, "id"))
	must(t, err)
	claim, ok, err := w.sys.Claim(t.Context(), actionID, time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, _, err := w.sys.Rights(t.Context(), claim.Action); err == nil {
		t.Error("a revoked key still has rights")
	}
}

func TestAKeyThatAsksTooOftenWaits(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	token, _ := w.key(nil)
	other, _ := w.key(nil)
	for range 2000 {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.URL+api.Prefix+"/accounts/x", nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		res, err := w.server.Client().Do(r)
		must(t, err)
		must(t, res.Body.Close())
		if res.Header.Get("RateLimit-Policy") != `"key";q=600;w=60` || res.Header.Get("RateLimit") == "" {
			t.Fatalf("headers %v", res.Header)
		}
		if res.StatusCode == http.StatusTooManyRequests {
			if res.Header.Get("Retry-After") == "" {
				t.Error("it does not say when to come again")
			}
			w.ask(other, "GET", "/accounts", "").want(t, 200)
			return
		}
	}
	t.Error("a key may ask for ever")
}
