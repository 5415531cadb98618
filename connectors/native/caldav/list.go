package caldav

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"portico/sync/fault"
)

var (
	errNotOne  = errors.New("one answer was due")
	errNoToken = errors.New("the answer has no sync-token")
)

// entry is an object in a list: where it is and how it was.
type entry struct {
	href string // canonical
	etag string
	raw  string // as the server writes it, to be asked for by
}

// changes is the answer to a sync-collection.
type changes struct {
	changed []entry
	gone    []string // hrefs
	token   string
	more    bool // the server cut the list; the token goes on behind it
}

// since asks what changed since a token, everything when it is "". expired says
// that the server no longer knows the token.
func (s *session) since(ctx context.Context, cal calendar, token string) (out changes, expired bool, err error) {
	ms, resp, err := s.do(ctx, "REPORT", cal.href, "0", syncCollection(token))
	if err != nil {
		// RFC 6578, section 3.2: the precondition stands in the body, whatever the status.
		if resp != nil && resp.Status >= 400 && resp.Status < 500 && bytes.Contains(resp.Body, []byte("valid-sync-token")) && token != "" {
			return out, true, nil
		}
		return out, false, fault.At("ask what changed", err)
	}
	if out.token = strings.TrimSpace(ms.Token); out.token == "" {
		return out, false, broken(errNoToken)
	}
	for _, r := range ms.Responses {
		href := s.canonical(r.href())
		p, found := r.found()
		switch {
		case strings.TrimRight(href, "/") == strings.TrimRight(cal.href, "/"):
			out.more = out.more || code(r.Status) == 507 // section 3.6
		case code(r.Status) == 404:
			out.gone = append(out.gone, href)
		case strings.HasSuffix(href, "/"): // a folder in the calendar
		case found && p.ETag != "":
			out.changed = append(out.changed, entry{href, p.ETag, r.href()})
		default:
			return out, false, broken(fmt.Errorf("an object has neither ETag nor status (%q)", r.Status))
		}
	}
	if out.more && out.token == token {
		return out, false, broken(errors.New("the list does not go on"))
	}
	return out, false, nil
}

// everything lists all objects of a calendar, by whichever way the server has.
func (s *session) everything(ctx context.Context, cal calendar) ([]entry, error) {
	if !cal.sync {
		return s.members(ctx, cal)
	}
	var out []entry
	token := ""
	for range maxParts {
		part, expired, err := s.since(ctx, cal, token)
		if err != nil {
			return nil, err
		}
		if expired {
			return nil, fault.New(fault.Unavailable, "The calendar changed while it was listed; we try again.")
		}
		out = slices.DeleteFunc(out, func(e entry) bool { return slices.Contains(part.gone, e.href) })
		out = append(out, part.changed...)
		if token = part.token; !part.more {
			return out, nil
		}
	}
	return nil, broken(errors.New("the list has no end"))
}

// maxParts is how often a list may be cut.
const maxParts = 10_000

// members lists a calendar the way any WebDAV server can.
func (s *session) members(ctx context.Context, cal calendar) ([]entry, error) {
	ms, _, err := s.do(ctx, "PROPFIND", cal.href, "1", propfind(`<d:getetag/><d:resourcetype/>`))
	if err != nil {
		return nil, fault.At("list calendar", err)
	}
	var out []entry
	itself := false
	for _, r := range ms.Responses {
		href := s.canonical(r.href())
		p, found := r.found()
		switch {
		case strings.TrimRight(href, "/") == strings.TrimRight(cal.href, "/"):
			itself = true
		case !found || p.Type.has("collection"):
		case p.ETag == "":
			return nil, fault.New(fault.Setup, "The calendar server names no versions of its events (ETag), so changes cannot be told.")
		default:
			out = append(out, entry{href, p.ETag, r.href()})
		}
	}
	if !itself {
		return nil, broken(errors.New("the calendar is missing in its own list"))
	}
	return out, nil
}

// batch is how many objects are asked for at once.
const batch = 100

// read fetches objects. One that is gone meanwhile is absent; one that the server
// answers with nothing usable is asked for alone, so that it spoils no other.
func (s *session) read(ctx context.Context, cal calendar, list []entry) (map[string]object, error) {
	want := make([]string, len(list))
	for i, e := range list {
		if want[i] = e.raw; e.raw == "" {
			want[i] = e.href
		}
	}
	out := map[string]object{}
	ms, _, err := s.do(ctx, "REPORT", cal.href, "1", multiget(want))
	switch {
	case fault.Is(err, fault.Broken) && len(list) > 1: // one of them may be to blame
		for _, e := range list {
			if err := s.alone(ctx, e.href, out); err != nil {
				return nil, err
			}
		}
		return out, nil
	case err != nil && !fault.Is(err, fault.Broken):
		return nil, fault.At("read events", err)
	}
	answered := map[string]bool{}
	for _, r := range ms.Responses {
		href := s.canonical(r.href())
		p, found := r.found()
		answered[href] = true
		if found && p.Data != nil {
			out[href] = object{href: href, etag: p.ETag, data: []byte(*p.Data)}
		}
	}
	missing := 0
	for _, e := range list {
		if _, ok := out[e.href]; ok {
			continue
		}
		if !answered[e.href] {
			missing++
		}
		if missing > 3 && missing > len(list)/10 {
			return nil, fault.New(fault.Unavailable, "The calendar server sent fewer events than it was asked for; nothing of it is used and we try again.")
		}
		// Also of one that it calls missing: the list named it a moment ago.
		if err := s.alone(ctx, e.href, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// alone reads one object into the map. What is refused stays there empty.
func (s *session) alone(ctx context.Context, href string, into map[string]object) error {
	o, err := s.get(ctx, href)
	switch {
	case err == nil:
		into[href] = o
	case fault.Is(err, fault.NotFound):
	case fault.Is(err, fault.Forbidden), fault.Is(err, fault.TooLarge), fault.Is(err, fault.Invalid):
		into[href] = object{href: href, refused: true}
	default:
		return fault.At("read an event", err)
	}
	return nil
}
