package zendesk

import (
	"io"
	"net/http"
	"strconv"

	"portico/connectors/vendorfake/shelf"
)

// upload keeps bytes under a token until a comment takes them.
func (f *Fake) upload(r *http.Request) answer {
	name, kind := r.URL.Query().Get("filename"), r.Header.Get("Content-Type")
	if name == "" || kind == "" || kind == "application/json" {
		return refusal(http.StatusBadRequest, "InvalidRequest", "A filename and the type of the file are needed")
	}
	data, err := io.ReadAll(r.Body)
	if err != nil || len(data) == 0 {
		return invalid("attachment", "Attachment: is empty")
	}
	id := f.Shelf.Add(uploads, shelf.Values{"name": name, "type": kind, "bytes": string(data)})
	token := "upload" + strconv.Itoa(id)
	f.Shelf.Change(id, shelf.Values{"token": token})
	return answer{status: http.StatusCreated, body: map[string]any{"upload": map[string]any{"token": token}}}
}

// Attach hangs a file on a comment and returns its number.
func (f *Fake) Attach(comment int, name, kind, content string) int {
	id := f.Shelf.Add(Attachments, shelf.Values{"comment": comment, "file_name": name, "content_type": kind, "size": len(content), "bytes": content,
		"inline": false, "deleted": false, "malware_scan_result": "malware_not_found"})
	f.Shelf.Change(id, shelf.Values{"content_url": "/attachments/token/t" + strconv.Itoa(id) + "/?name=" + name})
	return id
}

// bytes leads to where files are kept, or gives them itself.
func (f *Fake) bytes(w http.ResponseWriter, r *http.Request) {
	if f.o.Storage != "" {
		http.Redirect(w, r, f.o.Storage+r.URL.RequestURI(), http.StatusFound)
		return
	}
	id, _ := strconv.Atoi(r.PathValue("token")[1:])
	t, found := f.Shelf.Get(Attachments, id)
	if !found {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", text(t.Values["content_type"]))
	_, _ = io.WriteString(w, text(t.Values["bytes"]))
}
