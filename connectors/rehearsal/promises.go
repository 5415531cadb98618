package rehearsal

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"portico/sync/remote"
	"portico/sync/valid"
)

// again pulls with a run that has something already and wants the same to come out.
func (s *stage) again(what, stream string, r *run, mode remote.PullMode) bool {
	s.replay.Spoiled(nil)
	err := s.pull(r, stream, mode)
	if s.unrecorded(what) {
		return false
	}
	if err != nil {
		s.add(Fail, what, problem(err))
		return false
	}
	if diff := differ(s.whole[stream].held, r.held); diff != "" {
		s.add(Fail, what, diff)
		return false
	}
	return true
}

// readTwice wants that a second pull of what did not change writes nothing.
func (s *stage) readTwice(st remote.Stream) {
	what := st.Name + ": a second pull changes nothing"
	r := s.run()
	if s.again(what, st.Name, r, remote.Changes) {
		if r.written = 0; s.again(what, st.Name, r, remote.Changes) {
			s.verdict(what, r.written == 0, fmt.Sprintf("%d records were written again", r.written))
		}
	}
}

// everything wants that reading all of it is the same as reading what changed.
func (s *stage) everything(st remote.Stream) {
	what := st.Name + ": reading everything gives the same"
	if s.again(what, st.Name, s.run(), remote.Everything) {
		s.add(OK, what, "")
	}
}

func (s *stage) verdict(what string, good bool, says string) {
	if good {
		s.add(OK, what, "")
		return
	}
	s.add(Fail, what, says)
}

// killMost is how many pages of a stream are refused, one after the other.
const killMost = 25

// killed refuses page n for every n and goes on from the checkpoint.
func (s *stage) killed(st remote.Stream) {
	what := st.Name + ": killed at every page and resumed"
	n := 1
	for ; n <= killMost; n++ {
		s.replay.Spoiled(nil)
		r := s.run()
		r.killAt = n
		err := s.pull(r, st.Name, remote.Changes)
		if s.unrecorded(what) {
			return
		}
		if r.pages < n {
			break
		}
		if !errors.Is(err, errKilled) || r.complete {
			s.add(Fail, what, fmt.Sprintf("page %d was refused, and the pull says %v", n, err))
			return
		}
		r.killAt = 0
		if !s.again(what, st.Name, r, remote.Changes) {
			return
		}
	}
	s.add(OK, what, count(n-1, "page"))
}

// deformed are answers that nobody can take for one.
var deformed = []struct {
	name string
	make func(resp *http.Response, body []byte) []byte
}{
	{"cut in the middle", func(_ *http.Response, body []byte) []byte { return body[:len(body)/2] }},
	{"a web page", func(resp *http.Response, _ []byte) []byte {
		resp.Header.Set("Content-Type", "text/html")
		return []byte("<!doctype html><title>Down for maintenance</title>")
	}},
	{"a refusal", func(resp *http.Response, _ []byte) []byte {
		resp.StatusCode, resp.Status = http.StatusUnauthorized, "401 Unauthorized"
		return []byte(`{"error":"unauthorized"}`)
	}},
}

// brokenPages breaks each answer in each way; the pull must not call itself whole.
func (s *stage) brokenPages(st remote.Stream) {
	what := st.Name + ": a broken answer is not believed"
	s.replay.Spoiled(nil)
	if err := s.pull(s.run(), st.Name, remote.Changes); err != nil {
		s.add(Fail, what, problem(err))
		return
	}
	played := s.replay.Played()
	for _, n := range played {
		if len(s.tape.Exchanges[n].Answer.Body) == 0 {
			continue
		}
		for _, way := range deformed {
			s.replay.Spoiled(func(at int, resp *http.Response, body []byte) []byte {
				if at != n {
					return body
				}
				return way.make(resp, body)
			})
			r := s.run()
			err := s.pull(r, st.Name, remote.Changes)
			where := fmt.Sprintf("the answer to %s %s was %s", s.tape.Exchanges[n].Request.Method, s.tape.Exchanges[n].Request.Path, way.name)
			switch {
			case err == nil || r.complete:
				s.add(Fail, what, where+", and the pull says that it is whole")
				return
			case problem(err) == err.Error():
				s.add(Fail, what, where+", and the pull fails without words for an administrator: "+err.Error())
				return
			}
		}
	}
	s.add(OK, what, count(len(played), "answer")+", "+count(len(deformed), "way"))
}

// pause is for how long a system asks for silence.
const pause = time.Second

// limited has the last answer refused once, with a time to wait before it is asked for
// again.
func (s *stage) limited(st remote.Stream) {
	what := st.Name + ": it waits when it is told to"
	s.replay.Spoiled(nil)
	if err := s.pull(s.run(), st.Name, remote.Changes); err != nil {
		s.add(Fail, what, problem(err))
		return
	}
	played := s.replay.Played()
	if len(played) == 0 {
		return
	}
	var refused time.Time
	early := false
	s.replay.Spoiled(func(at int, resp *http.Response, body []byte) []byte {
		switch {
		case at != played[len(played)-1]: // it may have been under way when the other was refused
		case !refused.IsZero():
			early = early || time.Since(refused) < pause-50*time.Millisecond
		default:
			refused = time.Now()
			name := s.m.HTTP.Limits.RetryAfter
			if name == "" {
				name = "Retry-After"
			}
			resp.Header.Set(name, "1")
			resp.StatusCode, resp.Status = http.StatusTooManyRequests, "429 Too Many Requests"
		}
		return body
	})
	r := s.run()
	err := s.pull(r, st.Name, remote.Changes)
	switch {
	case err != nil:
		s.add(Fail, what, problem(err))
	case early:
		s.add(Fail, what, "a request left inside the time for which the system had asked for silence")
	default:
		s.verdict(what, differ(s.whole[st.Name].held, r.held) == "", differ(s.whole[st.Name].held, r.held))
	}
}

// families looks at all records together.
func (s *stage) families() {
	const what = "records are whole"
	all := map[string]bool{}
	for _, r := range s.whole {
		for key := range r.held {
			all[key] = true
		}
	}
	many := 0
	for name, r := range s.whole {
		for _, rec := range r.order {
			key := fmt.Sprintf("%s %s of %s", rec.Kind, rec.External, name)
			many++
			switch err := valid.Struct(rec); {
			case err != nil:
				s.add(Fail, what, key+": "+err.Error())
			case rec.Parent != "" && !all[string(rec.ParentKind)+" "+rec.Parent] && len(s.tape.Partial) == 0:
				s.add(Fail, what, fmt.Sprintf("%s belongs to %s %s, which never comes", key, rec.ParentKind, rec.Parent))
			default:
				continue
			}
			return
		}
	}
	if many > 0 {
		s.add(OK, what, count(many, "record"))
	}
}

// private looks for texts that must stay inside in everything that came out.
func (s *stage) private() {
	const what = "private texts stay inside"
	data, err := os.ReadFile(filepath.Join(s.dir, "testdata", "private.txt")) // #nosec G304 -- the administrator names the folder
	if err != nil {
		s.add(Skip, what, "testdata/private.txt names none")
		return
	}
	recorded := asText(s.tape.Exchanges)
	named := 0
	for line := range strings.Lines(string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))) {
		text := strings.TrimSpace(line)
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		named++
		inside := strings.Trim(asText(text), `"`)
		switch {
		case !strings.Contains(recorded, inside):
			s.add(Fail, what, fmt.Sprintf("%q is not in the recording, so that nothing was tried", text))
			return
		case strings.Contains(s.heard.String(), inside):
			s.add(Fail, what, fmt.Sprintf("%q came out", text))
			return
		}
	}
	if named == 0 {
		s.add(Skip, what, "testdata/private.txt names none")
		return
	}
	s.add(OK, what, count(named, "text"))
}
