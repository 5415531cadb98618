//go:build faults

package faults_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
)

// errand is something that a person asked for: a text that can be found again.
type errand struct {
	browser  *browser
	key      string
	path     string
	form     url.Values
	text     string // in the message; "" for a decision
	ticket   string // the source's number; for a decision
	recorded bool   // the portal said so
	at       string // where the progress can be followed
}

// reply is an errand to answer on a ticket.
func (b *browser) reply(ticket string) *errand {
	key := uuid.NewString()
	text := "words " + key + " of " + b.company.mark
	return &errand{browser: b, key: key, text: text, path: ticket + "/reply", form: url.Values{"key": {key}, "text": {text}}}
}

// open is an errand for a new ticket; to is the place as the form names it.
func (b *browser) open(to string) *errand {
	key := uuid.NewString()
	text := "opening words " + key + " of " + b.company.mark
	return &errand{browser: b, key: key, text: text, path: b.account + "tickets",
		form: url.Values{"key": {key}, "to": {to}, "subject": {"Opened by " + b.company.mark}, "text": {text}}}
}

var (
	toPattern     = regexp.MustCompile(`value="([0-9a-f-]{36} Support)"`)
	hiddenPattern = regexp.MustCompile(`<input type="hidden" name="([a-z_]+)" value="([^"]*)"`)
)

// destination reads where new tickets may go.
func (b *browser) destination() (string, error) {
	a, err := b.get(b.account + "tickets/new")
	if err != nil {
		return "", err
	}
	m := toPattern.FindStringSubmatch(a.body)
	if m == nil {
		return "", fmt.Errorf("the form offers no queue (status %d)", a.status)
	}
	return m[1], nil
}

// errClosed is of a ticket that cannot be closed, because it is.
var errClosed = errors.New("the ticket is closed already")

// close is an errand to close a ticket, decided on what its page shows now.
func (b *browser) close(ticket string) (*errand, error) {
	a, err := b.get(ticket)
	if err != nil || a.status != http.StatusOK {
		return nil, fmt.Errorf("open the ticket to close it: status %d, %w", a.status, err)
	}
	_, form, found := strings.Cut(a.body, `id="decide"`)
	form, _, _ = strings.Cut(form, "</form>")
	if !found || !strings.Contains(form, ticket+"/close") {
		return nil, errClosed
	}
	number := crumb.FindStringSubmatch(a.body)
	if number == nil {
		return nil, fmt.Errorf("%s does not name its ticket", ticket)
	}
	w := &errand{browser: b, path: ticket + "/close", ticket: number[1], form: url.Values{}}
	for _, m := range hiddenPattern.FindAllStringSubmatch(form, -1) {
		w.form.Set(m[1], html.UnescapeString(m[2]))
	}
	w.key = w.form.Get("key")
	return w, nil
}

// send posts an errand; the same form again is the same errand.
func (w *errand) send() error {
	a, err := w.browser.post(w.path, w.form)
	if err != nil {
		return err
	}
	if a.status != http.StatusSeeOther {
		return fmt.Errorf("POST %s: status %d", w.path, a.status)
	}
	w.recorded, w.at = true, a.location
	return nil
}

// insist sends until the portal has said "recorded", as a person whose page did
// not load would.
func (w *errand) insist(ctx context.Context) bool {
	for w.send() != nil {
		if !pause(ctx, 100*time.Millisecond) {
			return false
		}
	}
	return true
}

// progress is the path of the action's own page.
func (w *errand) progress() string {
	id := w.at
	if _, anchor, ok := strings.Cut(w.at, "#progress-"); ok {
		id = anchor
	}
	return w.browser.account + "actions/" + id[len(id)-36:]
}
