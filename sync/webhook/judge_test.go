package webhook_test

import (
	"testing"
	"time"

	"portico/sync/delivery"
	"portico/sync/webhook"
)

var noon = time.Date(2026, 11, 19, 12, 0, 0, 0, time.UTC)

func TestTheScheduleOfAttempts(t *testing.T) {
	t.Parallel()
	// Standard Webhooks 1.0: 0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h.
	want := []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour}
	for made, wait := range want {
		c := delivery.Claim{Delivery: delivery.Delivery{Attempt: made}}
		plain, late := webhook.Judge(c, noon, 500, 0, 0), webhook.Judge(c, noon, 500, 0, 0.999)
		if plain.State != delivery.Due || plain.Due.Sub(noon) != wait {
			t.Errorf("after %d attempts: %s in %s, want %s", made+1, plain.State, plain.Due.Sub(noon), wait)
		}
		if extra := late.Due.Sub(plain.Due); extra <= 0 || extra > wait/5 {
			t.Errorf("after %d attempts jitter adds %s", made+1, extra)
		}
	}
	if last := webhook.Judge(delivery.Claim{Delivery: delivery.Delivery{Attempt: 7}}, noon, 500, 0, 0); last.State != delivery.Failed || last.Attempt == nil {
		t.Errorf("after the last attempt: %+v", last)
	}
}

func TestWhatAnAnswerMeans(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		status  int
		after   time.Duration
		failing time.Duration // for how long already
		state   delivery.State
		due     time.Duration
		hold    time.Duration
		off     bool
	}{
		{name: "ok", status: 200, state: delivery.Delivered},
		{name: "no content", status: 204, state: delivery.Delivered, failing: 20 * 24 * time.Hour},
		{name: "redirect", status: 302, state: delivery.Due, due: 5 * time.Second},
		{name: "client error", status: 400, state: delivery.Due, due: 5 * time.Second},
		{name: "nothing", status: 0, state: delivery.Due, due: 5 * time.Second},
		{name: "slow down", status: 429, state: delivery.Due, due: 5 * time.Second, hold: time.Minute},
		{name: "bad gateway", status: 502, state: delivery.Due, due: 5 * time.Second, hold: time.Minute},
		{name: "gateway timeout", status: 504, state: delivery.Due, due: 5 * time.Second, hold: time.Minute},
		{name: "slow down for long", status: 429, after: time.Hour, state: delivery.Due, due: time.Hour, hold: time.Hour},
		{name: "unavailable for long", status: 503, after: 2 * time.Hour, state: delivery.Due, due: 2 * time.Hour, hold: 2 * time.Hour},
		{name: "for ever", status: 503, after: 1000 * time.Hour, state: delivery.Due, due: 24 * time.Hour, hold: 24 * time.Hour},
		{name: "gone", status: 410, state: delivery.Failed, off: true},
		{name: "nearly five days", status: 500, failing: 5*24*time.Hour - time.Second, state: delivery.Due, due: 5 * time.Second},
		{name: "five days", status: 500, failing: 5 * 24 * time.Hour, state: delivery.Due, due: 5 * time.Second, off: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			claim := delivery.Claim{}
			if c.failing > 0 {
				claim.Endpoint.FailingSince = noon.Add(-c.failing)
			}
			got := webhook.Judge(claim, noon, c.status, c.after, 0)
			if got.State != c.state || (got.Disable != "") != c.off || got.Attempt.Status != c.status {
				t.Errorf("%+v, attempt %+v", got, got.Attempt)
			}
			if said := got.Attempt.Problem != ""; said != (c.state != delivery.Delivered) {
				t.Errorf("problem %q", got.Attempt.Problem)
			}
			for what, d := range map[string][2]time.Duration{"due": {since(got.Due), c.due}, "hold": {since(got.Hold), c.hold}} {
				if d[0] != d[1] {
					t.Errorf("%s in %s, want %s", what, d[0], d[1])
				}
			}
		})
	}
}

func since(at time.Time) time.Duration {
	if at.IsZero() {
		return 0
	}
	return at.Sub(noon)
}

func TestRetryAfterHasTwoForms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"120": 2 * time.Minute, "Thu, 19 Nov 2026 12:00:30 GMT": 30 * time.Second, "Thu, 19 Nov 2026 11:00:00 GMT": 0, "": 0, "-5": 0, "soon": 0,
	} {
		if got := webhook.RetryAfter(text, noon); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}
