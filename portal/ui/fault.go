package ui

import (
	"fmt"
	"time"

	"portico/portal/ui/words"
)

// FaultView is what an error page says.
type FaultView struct {
	Status      int // HTTP status
	Title, Text string
	ID          string // of the request, to name it when asking; "" shows none
}

// NewFault returns the words for a status. The public sentence of the fault, when
// there is one, takes the place of the general one; wait is what RetryAfter says.
func NewFault(r words.Reader, status int, public string, wait time.Duration, id string) FaultView {
	key := fmt.Sprintf("fault.%d", status)
	if !words.Has(key + ".title") {
		key = "fault.500"
	}
	f := FaultView{Status: status, Title: r.T(key + ".title"), Text: r.T(key + ".text"), ID: id}
	switch {
	case public != "":
		f.Text = public
	case status == 429 && wait > 0:
		f.Text = r.T("fault.429.wait", r.Span(wait))
	}
	return f
}
