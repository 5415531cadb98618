// Package clio is a fake of Clio Manage's API v4: one firm in memory behind an
// authorization server, with a storage beside it for the bytes of documents. It
// keeps the rules that a client can trip over: only id and etag unless fields are
// named, one level of braces, pages along an address, the version header, drafts,
// trashed documents, uploads in three steps, and a storage that refuses whoever
// brings a credential. It is for tests and says nothing about the vendor's code.
//
// Facts are from the vendor's OpenAPI file and developer documentation.
package clio

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/oauth"
	"portico/connectors/vendorfake/shelf"
)

// Base is the path under which the API answers.
const Base = "/api/v4"

// Kinds of things on the shelf, by the path of their list.
const (
	Contacts   = "contacts"
	Matters    = "matters"
	Bills      = "bills"
	Documents  = "documents"
	Categories = "document_categories"
	Entries    = "calendar_entries"
)

// AccessLasts is the life of an access token: thirty days.
const AccessLasts = 30 * 24 * time.Hour

// Fake is the firm. It is an http.Handler: /oauth is the authorization server, the
// API is under Base.
type Fake struct {
	Shelf  *shelf.Shelf
	Faults *faults.Knobs
	OAuth  *oauth.Server
	// Place is the address at which Storage is served: another computer.
	Place string

	now func() time.Time
	mux *http.ServeMux

	mu    sync.Mutex
	bytes map[string][]byte // by uuid
}

// New returns an empty firm with one application.
func New(clock func() time.Time, client, secret string) *Fake {
	f := &Fake{Shelf: shelf.New(clock), now: clock, mux: http.NewServeMux(), bytes: map[string][]byte{},
		OAuth: oauth.New(oauth.Options{Clock: clock, ClientID: client, ClientSecret: secret, AccessLasts: AccessLasts, Keep: true})}
	f.mux.Handle("/oauth/", http.StripPrefix("/oauth", f.OAuth))
	f.mux.Handle(Base+"/", http.StripPrefix(Base+"/", f.OAuth.Guard(http.HandlerFunc(f.serve))))
	f.Faults = faults.Wrap(f.mux, clock)
	return f
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.Faults.ServeHTTP(w, r) }

// Storage keeps the bytes of documents. It is another company's: a signature in the
// address lets anybody in, and a credential besides is an error.
func (f *Fake) Storage() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/{uuid}", f.storage)
	return mux
}

var versions = regexp.MustCompile(`^4\.0\.([0-9]|1[0-3])$`)

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-RateLimit-Limit", "50")
	h.Set("X-RateLimit-Remaining", "49")
	h.Set("X-RateLimit-Reset", strconv.FormatInt(f.now().Add(time.Minute).Unix(), 10))
	if v := r.Header.Get("X-API-VERSION"); v != "" && !versions.MatchString(v) {
		write(w, refuse(http.StatusGone, "ApiVersionError", "This version is not supported."))
		return
	}
	write(w, f.route(r))
}

// route finds what a path means.
func (f *Fake) route(r *http.Request) answer {
	path, file, _ := strings.Cut(r.URL.Path, "/")
	list, _ := strings.CutSuffix(path, ".json")
	single, ending, _ := strings.Cut(file, ".")
	verb := ""
	if at := strings.IndexByte(single, '/'); at >= 0 {
		single, verb = single[:at], single[at+1:]
	}
	id, _ := strconv.Atoi(single)
	switch {
	case r.URL.Path == "users/who_am_i.json":
		return f.one(r, shelf.Thing{ID: 1, Kind: "users", Values: shelf.Values{"name": "Jo Halden", "account": map[string]any{"id": 9, "name": "Halden Law"}}})
	case fieldsOf[list] == nil:
		return missing()
	case file == "" && r.Method == http.MethodPost && list == Documents:
		return f.begin(r)
	case file == "":
		return f.list(r, list)
	case list == Bills && ending == "pdf":
		return f.pdf(id)
	case list == Documents && verb == "download":
		return f.download(id)
	case list == Documents && r.Method == http.MethodPatch:
		return f.finish(r, id)
	case verb == "" && r.Method == http.MethodGet:
		t, found := f.Shelf.Get(list, id)
		if !found {
			return missing()
		}
		return f.one(r, t)
	default:
		return missing()
	}
}

// one answers with a single thing.
func (f *Fake) one(r *http.Request, t shelf.Thing) answer {
	fields, err := parseFields(t.Kind, r.URL.Query().Get("fields"))
	if err != nil {
		return refuse(http.StatusBadRequest, "InvalidFields", err.Error())
	}
	return answer{http.StatusOK, map[string]any{"data": fields.of(show(t))}, nil}
}

// show is a thing as the API words it.
func show(t shelf.Thing) map[string]any {
	out := maps.Clone(map[string]any(t.Values))
	out["id"], out["etag"] = t.ID, etag(t)
	out["created_at"], out["updated_at"] = stamp(t.Created), stamp(t.Updated)
	if t.Kind == Documents {
		out["deleted_at"] = nil
		if t.Gone {
			out["deleted_at"] = stamp(t.Updated)
		}
	}
	return out
}

// etag changes with everything that is said about a thing.
func etag(t shelf.Thing) string {
	h := fnv.New64a()
	values, _ := json.Marshal(t.Values)
	fmt.Fprint(h, t.ID, t.Updated.UnixNano(), t.Gone, string(values))
	return fmt.Sprintf("%q", strconv.FormatUint(h.Sum64(), 16))
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05-07:00") }

// answer is what goes back.
type answer struct {
	status int
	body   any
	header http.Header
}

func refuse(status int, kind, message string) answer {
	return answer{status, map[string]any{"error": map[string]any{"type": kind, "message": message}}, nil}
}

func missing() answer {
	return refuse(http.StatusNotFound, "RecordNotFound", "The record was not found.")
}

func write(w http.ResponseWriter, a answer) {
	maps.Copy(w.Header(), a.header)
	if data, ok := a.body.([]byte); ok {
		w.WriteHeader(a.status)
		_, _ = w.Write(data)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.status)
	if a.body != nil {
		_ = json.NewEncoder(w).Encode(a.body)
	}
}
