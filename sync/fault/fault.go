// Package fault is the vocabulary of things that go wrong. Every error that
// crosses a package border carries a Kind, which decides how it is handled
// (retried, shown, refused), and may carry a sentence that is safe to show to
// a user. The cause stays inside and goes to the log only.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of failure happened, and so who has to act.
type Kind string

// The kinds. A border adapter (page, API, command line, job) maps each of them
// exactly once; an error without a kind is Internal.
const (
	Invalid         Kind = "invalid"         // the input is wrong; the sender can correct it
	Unauthenticated Kind = "unauthenticated" // nobody is signed in, or the credential is not accepted
	Forbidden       Kind = "forbidden"       // known, but not allowed
	NotFound        Kind = "not_found"       // missing, or not visible to the asker: the two look alike
	Conflict        Kind = "conflict"        // the record changed since it was read
	TooLarge        Kind = "too_large"       // over a stated limit
	Limited         Kind = "limited"         // too many attempts; see RetryAfter
	Unavailable     Kind = "unavailable"     // a system we depend on does not answer; trying again may help
	Unknown         Kind = "unknown"         // a request was sent and its effect is not known
	Broken          Kind = "broken"          // a system answered something that breaks its own rules
	Setup           Kind = "setup"           // the configuration is wrong; an administrator can correct it
	Internal        Kind = "internal"        // a defect in Portico
)

// Error is the one error type of Portico. The zero value is not useful; make
// one with New or Wrap.
type Error struct {
	Kind Kind
	// Public is a whole sentence that is safe to show to any user, or empty.
	Public string
	// Fields maps the name of a form field to what is wrong with it.
	Fields map[string]string
	// RetryAfter is how long the failing side asked us to wait; zero means it did not say.
	RetryAfter time.Duration

	op    string
	cause error
}

// New returns an error of the given kind whose text is safe to show.
func New(kind Kind, public string) *Error { return &Error{Kind: kind, Public: public} }

// Newf is New with formatting.
func Newf(kind Kind, format string, args ...any) *Error {
	return New(kind, fmt.Sprintf(format, args...))
}

// Wrap says what was attempted (op) when cause happened, and sets its kind.
// It returns nil for a nil cause.
func Wrap(kind Kind, op string, cause error) error {
	if cause == nil {
		return nil
	}
	e := &Error{Kind: kind, op: op, cause: cause}
	var inner *Error
	if errors.As(cause, &inner) {
		e.Public, e.Fields, e.RetryAfter = inner.Public, inner.Fields, inner.RetryAfter
	}
	return e
}

// At says what was attempted and keeps the kind of cause.
// It returns nil for a nil cause.
func At(op string, cause error) error {
	if cause == nil {
		return nil
	}
	return Wrap(KindOf(cause), op, cause)
}

// Say sets the sentence that may be shown to a user and returns e.
func (e *Error) Say(public string) *Error {
	e.Public = public
	return e
}

// After sets RetryAfter and returns e.
func (e *Error) After(d time.Duration) *Error {
	e.RetryAfter = d
	return e
}

// Field adds what is wrong with one form field and returns e.
func (e *Error) Field(name, problem string) *Error {
	if e.Fields == nil {
		e.Fields = map[string]string{}
	}
	e.Fields[name] = problem
	return e
}

// Because attaches the cause, which is logged and never shown, and returns e.
func (e *Error) Because(op string, cause error) *Error {
	e.op, e.cause = op, cause
	return e
}

// Error is for the log: what was attempted, and the cause.
func (e *Error) Error() string {
	switch {
	case e.cause != nil && e.op != "":
		return e.op + ": " + e.cause.Error()
	case e.cause != nil:
		return e.cause.Error()
	case e.Public != "":
		return e.Public
	default:
		return string(e.Kind)
	}
}

// Unwrap gives errors.Is and errors.As the cause.
func (e *Error) Unwrap() error { return e.cause }

// KindOf returns the kind of the outermost Error in err's chain, or Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of the given kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Public returns the sentence of err that is safe to show, or "".
func Public(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Public
	}
	return ""
}

// Fields returns the field problems of err, or nil.
func Fields(err error) map[string]string {
	var e *Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}

// RetryAfter returns how long the failing side asked to wait, or zero.
func RetryAfter(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// Retryable reports whether the same attempt may succeed later without anybody
// changing anything.
func Retryable(err error) bool {
	switch KindOf(err) {
	case Unavailable, Limited:
		return true
	default:
		return false
	}
}
