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
	if mails := w.posted(t); err != nil || mails != 1000 || len(leaves) != 1000 {
		t.Errorf("%d mails, %d leaves, %v", mails, len(leaves), err)
	}
}

func TestTheLastPartOfTheDayMayComeTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account(t, "Nordwind")
	ines := boss(t, w, account, "ines", access.Owner)
	list := parts(access.InvitesPerDay)
	for _, part := range list {
		w.invite(t, ines, account, "list", part...)
	}
	if again := w.invite(t, ines, account, "list", list[len(list)-1]...); !again[0].Done {
		t.Errorf("%+v", again[0])
	}
	_, err := w.sys.Invite(t.Context(), ines, store.Invitations{Account: account, People: []access.Invitee{guest("more", access.Finance)}, Key: "list"})
	if !fault.Is(err, fault.Limited) {
		t.Errorf("one more: %v", err)
	}
	if i := w.invited(t, ines, account); i.Email == "more@nordwind.example" {
		t.Error("who was too much is invited")
	}
}
