package rest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"portico/sync/fault"
	"portico/sync/remote"
)

// writing marks the context of a request that changes something.
type writing struct{}

// Writes reports whether a request of a Client would change something at the system,
// so that a transport can hold it back. Asking for a token is no such request.
func Writes(r *http.Request) bool { return r.Context().Value(writing{}) != nil }

// build makes the request. sent becomes true when its headers have been written.
func (c *Client) build(ctx context.Context, r Request) (*http.Request, *atomic.Bool, error) {
	u, err := c.address(r)
	if err != nil {
		return nil, nil, err
	}
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	sent := &atomic.Bool{}
	if r.writes() {
		ctx = context.WithValue(ctx, writing{}, true)
	}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	body, err := r.open()
	if err != nil {
		return nil, nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, nil, fault.Wrap(fault.Internal, "build request", err)
	}
	if r.Content != nil {
		req.ContentLength = r.Length
	}
	if r.writes() {
		// net/http must not replay a write on another connection, which it does when a
		// body can be had again, and with an Idempotency-Key when there is none.
		req.GetBody = nil
		if req.Body == nil {
			req.Body = io.NopCloser(bytes.NewReader(nil))
		}
	}
	ours := c.cfg.Header
	if r.Away {
		ours = http.Header{"User-Agent": ours["User-Agent"]}
	}
	for _, from := range []http.Header{ours, r.Header} {
		for name, values := range from {
			req.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	if r.Body != nil && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, sent, nil
}

// open returns what is sent, or nil.
func (r Request) open() (io.Reader, error) {
	switch {
	case r.Content != nil:
		body, err := r.Content()
		return body, fault.At("open what is sent", err)
	case r.Body != nil:
		return bytes.NewReader(r.Body), nil
	default:
		return nil, nil
	}
}

// sign adds the credential.
func (c *Client) sign(req *http.Request, token remote.Token) (err error) {
	if c.cfg.Auth != nil {
		err = c.cfg.Auth(req)
	}
	if err == nil && c.cfg.Keeper != nil {
		err = c.cfg.Keeper.Put(req, token.Access)
	}
	return fault.At("sign in", err)
}

// readAll reads at most limit bytes and notices an answer that was cut short.
func readAll(answer *http.Response, limit int64) ([]byte, error) {
	if answer.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	var buffer bytes.Buffer
	if answer.ContentLength > 0 {
		buffer.Grow(int(answer.ContentLength) + bytes.MinRead)
	}
	n, err := buffer.ReadFrom(io.LimitReader(answer.Body, limit+1))
	switch {
	case err != nil:
		return nil, err
	case n > limit:
		return nil, tooLarge(limit)
	case answer.ContentLength >= 0 && n != answer.ContentLength:
		return nil, fmt.Errorf("%w: %d of %d bytes", io.ErrUnexpectedEOF, n, answer.ContentLength)
	}
	return buffer.Bytes(), nil
}

func tooLarge(limit int64) error {
	return fault.Newf(fault.TooLarge, "The system answered with more than %d MB at once.", limit>>20)
}
