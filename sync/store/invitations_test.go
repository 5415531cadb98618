package store_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
	"portico/sync/store"
)

// boss makes somebody with a role in an account.
func boss(t *testing.T, w *world, account record.AccountID, name string, role access.Role) access.Scope {
	t.Helper()
	u := access.User{ID: access.NewUserID(), Name: name, Email: name + "@nordwind.example"}
	must(t, w.sys.CreateUser(t.Context(), u, ""))
	must(t, w.sys.AddMember(t.Context(), account, u.ID, role))
	return grant.Member(grant.User{ID: u.ID, Name: u.Name, Email: u.Email}, account, role)
}

func (w *world) invite(t *testing.T, by access.Scope, account record.AccountID, key string, people ...access.Invitee) []access.Invited {
	t.Helper()
	done, err := w.sys.Invite(t.Context(), by, store.Invitations{Account: account, People: people, Key: key, From: action.Origin{IP: "192.0.2.7"}})
	must(t, err)
	return done
}

func guest(name string, role access.Role) access.Invitee {
	return access.Invitee{Email: name + "@nordwind.example", Name: name, Role: role}
}

// invited is the newest invitation into an account.
func (w *world) invited(t *testing.T, by access.Scope, account record.AccountID) access.Invitation {
	t.Helper()
	list, err := w.sys.InvitationsTo(t.Context(), by, account)
	must(t, err)
	if len(list) == 0 {
		t.Fatal("there is no invitation")
	}
	return list[0]
}

// posted sends the mails that are due, as the worker does, and returns how many
// invitations were among them.
func (w *world) posted(t *testing.T) int {
	t.Helper()
	claims, err := w.sys.ClaimMails(t.Context(), 1000, time.Minute)
	must(t, err)
	n := 0
	for _, c := range claims {
		if c.Sort == notice.Invitation {
			i, err := w.sys.InvitationOf(t.Context(), c.ID)
			must(t, err)
			must(t, w.sys.StartInvitationLink(t.Context(), linkOf(i.ID, n), i.ID))
			n++
		}
		must(t, w.sys.SettleMail(t.Context(), c, notice.Step{State: notice.Sent, Tried: true}))
	}
	return n
}

// linkOf is the hash of a token; a test may guess it.
func linkOf(id access.InvitationID, n int) [32]byte {
	return sha256.Sum256(fmt.Append(nil, id, n))
}

func (w *world) code(t *testing.T, i access.Invitation, token [32]byte, code string) error {
	t.Helper()
	return w.sys.StartCode(t.Context(), token, access.HashCode("token", code), notice.Mail{ID: notice.NewID(), Sealed: "sealed"})
}

func (w *world) accept(ctx context.Context, i access.Invitation, token [32]byte, code string) error {
	_, err := w.sys.AcceptInvitation(ctx, store.Acceptance{Token: token, Code: access.HashCode("token", code), Name: "New", Password: "hash"})
	return err
}

func (w *world) roleOf(t *testing.T, account record.AccountID, email string) access.Role {
	t.Helper()
	u, _, err := w.sys.UserByEmail(t.Context(), email)
	if fault.Is(err, fault.NotFound) {
		return ""
	}
	must(t, err)
	m, err := w.sys.MembershipIn(t.Context(), u.ID, account)
	if fault.Is(err, fault.NotFound) {
		return ""
	}
	must(t, err)
	return m.Role
}

func TestSomebodyIsInvitedAndComesIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account(t, "Nordwind")
	ines := boss(t, w, account, "ines", access.Owner)
	done := w.invite(t, ines, account, "form", guest("leo", access.Finance), guest("mia", access.Contributor))
	if len(done) != 2 || !done[0].Done || !done[1].Done {
		t.Fatalf("%+v", done)
	}
	if again := w.invite(t, ines, account, "form", guest("leo", access.Finance), guest("mia", access.Contributor)); !again[0].Done || !again[1].Done {
		t.Errorf("the same form again: %+v", again)
	}
	if other := w.invite(t, ines, account, "another", guest("leo", access.Owner)); other[0].Done || other[0].Why != access.IsInvited {
		t.Errorf("another form: %+v", other)
	}
	if n := w.posted(t); n != 2 {
		t.Fatalf("%d were mailed", n)
	}
	i := w.invited(t, ines, account)
	if i.State != access.InvitationSent || i.By != "ines" || i.Known || !i.Expires.Equal(w.clock().Add(access.InvitationLife)) {
		t.Errorf("%+v", i)
	}
	token := linkOf(i.ID, 1)
	if i.Email == "leo@nordwind.example" {
		token = linkOf(i.ID, 0)
	}
	if _, err := w.sys.Invited(t.Context(), token); err != nil { // a scanner
		t.Fatal(err)
	}
	if got := w.invited(t, ines, account); got.State != access.InvitationSent {
		t.Errorf("a look changed it to %s", got.State)
	}
	must(t, w.code(t, i, token, "BCDF GHJK"))
	if got := w.invited(t, ines, account); got.State != access.InvitationOpened || got.Coded.IsZero() {
		t.Errorf("%+v", got)
	}
	if err := w.accept(t.Context(), i, token, "XXXX XXXX"); !fault.Is(err, fault.Invalid) || fault.Fields(err)["code"] == "" {
		t.Errorf("a wrong code: %v", err)
	}
	if w.roleOf(t, account, i.Email) != "" {
		t.Error("a wrong code let somebody in")
	}
	must(t, w.accept(t.Context(), i, token, "bcdf-ghjk"))
	if got := w.roleOf(t, account, i.Email); got != i.Role {
		t.Errorf("the role is %q", got)
	}
	if err := w.accept(t.Context(), i, token, "BCDFGHJK"); !fault.Is(err, fault.Conflict) {
		t.Errorf("used twice: %v", err)
	}
	leaves, err := w.Texts(t.Context(), "SELECT what FROM audit_leaves WHERE what LIKE 'user.invit%' ORDER BY what")
	must(t, err)
	if got := strings.Join(leaves, " "); got != "user.invitation_accepted user.invited user.invited" {
		t.Errorf("leaves: %s", got)
	}
}

func TestOfTwoTabsOneComesIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account(t, "Nordwind")
	ines := boss(t, w, account, "ines", access.Owner)
	w.invite(t, ines, account, "form", guest("leo", access.Finance))
	w.posted(t)
	i := w.invited(t, ines, account)
	token := linkOf(i.ID, 0)
	must(t, w.code(t, i, token, "BCDFGHJK"))
	const tabs = 8
	errs := make([]error, tabs)
	var wg sync.WaitGroup
	for n := range tabs {
		wg.Go(func() { errs[n] = w.accept(context.WithoutCancel(t.Context()), i, token, "BCDFGHJK") })
	}
	wg.Wait()
	in := 0
	for _, err := range errs {
		switch {
		case err == nil:
			in++
		case !fault.Is(err, fault.Conflict):
			t.Error(err)
		}
	}
	users, err := w.Texts(t.Context(), "SELECT id FROM users WHERE email = 'leo@nordwind.example'")
	must(t, err)
	if in != 1 || len(users) != 1 {
		t.Errorf("%d came in, %d users", in, len(users))
	}
}

func TestACodeCannotBeGuessed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account(t, "Nordwind")
	ines := boss(t, w, account, "ines", access.Owner)
	w.invite(t, ines, account, "form", guest("leo", access.Finance))
	w.posted(t)
	i := w.invited(t, ines, account)
	token := linkOf(i.ID, 0)
	if err := w.accept(t.Context(), i, token, "BCDFGHJK"); !fault.Is(err, fault.Invalid) {
		t.Errorf("before a code was asked for: %v", err)
	}
	must(t, w.code(t, i, token, "BCDFGHJK"))
	for range access.CodeTries {
		if err := w.accept(t.Context(), i, token, "XXXXXXXX"); !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
	}
	if err := w.accept(t.Context(), i, token, "BCDFGHJK"); !fault.Is(err, fault.Invalid) {
		t.Errorf("the right code after too many wrong ones: %v", err)
	}
	for range access.CodesPerHour - 1 {
		must(t, w.code(t, i, token, "MNPQRSTV"))
	}
	if err := w.code(t, i, token, "MNPQRSTV"); !fault.Is(err, fault.Limited) {
		t.Errorf("one code more: %v", err)
	}
	w.pass(access.CodeLife)
	if err := w.accept(t.Context(), i, token, "MNPQRSTV"); !fault.Is(err, fault.Invalid) {
		t.Errorf("an old code: %v", err)
	}
	w.pass(time.Hour)
	must(t, w.code(t, i, token, "WXZ23456"))
	must(t, w.accept(t.Context(), i, token, "WXZ23456"))
}

func TestAnInvitationEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(t *testing.T, w *world, by access.Scope, account record.AccountID, id access.InvitationID)
		want access.InvitationState
	}{
		"withdrawn": {func(t *testing.T, w *world, by access.Scope, account record.AccountID, id access.InvitationID) {
			must(t, w.sys.WithdrawInvitation(t.Context(), by, account, id, action.Origin{}))
			if err := w.sys.WithdrawInvitation(t.Context(), by, account, id, action.Origin{}); !fault.Is(err, fault.Conflict) {
				t.Errorf("twice: %v", err)
			}
		}, access.InvitationWithdrawn},
		"expired": {func(_ *testing.T, w *world, _ access.Scope, _ record.AccountID, _ access.InvitationID) {
			w.pass(access.InvitationLife)
		}, access.InvitationExpired},
		"the inviter is no owner any more": {func(t *testing.T, w *world, by access.Scope, account record.AccountID, _ access.InvitationID) {
			must(t, w.sys.AddMember(t.Context(), account, by.User(), access.Finance))
		}, access.InvitationLapsed},
		"the inviter was switched off": {func(t *testing.T, w *world, by access.Scope, _ record.AccountID, _ access.InvitationID) {
			must(t, w.sys.DisableUser(t.Context(), by.User(), true))
		}, access.InvitationLapsed},
		"the account is closed again": {func(t *testing.T, w *world, _ access.Scope, account record.AccountID, _ access.InvitationID) {
			must(t, w.sys.Launch(t.Context(), account, record.LaunchHidden))
		}, access.InvitationPrepared},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			account := w.account(t, "Nordwind")
			ines := boss(t, w, account, "ines", access.Owner)
			w.invite(t, ines, account, "form", guest("leo", access.Finance))
			w.posted(t)
			i := w.invited(t, ines, account)
			token := linkOf(i.ID, 0)
			must(t, w.code(t, i, token, "BCDFGHJK"))
			c.end(t, w, ines, account, i.ID)
			got, err := w.sys.Invited(t.Context(), token)
			must(t, err)
			if got.State != c.want {
				t.Errorf("it is %s", got.State)
			}
			if err := w.accept(t.Context(), i, token, "BCDFGHJK"); !fault.Is(err, fault.Conflict) {
				t.Errorf("accepted: %v", err)
			}
			if err := w.code(t, i, token, "MNPQRSTV"); !fault.Is(err, fault.Conflict) {
				t.Errorf("a code: %v", err)
			}
			if got := w.roleOf(t, account, i.Email); got != "" {
				t.Errorf("%s is in", i.Email)
			}
		})
	}
}

func TestNobodyOfAHiddenAccountIsMailedBeforeItOpens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara := administrator(t, w, "amara")
	account := record.NewAccountID()
	must(t, w.sys.CreateAccount(t.Context(), record.AccountInfo{ID: account, Name: "Nordwind"}))
	w.invite(t, amara, account, "form", guest("leo", access.Owner), guest("mia", access.Finance))
	must(t, w.sys.LaunchBy(t.Context(), amara, account, record.LaunchHidden, record.LaunchPreview, action.Origin{}))
	if n := w.posted(t); n != 0 {
		t.Fatalf("%d were mailed", n)
	}
	i := w.invited(t, amara, account)
	if i.State != access.InvitationPrepared || !i.Expires.IsZero() {
		t.Errorf("%+v", i)
	}
	if err := w.sys.InviteAgain(t.Context(), amara, account, i.ID, action.Origin{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("sent: %v", err)
	}
	if n, err := w.sys.PreparedIn(t.Context()); err != nil || n[account] != 2 {
		t.Errorf("%v, %v", n, err)
	}
	if err := w.sys.LaunchBy(t.Context(), amara, account, record.LaunchHidden, record.LaunchInvited, action.Origin{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("upon what was not seen: %v", err)
	}
	must(t, w.sys.LaunchBy(t.Context(), amara, account, record.LaunchPreview, record.LaunchInvited, action.Origin{}))
	must(t, w.sys.Launch(t.Context(), account, record.LaunchInvited))
	if n := w.posted(t); n != 2 {
		t.Errorf("%d were mailed", n)
	}
	must(t, w.sys.InviteAgain(t.Context(), amara, account, i.ID, action.Origin{}))
	if n := w.posted(t); n != 1 {
		t.Errorf("again: %d were mailed", n)
	}
}

func TestWhoMayNotInvite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account, other := w.account(t, "Nordwind"), w.account(t, "Elbtal")
	owner := boss(t, w, account, "ines", access.Owner)
	amara := administrator(t, w, "amara")
	w.invite(t, owner, account, "form", guest("leo", access.Finance))
	i := w.invited(t, owner, account)
	in := func(s access.Scope, to record.AccountID, role access.Role) error {
		_, err := w.sys.Invite(t.Context(), s, store.Invitations{Account: to, Key: "k", People: []access.Invitee{guest("eve", role)}})
		return err
	}
	for name, c := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"finance":           {in(boss(t, w, account, "fin", access.Finance), account, access.Finance), fault.Forbidden},
		"of another":        {in(owner, other, access.Finance), fault.NotFound},
		"an owner to staff": {in(owner, record.AccountID{}, access.Admin), fault.NotFound},
		"an agent":          {in(grant.StaffIn(person("agent"), access.Agent, account), account, access.Finance), fault.Forbidden},
		"a staff role":      {in(owner, account, access.Admin), fault.Invalid},
		"no role":           {in(amara, account, "boss"), fault.Invalid},
		"of another, again": {w.sys.InviteAgain(t.Context(), boss(t, w, other, "oda", access.Owner), other, i.ID, action.Origin{}), fault.NotFound},
		"staff, by account": {w.sys.WithdrawInvitation(t.Context(), amara, record.AccountID{}, i.ID, action.Origin{}), fault.NotFound},
		"nobody":            {in(access.Scope{}, account, access.Finance), fault.Unauthenticated},
	} {
		if !fault.Is(c.err, c.want) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	must(t, w.sys.RemoveMember(t.Context(), account, owner.User()))
	if err := in(owner, account, access.Finance); !fault.Is(err, fault.Forbidden) {
		t.Errorf("who has just been removed: %v", err)
	}
}

func TestAnAddressThatIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account, other := w.account(t, "Nordwind"), w.account(t, "Elbtal")
	ines, oda := boss(t, w, account, "ines", access.Owner), boss(t, w, other, "oda", access.Owner)
	amara := administrator(t, w, "amara")
	done := w.invite(t, ines, account, "form", guest("oda", access.Finance), guest("ines", access.Finance), access.Invitee{Email: "Amara@Halden.example", Role: access.Finance})
	if !done[0].Done || done[1].Why != access.IsMember || done[2].Why != access.IsStaff {
		t.Errorf("%+v", done)
	}
	w.posted(t)
	i := w.invited(t, ines, account)
	if !i.Known {
		t.Error("the address is not known")
	}
	token := linkOf(i.ID, 0)
	must(t, w.code(t, i, token, "BCDFGHJK"))
	if err := w.accept(t.Context(), i, token, "BCDFGHJK"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second password: %v", err)
	}
	if _, err := w.sys.InvitedAs(t.Context(), i.ID, "ines@nordwind.example"); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else: %v", err)
	}
	if _, err := w.sys.JoinInvitation(t.Context(), i.ID, access.User{ID: ines.User()}, action.Origin{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else joins: %v", err)
	}
	_, err := w.sys.JoinInvitation(t.Context(), i.ID, access.User{ID: oda.User()}, action.Origin{})
	must(t, err)
	if got := w.roleOf(t, account, "oda@nordwind.example"); got != access.Finance {
		t.Errorf("the role is %q", got)
	}
	if got := w.roleOf(t, other, "oda@nordwind.example"); got != access.Owner {
		t.Errorf("the other role is %q", got)
	}
	if staff := w.invite(t, amara, record.AccountID{}, "staff", guest("oda", access.Agent), guest("kim", access.Admin)); staff[0].Why != access.IsMember || !staff[1].Done {
		t.Errorf("%+v", staff)
	}
	w.posted(t)
	kim := w.invited(t, amara, record.AccountID{})
	must(t, w.code(t, kim, linkOf(kim.ID, 0), "BCDFGHJK"))
	must(t, w.accept(t.Context(), kim, linkOf(kim.ID, 0), "BCDFGHJK"))
	if u, _, err := w.sys.UserByEmail(t.Context(), "kim@nordwind.example"); err != nil || u.Staff != access.Admin {
		t.Errorf("%+v, %v", u, err)
	}
}
