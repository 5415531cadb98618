package session_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"portico/portal/session"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/record"
)

func TestPaceHoldsAReaderAndAnAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var p session.Pace
		page := p.Hold(func(http.ResponseWriter, *http.Request, access.Scope) error { return nil })
		one, other := record.NewAccountID(), record.NewAccountID()
		ask := func(user string, account record.AccountID) error {
			return page(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), grant.Member(grant.User{ID: user}, account, access.Owner))
		}
		served := func(user string, account record.AccountID, times int) (n int) {
			for range times {
				if err := ask(user, account); err == nil {
					n++
				} else if !fault.Is(err, fault.Limited) || fault.RetryAfter(err) <= 0 {
					t.Errorf("%v", err)
				}
			}
			return n
		}
		if n := served("ines", one, 50); n != 10 {
			t.Errorf("a reader got %d at once", n)
		}
		<-time.After(time.Minute)
		if n := served("ines", one, 50); n != 2 {
			t.Errorf("a reader got %d after a minute", n)
		}
		if n := served("jan", other, 5); n != 5 {
			t.Errorf("a reader of another account got %d", n)
		}
		<-time.After(time.Hour)
		total := 0
		for _, user := range []string{"a", "b", "c", "d", "e", "f"} {
			total += served(user, one, 10)
		}
		if total != 40 {
			t.Errorf("the readers of an account got %d together", total)
		}
	})
}
