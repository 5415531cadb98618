// Package snipeit is a fake of Snipe-IT's API: one site in memory. It keeps the rules
// that a client can trip over: whoever does not ask for JSON is sent to the page of the
// sign-in; mistakes are answered with 200; text is escaped for HTML; times are the
// server's own and name no zone; a limit that is too large is quietly lowered;
// deleted devices leave their list for another until they are purged. It is for tests
// and says nothing about the vendor's code.
package snipeit

import (
	"cmp"
	"encoding/json"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/shelf"
)

// Kinds of things.
const (
	Companies = "companies"
	Users     = "users"
	Hardware  = "hardware"
	Labels    = "statuslabels"
)

// Base is the path of the API.
const Base = "/api/v1"

// Options of a site.
type Options struct {
	Clock func() time.Time
	Token string
	Zone  *time.Location // of the server; nil is UTC
	Most  int            // rows at once; 0 is 500
}

// Fake is the site. It is an http.Handler.
type Fake struct {
	Shelf  *shelf.Shelf
	Faults *faults.Knobs

	o   Options
	mu  sync.Mutex
	me  int
	mux *http.ServeMux
}

// New returns a site with the labels that every new one has, and the user whose
// token it is.
func New(o Options) *Fake {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	o.Most = cmp.Or(o.Most, 500)
	f := &Fake{Shelf: shelf.New(o.Clock), o: o, mux: http.NewServeMux()}
	for _, l := range [][2]string{{"Ready to Deploy", "deployable"}, {"Pending", "pending"}, {"Archived", "archived"}, {"Out for repair", "undeployable"}} {
		f.Shelf.Add(Labels, shelf.Values{"name": l[0], "type": l[1]})
	}
	f.me = f.User("Client portal", "portal@halden.example", 0)
	f.routes()
	f.Faults = faults.Wrap(f.mux, o.Clock)
	return f
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.Faults.ServeHTTP(w, r) }

// SetToken exchanges the token.
func (f *Fake) SetToken(token string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.o.Token = token
}

func (f *Fake) routes() {
	on := func(path string, do func(r *http.Request) any) {
		f.mux.HandleFunc("GET "+Base+path, func(w http.ResponseWriter, r *http.Request) {
			status, body := http.StatusOK, any(nil)
			switch {
			case !strings.Contains(r.Header.Get("Accept"), "application/json"):
				http.Redirect(w, r, "/login", http.StatusFound)
				return
			case !f.known(r):
				status, body = http.StatusUnauthorized, map[string]any{"message": "Unauthenticated."}
			default:
				body = do(r)
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(body)
		})
	}
	on("/users/me", func(*http.Request) any {
		t, _ := f.Shelf.Get(Users, f.me)
		return f.show(t)
	})
	for _, kind := range []string{Companies, Users, Hardware, Labels} {
		on("/"+kind, func(r *http.Request) any { return f.list(r, kind) })
		on("/"+kind+"/{id}", func(r *http.Request) any {
			id, _ := strconv.Atoi(r.PathValue("id"))
			t, found := f.Shelf.Get(kind, id)
			if !found || t.Gone && kind != Hardware {
				return map[string]any{"status": "error", "messages": "It does not exist.", "payload": nil}
			}
			return f.show(t)
		})
	}
	f.mux.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>Sign in</html>")) })
}

func (f *Fake) known(r *http.Request) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return r.Header.Get("Authorization") == "Bearer "+f.o.Token
}

// list gives rows from an offset on, and how many there are in all.
func (f *Fake) list(r *http.Request, kind string) any {
	q := r.URL.Query()
	gone := q.Get("status") == "Deleted"
	rows := f.Shelf.All(kind, func(t shelf.Thing) bool { return t.Gone == gone })
	if sort := q.Get("sort"); sort != "id" || q.Get("order") != "asc" {
		slices.Reverse(rows) // the newest first
	}
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 || limit > f.o.Most {
		limit = f.o.Most
	}
	from, _ := strconv.Atoi(q.Get("offset"))
	from = max(0, min(from, len(rows)))
	out := []any{}
	for _, t := range rows[from:min(from+limit, len(rows))] {
		out = append(out, f.show(t))
	}
	return map[string]any{"total": len(rows), "rows": out}
}

// show is a thing as the API words it.
func (f *Fake) show(t shelf.Thing) map[string]any {
	out := map[string]any{"id": t.ID, "created_at": f.at(t.Created), "updated_at": f.at(t.Updated), "deleted_at": nil}
	for name, v := range t.Values {
		out[name] = f.shown(name, v)
	}
	if t.Gone {
		out["deleted_at"] = f.at(t.Updated)
	}
	if label, ok := out["status_label"].(map[string]any); ok && out["assigned_to"] != nil {
		label["status_meta"] = "deployed"
	}
	return out
}

// shown escapes text, and puts in the place of a number what it stands for.
func (f *Fake) shown(name string, v any) any {
	switch name {
	case "company", "status_label", "assigned_to":
		id, _ := v.(int)
		return f.refer(name, id)
	case "warranty_expires":
		return map[string]any{"date": v, "formatted": v}
	}
	if text, ok := v.(string); ok {
		return html.EscapeString(text)
	}
	return v
}

// refer is what a row says about another thing; nothing of none.
func (f *Fake) refer(name string, id int) any {
	kind := map[string]string{"company": Companies, "status_label": Labels, "assigned_to": Users}[name]
	t, found := f.Shelf.Get(kind, id)
	if !found {
		return nil
	}
	out := map[string]any{"id": id, "name": html.EscapeString(t.Values["name"].(string))}
	switch name {
	case "status_label":
		out["status_type"], out["status_meta"] = t.Values["type"], t.Values["type"]
	case "assigned_to":
		out["type"], out["email"] = "user", t.Values["email"]
	}
	return out
}

// at is a time as the server's clock on the wall shows it.
func (f *Fake) at(at time.Time) map[string]any {
	text := at.In(f.o.Zone).Format(time.DateTime)
	return map[string]any{"datetime": text, "formatted": text}
}

// Company adds one and returns its number.
func (f *Fake) Company(name string) int { return f.Shelf.Add(Companies, shelf.Values{"name": name}) }

// User adds somebody of a company, which may be 0.
func (f *Fake) User(name, email string, company int) int {
	return f.Shelf.Add(Users, shelf.Values{"name": name, "email": email, "phone": "", "activated": true, "company": company})
}

// Device adds one of a company, ready to be given to somebody. Its name is its tag.
func (f *Fake) Device(name string, company int) int {
	return f.Shelf.Add(Hardware, shelf.Values{"name": name, "asset_tag": name, "serial": "S&N 1", "company": company, "status_label": 1, "assigned_to": 0,
		"model": map[string]any{"id": 1, "name": "Notebook 14&quot;"}, "category": map[string]any{"id": 1, "name": "Notebooks"}, "location": nil, "rtd_location": nil})
}

// CheckOut gives a device to somebody.
func (f *Fake) CheckOut(device, user int) { f.Shelf.Change(device, shelf.Values{"assigned_to": user}) }
