package rest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"portico/sync/fault"
	"portico/sync/remote"
)

const (
	// hops is how many redirects lead from the address of a file to its bytes.
	hops = 5
	// glance is how much of a good answer is looked at before it is believed.
	glance = 4096 // bytes
	// refusal is how much of a bad answer is read.
	refusal = 256 << 10 // bytes
)

// Stream sends a request that changes nothing and returns the body of a good answer
// as it arrives, whatever its size. A redirect is followed, to another computer
// without the credential and anything else of ours: that is how systems hand out
// files by an address that lets anybody in. The timeout is that of silence, not of
// the whole. The caller closes the body.
func (c *Client) Stream(ctx context.Context, r Request) (io.ReadCloser, error) {
	r.Read = true
	body, refused, err := c.opened(ctx, r, 0)
	if c.cfg.Keeper != nil && !r.Away && refused != 0 && fault.Is(err, fault.Unauthenticated) {
		body, _, err = c.opened(ctx, r, refused)
	}
	if err != nil {
		return nil, err
	}
	return body, nil
}

// opened sends the request once. With an error it says which token was refused.
func (c *Client) opened(ctx context.Context, r Request, refused int64) (*stream, int64, error) {
	var token remote.Token
	if c.cfg.Keeper != nil && !r.Away {
		var err error
		if token, err = c.cfg.Keeper.token(ctx, refused); err != nil {
			return nil, 0, fault.At("sign in", err)
		}
	}
	done, err := c.conn.Budget.Wait(ctx, c.cfg.Class)
	if err != nil {
		return nil, 0, fault.Wrap(fault.Unavailable, "wait for the request budget", err)
	}
	if err := c.cfg.Breaker.allow(c.conn.Now()); err != nil {
		done()
		return nil, 0, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	s := &stream{idle: time.AfterFunc(c.cfg.Timeout, func() { cancel(errSilent) }), patience: c.cfg.Timeout}
	s.end = func() { s.idle.Stop(); cancel(nil); done() }
	err = c.begin(ctx, r, token, s)
	c.cfg.Breaker.report(c.conn.Now(), err)
	if err != nil {
		s.end()
		return nil, token.Version, err
	}
	s.idle.Stop()
	return s, 0, nil
}

// errSilent ends an answer of which nothing came for as long as one may take.
var errSilent = errors.New("nothing came for too long")

// begin follows the request to the beginning of a good body.
func (c *Client) begin(ctx context.Context, r Request, token remote.Token, s *stream) error {
	req, sent, err := c.build(ctx, r)
	if err == nil && !r.Away {
		err = c.sign(req, token)
	}
	if err != nil {
		return err
	}
	at, start := req.URL.Path, c.conn.Now()
	for hop := 0; ; hop++ {
		answer, err := c.http.Do(req)
		if err != nil {
			if errors.Is(context.Cause(ctx), errSilent) {
				err = context.DeadlineExceeded
			}
			r.Away = r.Away || hop > 0
			return c.failed(r, sent.Load(), c.told(r, err))
		}
		if hop == 0 && c.cfg.Record != nil && !r.Away {
			c.cfg.Record(c.hidden(exchangeOf(req, nil, &Response{Status: answer.StatusCode, Header: withoutQuery(answer.Header)}, start, c.conn.Now()), req))
		}
		if location := answer.Header.Get("Location"); redirects(answer.StatusCode) && location != "" && hop < hops {
			_ = answer.Body.Close() // nothing in it is of use
			if req, err = c.next(ctx, req, location, r.Away, token); err != nil {
				return err
			}
			continue
		}
		s.head, s.body = bufio.NewReaderSize(answer.Body, glance), answer.Body
		return c.believe(answer, at, r.Away || req.URL.Host != c.base.Host, s)
	}
}

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	default:
		return false
	}
}

// next is the request that a redirect asks for. What signs in stays with the system.
func (c *Client) next(ctx context.Context, from *http.Request, location string, away bool, token remote.Token) (*http.Request, error) {
	u, err := from.URL.Parse(location)
	if !c.usable(u, err) {
		return nil, fault.New(fault.Broken, "The system sends us on to an address that cannot be used.").Because("follow redirect", errAddress)
	}
	if !away && u.Host == c.base.Host && u.Scheme == c.base.Scheme {
		req := from.Clone(ctx)
		req.URL, req.Host = u, u.Host
		return req, c.sign(req, token)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil) // #nosec G704 -- the transport judges every address that it dials
	if err != nil {
		return nil, fault.Wrap(fault.Broken, "follow redirect", errors.New("the address cannot be asked for"))
	}
	req.Header.Set("User-Agent", c.cfg.Header.Get("User-Agent"))
	return req, nil
}

// errAddress says nothing of the address: it may let anybody in.
var errAddress = errors.New("the address is not whole, or less safe than that of the system")

// usable reports whether an address that the system named can be gone to: it must
// not be less safe than that of the system itself.
func (c *Client) usable(u *url.URL, err error) bool {
	return err == nil && u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && c.base.Scheme == "http")
}

// believe looks at the beginning of an answer: a page to sign in at is no file.
func (c *Client) believe(answer *http.Response, at string, elsewhere bool, s *stream) error {
	resp := &Response{Status: answer.StatusCode, Header: answer.Header, At: at}
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		resp.Body, _ = io.ReadAll(io.LimitReader(s.head, refusal)) // what can be read of a refusal is enough
		_ = s.body.Close()
		if elsewhere {
			return moved(resp)
		}
		if err := c.judge(resp); err != nil {
			return err
		}
		return Judge(resp)
	}
	if elsewhere && strings.HasPrefix(answer.Header.Get("Content-Disposition"), "attachment") {
		return nil // a web page, too, may be the file
	}
	resp.Body, _ = s.head.Peek(glance) // a short file is all there; a broken one breaks again when it is read
	judge := c.judge
	if elsewhere {
		judge = Judge
	}
	if err := judge(resp); err != nil {
		_ = s.body.Close()
		return err
	}
	return nil
}

// moved explains a refusal of the computer that was to hand out a file: its address
// has ended, and a new one will do.
func moved(resp *Response) error {
	resp.At = "the place of the file"
	if resp.Status == http.StatusNotFound || resp.Status == http.StatusGone {
		return fault.New(fault.NotFound, "The system does not have this file any more.").Because("fetch file", statusError(resp.Status))
	}
	return fault.New(fault.Unavailable, "The file could not be fetched from where the system keeps it; try again.").Because("fetch file", statusError(resp.Status))
}

// told is an error of a request without what is secret in its address.
func (c *Client) told(r Request, err error) error {
	if at := (*url.Error)(nil); r.Away && errors.As(err, &at) {
		return fmt.Errorf("at another place: %w", at.Err)
	}
	return c.hide(err)
}

// withoutQuery is an answer's header with the address of a redirect cut down to
// what is no secret.
func withoutQuery(h http.Header) http.Header {
	if h.Get("Location") == "" {
		return h
	}
	out := h.Clone()
	out.Set("Location", place(h.Get("Location")))
	return out
}

// stream is a body that may take as long as it wants, as long as something comes.
type stream struct {
	head     *bufio.Reader
	body     io.Closer
	idle     *time.Timer
	patience time.Duration
	end      func()
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	s.idle.Reset(s.patience)
	n, err := s.head.Read(p)
	s.idle.Stop() // how long the reader takes is not the system's fault
	return n, err
}

// Close implements io.Closer.
func (s *stream) Close() error {
	err := s.body.Close()
	s.end()
	return err
}
