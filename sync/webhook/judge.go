package webhook

import (
	"fmt"
	"net/http"
	"time"

	"portico/sync/delivery"
)

// waits are how long after one attempt the next is made (Standard Webhooks 1.0,
// "Deliverability and reliability"); the first follows at once.
var waits = []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour}

const (
	// failFor is how long an endpoint may fail without interruption.
	failFor = 5 * 24 * time.Hour
	// slowDown is how long an endpoint is left alone that asks for it and does
	// not say for how long; longest is what it can ask for.
	slowDown = time.Minute
	longest  = 24 * time.Hour
	// spread is how much of a wait is added at most, so that what failed together
	// does not come back together.
	spread = 0.2
)

// answer is what came of one attempt.
type answer struct {
	at      time.Time
	took    time.Duration
	status  int // 0 when nothing was answered
	request string
	excerpt string
	problem string        // why nothing was answered
	after   time.Duration // Retry-After, or zero
}

func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// judge decides what an answer makes of its claim.
func judge(c delivery.Claim, a answer, jitter float64) delivery.Step {
	log := &delivery.Attempt{At: a.at, Took: a.took, Status: a.status, Request: a.request, Answer: a.excerpt, Problem: a.problem}
	if a.ok() {
		return delivery.Step{State: delivery.Delivered, Attempt: log}
	}
	if log.Problem == "" {
		log.Problem = words(a.status)
	}
	step := delivery.Step{State: delivery.Failed, Attempt: log}
	now := a.at.Add(a.took)
	if n := c.Delivery.Attempt + 1; n < len(waits) && a.status != http.StatusGone {
		wait := waits[n] + time.Duration(jitter*spread*float64(waits[n]))
		step.State, step.Due = delivery.Due, now.Add(max(wait, min(a.after, longest)))
	}
	step.Hold = hold(a, now)
	switch since := c.Endpoint.FailingSince; {
	case a.status == http.StatusGone:
		step.Disable = "It answered 410 Gone: it wants no more messages."
	case !since.IsZero() && a.at.Sub(since) >= failFor:
		step.Disable = fmt.Sprintf("It has failed since %s without a single success.", since.UTC().Format("2006-01-02 15:04 MST"))
	}
	return step
}

// hold is until when the whole endpoint is left alone, or zero.
func hold(a answer, now time.Time) time.Time {
	switch {
	case a.after > 0:
		return now.Add(min(a.after, longest))
	case a.status == http.StatusTooManyRequests, a.status == http.StatusBadGateway, a.status == http.StatusGatewayTimeout:
		return now.Add(slowDown)
	default:
		return time.Time{}
	}
}

// words say what an answer that does not count means.
func words(status int) string {
	switch {
	case status == 0:
		return "It did not answer."
	case status >= 300 && status < 400:
		return "It redirects. Redirects are not followed: give the address that answers itself."
	case status == http.StatusGone:
		return "It wants no more messages."
	default:
		return fmt.Sprintf("It answered %d %s.", status, http.StatusText(status))
	}
}
