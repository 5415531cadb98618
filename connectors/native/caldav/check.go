package caldav

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"portico/connectors/native/caldav/ical"
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
	where, err := s.find(ctx)
	if err != nil {
		return remote.Report{Items: []remote.ReportItem{{Name: "sign in", Detail: sentence(err)}}}
	}
	report := remote.Report{OK: true, As: s.user, Clock: s.clock, Asked: asked}
	if where.principal != "" {
		report.As = where.principal
	}
	note := func(name string, ok bool, detail string) {
		report.Items = append(report.Items, remote.ReportItem{Name: name, OK: ok, Detail: detail})
	}
	note("sign in", true, "Signed in as "+report.As+".")
	calendars, err := s.chosen(where)
	if err != nil {
		report.OK = false
		note("calendars", false, sentence(err))
		return report
	}
	note("calendars", true, fmt.Sprintf("Shown to clients: %s. The user sees: %s.", listed(calendars), listed(where.calendars)))
	for _, cal := range calendars {
		all, err := s.everything(ctx, cal)
		if err != nil {
			report.OK = false
			note("read "+cal.name, false, sentence(err))
			continue
		}
		how := "changes and deletions are told by the server"
		if !cal.sync {
			how = "the server cannot tell what changed (no sync-collection), so the list is compared each time and deletions are noticed within the hour"
		}
		note("read "+cal.name, true, fmt.Sprintf("%d entries; %s.", len(all), how))
		if cal.writable {
			note("confirm in "+cal.name, true, "The user may write: a client's confirmation is put into the event.")
		} else { // reading alone is worth having
			note("confirm in "+cal.name, false, "The user may only read: clients see the events and cannot confirm them. To allow it, share the calendar with the right to write.")
		}
	}
	return report
}

// sentence is what an administrator reads about an error.
func sentence(err error) string {
	if say := fault.Public(err); say != "" {
		return say
	}
	return "This failed for a reason that has no words yet; the log has it."
}

// Discover implements remote.Connector: the companies that events name today.
func (c *Connector) Discover(ctx context.Context, conn remote.Conn) (remote.Catalog, error) {
	out := remote.Catalog{Statuses: map[record.Kind][]string{record.KindEvent: {"CONFIRMED", "TENTATIVE", "CANCELLED"}}}
	s, err := c.open(conn, remote.Background)
	if err != nil {
		return out, err
	}
	where, err := s.find(ctx)
	if err != nil {
		return out, fault.At("find the calendars", err)
	}
	calendars, err := s.chosen(where)
	if err != nil {
		return out, err
	}
	seen := map[string]bool{"": true}
	add := func(key, name string) {
		if !seen[key] {
			seen[key] = true
			out.Companies = append(out.Companies, remote.Company{Key: key, Name: name})
		}
	}
	for _, cal := range calendars {
		if s.clients == byCalendar {
			add(strings.Trim(cal.path, "/"), cal.name)
			continue
		}
		err := s.objects(ctx, cal, func(o object) bool {
			root, err := ical.Parse(o.data)
			if err != nil {
				return true // the pull says why
			}
			for _, part := range root.Parts {
				if part.Name != "VEVENT" || private(part) {
					continue
				}
				for _, key := range s.companies(cal, part) {
					add(key, key)
				}
			}
			return true
		})
		if err != nil {
			return out, fault.At("read calendar "+cal.path, err)
		}
	}
	slices.SortFunc(out.Companies, func(a, b remote.Company) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// objects goes through a calendar until visit says that it is enough.
func (s *session) objects(ctx context.Context, cal calendar, visit func(object) bool) error {
	all, err := s.everything(ctx, cal)
	if err != nil {
		return err
	}
	for len(all) > 0 {
		part := all[:min(batch, len(all))]
		all = all[len(part):]
		got, err := s.read(ctx, cal, part)
		if err != nil {
			return err
		}
		for _, e := range part {
			if o, ok := got[e.href]; ok && !visit(o) {
				return nil
			}
		}
	}
	return nil
}

// Preview implements remote.Sampler: an event as its calendar has it, beside its
// first record.
func (c *Connector) Preview(ctx context.Context, conn remote.Conn, stream string, n int) ([]remote.Sample, error) {
	if stream != Stream {
		return nil, fault.Newf(fault.Invalid, "A calendar has no stream %q.", stream)
	}
	s, err := c.open(conn, remote.Background)
	if err != nil {
		return nil, err
	}
	where, err := s.find(ctx)
	if err != nil {
		return nil, fault.At("find the calendars", err)
	}
	calendars, err := s.chosen(where)
	if err != nil {
		return nil, err
	}
	var out []remote.Sample
	for _, cal := range calendars {
		err := s.objects(ctx, cal, func(o object) bool {
			got := s.records(cal, strings.TrimPrefix(o.href, where.home), o, step(conn.Now()))
			sample := remote.Sample{Raw: string(o.data), Kind: record.KindEvent}
			switch {
			case len(got.records) > 0:
				sample.Record = &got.records[0]
			case len(got.rejects) > 0:
				sample.Reject = &got.rejects[0]
			default:
				return true // private, or no event
			}
			out = append(out, sample)
			return len(out) < n
		})
		if err != nil {
			return nil, fault.At("preview "+stream, err)
		}
		if len(out) >= n {
			break
		}
	}
	return out, nil
}
