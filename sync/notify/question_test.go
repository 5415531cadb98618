package notify_test

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/approval"
	"portico/sync/notice"
)

var decideLink = regexp.MustCompile(`https://portal\.example/decide\?t=([\w-]+)`)

func (w *world) asker() access.Scope {
	return grant.StaffIn(grant.User{ID: "u-marek", Name: "Marek"}, access.Agent, w.account)
}

// ask asks the owners, with a date and a reminder a day before it.
func (w *world) ask(key string) approval.Approval {
	w.t.Helper()
	due := w.clock().Add(48 * time.Hour)
	a, err := w.records.AskApproval(w.ctx(), w.asker(), approval.Draft{Account: w.account, Title: "14 scanners", Text: "Order them?", Roles: []access.Role{access.Owner},
		Due: due, Remind: due.Add(-24 * time.Hour), Key: key})
	must(w.t, err)
	return a
}

func TestWhoMayDecideGetsALinkOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.member("Ines", access.Owner, notice.Nothing) // a question is no news
	w.member("Olga", access.Owner, notice.NeedsMe)
	w.member("Cem", access.Contributor, notice.Everything)
	a := w.ask("q")
	sent := w.work(w.worker())
	if len(sent) != 2 {
		t.Fatalf("%d mails", len(sent))
	}
	tokens := map[string]bool{}
	for _, m := range sent {
		text := readable(m.data)
		found := decideLink.FindStringSubmatch(text)
		if found == nil || !strings.Contains(text, "Order them?") || !strings.Contains(text, "Decide by ") || !strings.Contains(text, a.Newest().Fingerprint()) {
			t.Fatalf("the mail says\n%s", text)
		}
		tokens[found[1]] = true
		l, err := w.Linked(w.ctx(), sha256.Sum256([]byte(found[1])))
		if err != nil || !strings.Contains(m.data, l.Person.Email) || l.Approval.ID != a.ID {
			t.Errorf("the link opens %+v, %v", l, err)
		}
		for _, line := range w.log.all() {
			if strings.Contains(line, found[1]) {
				t.Errorf("the token is in the log: %s", line)
			}
		}
	}
	if len(tokens) != 2 {
		t.Error("two people share a link")
	}
	if again := w.work(w.worker()); len(again) != 0 {
		t.Errorf("asked again: %d mails", len(again))
	}
}

func TestARemindersTimeComesOnceAndNotAfterTheDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.member("Ines", access.Owner, notice.NeedsMe)
	a, b := w.ask("a"), w.ask("b")
	if n := len(w.work(w.worker())); n != 2 {
		t.Fatalf("%d questions", n)
	}
	_, err := w.records.DecideApproval(w.ctx(), grant.Member(grant.User{ID: u.ID, Name: u.Name}, w.account, access.Owner), approval.Answer{Account: w.account, ID: b.ID, Version: 1, State: approval.Approved, Key: "k"})
	must(t, err)
	w.pass(25 * time.Hour)
	for i, want := range []int{1, 0} {
		n, err := w.RemindApprovals(w.ctx())
		must(t, err)
		sent := w.work(w.worker())
		if n != want || len(sent) != want || want == 1 && !strings.Contains(readable(sent[0].data), "This still waits for your decision") {
			t.Errorf("round %d: %d reminders, %d mails", i, n, len(sent))
		}
	}
	log, err := w.ApprovalMails(w.ctx(), w.account, a.ID)
	must(t, err)
	if got := fmt.Sprintln(len(log), log[0].What, log[0].State, log[1].What); got != "2 approval-reminder sent approval\n" {
		t.Errorf("the log says %s", got)
	}
}

// TestAMailThatIsLateSaysNothing: what it asks was decided, revised or is no
// longer this person's to decide when it is sent.
func TestAMailThatIsLateSaysNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.member("Ines", access.Owner, notice.NeedsMe)
	owner := grant.Member(grant.User{ID: u.ID, Name: u.Name}, w.account, access.Owner)
	decided := w.ask("decided")
	w.relay()
	_, err := w.records.DecideApproval(w.ctx(), owner, approval.Answer{Account: w.account, ID: decided.ID, Version: 1, State: approval.Approved, Key: "k"})
	must(t, err)
	if n := len(w.work(w.worker())); n != 0 {
		t.Errorf("%d mails about what is decided", n)
	}
	revised := w.ask("revised")
	w.relay()
	_, err = w.records.ReviseApproval(w.ctx(), w.asker(), approval.Revision{Account: w.account, ID: revised.ID, Base: 1, Title: "12 scanners", Text: "Fewer?", Key: "v2"})
	must(t, err)
	if sent := w.work(w.worker()); len(sent) != 1 || !strings.Contains(readable(sent[0].data), "12 scanners") {
		t.Errorf("%d mails about two versions", len(sent))
	}
	w.ask("gone")
	w.relay()
	must(t, w.RemoveMember(w.ctx(), w.account, u.ID))
	if n := len(w.work(w.worker())); n != 0 {
		t.Errorf("%d mails to who has left", n)
	}
}

func TestADecisionByPhoneIsToldToWhoGaveIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.member("Ines", access.Owner, notice.Nothing)
	a := w.ask("q")
	w.work(w.worker())
	_, err := w.records.RecordCall(w.ctx(), w.asker(), approval.Call{Answer: approval.Answer{Account: w.account, ID: a.ID, Version: 1, State: approval.Approved, Key: "k"},
		By: approval.Person{User: u.ID, Name: u.Name, Role: "owner"}, Said: w.clock(), Note: "called back"})
	must(t, err)
	_, _, text := w.one(w.work(w.worker()))
	if !strings.Contains(text, "Marek has written down that you decided this by phone") || !strings.Contains(text, "Not what you said?") || decideLink.MatchString(text) {
		t.Errorf("told\n%s", text)
	}
}
