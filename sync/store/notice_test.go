package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
	"portico/sync/remote"
	"portico/sync/run"
)

// member adds a person to an account and returns their id.
func (w *world) member(t *testing.T, account record.AccountID, name string) string {
	t.Helper()
	u := access.User{ID: access.NewUserID(), Name: name, Email: name + "@nordwind.example"}
	must(t, w.sys.CreateUser(t.Context(), u, ""))
	must(t, w.sys.AddMember(t.Context(), account, u.ID, access.Owner))
	return u.ID
}

// office is an account with two tickets that were pulled quietly, and one member.
func (w *world) office(t *testing.T) (record.AccountID, string) {
	t.Helper()
	account := w.account(t, "Nordwind")
	w.pull(t, "tickets", ticket("1", "Nordwind", "VPN", "open", w.clock()), ticket("2", "Nordwind", "Printer", "open", w.clock()))
	w.match(t, "Nordwind", account)
	w.pull(t, "conversation", comment("c0", "1", "old", w.clock()))
	return account, w.member(t, account, "ines")
}

// gather takes the outbox, lets so much time pass and makes mails of what is due.
func (w *world) gather(t *testing.T, wait time.Duration) {
	t.Helper()
	w.relay(t)
	w.pass(wait)
	for {
		n, err := w.sys.GatherNotices(t.Context())
		must(t, err)
		if n == 0 {
			return
		}
	}
}

func (w *world) mails(t *testing.T) []notice.Claim {
	t.Helper()
	claims, err := w.sys.ClaimMails(t.Context(), 100, time.Minute)
	must(t, err)
	return claims
}

// topics describes a mail's, by what they are about and where a ticket was.
func topics(c notice.Claim) string {
	var out []string
	for _, t := range c.Topics {
		out = append(out, strings.TrimSpace(string(t.About)+" "+string(t.Was.State)))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func TestNothingIsOwedForWhatIsOnlyRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account, _ := w.office(t)
	w.gather(t, time.Hour)
	if got := w.mails(t); len(got) != 0 {
		t.Fatalf("a first pull and a backfill owe %+v", got)
	}
	all := w.begin(t, "tickets", remote.Everything)
	all, err := w.sys.Commit(t.Context(), all, remote.Page{Records: []record.Record{ticket("1", "Nordwind", "VPN", "stalled", w.clock())}}, lease)
	must(t, err)
	all.State = run.Done
	must(t, w.sys.Finish(t.Context(), all, w.clock()))
	w.pull(t, "tickets", ticket("1", "Nordwind", "VPN is slow", "stalled", w.clock())) // its subject changed, its turn did not
	w.gather(t, time.Hour)
	if got := w.mails(t); len(got) != 0 {
		t.Fatalf("a re-read owes %+v", got)
	}
	must(t, w.sys.Launch(t.Context(), account, record.LaunchPreview))
	w.pull(t, "tickets", ticket("1", "Nordwind", "VPN", "resolved", w.clock()))
	w.gather(t, time.Hour)
	must(t, w.sys.Launch(t.Context(), account, record.LaunchInvited))
	w.gather(t, time.Hour)
	if got := w.mails(t); len(got) != 0 {
		t.Fatalf("an account that is not launched owes %+v", got)
	}
}

func TestWhatHappensTogetherBecomesOneMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account, ines := w.office(t)
	tom := w.member(t, account, "tom")
	w.relay(t)
	w.pull(t, "conversation", comment("c1", "1", "first", w.clock()))
	w.gather(t, time.Minute)
	if got := w.mails(t); len(got) != 0 {
		t.Fatalf("told too early: %+v", got)
	}
	w.pull(t, "conversation", comment("c2", "1", "second", w.clock()))
	w.pull(t, "tickets", ticket("1", "Nordwind", "VPN", "resolved", w.clock()))
	w.gather(t, time.Minute)
	got := w.mails(t)
	if len(got) != 2 || got[0].To.ID == got[1].To.ID || topics(got[0]) != "comment, comment, ticket open" || topics(got[1]) != topics(got[0]) {
		t.Fatalf("%+v", got)
	}
	for _, c := range got {
		if c.Account != account || c.Sort != notice.News || !slices.Contains([]string{ines, tom}, c.To.ID) || c.To.Email == "" {
			t.Errorf("%+v", c)
		}
	}
}

func TestATurnIsToldSooner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.office(t)
	w.relay(t)
	w.pull(t, "conversation", comment("c1", "1", "please answer", w.clock()))
	w.pull(t, "tickets", ticket("1", "Nordwind", "VPN", "stalled", w.clock()))
	w.gather(t, 30*time.Second)
	if got := w.mails(t); len(got) != 1 || topics(got[0]) != "comment, ticket open" {
		t.Fatalf("%+v", got)
	}
}

func TestAWaitingMailTakesWhatHappensMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.office(t)
	w.relay(t)
	say := func(external string) {
		w.pull(t, "conversation", comment(external, "1", external, w.clock()))
		w.gather(t, 2*time.Minute)
	}
	say("c1")
	claims, err := w.sys.ClaimMails(t.Context(), 1, time.Hour)
	must(t, err)
	say("c2") // while a worker has the first
	w.settleMail(t, claims[0], notice.Step{State: notice.Due, Due: w.clock().Add(time.Hour), Tried: true})
	say("c3") // added to the first
	w.pass(time.Hour)
	claims = w.mails(t)
	if len(claims) != 2 || len(claims[0].Topics) != 2 || len(claims[1].Topics) != 1 || claims[0].Attempt != 1 {
		t.Fatalf("%+v", claims)
	}
	w.settleMail(t, claims[0], notice.Step{State: notice.Due, Due: w.clock().Add(time.Hour), Tried: true, Doubtful: true})
	w.settleMail(t, claims[1], notice.Step{State: notice.Sent, Tried: true})
	say("c4") // nothing is added to what may have arrived
	w.pass(time.Hour)
	if claims = w.mails(t); len(claims) != 2 || len(claims[0].Topics) != 2 {
		t.Fatalf("%+v", claims)
	}
}

func TestWhoWantsNothingIsOwedNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account, ines := w.office(t)
	must(t, w.sys.ChooseMailOf(t.Context(), ines, account, notice.Nothing))
	gone := w.member(t, account, "gone")
	must(t, w.sys.DisableUser(t.Context(), gone, true))
	w.relay(t)
	w.pull(t, "conversation", comment("c1", "1", "hello", w.clock()))
	w.gather(t, time.Hour)
	if got := w.mails(t); len(got) != 0 {
		t.Errorf("owed %+v", got)
	}
	if err := w.sys.ChooseMailOf(t.Context(), ines, account, "loud"); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown choice: %v", err)
	}
	if err := w.sys.ChooseMailOf(t.Context(), "nobody", account, notice.Nothing); !fault.Is(err, fault.NotFound) {
		t.Errorf("nobody's choice: %v", err)
	}
}

func TestWhereTheSourceMailsPorticoTellsOnlyOfActions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account, ines := w.office(t)
	must(t, w.sys.SourceMails(t.Context(), w.conn, true))
	w.relay(t)
	w.pull(t, "conversation", comment("c1", "1", "hello", w.clock()))
	w.pull(t, "tickets", ticket("1", "Nordwind", "VPN", "resolved", w.clock()))
	w.gather(t, time.Hour)
	if got := w.mails(t); len(got) != 0 {
		t.Fatalf("owed %+v", got)
	}
	w.member(t, account, "tom")
	w.refuse(t, account, ines)
	w.gather(t, time.Hour)
	if got := w.mails(t); len(got) != 1 || topics(got[0]) != "action" || got[0].To.ID != ines {
		t.Fatalf("owed %+v", got)
	}
	if err := w.sys.SourceMails(t.Context(), record.NewConnectionID(), true); !fault.Is(err, fault.NotFound) {
		t.Errorf("no such connection: %v", err)
	}
}

// refuse lets a person ask for something that is refused.
func (w *world) refuse(t *testing.T, account record.AccountID, user string) {
	t.Helper()
	s := member(person("ines"), account, access.Owner)
	row := tickets(t.Context(), t, w, s, account)[0]
	u := person("ines")
	u.ID = user
	a, err := w.acc.Submit(t.Context(), member(u, account, access.Owner), action.Draft{Account: account, Kind: action.TicketReply, Target: row.ID, Key: "k", Input: action.Input{Text: "x"}})
	must(t, err)
	c, ok, err := w.sys.Claim(t.Context(), a.ID, time.Minute)
	must(t, err)
	if !ok {
		t.Fatal("not claimed")
	}
	must(t, w.sys.Settle(t.Context(), c, action.Step{State: action.Refused, Reason: "No."}))
}

func TestAHoldGivesUpWhatWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, ines := w.office(t)
	w.relay(t)
	w.pull(t, "conversation", comment("c1", "1", "hello", w.clock()))
	w.gather(t, time.Hour)
	must(t, w.sys.OweLetter(t.Context(), notice.Mail{ID: notice.NewID(), To: access.User{ID: ines}, Sort: notice.PasswordReset, Sealed: "secret", Expires: w.clock().Add(time.Hour)}))
	w.pull(t, "conversation", comment("c2", "1", "later", w.clock()))
	w.relay(t)
	w.pull(t, "conversation", comment("c3", "1", "not relayed yet", w.clock()))
	must(t, w.sys.Hold(t.Context(), "restored"))
	must(t, w.sys.OweLetter(t.Context(), notice.Mail{ID: notice.NewID(), To: access.User{ID: ines}, Sort: notice.PasswordReset, Sealed: "fresh", Expires: w.clock().Add(time.Hour)}))
	w.gather(t, 5*time.Minute)
	if got := w.mails(t); len(got) != 0 {
		t.Fatalf("given away under a hold: %+v", got)
	}
	must(t, w.sys.Release(t.Context()))
	w.gather(t, time.Minute)
	if got := w.mails(t); len(got) != 1 || got[0].Sealed != "fresh" {
		t.Fatalf("after the release: %+v", got)
	}
	r, err := w.sys.MailReport(t.Context())
	must(t, err)
	if len(r.Failed) != 2 || !strings.Contains(r.Failed[0].Problem, "held") || r.Waiting != 1 {
		t.Errorf("%+v", r)
	}
	secrets, err := w.Texts(t.Context(), "SELECT sealed FROM mails WHERE sealed <> ''")
	must(t, err)
	if !slices.Equal(secrets, []string{"fresh"}) {
		t.Errorf("kept %q", secrets)
	}
}

func (w *world) settleMail(t *testing.T, c notice.Claim, s notice.Step) {
	t.Helper()
	must(t, w.sys.SettleMail(t.Context(), c, s))
}

func TestOnlyTheNewestClaimOfAMailCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, ines := w.office(t)
	must(t, w.sys.OweLetter(t.Context(), notice.Mail{ID: notice.NewID(), To: access.User{ID: ines}, Sort: notice.PasswordReset, Sealed: "secret", Expires: w.clock().Add(time.Hour)}))
	first := w.mails(t)
	if len(first) != 1 || len(w.mails(t)) != 0 {
		t.Fatal("it was given twice, or not at all")
	}
	w.pass(2 * time.Minute) // the worker died
	second := w.mails(t)
	w.settleMail(t, first[0], notice.Step{State: notice.Failed, Problem: "late"})
	w.settleMail(t, second[0], notice.Step{State: notice.Sent, Tried: true})
	r, err := w.sys.MailReport(t.Context())
	must(t, err)
	if r.Sent != 1 || len(r.Failed) != 0 || r.Waiting != 0 {
		t.Errorf("%+v", r)
	}
	left, err := w.Texts(t.Context(), "SELECT sealed FROM mails WHERE sealed <> ''")
	must(t, err)
	w.pass(31 * 24 * time.Hour)
	must(t, w.sys.Prune(t.Context()))
	rows, err := w.Texts(t.Context(), "SELECT id FROM mails")
	must(t, err)
	if len(left) != 0 || len(rows) != 0 {
		t.Errorf("secrets %q, rows %q", left, rows)
	}
}

func TestLettersGoFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, ines := w.office(t)
	w.relay(t)
	w.pull(t, "conversation", comment("c1", "1", "hello", w.clock()))
	w.gather(t, time.Hour)
	must(t, w.sys.OweLetter(t.Context(), notice.Mail{ID: notice.NewID(), To: access.User{ID: ines}, Sort: notice.PasswordChanged, Sealed: "s"}))
	claims, err := w.sys.ClaimMails(t.Context(), 1, time.Minute)
	must(t, err)
	if len(claims) != 1 || claims[0].Sort != notice.PasswordChanged || !claims[0].Expires.IsZero() {
		t.Errorf("%+v", claims)
	}
}

// TestAPageOfAThousandCostsFewRows: what happened is noted once, however many
// people may see it.
func TestAPageOfAThousandCostsFewRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account, _ := w.office(t)
	for _, name := range []string{"a", "b", "c"} {
		w.member(t, account, name)
	}
	w.relay(t)
	var page []record.Record
	for range 1000 {
		page = append(page, comment(record.NewID().String(), "1", "hello", w.clock()))
	}
	w.pull(t, "conversation", page...)
	w.relay(t)
	rows, err := w.Texts(t.Context(), "SELECT entry_id FROM notices")
	must(t, err)
	if len(rows) != 1000 {
		t.Errorf("%d rows", len(rows))
	}
	w.gather(t, time.Hour)
	got := w.mails(t)
	if len(got) != 4 || len(got[0].Topics) != notice.MostTopics || got[0].More != 800 {
		t.Errorf("%d mails, the first with %d and %d more", len(got), len(got[0].Topics), got[0].More)
	}
}
