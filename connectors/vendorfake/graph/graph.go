// Package graph is a fake of the files of Microsoft Graph v1.0: one drive in memory
// behind an authorization server, with a computer beside it that hands out and takes
// bytes. It keeps the rules that a client can trip over: changes told by a token that
// ends, items without a path and without what lies in them, names that are taken,
// uploads in ordered parts, and addresses that refuse whoever brings a credential.
// It is for tests and says nothing about the vendor's code.
//
// Facts are from the vendor's documentation of driveItem, delta and upload sessions.
package graph

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"portico/connectors/vendorfake/faults"
	"portico/connectors/vendorfake/oauth"
	"portico/connectors/vendorfake/shelf"
)

// Base is the path under which the API answers.
const Base = "/v1.0"

// items is the kind of everything on the shelf: folders and files.
const items = "item"

// Fake is the drive. It is an http.Handler: /{tenant}/oauth2/v2.0 is the authorization
// server, the API is under Base.
type Fake struct {
	Shelf  *shelf.Shelf
	Faults *faults.Knobs
	OAuth  *oauth.Server
	// Place is the address at which Storage is served: another computer.
	Place string
	// Root is the id of the folder at the top.
	Root int
	// PageSize is how many items a page has.
	PageSize int

	drive string
	mux   *http.ServeMux

	mu       sync.Mutex
	turn     int         // of the last change
	turns    map[int]int // of the last change of each item
	oldest   int         // tokens before it are no longer known
	bytes    map[int][]byte
	sessions map[string]*session
}

// New returns an empty drive and an application that may see it.
func New(clock func() time.Time, tenant, client, secret, drive string) *Fake {
	f := &Fake{Shelf: shelf.New(clock), drive: drive, mux: http.NewServeMux(), PageSize: 200, turns: map[int]int{}, bytes: map[int][]byte{}, sessions: map[string]*session{},
		OAuth: oauth.New(oauth.Options{Clock: clock, ClientID: client, ClientSecret: secret})}
	f.mux.Handle("POST /"+tenant+"/oauth2/v2.0/token", http.StripPrefix("/"+tenant+"/oauth2/v2.0", f.OAuth))
	f.mux.Handle(Base+"/", f.OAuth.Guard(http.HandlerFunc(f.serve)))
	f.Faults = faults.Wrap(f.mux, clock)
	f.Root = f.add(shelf.Values{"name": "root"})
	return f
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.Faults.ServeHTTP(w, r) }

func (f *Fake) add(v shelf.Values) int {
	id := f.Shelf.Add(items, v)
	f.note(id)
	return id
}

func (f *Fake) note(id int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn++
	f.turns[id] = f.turn
}

// Folder makes a folder in another.
func (f *Fake) Folder(parent int, name string) int {
	return f.add(shelf.Values{"name": name, "parent": parent, "folder": true})
}

// File puts a file into a folder.
func (f *Fake) File(parent int, name string, data []byte) int {
	id := f.add(shelf.Values{"name": name, "parent": parent, "size": len(data)})
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bytes[id] = data
	return id
}

// Change alters an item: its name, or with "parent" the folder that it lies in.
// What lies in a folder is not told anew.
func (f *Fake) Change(id int, v shelf.Values) {
	f.Shelf.Change(id, v)
	f.note(id)
}

// Delete takes an item away; the list of changes tells it.
func (f *Fake) Delete(id int) {
	f.Shelf.Delete(id, true)
	f.note(id)
}

// Restore brings an item back from the bin.
func (f *Fake) Restore(id int) bool {
	was := f.Shelf.Restore(id)
	f.note(id)
	return was
}

// Expire forgets all tokens that were given.
func (f *Fake) Expire() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn++
	f.oldest = f.turn
}

// Bytes are those of a file.
func (f *Fake) Bytes(id int) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.bytes[id]
}

// Named counts files whose name holds a text.
func (f *Fake) Named(text string) int {
	return len(f.Shelf.All(items, func(t shelf.Thing) bool { return !t.Gone && strings.Contains(fmt.Sprint(t.Values["name"]), text) }))
}

// ID is the id of an item as the API words it; Number is the reverse.
func ID(id int) string { return fmt.Sprintf("01ITEM%06d", id) }

// Number is 0 for what is no id.
func Number(id string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(id, "01ITEM"))
	return n
}

// item is an item as the API words it. A list of changes says nothing of the path.
func (f *Fake) item(t shelf.Thing, path bool) map[string]any {
	out := map[string]any{"id": ID(t.ID), "name": t.Values["name"], "eTag": fmt.Sprintf(`"{%d},%d"`, t.ID, f.turns[t.ID]),
		"createdDateTime": t.Created.UTC().Format(time.RFC3339), "lastModifiedDateTime": t.Updated.UTC().Format(time.RFC3339),
		"webUrl": "https://contoso.example/" + ID(t.ID), "lastModifiedBy": map[string]any{"user": map[string]any{"displayName": "Jo Halden"}}}
	parent, inside := t.Values["parent"].(int)
	around := map[string]any{"driveId": f.drive}
	if inside {
		around["id"] = ID(parent)
		if path {
			around["path"] = "/drives/" + f.drive + "/root:"
		}
	}
	out["parentReference"] = around
	switch {
	case t.Gone:
		return map[string]any{"id": ID(t.ID), "deleted": map[string]any{"state": "deleted"}, "parentReference": around}
	case !inside:
		out["root"], out["folder"] = map[string]any{}, map[string]any{"childCount": 1}
	case t.Values["folder"] == true:
		out["folder"] = map[string]any{"childCount": 1}
	default:
		out["size"], out["file"] = t.Values["size"], map[string]any{"mimeType": "application/pdf", "hashes": map[string]any{"quickXorHash": "aGFzaA=="}}
	}
	return out
}

// child finds something by its name, which is read without regard to case.
func (f *Fake) child(parent int, name string) (shelf.Thing, bool) {
	found := f.Shelf.All(items, func(t shelf.Thing) bool {
		return !t.Gone && t.Values["parent"] == parent && strings.EqualFold(fmt.Sprint(t.Values["name"]), name)
	})
	if len(found) == 0 {
		return shelf.Thing{}, false
	}
	return found[0], true
}

// answer is what goes back.
type answer struct {
	status int
	body   any
	header http.Header
}

func refuse(status int, code string) answer {
	return answer{status, map[string]any{"error": map[string]any{"code": code, "message": "No."}}, nil}
}

func missing() answer { return refuse(http.StatusNotFound, "itemNotFound") }

func write(w http.ResponseWriter, a answer) {
	maps.Copy(w.Header(), a.header)
	w.Header().Set("Content-Type", "application/json;odata.metadata=minimal")
	w.WriteHeader(a.status)
	if a.body != nil {
		_ = json.NewEncoder(w).Encode(a.body)
	}
}
