package notify_test

import (
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/notice"
	"portico/sync/record"
)

// marek is on the staff, with the account assigned, and is who w.asker asks as.
func (w *world) marek() access.User {
	w.t.Helper()
	u := access.User{ID: "u-marek", Name: "Marek", Email: "marek@halden.example", Staff: access.Agent}
	must(w.t, w.CreateUser(w.ctx(), u, ""))
	must(w.t, w.AssignStaff(w.ctx(), u.ID, w.account))
	return u
}

func (w *world) decide(u access.User, a approval.Approval, state approval.State, reason string) {
	w.t.Helper()
	_, err := w.records.DecideApproval(w.ctx(), grant.Member(grant.User{ID: u.ID, Name: u.Name, Email: u.Email}, w.account, access.Owner),
		approval.Answer{Account: w.account, ID: a.ID, Version: a.Version, State: state, Reason: reason, Key: "k"})
	must(w.t, err)
}

// told sends what is due after a while, and returns the mails to Marek.
func (w *world) told(after time.Duration) (out []sent) {
	w.t.Helper()
	w.relay()
	w.pass(after)
	for _, m := range w.work(w.worker()) {
		if strings.Contains(m.data, "marek@halden.example") {
			out = append(out, m)
		}
	}
	return out
}

func TestWhoAskedIsToldTheDecisionsInOneMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.marek()
	ines := w.member("Ines", access.Owner, notice.Everything)
	a, b := w.ask("a"), w.ask("b")
	w.told(time.Minute)
	w.decide(ines, a, approval.Approved, "")
	w.decide(ines, b, approval.Declined, "Too dear, and \r\nBcc: all")
	_, m, text := w.one(w.told(time.Minute))
	for _, part := range []string{"Subject: 2 answers: Approved: 14 scanners, Declined: 14 scanners", "This became of what you asked Nordwind", a.Ref, b.Ref,
		"Approved, by Ines on ", "Declined, by Ines on ", "Too dear, and Bcc: all", "/a/" + w.account.String() + "/approvals/" + b.ID.String(),
		"because you asked Nordwind", "/unsubscribe/", "/notifications"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
	if m.Header.Get("List-Unsubscribe-Post") == "" || strings.Contains(text, "/decide?t=") {
		t.Errorf("it cannot be stopped, or decides something: %v", m.Header)
	}
	if again := w.told(time.Hour); len(again) != 0 {
		t.Errorf("told again: %d mails", len(again))
	}
}

func TestOneDecisionNamesItselfAndItsReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.marek()
	ines := w.member("Ines", access.Owner, notice.NeedsMe)
	a := w.ask("a")
	w.told(time.Minute)
	w.decide(ines, a, approval.Changes, "Twelve, please.")
	_, _, text := w.one(w.told(time.Minute))
	if !strings.Contains(text, "Subject: Changes asked: 14 scanners · Halden IT") || !strings.Contains(text, "Twelve, please.") {
		t.Errorf("told\n%s", text)
	}
}

// TestWhoMayNotHearOfAnAnswerHearsNothing takes away, one at a time, what the mail
// needs, before it is gathered and between that and its sending.
func TestWhoMayNotHearOfAnAnswerHearsNothing(t *testing.T) {
	t.Parallel()
	for name, take := range map[string]func(w *world, u access.User){
		"no longer assigned": func(w *world, u access.User) { must(w.t, w.unassign(u)) },
		"switched off":       func(w *world, u access.User) { must(w.t, w.DisableUser(w.ctx(), u.ID, true)) },
		"account hidden":     func(w *world, _ access.User) { must(w.t, w.Launch(w.ctx(), w.account, record.LaunchHidden)) },
		"unsubscribed":       func(w *world, u access.User) { must(w.t, w.ChooseMailOf(w.ctx(), u.ID, w.account, notice.Nothing)) },
	} {
		for _, when := range []string{"before it is gathered", "before it is sent"} {
			t.Run(name+" "+when, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				u := w.marek()
				ines := w.member("Ines", access.Owner, notice.NeedsMe)
				a := w.ask("a")
				w.told(time.Minute)
				w.decide(ines, a, approval.Approved, "")
				w.relay()
				w.pass(time.Minute)
				if when == "before it is sent" {
					_, err := w.GatherNotices(w.ctx())
					must(t, err)
				}
				take(w, u)
				if got := w.told(0); len(got) != 0 {
					t.Errorf("told\n%s", readable(got[0].data))
				}
			})
		}
	}
}

// unassign takes the account from somebody on the staff, in the name of an
// administrator.
func (w *world) unassign(u access.User) error {
	boss := grant.Staff(grant.User{ID: w.admin("Boss").ID}, access.Admin, nil)
	return w.AssignAccount(w.ctx(), boss, u.ID, w.account, false, action.Origin{})
}

func TestWhoeverWroteACallDownIsNotToldOfIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.marek()
	ines := w.member("Ines", access.Owner, notice.NeedsMe)
	other := access.User{ID: "u-amara", Name: "Amara", Email: "amara@halden.example", Staff: access.Manager}
	must(t, w.CreateUser(w.ctx(), other, ""))
	for i, c := range []struct {
		by   access.Scope
		want int
	}{
		{w.asker(), 0},
		{grant.StaffIn(grant.User{ID: other.ID, Name: other.Name}, access.Manager, w.account), 1},
	} {
		a := w.ask(string(rune('a' + i)))
		w.told(time.Minute)
		_, err := w.records.RecordCall(w.ctx(), c.by, approval.Call{Answer: approval.Answer{Account: w.account, ID: a.ID, Version: 1, State: approval.Approved, Key: "k"},
			By: approval.Person{User: ines.ID, Name: ines.Name, Role: "owner"}, Said: w.clock(), Note: "called back"})
		must(t, err)
		got := w.told(time.Minute)
		if len(got) != c.want || c.want == 1 && !strings.Contains(readable(got[0].data), "Approved, by Ines on the phone, written down by Amara") {
			t.Errorf("round %d: %d mails %+v", i, len(got), got)
		}
	}
}

func TestADateThatPassesIsToldOnceAndADecisionAfterIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.marek()
	ines := w.member("Ines", access.Owner, notice.NeedsMe)
	a, b := w.ask("a"), w.ask("b")
	w.told(time.Minute)
	w.decide(ines, b, approval.Approved, "")
	w.told(time.Minute)
	if n, err := w.LateApprovals(w.ctx()); err != nil || n != 0 {
		t.Fatalf("late before its date: %d, %v", n, err)
	}
	w.pass(48 * time.Hour)
	for i, want := range []int{1, 0} {
		if n, err := w.LateApprovals(w.ctx()); err != nil || n != want {
			t.Errorf("round %d: %d are late, %v", i, n, err)
		}
	}
	_, _, text := w.one(w.told(time.Minute))
	if !strings.Contains(text, "Subject: Not decided in time: 14 scanners") || !strings.Contains(text, a.Ref) || strings.Contains(text, b.Ref) {
		t.Errorf("told\n%s", text)
	}
	w.decide(ines, a, approval.Approved, "")
	if _, _, text := w.one(w.told(time.Minute)); !strings.Contains(text, "Approved, by Ines") {
		t.Errorf("told\n%s", text)
	}
}

// TestWhatIsDecidedWhileItsLatenessWaitsIsToldOnce, whether the lateness is still a
// notice or in a mail already.
func TestWhatIsDecidedWhileItsLatenessWaitsIsToldOnce(t *testing.T) {
	t.Parallel()
	for _, gathered := range []bool{false, true} {
		w := newWorld(t)
		w.marek()
		ines := w.member("Ines", access.Owner, notice.NeedsMe)
		a := w.ask("a")
		w.told(time.Minute)
		w.pass(48 * time.Hour)
		_, err := w.LateApprovals(w.ctx())
		must(t, err)
		if gathered {
			w.pass(time.Minute)
			_, err = w.GatherNotices(w.ctx())
			must(t, err)
		}
		w.decide(ines, a, approval.Approved, "")
		got := append(w.told(time.Minute), w.told(time.Minute)...)
		if len(got) != 1 || !strings.Contains(readable(got[0].data), "Subject: Approved: 14 scanners") {
			t.Errorf("gathered %v: %d mails", gathered, len(got))
		}
	}
}

func TestAProgramThatAskedGetsNoMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ines := w.member("Ines", access.Owner, notice.NeedsMe)
	a := w.ask("a") // nobody has the id of who asked
	w.told(time.Minute)
	w.decide(ines, a, approval.Approved, "")
	w.pass(72 * time.Hour)
	_, err := w.LateApprovals(w.ctx())
	must(t, err)
	if got := w.told(time.Hour); len(got) != 0 || w.report().Waiting != 0 || w.report().Notices != 0 {
		t.Errorf("%d mails, %+v", len(got), w.report())
	}
}
