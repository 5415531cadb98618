// Package bulk answers the ticket list of Request Tracker 5's REST2 for very
// many invented tickets with next to no work, so that a benchmark measures the
// reader and not the source. A page is copied from rows rendered in advance;
// only numbers and times are written into the copy.
//
// It understands page, per_page, and in the query a lower bound on LastUpdated
// and on id (see from); rows are always in the order of both. Everything else
// in a query is ignored. Other lists are empty, and the one user is in UTC.
package bulk

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Options say how much there is. Zero fields take the default named.
type Options struct {
	Tickets   int           // 200,000; at most 8,999,999
	Companies int           // 100; at most 10,000
	PerSecond int           // 3: how many tickets share one second of LastUpdated
	Start     time.Time     // 2026-01-01: LastUpdated of the first ticket
	MaxPage   int           // 100: larger pages are cut to this silently
	Latency   time.Duration // added to every request
}

// Source is the generator, an http.Handler that is safe for concurrent use.
type Source struct {
	opts     Options
	rows     []template
	requests atomic.Int64
	served   atomic.Int64
}

// New returns a source.
func New(o Options) *Source {
	o.Tickets = min(or(o.Tickets, 200_000), 8_999_999)
	o.Companies = min(or(o.Companies, 100), 10_000)
	o.PerSecond = or(o.PerSecond, 3)
	o.MaxPage = or(o.MaxPage, 100)
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return &Source{opts: o, rows: templates()}
}

func or(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

// Served returns how many requests and how many tickets were answered.
func (s *Source) Served() (requests, tickets int64) { return s.requests.Load(), s.served.Load() }

// ServeHTTP answers a request after the latency.
func (s *Source) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests.Add(1)
	if s.opts.Latency > 0 {
		timer := time.NewTimer(s.opts.Latency)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return
		}
	}
	w.Header().Set("Content-Type", `application/json; charset="utf-8"`)
	w.Header().Set("X-Portico-Fake", "bulk request tracker")
	path := strings.TrimPrefix(r.URL.Path, "/REST/2.0")
	switch {
	case path == "/tickets":
		s.tickets(w, r)
	case path == "/rt":
		_, _ = w.Write([]byte(`{"Version":"5.0.3+portico-bulk"}`))
	case strings.HasPrefix(path, "/user/"):
		_, _ = w.Write([]byte(`{"id":31,"Name":"hub","RealName":"Integration hub","EmailAddress":"hub@msp.example","Timezone":"UTC","Privileged":1}`))
	default:
		_, _ = w.Write([]byte(`{"count":0,"total":0,"pages":0,"page":1,"per_page":100,"items":[]}`))
	}
}

func (s *Source) tickets(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	size := min(number(q.Get("per_page"), 20), s.opts.MaxPage)
	page := number(q.Get("page"), 1)
	first := s.from(q.Get("query"))
	total := s.opts.Tickets - first
	begin := min(first+(page-1)*size, s.opts.Tickets)
	end := min(begin+size, s.opts.Tickets)

	body := make([]byte, 0, 512+(end-begin)*rowSize)
	body = append(body, `{"count":`...)
	body = strconv.AppendInt(body, int64(end-begin), 10)
	body = append(body, `,"total":`...)
	body = strconv.AppendInt(body, int64(total), 10)
	body = append(body, `,"pages":`...)
	body = strconv.AppendInt(body, int64((total+size-1)/size), 10)
	body = append(body, `,"per_page":`...)
	body = strconv.AppendInt(body, int64(size), 10)
	body = append(body, `,"page":`...)
	body = strconv.AppendInt(body, int64(page), 10)
	if end < s.opts.Tickets {
		body = append(body, `,"next_page":"http://`...)
		q.Set("page", strconv.Itoa(page+1))
		body = append(body, r.Host+r.URL.Path+"?"+q.Encode()...)
		body = append(body, '"')
	}
	body = append(body, `,"items":[`...)
	for i := begin; i < end; i++ {
		if i > begin {
			body = append(body, ',')
		}
		body = s.appendTicket(body, i)
	}
	body = append(body, "]}"...)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	s.served.Add(int64(end - begin))
	_, _ = w.Write(body)
}

func number(text string, otherwise int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return otherwise
	}
	return n
}
