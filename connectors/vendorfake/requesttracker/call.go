package requesttracker

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// call is one request on its way through the interface.
type call struct {
	*Fake
	r    *http.Request
	user *user
	zone *time.Location // of the user; dates in queries are read in it
	body []byte
}

// answer is what a request comes to; the zero Status is 200.
type answer struct {
	Status int
	Header map[string]string
	Body   any // nil for none
}

// fields is a JSON object.
type fields = map[string]any

func refuse(status int, message string) answer {
	return answer{Status: status, Header: map[string]string{"Content-Type": "application/json; charset=utf-8"}, Body: fields{"message": message}}
}

func notFound() answer { return refuse(http.StatusNotFound, "Not Found") }

// maxBody bounds a request: an attachment of the largest size that an action
// may carry, ten times, in base64.
const maxBody = 400 << 20

// answer signs the caller in, carries the request out under the lock and
// writes the answer when the lock is free again.
func (f *Fake) answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		f.write(w, r, refuse(http.StatusBadRequest, "Bad Request"))
		return
	}
	if len(r.URL.Path) > len(Base)+1 {
		r.URL.Path = strings.TrimSuffix(r.URL.Path, "/") // a last slash means nothing
	}
	f.write(w, r, f.carryOut(r, body))
}

// carryOut runs the handler of a request.
func (f *Fake) carryOut(r *http.Request, body []byte) answer {
	route, values := f.route(r)
	if r.Method == http.MethodGet || r.Method == http.MethodHead || route == nil || route.search {
		f.mu.RLock()
		defer f.mu.RUnlock()
	} else {
		defer f.change()()
	}
	who := f.signIn(r)
	if who == nil {
		return refuse(http.StatusUnauthorized, "Unauthorized")
	}
	zone, err := time.LoadLocation(who.Zone)
	if err != nil {
		zone = time.UTC
	}
	if route == nil {
		return notFound()
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	do := route.methods[method]
	switch {
	case do != nil:
		return do(&call{Fake: f, r: r, user: who, zone: zone, body: body}, values)
	case method == http.MethodPatch:
		return refuse(http.StatusNotImplemented, "Not Implemented")
	}
	return refuse(http.StatusMethodNotAllowed, "Method Not Allowed")
}

// signIn finds the user of the token, in the header or, as the original allows,
// in the query.
func (f *Fake) signIn(r *http.Request) *user {
	word, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(word, "token") {
		token = r.URL.Query().Get("token")
	}
	name, known := f.tokens[token]
	if !known || token == "" {
		return nil
	}
	if u := f.userNamed(name); u != nil && !u.Disabled {
		return u
	}
	return nil
}

// write sends an answer as the original formats it.
func (f *Fake) write(w http.ResponseWriter, r *http.Request, a answer) {
	w.Header().Set("Content-Type", `application/json; charset="utf-8"`)
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	var text []byte
	if a.Body != nil {
		var err error
		if text, err = json.Marshal(a.Body); err != nil {
			f.log.Error("encode an answer", "path", r.URL.Path, "error", err)
			a.Status = http.StatusInternalServerError
		}
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(text)))
	if a.Status != 0 {
		w.WriteHeader(a.Status)
	}
	_, _ = w.Write(text)
}

// url is the address of a path of the interface as this caller knows it.
func (c *call) url(path string) string {
	scheme := "http://"
	if c.r.TLS != nil {
		scheme = "https://"
	}
	return scheme + c.r.Host + Base + path
}

// stub is how anything is named inside something else.
func (c *call) stub(kind string, id any) fields {
	return fields{"type": kind, "id": fmt.Sprint(id), "_url": c.url(fmt.Sprintf("/%s/%v", kind, id))}
}

// stamp writes a time; one that is not set is 1970.
func stamp(t time.Time) string {
	if t.IsZero() {
		t = time.Unix(0, 0)
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// uri is how a transaction names the target of a link.
func (f *Fake) uri(target string) string {
	kind, id, _ := strings.Cut(target, ":")
	if kind == "ticket" {
		return fmt.Sprintf("fsck.com-rt://%s/ticket/%s", f.opts.Organization, id)
	}
	return fmt.Sprintf("%s://%s/%s", kind, f.opts.Organization, id)
}

func ticketTarget(id int) string { return fmt.Sprintf("ticket:%d", id) }
