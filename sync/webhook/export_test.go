package webhook

import (
	"time"

	"portico/sync/delivery"
)

// Sign is sign.
func Sign(secrets []string, id delivery.MessageID, at time.Time, payload []byte) (string, error) {
	return sign(secrets, id, at, payload)
}

// Judge is judge for an answer with a status and a Retry-After.
func Judge(c delivery.Claim, at time.Time, status int, after time.Duration, jitter float64) delivery.Step {
	return judge(c, answer{at: at, status: status, after: after}, jitter)
}

// RetryAfter is retryAfter.
func RetryAfter(text string, now time.Time) time.Duration { return retryAfter(text, now) }
