package engine

import (
	"context"

	"portico/connectors/manifest"
	"portico/sync/fault"
	"portico/sync/remote"
)

// Check implements remote.Connector.
func (c *Connector) Check(ctx context.Context, conn remote.Conn) remote.Report {
	report := remote.Report{OK: true}
	s, err := c.open(conn, remote.Interactive)
	if err != nil {
		return remote.Report{Items: []remote.ReportItem{{Name: "settings", Detail: sentence(err)}}}
	}
	if c.m.Identity != nil {
		item := remote.ReportItem{Name: "sign in", OK: true}
		asked := conn.Now()
		if err := s.identify(ctx); err != nil {
			item.OK, item.Detail = false, sentence(err)
			return remote.Report{Items: []remote.ReportItem{item}} // nothing else can be told
		}
		if name, err := c.m.Identity.Name.Text(s.env()); err == nil {
			report.As, item.Detail = name, "Signed in as "+name+"."
		}
		report.Clock, report.Asked = s.clock, asked
		report.Items = append(report.Items, item)
	}
	for i := range c.m.Check.Steps {
		step := &c.m.Check.Steps[i]
		item := s.step(ctx, step)
		report.OK = report.OK && (item.OK || step.Warn)
		report.Items = append(report.Items, item)
	}
	return report
}

func (s *session) step(ctx context.Context, step *manifest.CheckStep) remote.ReportItem {
	item := remote.ReportItem{Name: step.Name}
	got, err := s.get(ctx, &step.Request, s.env(), nil)
	if err != nil {
		item.Detail = sentence(err)
		if kind := fault.KindOf(err); step.Missing.Set() && (kind == fault.Forbidden || kind == fault.NotFound) {
			item.Detail, _ = step.Missing.Text(with(s.env(), answer{}.env())) // the sentence above stands for an unreadable one
		}
		return item
	}
	env := with(s.env(), got.env())
	say := &step.Found
	if item.OK, err = step.Expect.Bool(env); err != nil || !item.OK {
		item.OK, say = false, &step.Missing
	}
	if item.Detail, err = say.Text(env); err != nil {
		item.OK, item.Detail = false, sentence(broken("read the answer", err))
	}
	return item
}

// sentence is what an administrator reads about an error.
func sentence(err error) string {
	if say := fault.Public(err); say != "" {
		return say
	}
	return "This failed for a reason that has no words yet; the log has it."
}
