package rest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"portico/connectors/rest"
	"portico/sync/fault"
	"portico/sync/remote"
)

// server starts a system, and returns a connection to it with its address.
func server(t *testing.T, h http.HandlerFunc) remote.Conn {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	conn := connection(srv.Client().Transport)
	conn.Settings = map[string]string{"url": srv.URL}
	return conn
}

func TestPullsStopBeforeTheWallAndActionsGoOn(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, reset := range []string{"3600", "1772370000", "1772370000000", "2026-03-01T13:00:00Z", "Sun, 01 Mar 2026 13:00:00 GMT"} {
		left := "5"
		conn := server(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Left", left)
			w.Header().Set("X-Reset", reset)
			_, _ = w.Write([]byte("{}"))
		})
		now := at
		conn.Now = func() time.Time { return now }
		breaker := &rest.Breaker{}
		send := func(class remote.Class) error {
			c, err := rest.New(conn, rest.Config{Base: conn.Settings["url"], Class: class, Breaker: breaker,
				Gauge: rest.Gauge{Remaining: "X-Left", Reset: "X-Reset", Floor: 5}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Do(t.Context(), rest.Request{Path: "/x"})
			return err
		}
		if err := send(remote.Background); err != nil {
			t.Fatal(err)
		}
		err := send(remote.Background)
		if !fault.Is(err, fault.Limited) || fault.RetryAfter(err) != time.Hour || fault.Public(err) == "" {
			t.Errorf("reset %s: a pull took what is kept for actions: %v, after %s", reset, err, fault.RetryAfter(err))
		}
		if err := send(remote.Interactive); err != nil {
			t.Errorf("an action was stopped: %v", err)
		}
		now = at.Add(time.Hour)
		left = "100"
		if err := send(remote.Background); err != nil {
			t.Errorf("reset %s: after that: %v", reset, err)
		}
	}
}

func TestALimitWithoutRetryAfterIsOverWhenTheSystemSays(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	conn := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Reset", "1772370000")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	conn.Now = func() time.Time { return at }
	c, err := rest.New(conn, rest.Config{Base: conn.Settings["url"], Class: remote.Background, Gauge: rest.Gauge{Remaining: "X-Left", Reset: "X-Reset"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Do(t.Context(), rest.Request{Path: "/x"}); !fault.Is(err, fault.Limited) || fault.RetryAfter(err) != time.Hour {
		t.Errorf("%v, after %s", err, fault.RetryAfter(err))
	}
}

func TestADaysBudgetLeavesAShareToActions(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	b := rest.NewBudget(rest.Limit{PerDay: 24 * 16}, func() time.Time { return at })
	over, cancel := context.WithCancel(t.Context())
	cancel() // who would have to wait gets nothing
	take := func(class remote.Class) (n int) {
		for ; n < 100; n++ {
			done, err := b.Wait(over, class)
			if err != nil {
				break
			}
			done()
		}
		return n
	}
	if pulls := take(remote.Background); pulls != 14 {
		t.Errorf("pulls took %d of 16", pulls)
	}
	if actions := take(remote.Interactive); actions != 2 {
		t.Errorf("%d were left to actions", actions)
	}
	at = at.Add(time.Hour)
	if pulls := take(remote.Background); pulls != 14 {
		t.Errorf("after an hour pulls took %d", pulls)
	}
}

func TestPullsRestWhereTheSystemDoesNotSayForHowLong(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	conn := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Left", "3")
		_, _ = w.Write([]byte("{}"))
	})
	conn.Now = func() time.Time { return now }
	breaker := &rest.Breaker{}
	send := func(class remote.Class) error {
		c, err := rest.New(conn, rest.Config{Base: conn.Settings["url"], Class: class, Breaker: breaker,
			Gauge: rest.Gauge{Remaining: "X-Left", Floor: 5, Pause: time.Hour}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Do(t.Context(), rest.Request{Path: "/x"})
		return err
	}
	if err := send(remote.Background); err != nil {
		t.Fatal(err)
	}
	if err := send(remote.Background); !fault.Is(err, fault.Limited) || fault.RetryAfter(err) != time.Hour {
		t.Errorf("a pull took what is kept for actions: %v, after %s", err, fault.RetryAfter(err))
	}
	if err := send(remote.Interactive); err != nil {
		t.Errorf("an action was stopped: %v", err)
	}
}
