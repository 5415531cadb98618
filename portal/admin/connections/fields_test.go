package connections_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portico/portal/admin/connections"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// cabinet is the custom fields behind the pages, in memory.
type cabinet struct {
	fields connections.Fields
	shown  []record.CustomField // seen and is, of each decision
	err    error
}

func (c *cabinet) Fields(context.Context, access.Scope, record.ConnectionID) (connections.Fields, error) {
	return c.fields, nil
}

func (c *cabinet) Samples(_ context.Context, _ access.Scope, _ record.ConnectionID, _ record.Kind, field string) ([]string, error) {
	return map[string][]string{"7": {"4711", "<b>bold</b>"}}[field], nil
}

func (c *cabinet) ShowField(_ context.Context, _ access.Scope, _ record.ConnectionID, seen, is record.CustomField) error {
	if c.err == nil {
		c.shown = append(c.shown, seen, is)
	}
	return c.err
}

func (c *cabinet) AskFields(context.Context, access.Scope, record.ConnectionID) error { return c.err }

func withFields(t *testing.T) (*world, *cabinet) {
	t.Helper()
	w := newWorld(t)
	w.cabinet.fields = connections.Fields{
		List: []record.CustomField{{Kind: record.KindTicket, ID: "7", Label: "Cost centre", Type: record.CustomText, Shown: record.ShownNobody},
			{Kind: record.KindAsset, ID: "8", Label: "Leased", Type: record.CustomYesNo, Name: "On lease", Shown: record.ShownClients, Order: 2},
			{Kind: record.KindContact, ID: "9", Label: "No page shows it", Shown: record.ShownNobody}},
		Counts: map[record.Kind]map[string]int{record.KindTicket: {"7": 3}}, Looked: map[record.Kind]int{record.KindTicket: 12}}
	return w, &w.cabinet
}

func TestFieldsAreListedWithWhoIsShownThem(t *testing.T) {
	t.Parallel()
	w, c := withFields(t)
	page := w.get(w.pages.CustomFields, w.id, "")
	page.Want("main tbody tr", 2).WantText("main tbody tr:first-child", "Cost centre").WantText("main tbody tr:first-child", "Nobody").
		WantText("main tbody tr:first-child", "3 of 12").WantText("main tbody tr:last-child", "On lease").WantText("main tbody tr:last-child", "Clients and staff").
		Want("#edit", 0).Want("[data-part=samples]", 0)
	c.fields.List = nil
	w.get(w.pages.CustomFields, w.id, "").Want("main .po-empty form", 1)
}

func TestWhoIsShownAFieldIsDecidedOnWhatWasSeen(t *testing.T) {
	t.Parallel()
	w, c := withFields(t)
	page := w.get(w.pages.CustomFields, w.id, "kind=ticket&field=7")
	page.WantText("#edit [data-part=samples]", "<b>bold</b>").Want("#edit option[selected][value=hidden]", 1)
	form := url.Values{"kind": {"ticket"}, "field": {"7"}, "name": {"Kostenstelle"}, "shown": {"clients"}, "order": {"4"}, "seen": {`{"name":"","shown":"hidden","order":0}`}}
	if _, to := w.post(w.pages.ShowField, w.id, http.StatusSeeOther, form); !strings.HasSuffix(to, "/fields?done=field") {
		t.Errorf("it leads to %s", to)
	}
	if len(c.shown) != 2 || c.shown[0].Shown != record.ShownNobody || c.shown[1].Shown != record.ShownClients || c.shown[1].Name != "Kostenstelle" || c.shown[1].Order != 4 {
		t.Errorf("%+v", c.shown)
	}
	form.Set("order", "-1")
	page, _ = w.post(w.pages.ShowField, w.id, http.StatusUnprocessableEntity, form)
	page.WantText("#edit", "A whole number from 0 to 999.").Want("#edit input[name=order][value='-1']", 1)
	form.Set("order", "4")
	c.err = fault.New(fault.Conflict, "Somebody else changed this field meanwhile. Look at it again.")
	page, _ = w.post(w.pages.ShowField, w.id, http.StatusConflict, form)
	page.WantText("[data-part=problems]", "Somebody else").Want("#edit input[name=name][value=Kostenstelle]", 1)
	form.Set("field", "nothing")
	r, _ := http.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, err := w.do(w.pages.ShowField, r, w.id); !fault.Is(err, fault.NotFound) {
		t.Errorf("a field that is not there: %v", err)
	}
}

func TestASystemIsAskedForItsFields(t *testing.T) {
	t.Parallel()
	w, c := withFields(t)
	if _, to := w.post(w.pages.AskFields, w.id, http.StatusSeeOther, url.Values{}); !strings.HasSuffix(to, "/fields?done=asked") {
		t.Errorf("it leads to %s", to)
	}
	c.err = fault.New(fault.Setup, "The system names no custom field.")
	page, _ := w.post(w.pages.AskFields, w.id, http.StatusUnprocessableEntity, url.Values{})
	page.WantText("[data-part=problems]", "names no custom field")
}
