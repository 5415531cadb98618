package quotes_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"portico/portal/portaltest/htmlcheck"
	"portico/portal/quotes"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

var now = time.Date(2026, 11, 19, 9, 6, 0, 0, time.UTC)

// world is one account's quotes in memory, with the store's rules about what may
// be decided.
type world struct {
	id     record.AccountID
	conn   record.ConnectionID
	rows   []record.Detail
	asked  []action.Action
	drafts []action.Draft
	base   string
	cannot bool
}

func newWorld() *world {
	w := &world{id: record.NewAccountID(), conn: record.NewConnectionID(), base: "open@1"}
	w.add("Q-1", "Hand scanners", "21967.40", "2026-11-30", record.StateWaiting, "For you to decide")
	w.add("Q-2", "Screens", "99.00", "2026-11-01", record.StateWaiting, "For you to decide")
	w.add("Q-3", "Backup", "50.00", "", record.StateResolved, "Accepted")
	w.add("Q-4", "Phones", "70.00", "2026-12-24", record.StateCancelled, "Declined")
	return w
}

func (w *world) add(number, title string, total record.Decimal, valid string, state record.State, label string) {
	body := record.Quote{Number: number, Title: title, Currency: "EUR", Net: "18460.00", Tax: "3507.40", Total: total, Issued: now.AddDate(0, 0, -2),
		Lines: []record.Line{{Text: "Scanner <2D>", Quantity: "14", Price: "1130.00", Net: "15820.00", Tax: "3507.40", TaxName: "VAT 19 %"}}}
	if valid != "" {
		body.ValidUntil, _ = time.Parse(time.DateOnly, valid)
	}
	w.rows = append(w.rows, record.Detail{Body: body, Row: record.Row{Account: w.id, ID: record.NewID(), Kind: record.KindQuote, Facets: body.Facets(), State: state, Label: label,
		Stamp: record.Stamp{Connection: w.conn, System: "Sales", External: number, ReadAt: now.Add(-time.Minute), Limit: time.Hour}}})
}

func (w *world) Standing(context.Context, access.Scope, record.AccountID, int) (record.Standing, error) {
	return record.Standing{Account: record.AccountInfo{ID: w.id, Name: "Nordwind", Launch: record.LaunchInvited}, Fed: []record.Kind{record.KindQuote}}, nil
}

func (w *world) Whole(_ context.Context, _ access.Scope, _ record.AccountID, q record.Query) (record.Whole, error) {
	fresh := []record.Freshness{{System: "Sales", Kinds: []record.Kind{record.KindQuote}, ReadAt: now, Limit: time.Hour}}
	found := slices.DeleteFunc(slices.Clone(w.rows), func(d record.Detail) bool { return !strings.Contains(d.Title, q.Search) })
	return record.Whole{Details: found, Fresh: fresh}, nil
}

func (w *world) Detail(_ context.Context, _ access.Scope, _ record.AccountID, kind record.Kind, id record.ID) (record.Detail, error) {
	for _, d := range w.rows {
		if d.ID == id && d.Kind == kind {
			d.Base = w.base
			return d, nil
		}
	}
	return record.Detail{}, fault.New(fault.NotFound, "There is nothing here.")
}

func (w *world) FilesOf(context.Context, access.Scope, record.AccountID, record.ID) ([]record.File, error) {
	return []record.File{{ID: record.NewID(), Name: "Offer.pdf"}}, nil
}

func (w *world) Submit(_ context.Context, _ access.Scope, d action.Draft) (action.Action, error) {
	if d.Base != w.base {
		return action.Action{}, fault.New(fault.Conflict, "This changed since you opened the page.")
	}
	if slices.ContainsFunc(w.asked, func(a action.Action) bool { return a.Target == d.Target }) {
		return action.Action{}, fault.New(fault.Conflict, "This is being decided already.")
	}
	if err := action.CheckInput(d.Kind, d.Input); err != nil {
		return action.Action{}, err
	}
	w.drafts = append(w.drafts, d)
	return action.Action{ID: action.NewID(), Account: d.Account, Target: d.Target, Kind: d.Kind}, nil
}

func (w *world) ActionsOn(_ context.Context, _ access.Scope, _ record.AccountID, id record.ID) ([]action.Action, error) {
	return slices.DeleteFunc(slices.Clone(w.asked), func(a action.Action) bool { return a.Target != id }), nil
}

func (w *world) RecentActions(context.Context, access.Scope, record.AccountID) ([]action.Action, error) {
	return w.asked, nil
}

func (w *world) pages() *quotes.Pages {
	frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: w, Zone: time.UTC, Now: func() time.Time { return now }})
	return quotes.New(quotes.Options{Records: w, Actions: w, Frame: frame, Able: func(_ context.Context, c record.ConnectionID, k action.Kind) bool {
		return !w.cannot && c == w.conn && k.About() == record.KindQuote
	}})
}

func (w *world) as(role access.Role) access.Scope {
	return grant.Member(grant.User{ID: "u1", Name: "Ines Albrecht"}, w.id, role)
}

type handler func(http.ResponseWriter, *http.Request, access.Scope) error

func ask(h handler, s access.Scope, r *http.Request, id record.ID) (*httptest.ResponseRecorder, error) {
	w := httptest.NewRecorder()
	r.SetPathValue("id", id.String())
	return w, h(w, r, s)
}

func (w *world) show(t *testing.T, h handler, role access.Role, path string, id record.ID) htmlcheck.Page {
	t.Helper()
	got, err := ask(h, w.as(role), httptest.NewRequest(http.MethodGet, path, nil), id)
	if err != nil {
		t.Fatal(err)
	}
	return htmlcheck.Read(t, got.Body.String())
}

// answer posts the form of a quote as it was last read.
func (w *world) answer(answer, text string, at int) (*httptest.ResponseRecorder, error) {
	v := url.Values{"key": {uuid.NewString()}, "base": {"open@1"}, "digest": {w.rows[at].Body.(record.Quote).Digest()}, "answer": {answer}, "text": {text},
		"saw_title": {"Hand scanners"}, "saw_total": {"€21,967.40"}, "saw_valid": {"30 Nov 2026"}, "saw_status": {"For you to decide"}, "saw_lines": {"14 Scanner <2D>, €15,820.00"}}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return ask(w.pages().Decide, w.as(access.Owner), r, w.rows[at].ID)
}

func TestTheListPartsWhatCanBeDecidedFromWhatCannot(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for view, want := range map[string]string{"": "Q-1", "?view=accepted": "Q-3", "?view=past": "Q-2 Q-4"} {
		p := w.show(t, w.pages().List, access.Finance, "/"+view, record.ID{})
		if got := p.Text("tbody td:first-child a"); got != want {
			t.Errorf("%q shows %q", view, got)
		}
		p.WantText(".po-tabs", "To decide 1 Accepted 1 Declined or expired 2").Want(".po-fresh", 1)
	}
	w.show(t, w.pages().List, access.Finance, "/?view=past", record.ID{}).WantText("tbody tr:nth-child(1) .po-status", "Expired")
	w.show(t, w.pages().List, access.Finance, "/?q=zzz", record.ID{}).WantText(".po-empty", "Nothing fits that")
	w.rows = nil
	w.show(t, w.pages().List, access.Finance, "/", record.ID{}).WantText(".po-empty", "No quotes yet")
	if _, err := ask(w.pages().List, w.as(access.Owner), httptest.NewRequest(http.MethodGet, "/?view=pile", nil), record.ID{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("nonsense: %v", err)
	}
}

func TestAQuoteIsShownWholeAndOfferedOnlyToWhoMayDecide(t *testing.T) {
	t.Parallel()
	w := newWorld()
	open := w.rows[0].ID
	p := w.show(t, w.pages().Show, access.Finance, "/", open)
	p.WantText("h1", "Hand scanners").WantText("#document", "valid until 30 Nov 2026").WantText("#document", "Scanner <2D>").WantText("#document .is-sum", "VAT 19 % €3,507.40 Total €21,967.40")
	p.WantText("#decision", "Ines Albrecht, for Nordwind").WantText("#decision .btn-primary", "Accept €21,967.40").Want(`#decision button[value=decline]`, 1).Want(`a[href*="/files/"]`, 1)
	p.Want(`input[name=digest][value="`+w.rows[0].Body.(record.Quote).Digest()+`"]`, 1).Want(`input[name=saw_lines][value="14 Scanner <2D>, €15,820.00"]`, 1)
	staff := grant.StaffIn(grant.User{ID: "s", Name: "Amara"}, access.Admin, w.id)
	got, err := ask(w.pages().Show, staff, httptest.NewRequest(http.MethodGet, "/", nil), open)
	if err != nil {
		t.Fatal(err)
	}
	htmlcheck.Read(t, got.Body.String()).Want("#decision button", 0)
	for at, words := range map[int]string{1: "was valid until", 2: "Accepted", 3: "Declined"} {
		w.show(t, w.pages().Show, access.Owner, "/", w.rows[at].ID).WantText("#decision", words).Want("#decision button", 0)
	}
	w.cannot = true
	w.show(t, w.pages().Show, access.Owner, "/", open).WantText("#decision", "Sales takes no decisions from here").Want("#decision button", 0)
	if _, err := ask(w.pages().Show, w.as(access.Owner), httptest.NewRequest(http.MethodGet, "/", nil), record.NewID()); !fault.Is(err, fault.NotFound) {
		t.Errorf("no such quote: %v", err)
	}
}

func TestADecisionCarriesItsEvidence(t *testing.T) {
	t.Parallel()
	w := newWorld()
	got, err := w.answer("accept", "", 0)
	if err != nil || got.Code != http.StatusSeeOther || !strings.Contains(got.Header().Get("Location"), "/quotes/"+w.rows[0].ID.String()+"#progress-") {
		t.Fatalf("%d %v %s", got.Code, err, got.Header().Get("Location"))
	}
	d := w.drafts[0]
	if d.Kind != action.QuoteAccept || d.Base != "open@1" || d.Input.Fields[action.FieldDigest] != w.rows[0].Body.(record.Quote).Digest() ||
		!strings.HasSuffix(d.Input.Fields[action.FieldConsent], "are recorded. [Accept €21,967.40]") {
		t.Errorf("asked for %+v", d)
	}
	if got, err = w.answer("decline", " \n", 0); err != nil || got.Code != http.StatusUnprocessableEntity {
		t.Fatalf("without a reason: %d %v", got.Code, err)
	}
	htmlcheck.Read(t, got.Body.String()).WantText("#text-error", "This is needed").Want("details.po-else[open]", 1)
	if got, err = w.answer("decline", "Too dear.", 0); err != nil || got.Code != http.StatusSeeOther || w.drafts[1].Kind != action.QuoteDecline || w.drafts[1].Input.Text != "Too dear." {
		t.Errorf("declined: %d %v %+v", got.Code, err, w.drafts)
	}
}

func TestADecisionOfWhatHasChangedIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.base = "open@2"
	body := w.rows[0].Body.(record.Quote)
	body.Total, body.Lines = "23000.00", []record.Line{{Text: "Scanner <2D>", Quantity: "15", Net: "16950.00"}}
	w.rows[0].Body = body
	got, err := w.answer("decline", "Too dear.", 0)
	if err != nil || got.Code != http.StatusConflict || len(w.drafts) != 0 {
		t.Fatalf("%d %v %v", got.Code, err, w.drafts)
	}
	p := htmlcheck.Read(t, got.Body.String())
	p.WantText("[data-part=stale] del", "14 Scanner <2D>, €15,820.00").WantText("[data-part=stale] ins", "15 Scanner <2D>, €16,950.00").WantText("[data-part=stale]", "€21,967.40 €23,000.00")
	p.Want("[data-part=stale] tbody tr", 2).Want(`input[name=base][value="open@2"]`, 1).WantText("textarea", "Too dear.")
}

// TestOfTwoWhoDecideOneIsTold: what was typed is kept, and nothing is offered again.
func TestOfTwoWhoDecideOneIsTold(t *testing.T) {
	t.Parallel()
	for state, blocks := range map[action.State]bool{action.Recorded: true, action.Unknown: true, action.Dead: true, action.Confirmed: true, action.Refused: false, action.Withdrawn: false} {
		w := newWorld()
		w.asked = []action.Action{{ID: action.NewID(), Account: w.id, Kind: action.QuoteAccept, Target: w.rows[0].ID, State: state, Actor: action.Actor{User: "u2", Name: "Petra"}, Recorded: now, Ended: now}}
		p := w.show(t, w.pages().Show, access.Owner, "/", w.rows[0].ID)
		if !blocks {
			p.Want("#decision form", 1)
			continue
		}
		p.Want("#decision form", 0).WantText("#decision", "Petra accepted this quote, today, 09:06. It counts when Sales shows it.").WantText("#facts", "Accepted, on its way")
		w.show(t, w.pages().List, access.Owner, "/", record.ID{}).WantText("tbody .po-status", "Accepted, on its way")
		got, err := w.answer("decline", "Too dear.", 0)
		if err != nil || got.Code != http.StatusConflict {
			t.Fatalf("%s: %d %v", state, got.Code, err)
		}
		htmlcheck.Read(t, got.Body.String()).WantText("[data-part=late]", "This is being decided already.").WantText("[data-part=late] blockquote", "Too dear.").Want("#decision form", 0)
	}
}
