// Package rest is vendor HTTP: one request at a time over the connection's
// transport, signed in, within its budget, with a cap on what is read and a
// plain sentence for every way in which it can fail.
//
// It promises that a write leaves at most once, that nothing is sent inside a
// Retry-After window, and that a failed write tells whether it certainly never
// reached the other side (any kind but Unknown) or nobody knows (fault.Unknown).
package rest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"portico/sync/fault"
	"portico/sync/remote"
)

// Defaults that a Config leaves at zero.
const (
	DefaultTimeout = 30 * time.Second
	DefaultMaxBody = 64 << 20 // bytes
	attempts       = 4        // of a background read, the first included
)

// Config is what differs between systems.
type Config struct {
	Base       string // absolute address that paths are appended to
	Header     http.Header
	Auth       Auth
	Keeper     *Keeper       // signs with a token that is renewed; nil means Auth alone
	Hidden     string        // parameter that carries the credential, or ""
	Timeout    time.Duration // of one request, its answer included
	MaxBody    int64         // bytes of one answer
	RetryAfter string        // header; "" means Retry-After
	Gauge      Gauge         // headers that tell what is left; pulls stop at its floor
	Class      remote.Class
	// Judge turns an answer into a fault, or nil when it is good. Nil means Judge.
	Judge func(*Response) error
	// Breaker is shared by every client of the connection; nil means none.
	Breaker *Breaker
	// Record sees every exchange, credentials removed; nil means none.
	Record func(Exchange)
}

// Client sends requests of one connection. It is safe for concurrent use.
type Client struct {
	conn remote.Conn
	cfg  Config
	base *url.URL
	http *http.Client
}

// New returns a client. The error is of kind Setup when the address is no address.
func New(conn remote.Conn, cfg Config) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(cfg.Base, "/"))
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || base.User != nil {
		return nil, fault.New(fault.Setup, "The address must be like https://help.example.com, without a name or password in it.").Because("parse address", err)
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.MaxBody <= 0 {
		cfg.MaxBody = DefaultMaxBody
	}
	if cfg.RetryAfter == "" {
		cfg.RetryAfter = "Retry-After"
	}
	if cfg.Judge == nil {
		cfg.Judge = Judge
	}
	return &Client{conn: conn, cfg: cfg, base: base, http: &http.Client{
		Transport:     conn.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Request is one request. Path is appended to the base and already encoded; URL
// replaces both and must be on the same host.
type Request struct {
	Method string
	Path   string
	URL    string
	Query  url.Values
	Header http.Header
	Body   []byte // JSON
	// Content opens what is sent in the place of Body, Length bytes: anew for each try.
	Content func() (io.ReadCloser, error)
	Length  int64
	// Read marks a request that changes nothing although its method is not GET.
	Read bool
	// Away says that URL may lead to another computer, because the system told it for
	// this one request. Nothing that signs in goes there, nor any other header of ours.
	Away bool
}

// Response is one whole answer.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	At     string // path of the request, for messages

	token int64 // version that the request was signed with
}

func (r Request) writes() bool { return r.Method != "" && r.Method != http.MethodGet && !r.Read }

// Do sends the request and reads the whole answer. A background read is tried
// again after a passing failure; a write never is. With an error that the
// system itself answered, the response is returned too.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	tries := 1
	if c.cfg.Class == remote.Background && !r.writes() {
		tries = attempts
	}
	for n := 1; ; n++ {
		resp, err := c.signed(ctx, r)
		if err == nil || n >= tries || !fault.Retryable(err) || ctx.Err() != nil {
			return resp, err
		}
		wait := backoff(n)
		if after := fault.RetryAfter(err); after > maxPatience {
			return resp, err // longer than is worth holding a worker for
		} else if after > wait {
			wait = after
		}
		c.conn.Log.InfoContext(ctx, "request is tried again", "path", r.Path, "attempt", n, "wait", wait, "cause", err)
		if err := c.pause(ctx, wait); err != nil {
			return nil, fault.Wrap(fault.Unavailable, "wait to try again", err)
		}
	}
}

func (c *Client) pause(ctx context.Context, d time.Duration) error {
	if c.conn.Pause != nil {
		return c.conn.Pause(ctx, d)
	}
	return sleep(ctx, d)
}

// signed is once, and once more with a new token when the one it had is refused. A
// request that is refused for its token did nothing, so that a write may follow too.
func (c *Client) signed(ctx context.Context, r Request) (*Response, error) {
	resp, err := c.once(ctx, r, 0)
	if c.cfg.Keeper == nil || resp == nil || r.Away || !fault.Is(err, fault.Unauthenticated) {
		return resp, err
	}
	c.conn.Log.InfoContext(ctx, "the token is refused; another is asked for", "path", r.Path)
	return c.once(ctx, r, resp.token)
}

// once sends the request, with another token than the refused one when there is one.
func (c *Client) once(ctx context.Context, r Request, refused int64) (*Response, error) {
	var token remote.Token
	if c.cfg.Keeper != nil && !r.Away { // before the budget: a new token takes of it, too
		var err error
		if token, err = c.cfg.Keeper.token(ctx, refused); err != nil {
			return nil, fault.At("sign in", err)
		}
	}
	if err := c.spare(ctx); err != nil {
		return nil, err
	}
	done, err := c.conn.Budget.Wait(ctx, c.cfg.Class)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "wait for the request budget", err)
	}
	defer done()
	if err := c.cfg.Breaker.allow(c.conn.Now()); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	resp, err := c.exchange(ctx, r, token)
	switch {
	case resp != nil && r.Away:
		return resp, Judge(resp) // another computer, with no say about this one
	case resp != nil:
		err = c.judge(resp)
	}
	c.cfg.Breaker.report(c.conn.Now(), err)
	return resp, err
}

// spare lets a pull wait while the few requests that are left are for people.
func (c *Client) spare(ctx context.Context) error {
	if c.cfg.Class != remote.Background {
		return nil
	}
	wait := c.cfg.Breaker.gauge().pause(c.conn.Now())
	switch {
	case wait == 0:
		return nil
	case wait > maxPatience:
		return spared(wait)
	}
	return fault.Wrap(fault.Unavailable, "wait until the system allows more", c.pause(ctx, wait))
}

// exchange sends and reads; an error means that there is no whole answer.
func (c *Client) exchange(ctx context.Context, r Request, token remote.Token) (*Response, error) {
	req, sent, err := c.build(ctx, r)
	if err != nil {
		return nil, err
	}
	if !r.Away {
		if err := c.sign(req, token); err != nil {
			return nil, err
		}
	}
	start := c.conn.Now()
	answer, err := c.http.Do(req)
	if err != nil {
		return nil, c.failed(r, sent.Load(), c.told(r, err))
	}
	defer answer.Body.Close()
	body, err := readAll(answer, c.cfg.MaxBody)
	if err != nil {
		return nil, c.cut(r, err)
	}
	resp := &Response{Status: answer.StatusCode, Header: answer.Header, Body: body, At: req.URL.Path, token: token.Version}
	if c.cfg.Record != nil && !r.Away {
		c.cfg.Record(c.hidden(exchangeOf(req, r.Body, resp, start, c.conn.Now()), req))
	}
	return resp, nil
}

// judge holds the budget when the system asks for it, and lets the rules speak.
func (c *Client) judge(resp *Response) error {
	c.cfg.Breaker.gauge().read(c.cfg.Gauge, resp.Header, c.conn.Now())
	err := c.cfg.Judge(resp)
	if err == nil {
		return nil
	}
	after := retryAfter(resp.Header.Get(c.cfg.RetryAfter), c.conn.Now())
	if after == 0 && c.cfg.Gauge.Reset != "" && fault.Is(err, fault.Limited) {
		after = retryAfter(resp.Header.Get(c.cfg.Gauge.Reset), c.conn.Now())
	}
	if after > 0 && (resp.Status == http.StatusTooManyRequests || resp.Status == http.StatusServiceUnavailable || fault.Is(err, fault.Limited)) {
		c.conn.Budget.Hold(c.conn.Now().Add(after))
		return fault.New(fault.KindOf(err), fault.Public(err)).After(after).Because("request", err)
	}
	return err
}

// address builds the absolute URL of a request.
func (c *Client) address(r Request) (*url.URL, error) {
	if r.URL == "" {
		u, err := url.Parse(c.base.String() + r.Path)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, "build address", err)
		}
		if len(r.Query) > 0 {
			u.RawQuery = r.Query.Encode()
		}
		return u, nil
	}
	u, err := c.base.Parse(r.URL)
	if r.Away {
		if !c.usable(u, err) {
			return nil, fault.New(fault.Broken, "The system named an address for the file that cannot be used.").Because("send file", errAddress)
		}
		return u, nil
	}
	if err != nil || u.Host != c.base.Host || u.Scheme != c.base.Scheme {
		// A page link elsewhere would carry the credential to somebody else.
		return nil, fault.New(fault.Broken, "The system sent a link to another address; its own base URL may be set wrongly.").
			Because("follow link", fmt.Errorf("link leaves %s", c.base.Host))
	}
	return u, nil
}
