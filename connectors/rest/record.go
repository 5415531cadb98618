package rest

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Exchange is one request and its answer, credentials removed, for recording
// test data and for an administrator's "what did we ask?".
type Exchange struct {
	Method string
	URL    string
	Header http.Header
	Body   []byte
	Status int
	Answer http.Header
	Data   []byte
	Took   time.Duration
}

var secretName = regexp.MustCompile(`(?i)auth|token|secret|key|cookie|password|session`)

const redacted = "***"

func exchangeOf(req *http.Request, body []byte, resp *Response, start, end time.Time) Exchange {
	return Exchange{
		Method: req.Method, URL: redactURL(req.URL, ""), Header: redactHeader(req.Header), Body: body,
		Status: resp.Status, Answer: redactHeader(resp.Header), Data: resp.Body, Took: end.Sub(start),
	}
}

// hide takes the credential out of an error that quotes the address.
func (c *Client) hide(err error) error {
	var at *url.Error
	if !errors.As(err, &at) {
		return err
	}
	u, bad := url.Parse(at.URL)
	if bad != nil {
		return at.Err
	}
	return &url.Error{Op: at.Op, URL: redactURL(u, c.cfg.Hidden), Err: at.Err}
}

// hidden takes the value of the parameter that signs in out of everything that is
// recorded: systems repeat the address in links.
func (c *Client) hidden(x Exchange, req *http.Request) Exchange {
	value := ""
	if c.cfg.Hidden != "" {
		value = req.URL.Query().Get(c.cfg.Hidden)
		x.URL = redactURL(req.URL, c.cfg.Hidden)
	}
	if value == "" {
		return x
	}
	for _, form := range []string{value, url.QueryEscape(value), url.PathEscape(value)} {
		x.Data = bytes.ReplaceAll(x.Data, []byte(form), []byte(redacted))
		for name, values := range x.Answer {
			for i := range values {
				x.Answer[name][i] = strings.ReplaceAll(values[i], form, redacted)
			}
		}
	}
	return x
}

// Bare is a link of the system without the parameter that signs in: links are kept
// as bookmarks, and signed anew when they are followed.
func (c *Client) Bare(link string) string {
	if c.cfg.Hidden == "" {
		return link
	}
	u, err := url.Parse(link)
	if err != nil || !u.Query().Has(c.cfg.Hidden) {
		return link
	}
	q := u.Query()
	q.Del(c.cfg.Hidden)
	u.RawQuery = q.Encode()
	return u.String()
}

func redactHeader(h http.Header) http.Header {
	out := h.Clone()
	for name := range out {
		if secretName.MatchString(name) {
			out[name] = []string{redacted}
		}
	}
	return out
}

func redactURL(u *url.URL, also string) string {
	query := u.Query()
	for name := range query {
		if name == also || secretName.MatchString(name) {
			query[name] = []string{redacted}
		}
	}
	clean := *u
	clean.User, clean.RawQuery = nil, query.Encode()
	return clean.String()
}
