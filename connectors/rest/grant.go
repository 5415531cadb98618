package rest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"portico/sync/fault"
	"portico/sync/remote"
)

// ClientAuth is how an application names itself to a token address (RFC 6749, section 2.3.1).
type ClientAuth string

// Ways.
const (
	ClientBasic ClientAuth = "basic" // by a header
	ClientBody  ClientAuth = "body"  // by two parameters
	ClientNone  ClientAuth = "none"  // a public application: its name, and no secret
)

// Endpoint is a token address and who asks there. It is made for one piece of work.
type Endpoint struct {
	URL      string
	ID       string
	Secret   string
	Way      ClientAuth
	Extra    url.Values    // parameters of the system's own
	Timeout  time.Duration // of one request
	Again    string        // what a person has to do when the sign-in has ended
	Declined string        // what to say when the application itself is not accepted
}

const maxGrant = 1 << 20 // bytes of an answer

// Ask sends a grant and returns what came of it beside the whole answer, which is
// for nobody's log. held is what it renews; what the system leaves out stays.
func (e Endpoint) Ask(ctx context.Context, conn remote.Conn, grant url.Values, held remote.Token) (remote.Token, map[string]any, error) {
	c, err := New(conn, Config{Base: e.URL, Header: http.Header{"Accept": {"application/json"}, "User-Agent": {"Portico"}},
		Timeout: e.Timeout, MaxBody: maxGrant, Class: remote.Interactive, Judge: e.judge})
	if err != nil {
		return held, nil, err
	}
	form := url.Values{}
	for _, from := range []url.Values{e.Extra, grant} {
		for name, values := range from {
			form[name] = values
		}
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	switch e.Way {
	case ClientBasic:
		r := http.Request{Header: header}
		r.SetBasicAuth(url.QueryEscape(e.ID), url.QueryEscape(e.Secret))
	case ClientNone:
		form.Set("client_id", e.ID)
	default:
		form.Set("client_id", e.ID)
		form.Set("client_secret", e.Secret)
	}
	asked := conn.Now()
	resp, err := c.Do(ctx, Request{Method: http.MethodPost, URL: e.URL, Header: header, Body: []byte(form.Encode())})
	if err != nil {
		return held, nil, e.meaning(err)
	}
	var answer map[string]any
	d := json.NewDecoder(strings.NewReader(string(resp.Body)))
	d.UseNumber()
	if err := d.Decode(&answer); err != nil {
		return held, nil, fault.New(fault.Broken, "The address for tokens answers with something else.").Because("decode token answer", errors.New("no JSON object"))
	}
	next, err := tokenOf(answer, held, asked)
	return next, answer, err
}

// tokenOf reads an answer (RFC 6749, section 5.1). Times count from when it was asked for.
func tokenOf(answer map[string]any, held remote.Token, asked time.Time) (remote.Token, error) {
	access, _ := answer["access_token"].(string)
	kind, _ := answer["token_type"].(string)
	if access == "" || strings.ContainsAny(access, "\r\n") {
		return held, fault.New(fault.Broken, "The address for tokens answered without a token.")
	}
	if kind != "" && !strings.EqualFold(kind, "bearer") && !strings.EqualFold(kind, "BearerToken") {
		return held, fault.New(fault.Broken, "The system gives tokens of a kind that is not known here.")
	}
	next := held
	next.Access, next.Got, next.Ended = access, asked, ""
	next.Expires = after(answer["expires_in"], asked)
	if refresh, _ := answer["refresh_token"].(string); refresh != "" {
		next.Refresh = refresh
	}
	for _, name := range []string{"refresh_token_expires_in", "x_refresh_token_expires_in"} {
		if ends := after(answer[name], asked); !ends.IsZero() {
			next.RefreshEnds = ends
		}
	}
	return next, nil
}

// after reads a number of seconds, which some systems send as text.
func after(v any, from time.Time) time.Time {
	text, _ := v.(string)
	if n, ok := v.(json.Number); ok {
		text = n.String()
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !(seconds > 0) {
		return time.Time{}
	}
	return from.Add(time.Duration(min(seconds, 1e9)) * time.Second)
}

// grantError is how a token address says no (RFC 6749, section 5.2).
type grantError struct {
	code   string
	status int
}

func (e grantError) Error() string { return "token address: " + e.code }

// judge reads the error of a token address, whatever status it comes with.
func (e Endpoint) judge(r *Response) error {
	var said struct {
		Error any `json:"error"`
	}
	_ = json.Unmarshal(r.Body, &said)
	code, _ := said.Error.(string)
	if code == "" {
		if err := Judge(r); err != nil {
			if r.Status == http.StatusUnauthorized {
				return fault.New(fault.Unauthenticated, e.Declined).Because("ask for a token", err)
			}
			return err
		}
		return nil
	}
	why := grantError{code: clipped(code), status: r.Status}
	switch code {
	case "invalid_grant":
		if e.Again == "" {
			return fault.New(fault.Unauthenticated, e.Declined).Because("ask for a token", why)
		}
		return fault.New(fault.Unauthenticated, e.Again).Because("ask for a token", errors.Join(why, Ended{e.Again}))
	case "invalid_client", "unauthorized_client":
		return fault.New(fault.Unauthenticated, e.Declined).Because("ask for a token", why)
	case "invalid_scope":
		return fault.New(fault.Setup, "The system does not grant what we ask for; give the application all scopes that the connector names.").Because("ask for a token", why)
	case "temporarily_unavailable", "server_error", "slow_down":
		return fault.New(fault.Unavailable, "The system cannot give a token now; we try again.").Because("ask for a token", why)
	default:
		return fault.Newf(fault.Setup, "The system gives no token: it says %q.", why.code).Because("ask for a token", why)
	}
}

// clipped keeps of a code what such codes are made of (RFC 6749, section 5.2).
func clipped(code string) string {
	keep := func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return -1
		}
		return r
	}
	code = strings.Map(keep, code)
	return code[:min(len(code), 60)]
}

// meaning puts a token request that nobody answered right: it is not an action
// that may have taken effect, it can be asked for again.
func (e Endpoint) meaning(err error) error {
	if !fault.Is(err, fault.Unknown) {
		return err
	}
	return fault.New(fault.Unavailable, "The address for tokens did not answer; we try again.").Because("ask for a token", err)
}

// endedBy finds the word that ends a sign-in.
func endedBy(err error) (Ended, bool) {
	var ended Ended
	ok := errors.As(err, &ended)
	return ended, ok
}
