//go:build faults

package faults_test

import (
	"html"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

// TestOneFormIsOneAction posts the very same form many times at once.
func TestOneFormIsOneAction(t *testing.T) { trials(t, "one form posted 17 times", oneFormIsOneAction) }

func oneFormIsOneAction(x *trial) {
	w := newWorld(x, 10)
	w.start()
	browsers := w.enter()
	var all []*errand
	times := rounds(5, 50)
	for n := range times {
		b := browsers[n%len(browsers)]
		form := b.reply(b.tickets[n%len(b.tickets)])
		all = append(all, form)
		var at [16]string
		var posting sync.WaitGroup
		for i := range at {
			posting.Go(func() {
				again := *form
				if err := again.send(); err != nil {
					x.Error(err)
				}
				at[i] = again.at
			})
		}
		posting.Wait()
		if err := form.send(); err != nil { // and once more, afterwards
			x.Error(err)
		}
		for _, other := range at {
			if other != form.at {
				x.Errorf("one form leads to %s and to %s", form.at, other)
			}
		}
		if n := w.ledger().count("SELECT count(*) FROM actions WHERE key = ?", form.key); n != 1 {
			x.Errorf("one form became %d actions", n)
		}
	}
	w.settle(2 * time.Minute)
	w.judge(outcome{rounds: times, note: "one action each"}, all, browsers)
}

// TestTextOverTheLimit posts more than the form allows.
func TestTextOverTheLimit(t *testing.T) { trials(t, "text over the limit", textOverTheLimit) }

func textOverTheLimit(x *trial) {
	w := newWorld(x, 2)
	w.start()
	browsers := w.enter()
	b := browsers[0]
	long := strings.Repeat("ä long <text> & more\n", 1000) + "the very end"
	form := b.reply(b.tickets[0])
	form.form.Set("text", long)
	a, err := b.post(form.path, form.form)
	if err != nil || a.status != http.StatusUnprocessableEntity {
		x.Errorf("status %d, %v", a.status, err)
	}
	_, area, _ := strings.Cut(a.body, "<textarea")
	_, area, _ = strings.Cut(area, ">")
	area, _, _ = strings.Cut(area, "</textarea>")
	if kept := strings.TrimPrefix(html.UnescapeString(area), "\n"); kept != long {
		x.Errorf("of %d bytes typed the page keeps %d", len(long), len(kept))
	}
	page := strings.ReplaceAll(a.body, area, "")
	if !strings.Contains(page, "20,000") && !strings.Contains(page, "20000") && !strings.Contains(page, "20 000") {
		x.Errorf("the page does not name the limit:\n%.3000s", page)
	}
	if n := w.ledger().count("SELECT count(*) FROM actions"); n != 0 {
		x.Errorf("%d actions were recorded", n)
	}
	if before, err := b.get(b.tickets[0]); err != nil || !strings.Contains(before.body, `maxlength="20000"`) && !strings.Contains(before.body, "20,000") {
		x.Errorf("the form does not name its limit beforehand (%v)", err)
	}
	exact := b.reply(b.tickets[0])
	exact.key, exact.text = uuid.NewString(), strings.Repeat("ß", 19_950)+uuid.NewString()
	exact.form.Set("key", exact.key)
	exact.form.Set("text", exact.text)
	if err := exact.send(); err != nil {
		x.Errorf("a text within the limit: %v", err)
	}
	w.settle(time.Minute)
	w.judge(outcome{rounds: 1, note: "422, limit named, text kept"}, []*errand{exact}, browsers)
}
