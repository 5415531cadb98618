package notify_test

import (
	"crypto/sha256"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/notice"
	"portico/sync/notify"
	"portico/sync/record"
	"portico/sync/store"
)

var invitationLink = regexp.MustCompile(`https://portal\.example/invitation\?t=([\w-]+)`)

// invite has an owner invite somebody and returns who invited.
func (w *world) invite(email string) access.Scope {
	w.t.Helper()
	u := w.member("Ines", access.Owner, notice.Nothing)
	s := grant.Member(grant.User{ID: u.ID, Name: u.Name, Email: u.Email}, w.account, access.Owner)
	done, err := w.Invite(w.ctx(), s, store.Invitations{Account: w.account, Key: "form", People: []access.Invitee{{Email: email, Name: "Leo\r\nBcc: x", Role: access.Finance}}})
	must(w.t, err)
	if !done[0].Done {
		w.t.Fatalf("%+v", done)
	}
	return s
}

func TestWhoIsInvitedGetsALinkAndThenACode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	owner := w.invite("leo@nordwind.example")
	sent := w.work(w.worker())
	if len(sent) != 1 || !strings.Contains(sent[0].data, "leo@nordwind.example") || strings.Contains(sent[0].data, "\nBcc:") {
		t.Fatalf("%d mails: %v", len(sent), sent)
	}
	text := readable(sent[0].data)
	found := invitationLink.FindStringSubmatch(text)
	if found == nil || !strings.Contains(text, "Ines invites you") || !strings.Contains(text, "Passing this mail on lets nobody else in") || strings.Contains(text, "ines@nordwind.example") {
		t.Fatalf("the mail says\n%s", text)
	}
	token := sha256.Sum256([]byte(found[1]))
	i, err := w.Invited(w.ctx(), token)
	must(t, err)
	for _, line := range w.log.all() {
		if strings.Contains(line, found[1]) || strings.Contains(line, "leo@") {
			t.Errorf("the log says %s", line)
		}
	}
	letters := notify.Letters{Seal: seal, Now: w.clock}
	code := access.NewCode()
	m, err := letters.Code(code, access.CodeLife)
	must(t, err)
	must(t, w.StartCode(w.ctx(), token, access.HashCode(found[1], code), m))
	sent = w.work(w.worker())
	if len(sent) != 1 || !strings.Contains(readable(sent[0].data), code) || !strings.Contains(sent[0].data, "leo@nordwind.example") {
		t.Fatalf("%d mails: %v", len(sent), sent)
	}
	_, err = w.AcceptInvitation(w.ctx(), store.Acceptance{Token: token, Code: access.HashCode(found[1], strings.ToLower(code)), Name: "Leo", Password: "hash"})
	must(t, err)
	if list, err := w.InvitationsTo(w.ctx(), owner, w.account); err != nil || list[0].ID != i.ID || list[0].State != access.InvitationAccepted {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestAnInvitationThatIsOverIsNotMailed(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(w *world, s access.Scope){
		"withdrawn": func(w *world, s access.Scope) {
			list, err := w.InvitationsTo(w.ctx(), s, w.account)
			must(w.t, err)
			must(w.t, w.WithdrawInvitation(w.ctx(), s, w.account, list[0].ID, action.Origin{}))
		},
		"by somebody who has left": func(w *world, s access.Scope) { must(w.t, w.RemoveMember(w.ctx(), w.account, s.User())) },
		"to an account that closed": func(w *world, _ access.Scope) {
			must(w.t, w.Launch(w.ctx(), w.account, record.LaunchHidden))
		},
		"too late": func(w *world, _ access.Scope) { w.pass(access.InvitationLife + time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			end(w, w.invite("leo@nordwind.example"))
			if sent := w.work(w.worker()); len(sent) != 0 {
				t.Errorf("%d mails were sent", len(sent))
			}
		})
	}
}
