package connections

import (
	"strings"
	"time"

	"portico/portal/ui"
	"portico/sync/record"
)

// moreFacts are what a kind has beside the facts that every kind has.
func moreFacts(c *ui.Chrome, body record.Body) []fact {
	say := func(key, value string) fact { return fact{c.T("connections.fact." + key), value} }
	day := func(key string, at time.Time) fact {
		if at.IsZero() {
			return fact{}
		}
		return say(key, c.Calendar(at))
	}
	amount := func(key, currency string, n record.Decimal) fact {
		if n == "" {
			return fact{}
		}
		return say(key, strings.TrimSpace(string(n)+" "+currency))
	}
	switch b := body.(type) {
	case record.Invoice:
		return []fact{amount("total", b.Currency, b.Total), amount("balance", b.Currency, b.Balance), day("issued", b.Issued), day("by", b.Due)}
	case record.Payment:
		return []fact{amount("amount", b.Currency, b.Amount), day("paid", b.Paid), say("method", b.Method)}
	case record.Quote:
		return []fact{amount("total", b.Currency, b.Total), day("issued", b.Issued), day("valid", b.ValidUntil)}
	case record.Contract:
		return []fact{say("type", b.Type), amount("value", b.Currency, b.Value), say("period", b.Period), amount("included", b.Unit, b.Included), amount("used", b.Unit, b.Used),
			day("start", b.Start), day("end", b.End), day("renewal", b.Renewal), day("notice", b.Notice), say("text", b.Terms)}
	case record.Project:
		return []fact{day("start", b.Start), day("by", b.Due), amount("done", "%", b.Done), say("text", b.Text)}
	case record.Document:
		size := fact{}
		if b.Size > 0 {
			size = say("size", c.Size(b.Size))
		}
		return []fact{say("folder", b.Folder), size, say("project", b.Project)}
	case record.Asset:
		return []fact{day("warranty", b.WarrantyUntil)}
	case record.Event:
		return []fact{say("type", b.Type), say("start", moment(c, b, b.Start)), say("end", moment(c, b, b.End)), say("location", b.Location), say("text", b.Text)}
	case record.TimeEntry:
		return []fact{amount("hours", "", b.Hours), day("worked", b.Worked)}
	default:
		return nil
	}
}

// moment is when an event begins or ends; of whole days, the day. The day on which
// whole days end is not part of them any more.
func moment(c *ui.Chrome, b record.Event, at time.Time) string {
	switch {
	case at.IsZero():
		return ""
	case b.AllDay && at.Equal(b.End):
		return c.Calendar(at.AddDate(0, 0, -1))
	case b.AllDay:
		return c.Calendar(at)
	default:
		return c.Exact(at)
	}
}
