package notify_test

import (
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/notice"
	"portico/sync/record"
)

var support = access.User{Name: "Mara Weiss", Email: "mara@halden.example"}

func TestAnAnswerReachesWhoeverAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ines := w.member("Ines", access.Owner, notice.NeedsMe)
	w.member("Tom", access.Owner, notice.NeedsMe)
	w.member("Quiet", access.Owner, notice.Nothing)
	w.member("Books", access.Finance, notice.Everything)
	w.pull("conversation", w.comment("1", "1", "Please restart it.\n> old words", support), w.comment("2", "1", "Then tell us.", support))
	w.relay()
	w.pass(2 * time.Minute)
	got, m, text := w.one(w.work(w.worker()))
	if got.to[0] != ines.Email || m.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("to %v, headers %v", got.to, m.Header)
	}
	token := notice.Token(key, ines.ID, w.account)
	if m.Header.Get("List-Unsubscribe") != "<https://portal.example/unsubscribe/"+token+">" || m.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Errorf("headers %v", m.Header)
	}
	for _, part := range []string{"Hello Ines,", "#1 VPN drops", "Mara Weiss wrote:", "Please restart it.", "Then tell us.", "https://portal.example/a/" + w.account.String() + "/tickets/",
		"because you are a member of Nordwind", "/a/" + w.account.String() + "/notifications"} {
		if strings.Count(text, part) < 2 { // in both forms
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
	if strings.Contains(text, "old words") || !strings.HasPrefix(text, "Subject: Answer: VPN drops · Halden IT\n") {
		t.Errorf("said %s", text)
	}
	if again := w.work(w.worker()); len(again) != 0 {
		t.Errorf("sent again: %+v", again)
	}
}

func TestWhatEachIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ines := w.member("Ines", access.Owner, notice.Everything)
	tom := w.member("Tom", access.Contributor, notice.Everything) // sees only his own
	eva := w.member("Eva", access.Owner, notice.NeedsMe)
	w.pull("conversation", w.comment("1", "1", "by ines herself", ines), w.comment("2", "2", "by eva", eva))
	w.pull("tickets", w.ticket("1", "VPN drops", "stalled"), w.ticket("2", "Printer", "resolved"))
	w.relay()
	w.pass(2 * time.Minute)
	for _, m := range w.work(w.worker()) {
		text := readable(m.data)
		waits, done, byInes, byEva := strings.Contains(text, "It waits for you now."), strings.Contains(text, "It is done."), strings.Contains(text, "by ines herself"), strings.Contains(text, "by eva")
		switch m.to[0] {
		case ines.Email:
			if !waits || !done || byInes || !byEva || !strings.Contains(text, "2 requests: VPN drops, Printer") {
				t.Errorf("ines reads %s", text)
			}
		case eva.Email:
			if !waits || done || byInes || byEva {
				t.Errorf("eva reads %s", text)
			}
		case tom.Email:
			t.Errorf("tom reads %s", text)
		}
	}
	if r := w.report(); r.Sent != 2 || r.Waiting != 0 {
		t.Errorf("%+v", r)
	}
}

func TestAMailSaysWhatIsTrueWhenItIsSent(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(w *world, ines access.User){
		"the member left":       func(w *world, u access.User) { must(w.t, w.RemoveMember(w.ctx(), w.account, u.ID)) },
		"the user is off":       func(w *world, u access.User) { must(w.t, w.DisableUser(w.ctx(), u.ID, true)) },
		"the role sees nothing": func(w *world, u access.User) { must(w.t, w.AddMember(w.ctx(), w.account, u.ID, access.Finance)) },
		"the account is hidden": func(w *world, _ access.User) { must(w.t, w.Launch(w.ctx(), w.account, record.LaunchHidden)) },
		"the match was wrong":   func(w *world, _ access.User) { must(w.t, w.Unmatch(w.ctx(), w.conn, "Nordwind")) },
		"nothing is wanted":     func(w *world, u access.User) { must(w.t, w.ChooseMailOf(w.ctx(), u.ID, w.account, notice.Nothing)) },
		"it is open again":      func(w *world, _ access.User) { w.pull("tickets", w.ticket("1", "VPN drops", "open")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ines := w.member("Ines", access.Owner, notice.NeedsMe)
			w.pull("tickets", w.ticket("1", "VPN drops", "resolved"))
			w.relay()
			w.pass(2 * time.Minute)
			if _, err := w.GatherNotices(t.Context()); err != nil {
				t.Fatal(err)
			}
			if w.report().Waiting != 1 {
				t.Fatal("nothing is owed")
			}
			change(w, ines)
			if got := w.work(w.worker()); len(got) != 0 {
				t.Errorf("sent %s", readable(got[0].data))
			}
			if r := w.report(); r.Waiting != 0 || len(r.Failed) != 0 || r.Sent != 0 {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestWhatWasAskedForIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ines := w.member("Ines", access.Owner, notice.NeedsMe)
	w.member("Tom", access.Owner, notice.Everything)
	scope := grant.Member(grant.User{ID: ines.ID, Name: ines.Name, Email: ines.Email}, w.account, access.Owner)
	page, err := w.records.List(t.Context(), scope, w.account, record.Query{Kind: record.KindTicket})
	must(t, err)
	a, err := w.records.Submit(t.Context(), scope, action.Draft{Account: w.account, Kind: action.TicketReply, Target: page.Rows[0].ID, Key: "k", Input: action.Input{Text: "x"}})
	must(t, err)
	c, ok, err := w.Claim(t.Context(), a.ID, time.Hour)
	must(t, err)
	if !ok {
		t.Fatal("not claimed")
	}
	must(t, w.Settle(t.Context(), c, action.Step{State: action.Refused, Reason: "The help desk <b>says</b> no."}))
	w.relay()
	w.pass(30 * time.Second)
	got, _, text := w.one(w.work(w.worker()))
	if got.to[0] != ines.Email || !strings.Contains(text, "was not accepted") || !strings.Contains(text, "&lt;b&gt;says&lt;/b&gt; no.") || !strings.Contains(text, a.Ref) ||
		!strings.Contains(text, "/actions/"+a.ID.String()) {
		t.Errorf("to %v: %s", got.to, text)
	}
}

func TestWhatPeopleWriteIsInert(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mailer.Look = called("Halden\r\nBcc: a@evil.example")
	settings := w.server.settings()
	settings.FromName = "x\r\nX-Evil: 1"
	w.use(settings)
	u := w.member("Ines", access.Owner, notice.Everything)
	_ = u
	evil := access.User{Name: "Eve\r\nBcc: b@evil.example\r\n\r\n<script>alert(1)</script>\u202e"}
	hostile := w.ticket("1", "VPN\r\nBcc: c@evil.example\r\n\r\n<img src=x onerror=alert(1)>", "stalled")
	w.pull("tickets", hostile)
	note := w.comment("9", "1", "", evil)
	note.Body = record.Comment{Type: record.CommentMessage, HTML: `<style>x{}</style><script>boo()</script><p onclick="x">Hello <b>you</b> &lt;svg onload=1&gt;</p><blockquote>quoted</blockquote>`, Author: record.Person{Name: evil.Name}}
	w.pull("conversation", note)
	w.relay()
	w.pass(time.Hour)
	got, m, text := w.one(w.work(w.worker()))
	if m.Header.Get("Bcc") != "" || m.Header.Get("X-Evil") != "" || len(got.to) != 1 {
		t.Errorf("a header or recipient was added: %v to %v", m.Header, got.to)
	}
	for _, bad := range []string{"<script", "<img", "<svg onload=1></p>", "boo()", "x{}", "quoted", "\u202e", "\nBcc:"} {
		if strings.Contains(text[strings.Index(text, "<!doctype"):], bad) {
			t.Errorf("%q is in the HTML of\n%s", bad, text)
		}
	}
	if !strings.Contains(text, "Hello you &lt;svg onload=1&gt;") {
		t.Errorf("what was written is missing in\n%s", text)
	}
}
