package signin_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/portal/portaltest"
)

const refused = "sign-in refused"

// hour makes 10,000 guesses spread over an hour.
func (w *world) hour(guess func(i int) (ip, email string)) {
	for i := range 10_000 {
		ip, email := guess(i)
		if code := w.guess(ip, email, fmt.Sprint("guess ", i)); code != http.StatusUnprocessableEntity && code != http.StatusTooManyRequests {
			w.t.Fatalf("guess %d: %d", i, code)
		}
		w.pass(time.Hour / 10_000)
	}
	if n := w.logged(refused); n > 120 || n < 5 {
		w.t.Errorf("%d of 10,000 guesses reached the hash", n)
	}
}

func TestGuessingFromOnePlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hour(func(int) (string, string) { return "203.0.113.9", w.ines.Email })
	if code := w.guess("203.0.113.9", w.ines.Email, secret); code != http.StatusTooManyRequests {
		t.Errorf("the guesser's place: %d", code)
	}
	if code := w.guess("198.51.100.7", w.ines.Email, secret); code != http.StatusSeeOther {
		t.Errorf("the real user from elsewhere: %d", code)
	}
}

func TestGuessingFromManyPlaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.site.Browser()
	b.Post("/signin", credentials(w.ines.Email, secret)).WantTo("/accounts")
	device := &http.Cookie{Name: "__Host-portico-device", Value: b.Cookie("__Host-portico-device")}
	w.hour(func(i int) (string, string) { return fmt.Sprintf("10.1.%d.%d", i/250%250, i%250), w.ines.Email })
	if w.logged("somebody is guessing a password from many places") != 1 {
		t.Error("nobody was alerted, or too often")
	}
	if code := w.guess("198.51.100.7", w.ines.Email, secret, device); code != http.StatusSeeOther {
		t.Errorf("the real user in a recognised browser: %d", code)
	}
	forged := &http.Cookie{Name: device.Name, Value: strings.Repeat("x", 43) + device.Value[43:]}
	if code := w.guess("198.51.100.7", w.ines.Email, secret, forged); code == http.StatusSeeOther {
		t.Error("a forged device mark passed the limit")
	}
	for range 5 {
		w.guess("198.51.100.8", w.ines.Email, "wrong", device)
	}
	if code := w.guess("198.51.100.8", w.ines.Email, "wrong", device); code != http.StatusTooManyRequests {
		t.Errorf("a recognised browser may guess without limit: %d", code)
	}
}

func TestOneGuessAtManyPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 100 {
		w.people.AddUser("x", fmt.Sprintf("u%d@nordwind.example", i), "", portaltest.CheapHash("x"))
	}
	// One IPv6 customer has a whole /64 and is one place.
	w.hour(func(i int) (string, string) {
		return fmt.Sprintf("[2001:db8::%x]", i+1), fmt.Sprintf("u%d@nordwind.example", i%100)
	})
}

func TestManyGuessesAtOnceDoNotSlipPastTheCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() { w.guess("203.0.113.9", w.ines.Email, fmt.Sprint(i)) })
	}
	wg.Wait()
	if n := w.logged(refused); n > 5 {
		t.Errorf("%d guesses reached the hash", n)
	}
}

func TestTheWaitIsHonest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.site.Browser()
	for range 5 {
		b.Post("/signin", credentials(w.ines.Email, "wrong")).Want(http.StatusUnprocessableEntity)
	}
	w.pass(20 * time.Second)
	blocked := b.Post("/signin", credentials(w.ines.Email, secret)).Want(http.StatusTooManyRequests)
	blocked.WantText("[role=alert]", "Please wait 1 min, until 09:01")
	if after := blocked.Header.Get("Retry-After"); after < "35" || after > "45" {
		t.Errorf("Retry-After %s, want about 40", after)
	}
	w.pass(40 * time.Second)
	b.Post("/signin", credentials(w.ines.Email, secret)).WantTo("/accounts")
}
