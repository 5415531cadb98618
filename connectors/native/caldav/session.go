package caldav

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"portico/connectors/rest"
	"portico/sync/fault"
	"portico/sync/remote"
)

// session is one piece of work on one connection.
type session struct {
	settings
	conn   remote.Conn
	client *rest.Client
	origin string    // scheme and host
	clock  time.Time // of the server when it first answered; zero when it does not say
}

// open settles the settings. Nothing is sent yet.
func (c *Connector) open(conn remote.Conn, class remote.Class) (*session, error) {
	set, err := readSettings(conn.Settings)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(set.url)
	if err != nil {
		return nil, fault.Wrap(fault.Setup, "parse address", err)
	}
	s := &session{settings: set, conn: conn, origin: u.Scheme + "://" + u.Host}
	s.client, err = rest.New(conn, rest.Config{
		Base: s.origin, Header: http.Header{"User-Agent": {"Portico"}}, Class: class, Timeout: 60 * time.Second,
		Auth: rest.Basic(
			func() (string, error) { return set.user, nil },
			func() (string, error) { p, err := conn.Secret("password"); return p, fault.At("read credential", err) }),
		Judge: s.judge, Breaker: c.breaker(conn.ID),
	})
	return s, err
}

// judge adds what is particular to CalDAV to the common meanings.
func (s *session) judge(r *rest.Response) error {
	err := rest.Judge(r)
	switch {
	case err == nil || r.Status < 400:
		return err
	case r.Status == http.StatusUnauthorized:
		return fault.Newf(fault.Unauthenticated, "The calendar server does not accept user %s with this password; enter them again.", s.user).Because("sign in", err)
	case r.Status == http.StatusForbidden:
		return fault.Newf(fault.Forbidden, "The calendar server does not let user %s do this; share the calendar with it.", s.user).Because("request", err)
	case r.Status == http.StatusMethodNotAllowed || r.Status == http.StatusNotImplemented:
		return fault.New(fault.Setup, "There is no CalDAV at this address; check its path.").Because("request", err)
	case r.Status == http.StatusInsufficientStorage:
		return fault.New(fault.Unavailable, "The calendar server has no room; we try again.").Because("request", err)
	default:
		return err
	}
}

// do sends a request that changes nothing and wants a multistatus.
func (s *session) do(ctx context.Context, method, href, depth string, body []byte) (multistatus, *rest.Response, error) {
	resp, err := s.client.Do(ctx, rest.Request{Method: method, URL: href, Body: body, Read: true,
		Header: http.Header{"Depth": {depth}, "Content-Type": {"application/xml; charset=utf-8"}}})
	if resp != nil && s.clock.IsZero() {
		if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
			s.clock = at
		}
	}
	if err != nil {
		return multistatus{}, resp, err
	}
	if resp.Status != http.StatusMultiStatus {
		return multistatus{}, resp, fault.New(fault.Setup, "The address does not answer like a CalDAV server; check its path.")
	}
	ms, err := decode(resp.Body)
	return ms, resp, err
}

// object is one calendar object as the server has it.
type object struct {
	href string
	etag string
	data []byte
	// refused says that the server lists it and does not hand it over.
	refused bool
}

// get reads one object, byte for byte.
func (s *session) get(ctx context.Context, href string) (object, error) {
	resp, err := s.client.Do(ctx, rest.Request{URL: href, Header: http.Header{"Accept": {"text/calendar"}}})
	if err != nil {
		return object{}, err
	}
	return object{href: href, etag: resp.Header.Get("ETag"), data: resp.Body}, nil
}

// canonical writes a path one way, however the server encodes it: its answers to
// different reports may not agree. An address on another host stays as it is.
func (s *session) canonical(href string) string {
	href = strings.TrimPrefix(href, s.origin)
	segments := strings.Split(href, "/")
	for i, segment := range segments {
		if plain, err := url.PathUnescape(segment); err == nil {
			segments[i] = url.PathEscape(plain)
		}
	}
	return strings.Join(segments, "/")
}
