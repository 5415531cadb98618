package tryton

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"portico/sync/fault"
)

// pass is what a session of Tryton's lets us do: as whom, for which company.
type pass struct {
	user     int64
	token    string
	company  int64
	own      []int64 // parties of the user's companies
	name     string  // of the company
	language string
	login    string
	seal     [sha256.Size]byte // of what it was got with
}

func (p pass) header() http.Header {
	word := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s:%d:%s", p.login, p.user, p.token))
	return http.Header{"Authorization": {"Session " + word}}
}

// door is where a connection signs in. It keeps the session, so that not every
// piece of work begins one, and lets one sign in at a time. A password that was
// refused is not tried again for a while: each try makes Tryton slower, until it
// locks the user out.
type door struct {
	mu      sync.Mutex
	now     pass
	refused [sha256.Size]byte
	until   time.Time
}

const refusedFor = 5 * time.Minute

// enter returns the pass of the connection, signing in when there is none or when
// settings or password have changed.
func (d *door) enter(ctx context.Context, s *session) (pass, error) {
	password, err := s.conn.Secret(fieldPassword)
	if err != nil {
		return pass{}, fault.At("read password", err)
	}
	if password == "" {
		return pass{}, fault.New(fault.Setup, "The password is missing; fill it in.").Field(fieldPassword, "This is needed.")
	}
	parts := []string{s.settings[fieldAddress], s.settings[fieldDatabase], s.settings[fieldUser], s.settings[fieldCompany], password}
	seal := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.now.token != "" && d.now.seal == seal {
		return d.now, nil
	}
	if d.refused == seal && s.conn.Now().Before(d.until) {
		return pass{}, fault.New(fault.Unauthenticated, "Tryton did not accept this user and password some minutes ago; enter the password again.")
	}
	p, err := s.signIn(ctx, password)
	if fault.Is(err, fault.Unauthenticated) {
		d.refused, d.until = seal, s.conn.Now().Add(refusedFor)
	}
	if err != nil {
		return pass{}, err
	}
	p.seal = seal
	d.now = p
	return p, nil
}

// leave forgets a pass that was refused, unless somebody has a newer one already.
func (d *door) leave(p pass) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.now.token == p.token {
		d.now = pass{}
	}
}

// signIn begins a session and finds out which company it is for. The request is
// no read: one that failed must not be repeated by itself.
func (s *session) signIn(ctx context.Context, password string) (pass, error) {
	p := pass{login: s.settings[fieldUser]}
	raw, err := s.call(ctx, false, nil, "common.db.login", []any{p.login, map[string]string{"password": password}, "en"})
	if fault.Is(err, fault.Unknown) || fault.Is(err, fault.Limited) {
		// An unanswered sign-in did no harm. One that is limited is not tried again soon.
		return p, fault.New(fault.Unavailable, fault.Public(err)).After(fault.RetryAfter(err)).Because("sign in", err)
	}
	if err != nil {
		return p, fault.At("sign in", err)
	}
	var got []json.RawMessage
	if json.Unmarshal(raw, &got) != nil || len(got) != 2 || json.Unmarshal(got[0], &p.user) != nil || json.Unmarshal(got[1], &p.token) != nil || p.token == "" {
		return p, broken("sign in", fmt.Errorf("the answer is no session"))
	}
	return p, s.choose(ctx, &p)
}

// choose finds the company that the connection is for, among those of the user.
func (s *session) choose(ctx context.Context, p *pass) error {
	raw, err := s.call(ctx, true, p.header(), "model.res.user.get_preferences", []any{false, map[string]any{}})
	if err != nil {
		return fault.At("read the user", err)
	}
	me := read(raw)
	var mine []int64
	if list, ok := me.value("companies"); ok && json.Unmarshal(list, &mine) != nil {
		return broken("read the user's companies", fmt.Errorf("they are no list of ids"))
	}
	p.language = me.text("language")
	if len(mine) == 0 {
		return fault.New(fault.Setup, "The user belongs to no company in Tryton; add the company to the user there.")
	}
	raw, err = s.call(ctx, true, p.header(), "model.company.company.search_read",
		[]any{[]any{[]any{"id", "in", mine}}, 0, 1000, []any{[]any{"id", "ASC"}}, []string{"party.name"}, map[string]any{}})
	if err != nil {
		return fault.At("read companies", err)
	}
	var rows []json.RawMessage
	if json.Unmarshal(raw, &rows) != nil {
		return broken("read companies", fmt.Errorf("they are no list"))
	}
	wanted := s.settings[fieldCompany]
	var names []string
	for _, one := range rows {
		row := read(one)
		name := row.sub("party").text("name")
		names, p.own = append(names, name), append(p.own, row.sub("party").id("id"))
		if row.id("id") > 0 && (strings.EqualFold(name, wanted) || wanted == "" && len(rows) == 1) {
			p.company, p.name = row.id("id"), name
		}
		if *row.err != nil {
			return broken("read companies", *row.err)
		}
	}
	switch {
	case p.company != 0:
		return nil
	case wanted == "":
		return fault.New(fault.Setup, "The user works for several companies; write which one under Company: "+strings.Join(names, ", ")+".").
			Field(fieldCompany, "One of: "+strings.Join(names, ", ")+".")
	default:
		return fault.Newf(fault.Setup, "The user has no company %q in Tryton; there is %s.", wanted, strings.Join(names, ", ")).
			Field(fieldCompany, "One of: "+strings.Join(names, ", ")+".")
	}
}
