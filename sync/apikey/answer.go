package apikey

import "time"

// How long answers are kept for a request that is sent again, and how long one
// request may be at work before another like it may take over.
const (
	AnswerKept  = 24 * time.Hour
	AnswerLease = time.Minute
	// AnswerAgain is when to ask again for one that is at work.
	AnswerAgain = time.Second
)

// MaxIdempotency is how many characters an idempotency key may have.
const MaxIdempotency = 100

// Answer is what is remembered of a request with an idempotency key. A request
// that was refused is forgotten, because it did nothing.
type Answer struct {
	Key         ID
	Idempotency string
	// Request is a hash of everything that was asked.
	Request string
	// Seed is the same for every attempt at the request, so that what is made under
	// it is made once; a UUIDv7 as text.
	Seed string
	// Done says that Status and Body are what was answered.
	Done   bool
	Status int
	Body   string // sealed
	// Fence rises with every attempt: only the newest may end it.
	Fence int64
}
