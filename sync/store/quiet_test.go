package store_test

import (
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/approval"
	"portico/sync/record"
)

// Until an account is open nothing leaves for its people, whatever happens in it, and
// opening it brings up nothing of before but the invitations that were prepared.
func TestNothingIsSentBeforeAnAccountIsOpen(t *testing.T) {
	t.Parallel()
	for _, step := range []record.Launch{record.LaunchHidden, record.LaunchPreview} {
		t.Run(string(step), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			amara := administrator(t, w, "amara")
			account, ines := w.office(t)
			must(t, w.sys.Launch(t.Context(), account, step))
			w.gather(t, time.Hour)
			clients := func(when string, want int) {
				t.Helper()
				n := 0
				for _, m := range w.mails(t) {
					if m.To.ID == ines || m.To.Email == guest("leo", access.Owner).Email {
						n++
					}
				}
				if n != want {
					t.Errorf("%s: %d mails to clients, want %d", when, n, want)
				}
			}
			staff := grant.StaffIn(grant.User{ID: amara.User(), Name: "amara", Email: "amara@halden.example"}, access.Admin, account)
			q := question(account, record.ID{}, "q", "Hand scanners")
			q.People, q.Due, q.Remind = []approval.Person{{User: ines, Name: "ines", Email: "ines@nordwind.example"}}, w.clock().Add(3*time.Hour), w.clock().Add(time.Hour)
			_, err := w.acc.AskApproval(t.Context(), staff, q)
			must(t, err)
			w.invite(t, amara, account, "form", guest("leo", access.Owner))
			w.pull(t, "tickets", ticket("1", "Nordwind", "VPN", "stalled", w.clock()), ticket("5", "Nordwind", "New", "open", w.clock()))
			w.pull(t, "conversation", comment("c1", "1", "please answer", w.clock()))
			w.gather(t, 2*time.Hour)
			_, err = w.sys.RemindApprovals(t.Context())
			must(t, err)
			w.gather(t, time.Hour)
			clients("before", 0)
			must(t, w.sys.Launch(t.Context(), account, record.LaunchInvited))
			if n := w.posted(t); n != 1 {
				t.Errorf("%d invitations are mailed when it opens", n)
			}
			w.gather(t, time.Hour)
			clients("opened", 0)
			w.pull(t, "conversation", comment("c2", "1", "and now?", w.clock()))
			w.gather(t, time.Hour)
			clients("afterwards", 1)
		})
	}
}
