package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/sync/delivery"
	"portico/sync/fault"
)

// Limits of what is taken from an answer, in bytes.
const (
	maxAnswer  = 1 << 20
	maxExcerpt = 2 << 10
)

// attempt posts a message once.
func (b *bout) attempt(c delivery.Claim) (a answer) {
	a.at = b.o.Now()
	defer func() { a.took = b.o.Now().Sub(a.at) }()
	if b.broken != nil {
		b.o.Log.Error("keys of a webhook endpoint cannot be had", "endpoint", string(b.endpoint.ID), "error", b.broken)
		a.problem = "The endpoint's secret cannot be opened; our team has to look at it."
		return a
	}
	ctx, cancel := context.WithTimeout(b.ctx, timeout)
	defer cancel()
	req, err := b.request(ctx, c.Delivery.Message, a.at)
	if err != nil {
		a.problem = "The request could not be made: " + err.Error()
		return a
	}
	a.request = describe(req)
	res, err := b.o.Client.Do(req)
	if err != nil {
		a.problem = unanswered(ctx, err)
		return a
	}
	defer func() { _ = res.Body.Close() }()
	// The status decides; of the body only the beginning is of interest, and it is
	// read on so that the connection can be used again.
	a.status, a.after = res.StatusCode, retryAfter(res.Header.Get("Retry-After"), a.at)
	begin, _ := io.ReadAll(io.LimitReader(res.Body, maxExcerpt))
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer-maxExcerpt))
	a.excerpt = strings.ToValidUTF8(strings.ReplaceAll(string(begin), "\x00", ""), "\uFFFD")
	return a
}

// request is the message as Standard Webhooks 1.0 says. The owner's headers
// come first, so that none of them can stand in for ours.
func (b *bout) request(ctx context.Context, m delivery.Message, now time.Time) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.endpoint.URL, bytes.NewReader(m.Payload))
	if err != nil {
		return nil, err
	}
	for name, value := range b.keys.Headers {
		req.Header.Set(name, value)
	}
	signature, err := sign(b.keys.Secrets, m.ID, now, m.Payload)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Portico-Webhooks/1")
	req.Header.Set("webhook-id", string(m.ID))
	req.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("webhook-signature", signature)
	return req, nil
}

// describe is what the log keeps of a request: enough to tell what was sent,
// without the values that are secret.
func describe(req *http.Request) string {
	var out strings.Builder
	fmt.Fprintf(&out, "POST %s\n", req.URL)
	for _, name := range slices.Sorted(maps.Keys(req.Header)) {
		value := req.Header.Get(name)
		if !open[name] {
			value = "***"
		}
		fmt.Fprintf(&out, "%s: %s\n", strings.ToLower(name), value)
	}
	return out.String()
}

// open are the headers whose values may be logged.
var open = map[string]bool{"Content-Type": true, "User-Agent": true, "Webhook-Id": true, "Webhook-Timestamp": true}

// unanswered says why there is no answer, in words for the owner.
func unanswered(ctx context.Context, err error) string {
	if refused := new(fault.Error); errors.As(err, &refused) && refused.Public != "" {
		return refused.Public // the egress guard's
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Sprintf("It did not answer within %d seconds.", int(timeout.Seconds()))
	}
	if wrapped := new(url.Error); errors.As(err, &wrapped) { // without the address, which the log has beside it
		err = wrapped.Err
	}
	return "It could not be reached: " + err.Error()
}

// retryAfter reads the header in both its forms (RFC 9110 §10.2.3); zero when
// there is none.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
