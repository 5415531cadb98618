package rest

import (
	"bytes"
	"mime"
	"net/http"
	"strings"

	"portico/sync/fault"
)

// Judge is what an answer means when a connector says nothing about it. It is
// nil for a good answer.
func Judge(r *Response) error {
	if r.Status >= 200 && r.Status < 300 {
		if isHTML(r) {
			return fault.New(fault.Setup, "The address answers with a web page; is it the API address?")
		}
		return nil
	}
	kind, say := meaning(r)
	return fault.New(kind, say).Because("request "+r.At, statusError(r.Status))
}

func meaning(r *Response) (fault.Kind, string) {
	switch s := r.Status; {
	case s >= 300 && s < 400:
		return fault.Setup, "The address sends us on to another one (" + place(r.Header.Get("Location")) + "), which an API does not do; check the address and its path."
	case s == http.StatusUnauthorized:
		return fault.Unauthenticated, "The credential is not accepted; enter a new one."
	case s == http.StatusForbidden:
		return fault.Forbidden, "The credential is accepted, but it may not do this; grant its user the right."
	case s == http.StatusNotFound || s == http.StatusGone:
		if isHTML(r) {
			return fault.Setup, "There is no API at this address; check its path."
		}
		return fault.NotFound, "The system does not have this."
	case s == http.StatusConflict || s == http.StatusPreconditionFailed:
		return fault.Conflict, "It was changed in the system meanwhile."
	case s == http.StatusRequestEntityTooLarge:
		return fault.TooLarge, "The system does not accept anything that large."
	case s == http.StatusTooManyRequests:
		return fault.Limited, "The system asks us to send fewer requests."
	case s >= 500:
		return fault.Unavailable, "The system has a failure of its own; we try again."
	default:
		return fault.Invalid, "The system does not accept this."
	}
}

// isHTML reports whether the answer is a web page by its type or its first sign.
func isHTML(r *Response) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "text/html", "application/xhtml+xml":
		return true
	case "", "text/plain":
		head := bytes.ToLower(bytes.TrimSpace(r.Body[:min(len(r.Body), 200)]))
		return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
	default:
		return false
	}
}

// place is an address without what may be secret in it.
func place(location string) string {
	location, _, _ = strings.Cut(location, "?")
	if location == "" || len(location) > 200 {
		return "it does not say which"
	}
	return location
}

type statusError int

func (s statusError) Error() string { return "status " + http.StatusText(int(s)) }
