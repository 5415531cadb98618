package tryton

import (
	"context"
	"fmt"
	"strings"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// Check implements remote.Connector.
func (c *Connector) Check(ctx context.Context, conn remote.Conn) remote.Report {
	s, err := c.open(conn, remote.Interactive)
	if err != nil {
		return remote.Report{Items: []remote.ReportItem{{Name: "settings", Detail: sentence(err)}}}
	}
	asked := conn.Now()
	if s.who, err = s.door.enter(ctx, s); err == nil {
		_, err = s.now(ctx) // a session that is kept may have ended
	}
	if err != nil {
		return remote.Report{Items: []remote.ReportItem{{Name: "sign in", Detail: sentence(err)}}} // nothing else can be told
	}
	as := fmt.Sprintf("%s, for %s", s.who.login, s.who.name)
	report := remote.Report{OK: true, As: as, Clock: s.clock, Asked: asked,
		Items: []remote.ReportItem{{Name: "sign in", OK: true, Detail: "Signed in as " + as + "."}}}
	for _, st := range streams {
		item := s.try(ctx, st)
		report.OK = report.OK && item.OK
		report.Items = append(report.Items, item)
	}
	item := s.tryPaying(ctx)
	report.Items = append(report.Items, item) // it may be used for reading alone
	return report
}

// groups says which of Tryton's groups may read what a stream needs.
var groups = map[string]string{
	"parties": "Party Administration", "contacts": "Party Administration", "invoices": "Account", "payments": "Account",
	"subscriptions": "Sales", "devices": "Stock",
}

func (s *session) try(ctx context.Context, st *stream) remote.ReportItem {
	item := remote.ReportItem{Name: "read " + st.spec.Name}
	n, err := s.count(ctx, st.query(s, false), 0)
	if err == nil { // counting does not show that the fields may be read
		_, err = s.page(ctx, st.query(s, false), 0)
	}
	r, told := refused(err)
	switch {
	case err == nil && n == 0:
		item.OK, item.Detail = true, "None yet."
	case err == nil:
		item.OK, item.Detail = true, fmt.Sprintf("%d found.", n)
	case told && r.missing() && st.needs != "":
		item.OK = true
		item.Detail = fmt.Sprintf("Not there: Tryton's module %s is not active. Activate it in Tryton if you want them here.", st.needs)
	case told && r.missing():
		item.Detail = "Not there: activate Tryton's module account_invoice."
	case told && r.kind == "UserError":
		item.Detail = fmt.Sprintf("The user may not read %s; add it to the group %s in Tryton.", st.spec.Name, groups[st.spec.Name])
	default:
		item.Detail = sentence(err)
	}
	return item
}

func (s *session) tryPaying(ctx context.Context) remote.ReportItem {
	item := remote.ReportItem{Name: "record payments"}
	p := &paying{session: s}
	if _, err := p.method(ctx); err != nil {
		item.Detail = sentence(err)
		return item
	}
	item.OK, item.Detail = true, "There is a payment method for them."
	return item
}

// sentence is what an administrator reads about an error.
func sentence(err error) string {
	if say := fault.Public(err); say != "" {
		return say
	}
	return "This failed for a reason that has no words yet; the log has it."
}

// Discover implements remote.Connector. What a status may be is Tryton's own list,
// of which drafts and what was cancelled are left out.
func (c *Connector) Discover(ctx context.Context, conn remote.Conn) (remote.Catalog, error) {
	out := remote.Catalog{Statuses: map[record.Kind][]string{}}
	s, err := c.open(conn, remote.Interactive)
	if err != nil {
		return out, err
	}
	if s.who, err = s.door.enter(ctx, s); err != nil {
		return out, err
	}
	out.Statuses[record.KindInvoice] = []string{"posted", "paid"}
	there, err := s.has(ctx, subscriptions)
	if err != nil {
		return out, fault.At("discover statuses", err)
	}
	if there {
		out.Statuses[record.KindContract] = []string{"running", "closed"}
	}
	q := parties.query(s, false)
	q.fields = []string{"name", "full_name"}
	err = s.each(ctx, q, 0, func(page rowsPage) error {
		for _, raw := range page.rows {
			r := read(raw)
			name := r.text("name")
			if name == "" {
				name = r.text("full_name")
			}
			if key := r.key("id"); *r.err == nil && strings.TrimSpace(name) != "" {
				out.Companies = append(out.Companies, remote.Company{Key: key, Name: name})
			}
		}
		return nil
	})
	return out, fault.At("discover companies", err)
}
