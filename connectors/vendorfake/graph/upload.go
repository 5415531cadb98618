package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const (
	// smallest is what the size of every part but the last is a multiple of.
	smallest = 320 << 10
	// largest is how much may be sent as one body here.
	largest = 4 << 20
)

// session is an upload in parts.
type session struct {
	parent int
	name   string
	data   []byte
}

// taken finds the folder that names lead to, made where it is missing, and says
// whether the last of them is free.
func (f *Fake) taken(r *http.Request, id int, names []string, conflict string) (int, string, *answer) {
	t, found := f.Shelf.Get(items, id)
	if !found || t.Gone || len(names) == 0 {
		a := missing()
		return 0, "", &a
	}
	for _, name := range names {
		if name == "" || strings.ContainsAny(name, `"*:<>?\|`) {
			a := refuse(http.StatusBadRequest, "invalidRequest")
			return 0, "", &a
		}
	}
	for _, name := range names[:len(names)-1] {
		if t, found := f.child(id, name); found {
			id = t.ID
			continue
		}
		id = f.Folder(id, name)
	}
	name := names[len(names)-1]
	if _, found := f.child(id, name); found && conflict == "fail" {
		a := refuse(http.StatusConflict, "nameAlreadyExists")
		return 0, "", &a
	}
	return id, name, nil
}

// whole is PUT …:/content: a small file as one body.
func (f *Fake) whole(r *http.Request, id int, names []string) answer {
	id, name, a := f.taken(r, id, names, r.URL.Query().Get("@microsoft.graph.conflictBehavior"))
	if a != nil {
		return *a
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, largest+1))
	if err != nil || len(data) > largest {
		return refuse(http.StatusRequestEntityTooLarge, "requestTooLarge")
	}
	return f.made(f.File(id, name, data))
}

func (f *Fake) made(id int) answer {
	t, _ := f.Shelf.Get(items, id)
	f.mu.Lock()
	defer f.mu.Unlock()
	return answer{http.StatusCreated, f.item(t, true), nil}
}

// begin is POST …:/createUploadSession.
func (f *Fake) begin(r *http.Request, id int, names []string) answer {
	var in struct {
		Item map[string]any `json:"item"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return refuse(http.StatusBadRequest, "invalidRequest")
	}
	conflict, _ := in.Item["@microsoft.graph.conflictBehavior"].(string)
	id, name, a := f.taken(r, id, names, conflict)
	if a != nil {
		return *a
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	key := strconv.Itoa(len(f.sessions) + 1)
	f.sessions[key] = &session{parent: id, name: name}
	return answer{http.StatusOK, map[string]any{"uploadUrl": f.Place + "/up/" + key, "expirationDateTime": "2030-01-01T00:00:00Z"}, nil}
}

// Storage hands out and takes bytes at addresses that let anybody in; a credential
// besides is refused.
func (f *Fake) Storage() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /down/{id}", f.down)
	mux.HandleFunc("PUT /up/{key}", f.up)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			write(w, refuse(http.StatusUnauthorized, "unauthenticated"))
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (f *Fake) down(w http.ResponseWriter, r *http.Request) {
	data := f.Bytes(Number(r.PathValue("id")))
	if r.URL.Query().Get("tempauth") == "" || data == nil {
		write(w, missing())
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", "attachment")
	_, _ = w.Write(data)
}

// up takes the next part of an upload.
func (f *Fake) up(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	f.mu.Lock()
	s := f.sessions[r.PathValue("key")]
	f.mu.Unlock()
	var from, to, total int
	if _, bad := fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &total); bad != nil || err != nil || s == nil {
		write(w, missing())
		return
	}
	last := to+1 == total
	if from != len(s.data) || len(data) != to-from+1 || !last && len(data)%smallest != 0 {
		write(w, refuse(http.StatusRequestedRangeNotSatisfiable, "invalidRange"))
		return
	}
	s.data = append(s.data, data...)
	if !last {
		write(w, answer{http.StatusAccepted, map[string]any{"nextExpectedRanges": []string{strconv.Itoa(to+1) + "-"}}, nil})
		return
	}
	if _, found := f.child(s.parent, s.name); found {
		write(w, refuse(http.StatusConflict, "nameAlreadyExists"))
		return
	}
	write(w, f.made(f.File(s.parent, s.name, s.data)))
}
