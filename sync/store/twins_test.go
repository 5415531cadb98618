package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/approval"
	"portico/sync/authority"
	"portico/sync/fault"
	"portico/sync/notice"
	"portico/sync/record"
	"portico/sync/store"
)

// twin is one of two accounts that hold the same, but for a canary in every text.
type twin struct {
	account          record.AccountID
	canary           string
	conn             record.ConnectionID // the connection of its own, that the other account is not on
	mine, others     record.ID           // tickets: of the contributor, of somebody else
	note, file       record.ID           // of others
	myNote, myFile   record.ID
	asset, bill      record.ID
	copied           record.ID // an invoice that is attached to bill
	reply, myReply   action.ID // by the owner on others, by the contributor on mine
	owner, colleague access.Scope
	staff            access.Scope
	asked            [4]approval.ID // to decide, to record a call about, to revise, to withdraw
}

func person(name string) grant.User {
	return grant.User{ID: "u-" + name, Name: name, Email: name + "@nordwind.example"}
}

func member(u grant.User, a record.AccountID, r access.Role) access.Scope {
	return grant.Member(u, a, r)
}

// newTwins fills both accounts through one shared connection and one of each.
func newTwins(t *testing.T, w *world) (a, b twin) {
	t.Helper()
	shared := w.conn
	for _, name := range []string{"boss", "colleague"} {
		u := person(name)
		must(t, w.sys.CreateUser(t.Context(), access.User{ID: u.ID, Name: u.Name, Email: u.Email}, ""))
	}
	made := [2]twin{{canary: "CANARY-A"}, {canary: "CANARY-B"}}
	for i := range made {
		x := &made[i]
		x.account = w.account(t, x.canary)
		w.conn = w.connection(t, x.canary+" only")
		x.conn = w.conn
		w.pull(t, "assets", asset("only-"+x.canary, x.canary, x.canary+" elsewhere", w.clock()), record.Record{Kind: record.KindInvoice, External: "copy-" + x.canary,
			Company: x.canary, Updated: w.clock(), Body: record.Invoice{Number: x.canary, Currency: "EUR", Total: "7"}})
		w.match(t, x.canary, x.account)
		w.conn = shared
		w.pull(t, "tickets", twinTickets(*x, w)...)
		w.pull(t, "conversation", twinTalk(*x, w)...)
		w.pull(t, "assets", asset("asset-"+x.canary, x.canary, x.canary+" laptop", w.clock()))
		w.pull(t, "assets", event("event-"+x.canary, x.canary, record.Event{Title: x.canary + " window", Start: w.clock()}))
		w.pull(t, "assets", twinBill(*x, w)...)
		w.match(t, x.canary, x.account)
		x.attach(t, w)
		x.find(t, w)
	}
	return made[0], made[1]
}

func twinTickets(x twin, w *world) []record.Record {
	now := w.clock()
	mine, others := ticket("mine-"+x.canary, x.canary, x.canary+" printer", "open", now), ticket("others-"+x.canary, x.canary, x.canary+" payroll", "open", now)
	m, o := mine.Body.(record.Ticket), others.Body.(record.Ticket)
	m.Requester.Email, o.Requester.Email = "Colleague@Nordwind.example", "boss@nordwind.example"
	mine.Body, others.Body = m, o
	return []record.Record{mine, others}
}

func twinTalk(x twin, w *world) []record.Record {
	var out []record.Record
	for _, of := range []string{"mine-", "others-"} {
		out = append(out, comment("note-"+of+x.canary, of+x.canary, x.canary+" says", w.clock()),
			record.Record{Kind: record.KindAttachment, External: "file-" + of + x.canary, Parent: of + x.canary, ParentKind: record.KindTicket,
				Created: w.clock(), Updated: w.clock(), Body: record.Attachment{Name: x.canary + ".pdf", Comment: "note-" + of + x.canary}})
	}
	return out
}

func event(external, company string, b record.Event) record.Record {
	return record.Record{Kind: record.KindEvent, External: external, Company: company, Updated: b.Start, Body: b}
}

// twinBill is an invoice with its PDF.
func twinBill(x twin, w *world) []record.Record {
	now := w.clock()
	return []record.Record{
		{Kind: record.KindInvoice, External: "bill-" + x.canary, Company: x.canary, Created: now, Updated: now,
			Body: record.Invoice{Number: x.canary, Status: "open", Currency: "EUR", Total: "7", Balance: "7"}},
		{Kind: record.KindAttachment, External: "pdf-" + x.canary, Parent: "bill-" + x.canary, ParentKind: record.KindInvoice, Created: now, Updated: now,
			Body: record.Attachment{Name: x.canary + " bill.pdf"}},
	}
}

func asset(external, company, name string, at time.Time) record.Record {
	return record.Record{Kind: record.KindAsset, External: external, Company: company, Created: at, Updated: at,
		Body: record.Asset{Name: name, Status: "in-use"}}
}

// attach makes the invoice of the connection of its own a copy of the shared one's.
func (x *twin) attach(t *testing.T, w *world) {
	t.Helper()
	page, err := w.acc.List(t.Context(), member(person("boss"), x.account, access.Owner), x.account, record.Query{Kind: record.KindInvoice})
	must(t, err)
	for _, r := range page.Rows {
		if r.Stamp.Connection == x.conn {
			x.copied = r.ID
		}
	}
	must(t, w.sys.NameAuthority(t.Context(), authority.Rule{Kind: record.KindInvoice, Authority: w.conn, Other: x.conn, Alone: authority.Held}))
	must(t, w.sys.Decide(t.Context(), record.KindInvoice, x.conn, authority.Same, authority.Pair{Other: "copy-" + x.canary, Authority: "bill-" + x.canary}))
}

// find learns the ids and asks for one action of each person.
func (x *twin) find(t *testing.T, w *world) {
	t.Helper()
	x.owner, x.colleague = member(person("boss"), x.account, access.Owner), member(person("colleague"), x.account, access.Contributor)
	ids := map[string]record.ID{}
	for _, kind := range []record.Kind{record.KindTicket, record.KindComment, record.KindAttachment, record.KindAsset, record.KindInvoice} {
		page, err := w.acc.List(t.Context(), x.owner, x.account, record.Query{Kind: kind})
		must(t, err)
		for _, r := range page.Rows {
			ids[strings.TrimSuffix(r.Stamp.External, x.canary)] = r.ID
		}
	}
	x.mine, x.others, x.asset, x.bill = ids["mine-"], ids["others-"], ids["asset-"], ids["bill-"]
	x.note, x.file, x.myNote, x.myFile = ids["note-others-"], ids["file-others-"], ids["note-mine-"], ids["file-mine-"]
	by := func(s access.Scope, target record.ID) action.ID {
		a, err := w.acc.Submit(t.Context(), s, action.Draft{Account: x.account, Kind: action.TicketReply, Target: target, Key: "first", Input: action.Input{Text: x.canary}})
		must(t, err)
		return a.ID
	}
	x.reply, x.myReply = by(x.owner, x.others), by(x.colleague, x.mine)
	x.staff = grant.StaffIn(person("agent"), access.Agent, x.account)
	for i := range x.asked {
		a, err := w.acc.AskApproval(t.Context(), x.staff, question(x.account, x.others, fmt.Sprint("twin ", i), x.canary))
		must(t, err)
		x.asked[i] = a.ID
	}
}

// call is one method of the account handle, called on somebody's account with
// somebody's things.
type call func(ctx context.Context, s access.Scope, account record.AccountID, of twin) (any, error)

// calls are all methods of the account handle; a new one fails the test until
// it is here.
func calls(acc *store.Account) map[string][]call {
	detail := func(kind record.Kind, id func(twin) record.ID) call {
		return func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.Detail(ctx, s, a, kind, id(of))
		}
	}
	list := func(q record.Query) call {
		return func(ctx context.Context, s access.Scope, a record.AccountID, _ twin) (any, error) {
			return acc.List(ctx, s, a, q)
		}
	}
	return map[string][]call{
		"List": {list(record.Query{Kind: record.KindTicket}), list(record.Query{Kind: record.KindComment}), list(record.Query{Kind: record.KindAttachment}),
			list(record.Query{Kind: record.KindTicket, Search: "CANARY"}), list(record.Query{Kind: record.KindTicket, Mine: true}), list(record.Query{Kind: record.KindAsset}), list(record.Query{Kind: record.KindInvoice})},
		"Detail": {detail(record.KindTicket, func(x twin) record.ID { return x.others }), detail(record.KindComment, func(x twin) record.ID { return x.note }),
			detail(record.KindAttachment, func(x twin) record.ID { return x.file }), detail(record.KindAsset, func(x twin) record.ID { return x.asset })},
		"Timeline": {func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.Timeline(ctx, s, a, of.others)
		}},
		"AttachmentOf": {func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.AttachmentOf(ctx, s, a, of.file)
		}},
		"Whole": {func(ctx context.Context, s access.Scope, a record.AccountID, _ twin) (any, error) {
			return acc.Whole(ctx, s, a, record.Query{Kind: record.KindEvent})
		}, func(ctx context.Context, s access.Scope, a record.AccountID, _ twin) (any, error) {
			return acc.Whole(ctx, s, a, record.Query{Kind: record.KindInvoice})
		}},
		"Occasions": {func(ctx context.Context, s access.Scope, a record.AccountID, _ twin) (any, error) {
			list, fresh, err := acc.Occasions(ctx, s, a, record.Window{From: time.Unix(0, 0), Until: time.Unix(1<<33, 0)})
			return []any{list, fresh}, err
		}},
		"StandsFor": {func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.StandsFor(ctx, s, a, of.copied)
		}},
		"FilesOf": {func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.FilesOf(ctx, s, a, of.bill)
		}},
		"Freshness": {func(ctx context.Context, s access.Scope, a record.AccountID, _ twin) (any, error) {
			return acc.Freshness(ctx, s, a)
		}},
		"Standing": {func(ctx context.Context, s access.Scope, a record.AccountID, _ twin) (any, error) {
			return acc.Standing(ctx, s, a, 10)
		}},
		"MailChoice": {func(ctx context.Context, s access.Scope, a record.AccountID, _ twin) (any, error) {
			return acc.MailChoice(ctx, s, a)
		}},
		"ChooseMail": {func(ctx context.Context, s access.Scope, a record.AccountID, _ twin) (any, error) {
			return nil, acc.ChooseMail(ctx, s, a, notice.Everything)
		}},
		"CalendarFeed": {func(ctx context.Context, s access.Scope, a record.AccountID, _ twin) (any, error) {
			return acc.CalendarFeed(ctx, s, a)
		}},
		"RenewFeed": {func(ctx context.Context, s access.Scope, a record.AccountID, _ twin) (any, error) {
			return nil, acc.RenewFeed(ctx, s, a, record.NewID(), action.Origin{})
		}},
		"StopFeed": {func(ctx context.Context, s access.Scope, a record.AccountID, _ twin) (any, error) {
			return nil, acc.StopFeed(ctx, s, a, action.Origin{})
		}},
		"ActionByID": {func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.ActionByID(ctx, s, a, of.reply)
		}},
		"ActionsOn": {func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.ActionsOn(ctx, s, a, of.others)
		}},
		"Withdraw": {func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.Withdraw(ctx, s, a, of.reply)
		}},
		"Stuck": {func(ctx context.Context, s access.Scope, a record.AccountID, _ twin) (any, error) {
			return acc.Stuck(ctx, s, a)
		}},
		"RecentActions": {func(ctx context.Context, s access.Scope, a record.AccountID, _ twin) (any, error) {
			return acc.RecentActions(ctx, s, a)
		}},
		"Destinations": {func(ctx context.Context, s access.Scope, a record.AccountID, _ twin) (any, error) {
			return acc.Destinations(ctx, s, a)
		}},
		"Approvals": {func(ctx context.Context, s access.Scope, a record.AccountID, _ twin) (any, error) {
			return acc.Approvals(ctx, s, a, approval.Query{})
		}},
		"ApprovalByID": {func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.ApprovalByID(ctx, s, a, of.asked[0])
		}},
		"AskApproval": {func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.AskApproval(ctx, s, question(a, of.others, "k", of.canary))
		}},
		"DecideApproval": {func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.DecideApproval(ctx, s, answer(a, of.asked[0], approval.Approved))
		}},
		"RecordCall": {func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.RecordCall(ctx, s, approval.Call{Answer: answer(a, of.asked[1], approval.Approved), By: approval.Person{User: "u-boss", Role: "owner"}, Said: time.Unix(1, 0), Note: "called back"})
		}},
		"ReviseApproval": {func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.ReviseApproval(ctx, s, approval.Revision{Account: a, ID: of.asked[2], Base: 1, Title: of.canary, Text: "other words", Key: "r"})
		}},
		"WithdrawApproval": {func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.WithdrawApproval(ctx, s, a, of.asked[3], action.Origin{})
		}},
		"Submit": {func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.Submit(ctx, s, action.Draft{Account: a, Kind: action.TicketReply, Target: of.others, Key: "k"})
		}, func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			return acc.Submit(ctx, s, action.Draft{Account: a, Kind: action.TicketCreate, Connection: of.conn, Key: "n"})
		}, func(ctx context.Context, s access.Scope, a record.AccountID, of twin) (any, error) {
			d, err := acc.Detail(ctx, s, a, record.KindInvoice, of.bill)
			if err != nil {
				d.Base = "@"
			}
			return acc.Submit(ctx, s, action.Draft{Account: a, Kind: action.PaymentRecord, Target: of.bill, Base: d.Base, Key: "p",
				Input: action.Input{Fields: map[string]string{"amount": "7", "currency": "EUR", "date": "2026-11-22", "reference": of.canary}}})
		}},
	}
}

// nobody holds ids that no record has.
func nobody() twin {
	id := record.NewID
	return twin{account: record.NewAccountID(), canary: "CANARY-0", conn: record.NewConnectionID(), mine: id(), others: id(), note: id(), file: id(),
		myNote: id(), myFile: id(), asset: id(), bill: id(), copied: id(), reply: action.NewID(), myReply: action.NewID(),
		asked: [4]approval.ID{approval.NewID(), approval.NewID(), approval.NewID(), approval.NewID()}}
}

// eachCall runs all of them in a fixed order.
func eachCall(acc *store.Account, do func(name string, f call)) {
	all := calls(acc)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for i, f := range all[name] {
			do(fmt.Sprintf("%s %d", name, i), f)
		}
	}
}

func TestTheTwinTestKnowsEveryMethod(t *testing.T) {
	t.Parallel()
	var methods []string
	for m := range reflect.TypeFor[*store.Account]().Methods() {
		methods = append(methods, m.Name)
	}
	if known := slices.Sorted(maps.Keys(calls(nil))); !slices.Equal(known, methods) {
		t.Errorf("the twin test knows %q, the handle has %q", known, methods)
	}
}

// said is everything that a refusal tells its reader and the log.
func said(err error) string {
	if err == nil {
		return "no error"
	}
	return fmt.Sprintf("%s | %s | %v | %v", fault.KindOf(err), fault.Public(err), fault.Fields(err), err)
}

func TestForeignAndMissingLookAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := newTwins(t, w)
	before := owed(t, w)
	for who, s := range map[string]access.Scope{
		"owner": a.owner, "contributor": a.colleague,
		"finance": member(person("books"), a.account, access.Finance),
		"staff":   grant.StaffIn(person("agent"), access.Agent, a.account),
		"a job":   grant.Job(person("boss"), a.account, access.Owner),
	} {
		eachCall(w.acc, func(name string, f call) {
			for where, account := range map[string]record.AccountID{"own account": a.account, "other account": b.account} {
				if where == "own account" && !takesIDs(name) {
					continue
				}
				unknown := a.account
				if where == "other account" {
					unknown = record.NewAccountID()
				}
				got, foreign := f(t.Context(), s, account, b)
				_, missing := f(t.Context(), s, unknown, nobody())
				if foreign == nil || said(foreign) != said(missing) {
					t.Errorf("%s, %s, %s:\nforeign: %s %+v\nmissing: %s", who, name, where, said(foreign), got, said(missing))
				}
			}
		})
	}
	if after := owed(t, w); after != before {
		t.Errorf("refused calls left %s, before it was %s", after, before)
	}
}

// takesIDs reports whether a call names a thing besides the account.
func takesIDs(name string) bool {
	name, _, _ = strings.Cut(name, " ")
	return !slices.Contains([]string{"List", "Freshness", "Standing", "Destinations", "Stuck", "RecentActions", "Approvals", "FilesOf", "MailChoice", "ChooseMail", "Whole", "Occasions", "CalendarFeed", "RenewFeed", "StopFeed"}, name)
}

// asksClients reports whether only staff do it.
func asksClients(name string) bool {
	name, _, _ = strings.Cut(name, " ")
	return slices.Contains([]string{"AskApproval", "RecordCall", "ReviseApproval", "WithdrawApproval"}, name)
}

// owed describes all actions and events.
func owed(t *testing.T, w *world) string {
	t.Helper()
	rows, err := w.Texts(t.Context(), "SELECT id || state || changed_at FROM actions UNION ALL SELECT seq || payload FROM outbox UNION ALL SELECT id || state || version FROM approvals")
	must(t, err)
	return strings.Join(rows, "\n")
}

func TestAScopeThatWasNeverMintedIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, _ := newTwins(t, w)
	eachCall(w.acc, func(name string, f call) {
		if got, err := f(t.Context(), access.Scope{}, a.account, a); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s: %v %v", name, got, err)
		}
		if got, err := f(t.Context(), a.owner, record.AccountID{}, a); err == nil {
			t.Errorf("%s on no account: %v", name, got)
		}
	})
	if _, err := w.Staff().Accounts(t.Context(), access.Scope{}); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("Staff.Accounts: %v", err)
	}
	if _, err := w.Staff().Accounts(t.Context(), a.owner); !fault.Is(err, fault.NotFound) {
		t.Errorf("Staff.Accounts for a member: %v", err)
	}
}

// TestNoAnswerHoldsAWordOfTheTwin reads everything that an owner may read.
func TestNoAnswerHoldsAWordOfTheTwin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := newTwins(t, w)
	for _, side := range [][2]twin{{a, b}, {b, a}} {
		own, other := side[0], side[1]
		eachCall(w.acc, func(name string, f call) {
			viewer := own.owner
			if asksClients(name) {
				viewer = own.staff
			}
			got, err := f(t.Context(), viewer, own.account, own)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			text, err := json.Marshal(got)
			must(t, err)
			if strings.Contains(string(text), other.canary) {
				t.Errorf("%s tells of the other account: %s", name, text)
			}
			if !strings.Contains(string(text), own.canary) && name != "List 4" && !slices.Contains([]string{"StandsFor 0", "Submit 0", "Stuck 0", "MailChoice 0", "ChooseMail 0", "CalendarFeed 0", "RenewFeed 0", "StopFeed 0"}, name) {
				t.Errorf("%s tells nothing of its own: %s", name, text)
			}
		})
	}
}
