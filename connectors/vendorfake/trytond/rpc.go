package trytond

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// failure is an error of a method: [kind, [args…]], or with no kind [text, ""].
type failure struct {
	kind, text string
}

func (e failure) Error() string { return e.kind + " " + e.text }

func userError(format string, args ...any) error {
	return failure{"UserError", fmt.Sprintf(format, args...)}
}
func crash(format string, args ...any) error { return failure{"", fmt.Sprintf(format, args...)} }
func keyError(name string) error             { return failure{"", "'" + name + "'"} }

// page answers with a status and a web page, as werkzeug does.
func page(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<!doctype html>\n<html lang=en>\n<title>%d %s</title>\n", status, http.StatusText(status))
}

// call is one method under way.
type call struct {
	*Fake
	user    *user
	params  []json.RawMessage
	context map[string]any
}

func (f *Fake) answer(w http.ResponseWriter, r *http.Request) {
	var req struct {
		ID     json.RawMessage
		Method string
		Params []json.RawMessage
	}
	switch database, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/"), "/"); {
	case r.Method != http.MethodPost || !ok || strings.Contains(database, "/"):
		page(w, http.StatusMethodNotAllowed)
		return
	case json.NewDecoder(r.Body).Decode(&req) != nil:
		page(w, http.StatusBadRequest)
		return
	case database != Database:
		reply(w, req.ID, nil, crash("Database '%s.sqlite' doesn't exist!", database))
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if req.Method == "common.db.login" {
		result, status := f.login(req.Params)
		if status != 0 {
			page(w, status)
			return
		}
		reply(w, req.ID, result, nil)
		return
	}
	u := f.signedIn(r.Header.Get("Authorization"))
	if u == nil {
		w.Header().Set("WWW-Authenticate", `Basic realm="Tryton"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	c := &call{Fake: f, user: u, params: req.Params}
	result, err := c.run(req.Method)
	if errors.Is(err, errNoMethod) {
		page(w, http.StatusForbidden)
		return
	}
	reply(w, req.ID, result, err)
}

func reply(w http.ResponseWriter, id json.RawMessage, result any, err error) {
	var f failure
	switch {
	case errors.As(err, &f) && f.kind != "":
		send(w, map[string]any{"id": id, "error": []any{f.kind, []any{f.text, "", nil}}})
	case err != nil:
		send(w, map[string]any{"id": id, "error": []any{strings.TrimSpace(err.Error()), ""}})
	default:
		send(w, map[string]any{"id": id, "result": result})
	}
}

// login begins a session. After some wrong passwords it answers nothing any more.
func (f *Fake) login(params []json.RawMessage) (any, int) {
	var name string
	var given struct{ Password string }
	if len(params) < 2 || json.Unmarshal(params[0], &name) != nil || json.Unmarshal(params[1], &given) != nil {
		return nil, http.StatusBadRequest
	}
	u := f.users[name]
	switch {
	case u == nil:
		return nil, http.StatusUnauthorized
	case u.failures >= 5:
		return nil, http.StatusTooManyRequests
	case u.password != given.Password:
		u.failures++
		return nil, http.StatusUnauthorized
	}
	u.failures = 0
	f.opened++
	token := fmt.Sprintf("%064x", f.opened)
	f.sessions[token] = session{user: u, began: f.now()}
	return []any{u.id, token}, 0
}

func (f *Fake) signedIn(header string) *user {
	word, text, _ := strings.Cut(header, " ")
	data, err := base64.StdEncoding.DecodeString(text)
	parts := strings.Split(string(data), ":")
	if err != nil || word != "Session" || len(parts) != 3 {
		return nil
	}
	s, ok := f.sessions[parts[2]]
	if !ok || strconv.FormatInt(s.user.id, 10) != parts[1] || f.now().Sub(s.began) > sessionAge {
		return nil
	}
	return s.user
}

var errNoMethod = errors.New("no such method")

// run carries out a method. The last parameter of every method is its context.
func (c *call) run(method string) (any, error) {
	kind, rest, _ := strings.Cut(method, ".")
	at := strings.LastIndexByte(rest, '.')
	if at < 0 {
		return nil, errNoMethod
	}
	model, verb := rest[:at], rest[at+1:]
	if kind == "wizard" && model == "account.invoice.pay" && verb == "delete" {
		return c.dropWizard()
	}
	n := len(c.params)
	if n == 0 || json.Unmarshal(c.params[n-1], &c.context) != nil || c.context == nil {
		return nil, crash("Missing context argument")
	}
	c.params = c.params[:n-1]
	switch {
	case kind == "wizard" && model == "account.invoice.pay":
		return c.wizard(verb)
	case kind != "model":
		return nil, errNoMethod
	case model == "res.user" && verb == "get_preferences":
		return map[string]any{"company": c.user.companies[0], "companies": c.user.companies, "company_filter": "one", "language": "en"}, nil
	case schema[model] == nil || c.without[model]:
		return nil, keyError(model)
	case c.user.denied[model]:
		return nil, userError("You are not allowed to access %q.", model)
	case verb == "search_read":
		return c.searchRead(model)
	case verb == "search_count":
		rows, err := c.search(model, 0)
		return len(rows), err
	default:
		return nil, errNoMethod
	}
}

// param decodes a parameter.
func (c *call) param(i int, into any) error {
	if i >= len(c.params) || json.Unmarshal(c.params[i], into) != nil {
		return crash("argument %d is missing or of a wrong type", i)
	}
	return nil
}

// search returns the rows of a domain that the user may see.
func (c *call) search(model string, at int) ([]row, error) {
	var raw any
	if err := c.param(at, &raw); err != nil {
		return nil, err
	}
	domain, err := c.domain(model, raw)
	if err != nil {
		return nil, err
	}
	hidden := schema[model]["active"].kind != "" && c.context["active_test"] != false && !strings.Contains(string(c.params[at]), `"active"`)
	var out []row
	for _, r := range c.rows[model] {
		if hidden && r["active"] == false || !c.mine(model, r) {
			continue
		}
		if domain(r) {
			out = append(out, r)
		}
	}
	return out, nil
}

// mine is the rule of Tryton that hides what belongs to other companies: the one of
// the context counts when the user works for it, else the user's own.
func (c *call) mine(model string, r row) bool {
	if _, has := schema[model]["company"]; !has {
		return true
	}
	company := c.user.companies[0]
	if asked, ok := c.context["company"].(float64); ok && slices.Contains(c.user.companies, int64(asked)) {
		company = int64(asked)
	}
	is, _ := c.get(model, r, "company").(int64)
	return is == company
}

// searchRead takes domain, offset, limit, order, fields.
func (c *call) searchRead(model string) (any, error) {
	var offset int
	var limit *int
	var order [][]string
	var fields []string
	for i, into := range []any{nil, &offset, &limit, &order, &fields} {
		if into != nil {
			if err := c.param(i, into); err != nil {
				return nil, err
			}
		}
	}
	if len(order) > 0 && (len(order) != 1 || order[0][0] != "id") {
		return nil, crash("this fake orders by id alone")
	}
	rows, err := c.search(model, 0)
	if err != nil {
		return nil, err
	}
	rows = rows[min(offset, len(rows)):]
	if limit != nil {
		rows = rows[:min(*limit, len(rows))]
	}
	out := make([]any, len(rows))
	for i, r := range rows {
		if out[i], err = c.project(model, r, fields); err != nil {
			return nil, err
		}
	}
	return out, nil
}
