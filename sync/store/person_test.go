package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

func (w *world) administrators(t *testing.T) int {
	t.Helper()
	all, err := w.sys.Users(t.Context())
	must(t, err)
	n := 0
	for _, u := range all {
		if u.Staff == access.Admin && !u.Disabled {
			n++
		}
	}
	return n
}

func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara := administrator(t, w, "amara")
	for name, err := range map[string]error{
		"demoted":                      w.sys.ChangeStaff(t.Context(), amara, amara.User(), access.Manager, action.Origin{}),
		"let go":                       w.sys.ChangeStaff(t.Context(), amara, amara.User(), "", action.Origin{}),
		"disabled":                     w.sys.SwitchUser(t.Context(), amara, amara.User(), true, action.Origin{}),
		"disabled by the command line": w.sys.DisableUser(t.Context(), amara.User(), true),
	} {
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	kim := administrator(t, w, "kim")
	must(t, w.sys.SwitchUser(t.Context(), amara, kim.User(), true, action.Origin{}))
	if err := w.sys.ChangeStaff(t.Context(), amara, amara.User(), access.Agent, action.Origin{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("beside one who cannot sign in: %v", err)
	}
	if err := w.sys.SwitchUser(t.Context(), kim, amara.User(), true, action.Origin{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("by one who was just switched off: %v", err)
	}
	if n := w.administrators(t); n != 1 {
		t.Errorf("%d administrators", n)
	}
}

func TestAdministratorsWhoDemoteEachOtherLeaveOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const n = 6
	var all [n]access.Scope
	for i := range n {
		all[i] = administrator(t, w, fmt.Sprint("admin", i))
	}
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			ctx := context.WithoutCancel(t.Context())
			next := all[(i+1)%n].User()
			var err error
			switch i % 3 {
			case 0:
				err = w.sys.ChangeStaff(ctx, all[i], next, access.Manager, action.Origin{})
			case 1:
				err = w.sys.SwitchUser(ctx, all[i], next, true, action.Origin{})
			default:
				err = w.sys.ChangeStaff(ctx, all[i], all[i].User(), "", action.Origin{})
			}
			if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.administrators(t); n < 1 {
		t.Errorf("%d administrators", n)
	}
}

func TestTheLastOwnerStaysUnlessAnAdministratorDecides(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account, other := w.account(t, "Nordwind"), w.account(t, "Elbtal")
	ines, amara := boss(t, w, account, "ines", access.Owner), administrator(t, w, "amara")
	boss(t, w, other, "elsewhere", access.Owner)
	leo := boss(t, w, account, "leo", access.Finance)
	if err := w.sys.RemoveColleague(t.Context(), ines, account, ines.User(), action.Origin{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("left: %v", err)
	}
	if err := w.sys.ChangeColleague(t.Context(), ines, account, ines.User(), access.Finance, action.Origin{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("stepped down: %v", err)
	}
	for name, err := range map[string]error{
		"finance":           w.sys.RemoveColleague(t.Context(), leo, account, ines.User(), action.Origin{}),
		"a role of staff":   w.sys.ChangeColleague(t.Context(), ines, account, leo.User(), access.Admin, action.Origin{}),
		"somebody outside":  w.sys.RemoveColleague(t.Context(), ines, account, amara.User(), action.Origin{}),
		"another account":   w.sys.RemoveColleague(t.Context(), ines, other, leo.User(), action.Origin{}),
		"an owner who adds": w.sys.AddColleague(t.Context(), ines, account, leo.User(), access.Owner, action.Origin{}),
	} {
		if err == nil || fault.Is(err, fault.Internal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, w.sys.ChangeColleague(t.Context(), ines, account, leo.User(), access.Owner, action.Origin{}))
	must(t, w.sys.RemoveColleague(t.Context(), ines, account, ines.User(), action.Origin{}))
	if err := w.sys.ChangeColleague(t.Context(), ines, account, leo.User(), access.Finance, action.Origin{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("who has left decides: %v", err)
	}
	must(t, w.sys.RemoveColleague(t.Context(), amara, account, leo.User(), action.Origin{}))
	if names, err := w.sys.Owners(t.Context(), amara, account); err != nil || len(names) != 0 {
		t.Errorf("%v, %v", names, err)
	}
}

func TestOwnersWhoRemoveEachOtherLeaveOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account(t, "Nordwind")
	const n = 5
	var all [n]access.Scope
	for i := range n {
		all[i] = boss(t, w, account, fmt.Sprint("owner", i), access.Owner)
	}
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			err := w.sys.RemoveColleague(context.WithoutCancel(t.Context()), all[i], account, all[(i+1)%n].User(), action.Origin{})
			if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	names, err := w.sys.Owners(t.Context(), all[0], account)
	must(t, err)
	if len(names) == 0 {
		t.Error("nobody is left")
	}
}

func TestWhoeverIsSwitchedOffIsOutAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account, amara := w.account(t, "Nordwind"), administrator(t, w, "amara")
	leo := boss(t, w, account, "leo", access.Finance)
	w.signIn(t, leo.Email(), "cookie")
	must(t, w.sys.StartReset(t.Context(), [32]byte{1}, leo.User(), w.clock().Add(time.Hour)))
	if !w.signedIn(t, "cookie") {
		t.Fatal("not signed in")
	}
	must(t, w.sys.SwitchUser(t.Context(), amara, leo.User(), true, action.Origin{}))
	if w.signedIn(t, "cookie") {
		t.Error("still signed in")
	}
	must(t, w.sys.SwitchUser(t.Context(), amara, leo.User(), false, action.Origin{}))
	if w.signedIn(t, "cookie") {
		t.Error("signed in again by itself")
	}
	if _, err := w.sys.UseReset(t.Context(), [32]byte{1}, w.clock()); !fault.Is(err, fault.NotFound) {
		t.Errorf("an old link: %v", err)
	}
	if w.roleOf(t, account, leo.Email()) != access.Finance {
		t.Error("the place is gone")
	}
}

func TestPeopleAreFoundAndPaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara := administrator(t, w, "amara")
	owner := boss(t, w, w.account(t, "First"), "ines", access.Owner)
	for i := range 40 {
		must(t, w.sys.AddMember(t.Context(), w.account(t, fmt.Sprintf("Account 100%% %02d", i)), owner.User(), access.Owner))
	}
	find := func(q access.PeopleQuery) ([]access.PersonRow, bool) {
		list, more, err := w.sys.People(t.Context(), amara, q)
		must(t, err)
		return list, more
	}
	if list, more := find(access.PeopleQuery{Limit: 1}); len(list) != 1 || !more || list[0].Staff != access.Admin {
		t.Errorf("%+v %v", list, more)
	}
	if list, more := find(access.PeopleQuery{Limit: 1, Offset: 1}); len(list) != 1 || more || list[0].Accounts != 41 {
		t.Errorf("%+v %v", list, more)
	}
	for search, want := range map[string]int{"INES": 1, "halden": 1, "100% 07": 1, "100_": 0, "ines amara": 0, "%": 1, "": 2} {
		if list, _ := find(access.PeopleQuery{Search: search, Limit: 10}); len(list) != want {
			t.Errorf("%q finds %d", search, len(list))
		}
	}
	p, err := w.sys.Person(t.Context(), amara, owner.User())
	must(t, err)
	if len(p.Memberships) != 41 || p.Password {
		t.Errorf("%d memberships", len(p.Memberships))
	}
	if _, err := w.sys.Person(t.Context(), amara, "nobody"); !fault.Is(err, fault.NotFound) {
		t.Errorf("nobody: %v", err)
	}
	if _, _, err := w.sys.People(t.Context(), owner, access.PeopleQuery{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("an owner: %v", err)
	}
}

func TestStaffAreAssignedAndNobodyIsBoth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account, amara := w.account(t, "Nordwind"), administrator(t, w, "amara")
	agent := access.User{ID: access.NewUserID(), Name: "agent", Email: "agent@halden.example", Staff: access.Agent}
	must(t, w.sys.CreateUser(t.Context(), agent, ""))
	leo := boss(t, w, account, "leo", access.Finance)
	must(t, w.sys.AssignAccount(t.Context(), amara, agent.ID, account, true, action.Origin{}))
	if p, err := w.sys.Person(t.Context(), amara, agent.ID); err != nil || len(p.Assigned) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	must(t, w.sys.AssignAccount(t.Context(), amara, agent.ID, account, false, action.Origin{}))
	if ids, err := w.sys.StaffAccounts(t.Context(), agent.ID); err != nil || len(ids) != 0 {
		t.Errorf("%v, %v", ids, err)
	}
	for name, c := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"a member assigned":  {w.sys.AssignAccount(t.Context(), amara, leo.User(), account, true, action.Origin{}), fault.Conflict},
		"no such account":    {w.sys.AssignAccount(t.Context(), amara, agent.ID, record.NewAccountID(), true, action.Origin{}), fault.NotFound},
		"staff as a member":  {w.sys.AddColleague(t.Context(), amara, account, agent.ID, access.Finance, action.Origin{}), fault.Conflict},
		"a member as staff":  {w.sys.ChangeStaff(t.Context(), amara, leo.User(), access.Agent, action.Origin{}), fault.Conflict},
		"a member twice":     {w.sys.AddColleague(t.Context(), amara, account, leo.User(), access.Owner, action.Origin{}), fault.Conflict},
		"no such role":       {w.sys.ChangeStaff(t.Context(), amara, agent.ID, "chief", action.Origin{}), fault.Invalid},
		"by somebody else":   {w.sys.ChangeStaff(t.Context(), grant.Staff(person("m"), access.Manager, nil), agent.ID, access.Admin, action.Origin{}), fault.Forbidden},
		"somebody who is no": {w.sys.SwitchUser(t.Context(), amara, "nobody", true, action.Origin{}), fault.NotFound},
	} {
		if !fault.Is(c.err, c.want) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
}

func TestContactsOfTheSourcesAreSuggested(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account(t, "Nordwind")
	ines := boss(t, w, account, "ines", access.Owner)
	leo := boss(t, w, account, "leo", access.Finance)
	contact := func(name string, disabled bool) record.Record {
		return record.Record{Kind: record.KindContact, External: name, Company: "Nordwind", Created: w.clock(), Updated: w.clock(),
			Body: record.Contact{Name: name, Email: name + "@Nordwind.example", Disabled: disabled}}
	}
	w.pull(t, "assets", contact("leo", true), contact("mia", false), contact("kim", false), contact("none", true))
	w.match(t, "Nordwind", account)
	w.invite(t, ines, account, "form", guest("kim", access.Finance))
	list, err := w.sys.Contacts(t.Context(), ines, account)
	must(t, err)
	if len(list) != 4 || !list[0].Invited || !list[1].Member || !list[1].Disabled || list[2].Invited || list[2].Email != "mia@nordwind.example" || list[2].Connection != "Help desk" {
		t.Errorf("%+v", list)
	}
	people, err := w.sys.Colleagues(t.Context(), ines, account)
	must(t, err)
	if len(people) != 2 || len(people[0].Off) != 0 || len(people[1].Off) != 1 || people[1].Off[0] != "Help desk" {
		t.Errorf("%+v", people)
	}
	if _, err := w.sys.Contacts(t.Context(), leo, account); !fault.Is(err, fault.Forbidden) {
		t.Errorf("finance: %v", err)
	}
}
