package rest

import (
	"net/http"
	"net/url"
	"regexp"
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
		Method: req.Method, URL: redactURL(req.URL), Header: redactHeader(req.Header), Body: body,
		Status: resp.Status, Answer: redactHeader(resp.Header), Data: resp.Body, Took: end.Sub(start),
	}
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

func redactURL(u *url.URL) string {
	query := u.Query()
	for name := range query {
		if secretName.MatchString(name) {
			query[name] = []string{redacted}
		}
	}
	clean := *u
	clean.User, clean.RawQuery = nil, query.Encode()
	return clean.String()
}
