package signin

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// retryAfter says when to come back (RFC 9110 §10.2.3).
func retryAfter(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}
