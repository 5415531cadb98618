// Package snipeit_test proves the manifest of Snipe-IT over its fake.
package snipeit_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/connectors/connectortest"
	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/shelf"
	"portico/connectors/vendorfake/snipeit"
	"portico/sync/record"
)

const canary = "canary-77ab-own"

func target() connectortest.Target { return of(snipeit.Options{}, nil) }

// of is a site, once somebody has changed it.
func of(o snipeit.Options, changed func(s *site)) connectortest.Target {
	return connectortest.Target{Connector: connectortest.Manifest(os.DirFS("."), "manifest.yaml"), System: func(t testing.TB, clock *connectortest.Clock) *connectortest.System {
		s := newSite(clock, o)
		if changed != nil {
			changed(s)
		}
		return s.system(t)
	}}
}

func TestSnipeITKeepsEveryPromise(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, target())
}

// site has two companies and 470 devices: three pages of a list.
type site struct {
	*snipeit.Fake
	companies, people []int
	shown             []string
	purged            map[string]bool
	gone              int
}

func newSite(clock *connectortest.Clock, o snipeit.Options) *site {
	o.Clock, o.Token = clock.Now, "good"
	s := &site{Fake: snipeit.New(o), purged: map[string]bool{}}
	for i, name := range []string{"Nordwind Logistik GmbH", "Brightleaf Dental & Sons"} {
		s.companies = append(s.companies, s.Company(name))
		s.people = append(s.people, s.User([]string{"Bo Lind", "Cy Roth"}[i], []string{"Bo@nordwind.example", "cy@brightleaf.example"}[i], s.companies[i]))
	}
	for i := range 470 {
		s.add("Notebook " + strconv.Itoa(i))
	}
	s.Device(canary, 0)
	return s
}

func (s *site) add(name string) string {
	id := s.Device(name, s.companies[len(s.shown)%2])
	s.shown = append(s.shown, strconv.Itoa(id))
	return strconv.Itoa(id)
}

func number(external string) int {
	id, _ := strconv.Atoi(external)
	return id
}

func (s *site) system(t testing.TB) *connectortest.System {
	t.Helper()
	srv := httptest.NewServer(s.Fake)
	t.Cleanup(srv.Close)
	return &connectortest.System{
		Settings: map[string]string{"url": srv.URL, "zone": "UTC"},
		Secrets:  map[string]string{"token": "good"}, BadSecrets: map[string]string{"token": "bad"},
		Faults: s.Faults, Main: "hardware",
		List:     faults.Match{Method: "GET", Path: "=" + snipeit.Base + "/hardware"},
		Pages:    faults.List{Rows: "rows", Totals: []string{"total"}},
		Canaries: []string{canary},
		Records:  func() []string { return slices.Clone(s.shown) },
		Change:   func(external, marker string) { s.Shelf.Change(number(external), shelf.Values{"name": marker}) },
		Add:      s.add,
		Begin: func(external, marker string) func() {
			return s.Shelf.Begin(number(external), shelf.Values{"name": marker})
		},
		Delete:  s.remove,
		Restore: s.restore,
		Rotate: func() map[string]string {
			s.SetToken("new")
			return map[string]string{"token": "new"}
		},
	}
}

// remove deletes a device, and purges every second one at once.
func (s *site) remove(external string) {
	s.gone++
	s.purged[external] = s.gone%2 == 0
	s.Shelf.Delete(number(external), !s.purged[external])
	s.shown = slices.DeleteFunc(s.shown, func(id string) bool { return id == external })
}

func (s *site) restore(external string) bool {
	if s.purged[external] {
		return false
	}
	s.shown = append(s.shown, external)
	return s.Shelf.Restore(number(external))
}

// pulled is what comes of the devices whose names have the text.
func pulled(t *testing.T, in connectortest.Target, text string) []record.Record {
	t.Helper()
	return slices.DeleteFunc(connectortest.Pulled(t, in, "hardware"), func(r record.Record) bool { return !strings.Contains(r.Body.(record.Asset).Name, text) })
}

func TestADeviceIsToldAsPeopleReadIt(t *testing.T) {
	t.Parallel()
	got := pulled(t, of(snipeit.Options{}, func(s *site) {
		id := number(s.add(`Bo's "best" <one> & only`))
		s.CheckOut(id, s.people[0])
		s.Shelf.Change(id, shelf.Values{"warranty_expires": "2027-01-31"})
	}), "best")
	if len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	want := record.Asset{Tag: `Bo's "best" <one> & only`, Name: `Bo's "best" <one> & only`, Model: `Notebook 14"`, Serial: "S&N 1", Category: "Notebooks", Status: "Deployed",
		HeldBy: record.Person{Name: "Bo Lind", Email: "bo@nordwind.example"}, WarrantyUntil: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)}
	if is := got[0].Body.(record.Asset); is != want {
		t.Errorf("it is\n\t%+v, want\n\t%+v", is, want)
	}
}

func TestTimesAreReadInTheZoneOfTheServer(t *testing.T) {
	t.Parallel()
	east, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Skipf("no time zones here: %v", err)
	}
	var changed time.Time
	in := of(snipeit.Options{Zone: east}, func(s *site) {
		thing, _ := s.Shelf.Get(snipeit.Hardware, number(s.add("In the east")))
		changed = thing.Updated
	})
	inner := in.System
	in.System = func(t testing.TB, clock *connectortest.Clock) *connectortest.System {
		out := inner(t, clock)
		out.Settings["zone"] = east.String()
		return out
	}
	if got := pulled(t, in, "In the east"); len(got) != 1 || !got[0].Updated.Equal(changed.Truncate(time.Second)) {
		t.Errorf("%+v, changed %s", got, changed)
	}
}

func TestAServerThatLowersTheLimitIsNoticedByTheCheck(t *testing.T) {
	t.Parallel()
	c, conn := connectortest.Opened(t, of(snipeit.Options{Most: 50}, nil))
	report := c.Check(t.Context(), conn)
	if said := fmt.Sprintf("%+v", report); report.OK || !strings.Contains(said, "MAX_RESULTS") {
		t.Errorf("%+v", report)
	}
}
