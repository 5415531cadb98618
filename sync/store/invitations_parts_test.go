package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/store"
)

// parts are so many people, as a long list is sent.
func parts(n int) [][]access.Invitee {
	var out [][]access.Invitee
	for i := range n {
		if i%access.InvitesAtOnce == 0 {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], guest(fmt.Sprintf("p%d", i), access.Finance))
	}
	return out
}

func TestAThousandAreInvitedOnceWhateverHappensBetween(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account(t, "Nordwind")
	ines := boss(t, w, account, "ines", access.Owner)
	list := parts(1000)
	send := func(ctx context.Context, part []access.Invitee) error {
		out, err := w.sys.Invite(ctx, ines, store.Invitations{Account: account, People: part, Key: "list"})
		for _, o := range out {
			if err == nil && !o.Done {
				t.Errorf("%s: %s", o.Email, o.Why)
			}
		}
		return err
	}
	must(t, send(t.Context(), list[0]))
	killed, kill := context.WithCancel(t.Context())
	kill() // what is not committed was never there
	if err := send(killed, list[1]); err == nil {
		t.Fatal("it was not interrupted")
	}
	if all, err := w.sys.InvitationsTo(t.Context(), ines, account); err != nil || len(all) != 200 {
		t.Fatalf("%d after the interruption, %v", len(all), err)
	}
	var posts sync.WaitGroup
	for _, part := range list { // from the beginning, each part in two tabs
		for range 2 {
			posts.Go(func() {
				if err := send(t.Context(), part); err != nil {
					t.Error(err)
				}
			})
		}
		posts.Wait()
	}
	all, err := w.sys.InvitationsTo(t.Context(), ines, account)
	must(t, err)
	seen := map[string]bool{}
	for _, i := range all {
		if seen[i.Email] {
			t.Errorf("%s is invited twice", i.Email)
		}
		seen[i.Email] = true
	}
	if len(seen) != 1000 {
		t.Errorf("%d are invited", len(seen))
	}
	leaves, err := w.Texts(t.Context(), "SELECT what FROM audit_leaves WHERE what = 'user.invited'")
	must(t, err)
	mails, err := w.Texts(t.Context(), "SELECT id FROM mails WHERE sort = 'invitation'")
	if err != nil || len(mails) != 1000 || len(leaves) != 1000 {
		t.Errorf("%d mails, %d leaves, %v", len(mails), len(leaves), err)
	}
}

func TestTheLastPartOfTheDayMayComeTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account(t, "Nordwind")
	ines := boss(t, w, account, "ines", access.Owner)
	last := parts(access.InvitesAtOnce)[0]
	w.invite(t, ines, account, "list", last...)
	must(t, w.Exec(t.Context(), `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO invitations (id, account_id, email, name, role, invited_by, key, created_at)
		SELECT 'before-' || n.i, v.account_id, 'before' || n.i || '@nordwind.example', '', v.role, v.invited_by, v.key, v.created_at
		FROM n CROSS JOIN (SELECT * FROM invitations WHERE email = ?) v`, access.InvitesPerDay-access.InvitesAtOnce, last[0].Email))
	if again := w.invite(t, ines, account, "list", last...); !again[0].Done {
		t.Errorf("%+v", again[0])
	}
	_, err := w.sys.Invite(t.Context(), ines, store.Invitations{Account: account, People: []access.Invitee{guest("more", access.Finance)}, Key: "list"})
	if !fault.Is(err, fault.Limited) {
		t.Errorf("one more: %v", err)
	}
	left, err := w.Texts(t.Context(), "SELECT email FROM invitations WHERE email LIKE 'more@%'")
	if err != nil || len(left) > 0 {
		t.Errorf("who was too much is invited: %v, %v", left, err)
	}
}
