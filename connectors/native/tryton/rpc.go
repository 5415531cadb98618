package tryton

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"portico/connectors/rest"
	"portico/sync/fault"
	"portico/sync/remote"
)

// session is one piece of work on one connection.
type session struct {
	conn     remote.Conn
	client   *rest.Client
	door     *door
	settings map[string]string
	who      pass
	clock    time.Time // of the server at its first answer; zero when it does not say
	asked    atomic.Int64
}

// open settles the settings; nothing is sent yet.
func (c *Connector) open(conn remote.Conn, class remote.Class) (*session, error) {
	breaker, door := c.kept(conn.ID)
	s := &session{conn: conn, door: door, settings: map[string]string{}}
	for _, f := range spec().Fields {
		if f.Type == remote.SecretField {
			continue
		}
		s.settings[f.Name] = strings.TrimSpace(conn.Settings[f.Name])
		if f.Required && s.settings[f.Name] == "" {
			return nil, fault.New(fault.Setup, f.Label+" is missing; fill it in.").Field(f.Name, "This is needed.")
		}
	}
	base := strings.TrimRight(s.settings[fieldAddress], "/") + "/" + url.PathEscape(s.settings[fieldDatabase]) + "/"
	var err error
	s.client, err = rest.New(conn, rest.Config{
		Base: base, Header: http.Header{"Accept": {"application/json"}, "User-Agent": {"Portico"}},
		Timeout: time.Minute, Class: class, Breaker: breaker, Judge: judge,
	})
	return s, err
}

// judge gives a status its meaning. Tryton answers 200 to nearly everything; what
// it refuses before a method runs has a status and a web page.
func judge(resp *rest.Response) error {
	cause := rest.Judge(resp)
	switch resp.Status {
	case http.StatusUnauthorized:
		return fault.New(fault.Unauthenticated, "Tryton does not accept this user and password; check both, then enter the password again.").Because("sign in", cause)
	case http.StatusForbidden:
		return fault.New(fault.Setup, "Tryton does not offer what was asked for; is it version 6.0 or newer?").Because("call", cause)
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return fault.New(fault.Setup, "There is no such database at this address; check both.").Because("call", cause)
	case http.StatusTooManyRequests:
		return fault.New(fault.Limited, "Tryton refuses requests for a while, as it does after wrong passwords; we wait.").Because("call", cause)
	}
	return cause
}

// refusal is an error that a method of Tryton answered with.
type refusal struct {
	kind    string // "UserError", "UserWarning", …; "" for a failure of its own
	message string
}

func (r refusal) Error() string {
	return strings.TrimSpace(r.kind + " " + clip(r.message, 200))
}

// missing says that Tryton has no model or field of this name: a module that is
// not active.
func (r refusal) missing() bool {
	return r.kind == "" && strings.HasPrefix(r.message, "'") && strings.HasSuffix(r.message, "'") && !strings.Contains(r.message, " ")
}

func refused(err error) (refusal, bool) {
	var r refusal
	return r, errors.As(err, &r)
}

// get calls a method that changes nothing.
func (s *session) get(ctx context.Context, method string, params ...any) (json.RawMessage, error) {
	return s.signed(ctx, true, method, params)
}

// do calls a method that changes something. It is sent once, and again only after
// an answer that says it was not even looked at: the session had ended.
func (s *session) do(ctx context.Context, method string, params ...any) (json.RawMessage, error) {
	return s.signed(ctx, false, method, params)
}

func (s *session) signed(ctx context.Context, reads bool, method string, params []any) (json.RawMessage, error) {
	for again := false; ; again = true {
		who, err := s.door.enter(ctx, s)
		if err != nil {
			return nil, err
		}
		s.who = who
		out, err := s.call(ctx, reads, who.header(), method, params)
		if fault.KindOf(err) == fault.Unauthenticated {
			s.door.leave(who)
			if !again {
				continue
			}
		}
		return out, err
	}
}

// call sends one request, and returns what the method returned.
func (s *session) call(ctx context.Context, reads bool, header http.Header, method string, params []any) (json.RawMessage, error) {
	id := s.asked.Add(1)
	body, err := json.Marshal(map[string]any{"id": id, "method": method, "params": params})
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "write request", err)
	}
	resp, err := s.client.Do(ctx, rest.Request{Method: http.MethodPost, Path: "/", Body: body, Header: header, Read: reads})
	if err != nil {
		return nil, fault.At("call "+method, err)
	}
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil && s.clock.IsZero() {
		s.clock = at
	}
	var answer struct {
		ID     *int64          `json:"id"`
		Result json.RawMessage `json:"result"`
		Error  []json.RawMessage
	}
	if err := json.Unmarshal(resp.Body, &answer); err != nil {
		return nil, broken("read the answer of "+method, err)
	}
	switch {
	case answer.ID == nil || *answer.ID != id:
		return nil, broken("read the answer of "+method, fmt.Errorf("it is the answer to another request"))
	case len(answer.Error) > 0:
		return nil, fault.At("call "+method, meaning(refusalOf(answer.Error), s.settings[fieldDatabase]))
	case answer.Result == nil:
		return nil, broken("read the answer of "+method, fmt.Errorf("it has neither a result nor an error"))
	}
	return answer.Result, nil
}

// refusalOf reads [kind, [message, …]] and [text, traceback].
func refusalOf(parts []json.RawMessage) refusal {
	var head string
	var args []json.RawMessage
	if json.Unmarshal(parts[0], &head) != nil {
		return refusal{message: "an error that cannot be read"}
	}
	if len(parts) < 2 || json.Unmarshal(parts[1], &args) != nil || len(args) == 0 {
		return refusal{message: clean(head)}
	}
	r := refusal{kind: head}
	at := 0
	if head == "UserWarning" {
		at = 1 // after its name
	}
	if at < len(args) {
		_ = json.Unmarshal(args[at], &r.message) // a message that is no text stays empty
	}
	r.message = clean(r.message)
	return r
}

// meaning gives a refusal a kind and words.
func meaning(r refusal, database string) error {
	say := func(kind fault.Kind, text string) error { return fault.New(kind, text).Because("method", r) }
	switch {
	case r.kind == "UserError":
		return say(fault.Forbidden, "Tryton refuses this to the user of the connection; give that user the right in Tryton.")
	case r.kind == "UserWarning":
		return say(fault.Forbidden, "Tryton asks a question here that only a person who works in it can answer.")
	case r.kind == "ConcurrencyException":
		return say(fault.Unavailable, "Somebody changed it in Tryton at the same moment; we try again.")
	case r.kind != "":
		return say(fault.Unauthenticated, "Tryton does not accept the sign-in of the connection; enter the password again.")
	case r.missing():
		return say(fault.NotFound, "Tryton does not have this; a module is not active.")
	case strings.Contains(r.message, "atabase") && strings.Contains(r.message, "exist"):
		return say(fault.Setup, fmt.Sprintf("There is no database %q at this address; check its name and the address.", database))
	default:
		return say(fault.Unavailable, "Tryton had a failure of its own; we try again. Its log says more.")
	}
}

// context is what every method of a model gets as its last parameter.
func (s *session) context(more map[string]any) map[string]any {
	out := map[string]any{"company": s.who.company, "company_filter": "one", "language": s.who.language}
	maps.Copy(out, more)
	return out
}

func broken(op string, cause error) error {
	return fault.New(fault.Broken, "Tryton's answer does not have the expected shape; nothing of it is used.").Because(op, cause)
}
