package caldav

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"portico/connectors/native/caldav/ical"
	"portico/connectors/rest"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/remote"
)

// look is an object read for an action.
type look struct {
	*session
	target
	object
	cal  calendar
	mine *record.Record  // the one that the action is on, or nil
	root *ical.Component // nil when it cannot be read
}

// look reads the target of an action the way a pull does.
func (c *Connector) look(ctx context.Context, conn remote.Conn, external string) (*look, error) {
	s, err := c.open(conn, remote.Interactive)
	if err != nil {
		return nil, err
	}
	where, err := s.find(ctx)
	if err != nil {
		return nil, err
	}
	l := &look{session: s, target: parseExternal(external)}
	if l.cal, err = s.holder(where, l.path); err != nil {
		return nil, err
	}
	href := l.path
	if !strings.HasPrefix(href, "/") {
		href = where.home + href
	}
	if l.object, err = s.get(ctx, href); err != nil {
		return nil, err
	}
	for _, r := range s.records(l.cal, l.path, l.object, step(conn.Now())).records {
		if r.External == external {
			l.mine = &r
		}
	}
	l.root, _ = ical.Parse(l.data) // of one that cannot be read nothing is confirmed
	return l, nil
}

// holder is the calendar, of those that may be seen, in which an object lies.
func (s *session) holder(p place, path string) (calendar, error) {
	calendars, err := s.chosen(p)
	if err != nil {
		return calendar{}, err
	}
	for _, cal := range calendars {
		href := path
		if !strings.HasPrefix(href, "/") {
			href = p.home + path
		}
		if strings.HasPrefix(href, cal.href) && !strings.Contains(strings.TrimPrefix(href, cal.href), "/") {
			return cal, nil
		}
	}
	return calendar{}, fault.New(fault.NotFound, "This is no longer in a calendar that clients see.")
}

// Prepare implements remote.Connector. The mark is the ETag.
func (c *Connector) Prepare(ctx context.Context, conn remote.Conn, a action.Action) (string, remote.Outcome) {
	l, err := c.look(ctx, conn, a.External)
	if err != nil {
		return "", before(err)
	}
	switch {
	case l.root != nil && holds(l.root, a.Ref):
		return l.etag, remote.Outcome{Verdict: remote.Done} // an earlier attempt; Act sees it too
	case l.mine == nil:
		return "", remote.Outcome{Verdict: remote.Rejected, Reason: "This appointment is no longer in the calendar."}
	case l.etag == "" || strings.HasPrefix(l.etag, "W/"):
		return "", remote.Outcome{Verdict: remote.Rejected, Reason: "The calendar server names no versions of its events, so nothing can be written safely."}
	}
	e := l.mine.Body.(record.Event)
	if diff := differs(a.Base, *l.mine, e); len(diff) > 0 {
		return "", remote.Outcome{Verdict: remote.Conflict, Reason: "The appointment was changed in the calendar; please look at it again.",
			Diff: diff, Records: []record.Record{*l.mine}}
	}
	if e.Status == "CANCELLED" {
		return "", remote.Outcome{Verdict: remote.Rejected, Reason: "This appointment was cancelled.", Records: []record.Record{*l.mine}}
	}
	return l.etag, remote.Outcome{Verdict: remote.Done}
}

// differs tells what changed since the version that a person saw.
func differs(base string, r record.Record, e record.Event) []remote.Difference {
	status, seen, ok := strings.Cut(base, "@")
	if !ok || seen == r.Version && status == e.Status {
		return nil
	}
	if status != e.Status {
		return []remote.Difference{{Field: "status", Was: status, Now: e.Status}}
	}
	was, now := span(seen), span(r.Version)
	if was != now {
		return []remote.Difference{{Field: "time", Was: was, Now: now}}
	}
	return []remote.Difference{{Field: "details", Now: e.Title}}
}

// span is begin and end of a version, to be read.
func span(version string) string {
	parts := strings.Split(version, "/")
	if len(parts) != 3 {
		return ""
	}
	var out []string
	for _, p := range parts[:2] {
		if at, err := time.Parse(moments, p); err == nil {
			out = append(out, at.Format("2006-01-02 15:04 UTC"))
		}
	}
	return strings.Join(out, " – ")
}

// Act implements remote.Connector: it puts the object back with one more line, if
// it still is as Prepare saw it. When it is not, Prepare looks at what changed.
func (c *Connector) Act(ctx context.Context, conn remote.Conn, a action.Action) remote.Outcome {
	l, err := c.look(ctx, conn, a.External)
	if err != nil {
		return before(err)
	}
	if l.root != nil && holds(l.root, a.Ref) {
		return remote.Outcome{Verdict: remote.Done, Reference: a.Ref}
	}
	if l.mine == nil || l.etag != a.Mark {
		return remote.Outcome{Verdict: remote.Retry, Cause: errors.New("the event changed since it was looked at")}
	}
	data, err := l.write(l.data, a, l.target, l.mine.Company, conn.Now())
	if err != nil {
		return before(fault.Wrap(fault.Internal, "write the confirmation", err))
	}
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	resp, err := l.client.Do(ctx, rest.Request{Method: http.MethodPut, URL: l.href, Body: data,
		Header: http.Header{"If-Match": {l.etag}, "Content-Type": {"text/calendar; charset=utf-8"}}})
	if err == nil {
		return remote.Outcome{Verdict: remote.Done, Reference: a.Ref}
	}
	if resp != nil && (resp.Status == http.StatusPreconditionFailed || resp.Status == http.StatusConflict) {
		return remote.Outcome{Verdict: remote.Retry, Cause: err}
	}
	out := after(err)
	if resp != nil && resp.Status < 300 {
		out.Verdict = remote.Unknown // it said yes in words that cannot be read
	}
	return out
}

// Probe implements remote.Connector.
func (c *Connector) Probe(ctx context.Context, conn remote.Conn, a action.Action) remote.Outcome {
	l, err := c.look(ctx, conn, a.External)
	switch {
	case fault.Is(err, fault.NotFound):
		return remote.Outcome{Verdict: remote.Retry, Cause: err} // Prepare says what became of it
	case err != nil:
		return unknown(err)
	case l.root != nil && holds(l.root, a.Ref):
		return remote.Outcome{Verdict: remote.Done, Reference: a.Ref}
	default:
		return remote.Outcome{Verdict: remote.Retry}
	}
}

// Confirm implements remote.Connector.
func (c *Connector) Confirm(ctx context.Context, conn remote.Conn, a action.Action) remote.Outcome {
	l, err := c.look(ctx, conn, a.External)
	if err != nil {
		return unknown(err)
	}
	out := remote.Outcome{Verdict: remote.Retry}
	if l.mine != nil {
		out.Records = []record.Record{*l.mine}
	}
	if l.root != nil && holds(l.root, a.Ref) {
		out.Verdict, out.Reference = remote.Done, a.Ref
	}
	return out
}

// Read implements remote.Connector.
func (c *Connector) Read(ctx context.Context, conn remote.Conn, refs []record.Ref) ([]record.Record, error) {
	var out []record.Record
	for _, ref := range refs {
		if ref.Kind != record.KindEvent {
			return nil, fault.Newf(fault.Internal, "A calendar cannot read a %s again.", ref.Kind)
		}
		l, err := c.look(ctx, conn, ref.External)
		switch {
		case fault.Is(err, fault.NotFound):
		case err != nil:
			return nil, fault.At("read again", err)
		case l.mine != nil:
			out = append(out, *l.mine)
		}
	}
	return out, nil
}

func unknown(err error) remote.Outcome {
	return remote.Outcome{Verdict: remote.Unknown, Reason: fault.Public(err), Cause: err, After: fault.RetryAfter(err)}
}

// unaccepted is how long to wait for an administrator to mend a credential.
const unaccepted = 5 * time.Minute

// before maps a fault of a request that certainly took no effect.
func before(err error) remote.Outcome {
	out := remote.Outcome{Verdict: remote.Retry, Reason: fault.Public(err), Cause: err, After: fault.RetryAfter(err)}
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.NotFound, fault.Invalid, fault.TooLarge:
		out.Verdict = remote.Rejected
	case fault.Unauthenticated, fault.Setup:
		out.After = max(out.After, unaccepted)
	}
	return out
}

// after maps a fault of a write that may have left. An answer of 5xx, or one that
// cannot be read, says nothing about the effect.
func after(err error) remote.Outcome {
	out := before(err)
	switch kind := fault.KindOf(err); {
	case kind == fault.Unknown, kind == fault.Broken, kind == fault.Unavailable && rest.Answered(err):
		out.Verdict = remote.Unknown
	}
	return out
}
