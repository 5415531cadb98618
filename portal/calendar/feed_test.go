package calendar_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/calendar"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

var feedKey = []byte("a key for tests, of thirty-two b")

// feeds are the one feed of an account in memory.
type feeds struct {
	a       *account
	feed    access.Feed
	gone    bool // its person is no member any more
	renewed []record.ID
}

func (f *feeds) CalendarFeed(context.Context, access.Scope, record.AccountID) (access.Feed, error) {
	return f.feed, nil
}

func (f *feeds) RenewFeed(_ context.Context, _ access.Scope, _ record.AccountID, seen record.ID, _ action.Origin) error {
	f.renewed = append(f.renewed, seen)
	f.feed = access.Feed{ID: record.NewID(), Made: now}
	return nil
}

func (f *feeds) StopFeed(context.Context, access.Scope, record.AccountID, action.Origin) error {
	f.feed = access.Feed{}
	return nil
}

func (f *feeds) FeedReader(_ context.Context, feed record.ID) (access.Scope, access.Subscriber, error) {
	if f.gone || feed != f.feed.ID || feed.IsZero() {
		return access.Scope{}, access.Subscriber{}, fault.New(fault.NotFound, "")
	}
	return f.a.owner(), access.Subscriber{Account: record.AccountInfo{ID: f.a.id, Name: "Nordwind, Söhne; & Co"}}, nil
}

// read fetches the feed of a token.
func read(p *calendar.Pages, token string, header ...string) (*httptest.ResponseRecorder, error) {
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/feeds/x.ics", nil)
	r.SetPathValue("token", token)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return w, p.Feed(w, r)
}

func TestAFeedIsFoldedAndEscaped(t *testing.T) {
	t.Parallel()
	a := newAccount(t, "Europe/Berlin")
	f := &feeds{a: a, feed: access.Feed{ID: record.NewID(), Made: now}}
	long := "Prüfung, erst oben; dann \\unten " + strings.Repeat("ä", 80)
	a.add(record.Event{Title: long, Text: "one\r\ntwo\x07", Start: utc(20, 21), End: utc(21, 3), Location: "Rack 2, Gdynia", Type: "Maintenance"}, record.StateCancelled)
	w, err := read(a.pagesWith(f), calendar.Token(feedKey, f.feed.ID))
	if err != nil {
		t.Fatal(err)
	}
	body := w.Body.String()
	for line := range strings.SplitSeq(strings.TrimSuffix(body, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n\x07") || line != strings.ToValidUTF8(line, "?") {
			t.Errorf("%d bytes: %q", len(line), line)
		}
	}
	plain := strings.ReplaceAll(body, "\r\n ", "")
	for _, want := range []string{"\r\nNAME:Nordwind\\, Söhne\\; & Co · Halden IT\r\n", `SUMMARY:Prüfung\, erst oben\; dann \\unten ` + strings.Repeat("ä", 80) + "\r\n",
		"DTSTART:20261120T210000Z\r\n", "DTEND:20261121T030000Z\r\n", "STATUS:CANCELLED\r\n", `LOCATION:Rack 2\, Gdynia` + "\r\n", `DESCRIPTION:one\ntwo\n\nFrom Calendar server.` + "\r\n",
		"CATEGORIES:Maintenance\r\n", "URL:https://portal.example/a/" + a.id.String() + "/calendar/" + a.details[0].ID.String() + "\r\n"} {
		if strings.Count(plain, want) != 1 {
			t.Errorf("no %q in\n%s", want, plain)
		}
	}
	if got := w.Header().Get("Content-Type"); got != "text/calendar; charset=utf-8" {
		t.Error(got)
	}
}

func TestAFeedThatIsTheSameIsNotSentAgain(t *testing.T) {
	t.Parallel()
	a := newAccount(t, "UTC")
	f := &feeds{a: a, feed: access.Feed{ID: record.NewID()}}
	a.add(record.Contract{Name: "Care", Notice: utc(25, 0), Renewal: utc(28, 0)}, record.StateOpen)
	p, token := a.pagesWith(f), calendar.Token(feedKey, f.feed.ID)
	first, err := read(p, token)
	if err != nil || strings.Count(first.Body.String(), "BEGIN:VEVENT") != 2 || !strings.Contains(first.Body.String(), "DTSTART;VALUE=DATE:20261125\r\nDTEND;VALUE=DATE:20261126\r\n") {
		t.Fatalf("%v\n%s", err, first.Body)
	}
	tag := first.Header().Get("ETag")
	again, err := read(p, token, "If-None-Match", tag)
	if err != nil || again.Code != http.StatusNotModified || again.Body.Len() > 0 || tag == "" {
		t.Errorf("%d %v %q", again.Code, err, tag)
	}
	a.details[0].Stamp.ReadAt = now.Add(-2 * time.Hour) // too long ago, which is said
	other, err := read(p, token, "If-None-Match", tag)
	if err != nil || other.Code != http.StatusOK || !strings.Contains(strings.ReplaceAll(other.Body.String(), "\r\n ", ""), "2026-11-19 21:30 UTC") {
		t.Errorf("%d %v\n%s", other.Code, err, other.Body)
	}
}

func TestAFeedOpensOnlyWithItsOwnAddress(t *testing.T) {
	t.Parallel()
	a := newAccount(t, "UTC")
	f := &feeds{a: a, feed: access.Feed{ID: record.NewID()}}
	p, good := a.pagesWith(f), calendar.Token(feedKey, f.feed.ID)
	if _, err := read(p, good); err != nil {
		t.Fatal(err)
	}
	flipped := []byte(good)
	flipped[30] ^= 1
	for name, token := range map[string]string{"another mark": string(flipped), "another key": calendar.Token([]byte("other"), f.feed.ID), "cut": good[:20], "none": "",
		"longer": good + "AA", "the id alone": f.feed.ID.String(), "another feed": calendar.Token(feedKey, record.NewID())} {
		if w, err := read(p, token); !fault.Is(err, fault.NotFound) || w.Body.Len() > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	f.gone = true
	if _, err := read(p, good); !fault.Is(err, fault.NotFound) {
		t.Errorf("after the membership ended: %v", err)
	}
}

func TestAMemberMakesRenewsAndEndsAFeed(t *testing.T) {
	t.Parallel()
	a := newAccount(t, "UTC")
	f := &feeds{a: a}
	p, s := a.pagesWith(f), a.owner()
	page := show(t, p.Subscription, s, "/a/x/calendar/subscribe", "")
	page.Want("#address", 0).Want("form[action$='/calendar/subscribe'] button.btn-primary", 1)
	post := func(h handler, form url.Values) string {
		t.Helper()
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/a/x/calendar/subscribe", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if err := h(w, r, s); err != nil {
			t.Fatal(err)
		}
		return w.Header().Get("Location")
	}
	if to := post(p.Subscribe, nil); !strings.HasSuffix(to, "/calendar/subscribe?done=made") {
		t.Error(to)
	}
	first := f.feed.ID
	address := "https://portal.example/feeds/" + calendar.Token(feedKey, first) + ".ics"
	page = show(t, p.Subscription, s, "/a/x/calendar/subscribe?done=made", "")
	page.Want(`#address[value="`+address+`"]`, 1).Want(`a[href="webcal`+strings.TrimPrefix(address, "https")+`"]`, 1).Want(`input[name=seen][value="`+first.String()+`"]`, 1)
	post(p.Subscribe, url.Values{"seen": {first.String()}})
	if len(f.renewed) != 2 || !f.renewed[0].IsZero() || f.renewed[1] != first {
		t.Errorf("renewed %v", f.renewed)
	}
	if to := post(p.Unsubscribe, nil); !strings.HasSuffix(to, "?done=ended") || !f.feed.ID.IsZero() {
		t.Error(to, f.feed)
	}
}

// TestWhoLooksAsAMemberDoesNotGetTheirAddress: it would outlive the look.
func TestWhoLooksAsAMemberDoesNotGetTheirAddress(t *testing.T) {
	t.Parallel()
	a := newAccount(t, "UTC")
	f := &feeds{a: a, feed: access.Feed{ID: record.NewID(), Made: now}}
	staff := grant.StaffIn(grant.User{ID: "s1"}, access.Manager, a.id)
	look := grant.Look(staff, grant.User{ID: "u1"}, access.Owner)
	page := show(t, a.pagesWith(f).Subscription, look, "/a/x/calendar/subscribe", "")
	page.Want("#address", 0).Want("#feed form", 0)
	for name, s := range map[string]access.Scope{"staff": staff, "who sees nothing of it": grant.Member(grant.User{ID: "u2"}, a.id, access.Approver)} {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
		if err := a.pagesWith(f).Subscription(w, r, s); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
