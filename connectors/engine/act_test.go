package engine_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"portico/sync/action"
	"portico/sync/remote"
)

// closing is the desk with one action.
const closing = `actions:
  ticket.close:
    label: Close
    timeout: 9s
    grace: 9s
    prepare:
      request: {path: "/ticket/{action.external}"}
      refuse:
        - when: body.status == "closed"
          is: conflict
          say: It is closed already.
          diff: {field: status, was: action.base, now: body.status}
      mark: string(body.revision)
    send:
      request: {method: PUT, path: "/ticket/{action.external}", headers: {If-Match: "{action.mark}"}, body: '{"status": "closed", "ref": action.ref}'}
      answers:
        - {status: 412, is: retry, say: It changed.}
        - {status: 200, when: body.error != nil, is: reject, say: "No: {body.error}"}
      reference: string(body.receipt)
    confirm:
      streams: [tickets]
      holds: any(records, .status == "closed")
streams:
`

func actor(t *testing.T) *actorBench {
	return &actorBench{t: t, text: strings.Replace(strings.Replace(deskWith(untold), "streams:\n", closing, 1),
		"    census:", "    read: {ids: \"{join(ids, ',')}\"}\n    census:", 1)}
}

type actorBench struct {
	t    *testing.T
	text string
}

func (b *actorBench) act(h http.HandlerFunc) remote.Outcome {
	b.t.Helper()
	return load(b.t, b.text).Act(b.t.Context(), serve(b.t, h), action.Action{Kind: action.TicketClose, External: "7", Mark: "3", Ref: "PRT-X"})
}

func TestWhatAnAnswerMeansForAnAction(t *testing.T) {
	t.Parallel()
	b := actor(t)
	say := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if code == http.StatusTooManyRequests {
				w.Header().Set("Retry-After", "9")
			}
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	cases := map[string]struct {
		handler http.HandlerFunc
		want    remote.Verdict
		reason  string
	}{
		"accepted":              {say(200, `{"receipt": 12}`), remote.Done, ""},
		"refused inside a 200":  {say(200, `{"error": "locked"}`), remote.Rejected, "No: locked"},
		"stale":                 {say(412, ``), remote.Retry, "It changed."},
		"limited":               {say(429, ``), remote.Retry, "fewer"},
		"credential gone":       {say(401, ``), remote.Retry, "not accepted"},
		"not allowed":           {say(403, ``), remote.Rejected, "right"},
		"gone":                  {say(404, `{}`), remote.Rejected, ""},
		"a failure half-way":    {say(500, ``), remote.Unknown, ""},
		"a gateway's time-out":  {say(504, ``), remote.Unknown, ""},
		"yes as a web page":     {page, remote.Unknown, "web page"},
		"the connection breaks": {hangUp, remote.Unknown, "look whether"},
	}
	for name, c := range cases {
		out := b.act(c.handler)
		if out.Verdict != c.want || !strings.Contains(out.Reason, c.reason) {
			t.Errorf("%s: %s %q (%v), want %s %q", name, out.Verdict, out.Reason, out.Cause, c.want, c.reason)
		}
	}
	if out := b.act(say(429, "")); out.After.Seconds() != 9 {
		t.Errorf("told to wait 9 s, waits %s", out.After)
	}
	if out := b.act(say(200, `{"receipt": 12}`)); out.Reference != "12" {
		t.Errorf("reference %q", out.Reference)
	}
}

func hangUp(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		conn.Close()
	}
}

func TestPrepareFindsConflictsAndLeavesAMark(t *testing.T) {
	t.Parallel()
	b := actor(t)
	for status, want := range map[string]remote.Verdict{"open": remote.Done, "closed": remote.Conflict} {
		conn := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"revision": 3, "status": "`+status+`"}`)
		})
		mark, out := load(t, b.text).Prepare(t.Context(), conn, action.Action{Kind: action.TicketClose, External: "7", Base: "open"})
		if out.Verdict != want || (want == remote.Done) != (mark == "3") {
			t.Errorf("%s: %+v, mark %q", status, out, mark)
		}
		if want == remote.Conflict && (len(out.Diff) != 1 || out.Diff[0] != remote.Difference{Field: "status", Was: "open", Now: "closed"}) {
			t.Errorf("difference %+v", out.Diff)
		}
	}
}

func TestConfirmBelievesOnlyWhatItReads(t *testing.T) {
	t.Parallel()
	b := actor(t)
	for status, want := range map[string]remote.Verdict{"open": remote.Retry, "closed": remote.Done} {
		conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("ids") != "7" {
				t.Errorf("asked for %s", r.URL)
			}
			_, _ = io.WriteString(w, `{"items":[{"id":"7","status":"`+status+`","company":"N"}]}`)
		})
		out := load(t, b.text).Confirm(t.Context(), conn, action.Action{Kind: action.TicketClose, External: "7", Reference: "12"})
		if out.Verdict != want || len(out.Records) != 1 {
			t.Errorf("%s: %+v", status, out)
		}
	}
	down := serve(t, hangUp)
	if out := load(t, b.text).Confirm(t.Context(), down, action.Action{Kind: action.TicketClose, External: "7"}); out.Verdict != remote.Unknown {
		t.Errorf("unreadable: %+v", out)
	}
}

func TestAnActionThatThereIsNotIsRejected(t *testing.T) {
	t.Parallel()
	conn := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	if out := load(t, deskWith(untold)).Act(t.Context(), conn, action.Action{Kind: action.TicketReply}); out.Verdict != remote.Rejected {
		t.Errorf("got %+v", out)
	}
}

func page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	_, _ = io.WriteString(w, "<!doctype html>")
}
