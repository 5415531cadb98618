package intake_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"portico/sync/fault"
	"portico/sync/record"
)

func TestAHintIsReadAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vendor.tickets["1"] = ticket("1", "Printer on fire")
	w.vendor.tickets["2"] = ticket("2", "New")
	// What the message says about the ticket is not what the source says.
	if a := w.send(t, w.message("evt_1", `{"tickets":["1","2"],"subject":"forged"}`)); a.Code != http.StatusAccepted {
		t.Fatal(a.Code, a.Body)
	}
	w.work(t)
	if got := w.events(t); !slices.Equal(got, []string{"records.changed ticket 2"}) {
		t.Errorf("events %q", got)
	}
	if len(w.vendor.reads) != 1 || len(w.vendor.reads[0]) != 2 || len(w.hastened(t)) > 0 {
		t.Errorf("read %v, hastened %v", w.vendor.reads, w.hastened(t))
	}
}

func TestWhatCannotBeProvenIsAnsweredAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := w.message("evt_1", `{"tickets":["1"]}`)
	var first *httptest.ResponseRecorder
	for name, change := range map[string]func(*message){
		"unknown connection": func(m *message) { m.to = record.NewConnectionID().String() },
		"no connection":      func(m *message) { m.to = "x" },
		"takes no webhooks":  func(m *message) { m.to = w.mute.String() },
		"unsigned":           func(m *message) { m.change = func(r *http.Request) { r.Header.Del("webhook-signature") } },
		"signed otherwise":   func(m *message) { m.change = func(r *http.Request) { r.Header.Set("webhook-signature", "v1,AAAA") } },
		"altered": func(m *message) {
			m.change = func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`{"tickets":["9"]}`)) }
		},
		"another id": func(m *message) { m.change = func(r *http.Request) { r.Header.Set("webhook-id", "evt_2") } },
		"another time": func(m *message) {
			m.change = func(r *http.Request) { r.Header.Set("webhook-timestamp", strconv.FormatInt(m.at.Unix()+1, 10)) }
		},
		"a replay":            func(m *message) { m.at = m.at.Add(-5*time.Minute - time.Second) },
		"from the future":     func(m *message) { m.at = m.at.Add(5*time.Minute + time.Second) },
		"nothing at all":      func(m *message) { m.body = ""; m.change = func(r *http.Request) { r.Header = http.Header{} } },
		"a body that is torn": func(m *message) { m.change = func(r *http.Request) { r.Body = io.NopCloser(&torn{}) } },
		"not what it says":    func(m *message) { m.body = "[" },
	} {
		m := good
		change(&m)
		a := w.send(t, m)
		if first == nil {
			first = a
		}
		if a.Code != http.StatusUnauthorized || a.Body.String() != first.Body.String() || !maps.EqualFunc(a.Header(), first.Header(), slices.Equal[[]string]) {
			t.Errorf("%s: %d %q %v", name, a.Code, a.Body, a.Header())
		}
	}
	if due, err := w.DueHooks(t.Context(), w.clock().Add(time.Hour), 10); err != nil || len(due) > 0 || len(w.rung) > 0 {
		t.Errorf("kept %v, rung %v, %v", due, w.rung, err)
	}
}

// torn is a body whose sender goes away.
type torn struct{}

func (*torn) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestARepeatedEventIsTakenOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.message("evt_1", `{"tickets":["1"]}`)
	var senders sync.WaitGroup
	var mu sync.Mutex
	for range 10 {
		senders.Go(func() {
			mu.Lock() // the world's list of rings is not for many
			defer mu.Unlock()
			if a := w.send(t, m); a.Code != http.StatusAccepted {
				t.Error(a.Code)
			}
		})
	}
	senders.Wait()
	w.pass(time.Minute)
	again := m
	again.at = w.clock() // signed anew, as a vendor does that tries again
	again.body = `{"tickets":["1"], "attempt": 2}`
	if a := w.send(t, again); a.Code != http.StatusAccepted || len(w.rung) != 1 {
		t.Errorf("%d, rung %d times", a.Code, len(w.rung))
	}
}

func TestALargeMessageIsRefusedBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for to, want := range map[string]int{w.conn.String(): http.StatusRequestEntityTooLarge, "x": http.StatusRequestEntityTooLarge} {
		m := w.message("evt", `{"tickets":[]}`+strings.Repeat(" ", 1<<20))
		m.to = to
		if a := w.send(t, m); a.Code != want {
			t.Errorf("%s: %d", to, a.Code)
		}
	}
	m := w.message("evt", `{"tickets":[]}`)
	m.body += strings.Repeat(" ", 1<<20-len(m.body))
	if a := w.send(t, m); a.Code != http.StatusAccepted {
		t.Errorf("exactly 1 MiB: %d", a.Code)
	}
}

func TestWhatCannotBeKeptIsNotCalledAccepted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.unavailable = errors.New("disk full")
	if a := w.send(t, w.message("evt_1", `{"tickets":["1"]}`)); a.Code != http.StatusServiceUnavailable || a.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v", a.Code, a.Header())
	}
	w.unavailable = nil
	if a := w.send(t, w.message("evt_1", `{"tickets":["1"]}`)); a.Code != http.StatusAccepted || len(w.rung) != 1 {
		t.Errorf("%d, rung %d times", a.Code, len(w.rung))
	}
}

func TestALostRingIsMadeGoodAndADoubledOneHarmless(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vendor.tickets["1"] = ticket("1", "Printer on fire")
	w.send(t, w.message("evt_1", `{"tickets":["1"]}`))
	w.rung = nil
	must(t, w.in.Sweep(t.Context()))
	w.rung = append(w.rung, w.rung...)
	if len(w.rung) != 2 {
		t.Fatalf("rung %v", w.rung)
	}
	w.work(t)
	must(t, w.in.Sweep(t.Context()))
	if len(w.vendor.reads) != 1 || len(w.rung) > 0 {
		t.Errorf("read %d times, rung %v", len(w.vendor.reads), w.rung)
	}
}

func TestAFailedReadingIsTriedAgainAndThenLeftToTheStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vendor.fail = fault.New(fault.Unavailable, "The vendor does not answer.")
	w.send(t, w.message("evt_1", `{"tickets":["1"]}`))
	for range 4 {
		w.work(t)
		w.rung = nil
		must(t, w.in.Sweep(t.Context()))
		if len(w.rung) > 0 || len(w.hastened(t)) > 0 {
			t.Fatalf("rung %v at once, hastened %v", w.rung, w.hastened(t))
		}
		w.pass(10 * time.Minute)
		must(t, w.in.Sweep(t.Context()))
	}
	w.work(t)
	if got := w.hastened(t); !slices.Equal(got, []string{"tickets"}) || len(w.vendor.reads) != 5 {
		t.Errorf("hastened %v, read %d times", got, len(w.vendor.reads))
	}
	w.pass(10 * time.Minute)
	must(t, w.in.Sweep(t.Context()))
	if len(w.rung) > 0 {
		t.Error("rung although it was given up")
	}
}

func TestARecordThatIsNotThereIsLeftToItsStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // the source has no ticket 1, the store does
	w.send(t, w.message("evt_1", `{"tickets":["1"]}`))
	w.work(t)
	if got := w.hastened(t); !slices.Equal(got, []string{"tickets"}) {
		t.Errorf("hastened %v", got)
	}
	if got := w.events(t); len(got) > 0 {
		t.Errorf("events %q", got)
	}
}

func TestAnEchoOfWhatIsKnownChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vendor.tickets["1"] = ticket("1", "Printer")
	w.send(t, w.message("evt_1", `{"tickets":["1"]}`))
	w.work(t)
	if got := w.events(t); len(got) > 0 || len(w.vendor.reads) != 1 {
		t.Errorf("events %q, read %d times", got, len(w.vendor.reads))
	}
}

func TestAWorkerThatDiedIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vendor.tickets["1"] = ticket("1", "Printer on fire")
	w.send(t, w.message("evt_1", `{"tickets":["1"]}`))
	if _, ok, err := w.ClaimHook(t.Context(), w.rung[0], time.Minute); err != nil || !ok {
		t.Fatal(ok, err)
	}
	w.work(t) // somebody else has it
	must(t, w.in.Sweep(t.Context()))
	if len(w.vendor.reads) > 0 || len(w.rung) > 0 {
		t.Fatal("two had it at once")
	}
	w.pass(2 * time.Minute)
	must(t, w.in.Sweep(t.Context()))
	w.work(t)
	if got := w.events(t); !slices.Equal(got, []string{"records.changed ticket 1"}) {
		t.Errorf("events %q", got)
	}
}

// TestInAnyOrderTheStateIsTheSources sends events in any order, doubled, late
// and forged, while the source changes.
func TestInAnyOrderTheStateIsTheSources(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sent := 0
	rapid.Check(t, func(r *rapid.T) {
		name := func() string { return rapid.SampledFrom([]string{"1", "2", "3"}).Draw(r, "ticket") }
		var old []message
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			switch rapid.SampledFrom([]string{"change", "double", "replay", "forge", "work"}).Draw(r, "step") {
			case "change":
				n := name()
				sent++
				w.vendor.tickets[n] = ticket(n, "Subject "+strconv.Itoa(sent))
				m := w.message("evt_"+strconv.Itoa(sent), `{"tickets":["`+n+`"]}`)
				old = append(old, m)
				if a := w.send(t, m); a.Code != http.StatusAccepted {
					r.Fatalf("refused with %d", a.Code)
				}
			case "double":
				if len(old) > 0 {
					before := len(w.rung)
					if a := w.send(t, rapid.SampledFrom(old).Draw(r, "event")); a.Code != http.StatusAccepted || len(w.rung) != before {
						r.Fatalf("doubled: %d", a.Code)
					}
				}
			case "replay":
				m := w.message("evt_old", `{"tickets":["1"]}`)
				m.at = m.at.Add(-time.Duration(rapid.IntRange(301, 100_000).Draw(r, "age")) * time.Second)
				if a := w.send(t, m); a.Code != http.StatusUnauthorized {
					r.Fatalf("replayed: %d", a.Code)
				}
			case "forge":
				m := w.message("evt_forged", `{"tickets":["1"]}`)
				m.change = func(q *http.Request) {
					q.Body = io.NopCloser(bytes.NewReader(rapid.SliceOf(rapid.Byte()).Draw(r, "body")))
				}
				if a := w.send(t, m); a.Code != http.StatusUnauthorized {
					r.Fatalf("forged: %d", a.Code)
				}
			case "work":
				slices.Reverse(w.rung)
				w.work(t)
			}
		}
		w.work(t)
		must(t, w.in.Sweep(t.Context()))
		w.work(t)
		for n, want := range w.vendor.tickets {
			if got := w.subject(t, n); got != want.Body.(record.Ticket).Subject {
				r.Fatalf("ticket %s is %q, the source has %q", n, got, want.Body.(record.Ticket).Subject)
			}
		}
	})
}
