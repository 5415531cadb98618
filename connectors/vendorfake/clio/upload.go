package clio

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"portico/connectors/vendorfake/shelf"
)

// maxProperties is how many external properties a document may have.
const maxProperties = 5

func uploaded(t shelf.Thing) bool {
	v, _ := t.Values["latest_document_version"].(map[string]any)
	return v["fully_uploaded"] == true
}

// property is an external property of a document, or nothing.
func property(t shelf.Thing, name string) string {
	list, _ := t.Values["external_properties"].([]any)
	for _, one := range list {
		if p, _ := one.(map[string]any); p["name"] == name {
			return fmt.Sprint(p["value"])
		}
	}
	return ""
}

// begin is POST /documents.json: a document that nobody is shown before its bytes
// are there.
func (f *Fake) begin(r *http.Request) answer {
	var in struct {
		Data struct {
			Name        string `json:"name"`
			ContentType string `json:"content_type"`
			Parent      struct {
				ID   int    `json:"id"`
				Type string `json:"type"`
			} `json:"parent"`
			Properties []any `json:"external_properties"`
		} `json:"data"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Data.Name == "" || len(in.Data.Properties) > maxProperties {
		return refuse(http.StatusUnprocessableEntity, "ArgumentError", "name and parent are required")
	}
	v := shelf.Values{"name": in.Data.Name, "filename": in.Data.Name, "content_type": in.Data.ContentType, "size": 0,
		"external_properties": in.Data.Properties, "creator": map[string]any{"id": 1, "name": "Jo Halden"}, "parent": map[string]any{"name": "Root", "root": true}}
	switch in.Data.Parent.Type {
	case "Matter":
		m, found := f.Shelf.Get(Matters, in.Data.Parent.ID)
		if !found {
			return missing()
		}
		v["matter"] = map[string]any{"id": m.ID, "client_id": m.Values["client_id"]}
	case "Contact":
		if _, found := f.Shelf.Get(Contacts, in.Data.Parent.ID); !found {
			return missing()
		}
		v["contact"] = map[string]any{"id": in.Data.Parent.ID}
	default:
		return refuse(http.StatusUnprocessableEntity, "ArgumentError", "parent must be a Matter or a Contact here")
	}
	id := f.Shelf.Add(Documents, v)
	uuid := "u" + strconv.Itoa(id)
	f.Shelf.Change(id, shelf.Values{"latest_document_version": map[string]any{
		"uuid": uuid, "version_number": 1, "fully_uploaded": false, "put_url": f.Place + "/" + uuid + "?sig=put",
		"put_headers": []any{map[string]any{"name": "x-amz-server-side-encryption", "value": "AES256"}},
	}})
	t, _ := f.Shelf.Get(Documents, id)
	a := f.one(r, t)
	a.status = http.StatusCreated
	return a
}

// finish is PATCH /documents/{id}.json with the uuid of what was uploaded.
func (f *Fake) finish(r *http.Request, id int) answer {
	t, found := f.Shelf.Get(Documents, id)
	if !found {
		return missing()
	}
	if match := r.Header.Get("IF-MATCH"); match != "" && match != etag(t) {
		return refuse(http.StatusPreconditionFailed, "PreconditionFailed", "The document was changed.")
	}
	var in struct {
		Data struct {
			UUID     string `json:"uuid"`
			Uploaded bool   `json:"fully_uploaded"`
		} `json:"data"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return refuse(http.StatusBadRequest, "ArgumentError", err.Error())
	}
	v, _ := t.Values["latest_document_version"].(map[string]any)
	f.mu.Lock()
	data, there := f.bytes[in.Data.UUID]
	f.mu.Unlock()
	if !in.Data.Uploaded || v["uuid"] != in.Data.UUID || !there {
		return refuse(http.StatusUnprocessableEntity, "ArgumentError", "The version was not uploaded.")
	}
	f.Shelf.Change(id, shelf.Values{"size": len(data), "latest_document_version": map[string]any{"uuid": in.Data.UUID, "version_number": 1, "fully_uploaded": true}})
	t, _ = f.Shelf.Get(Documents, id)
	return f.one(r, t)
}

// File adds a document that is all there.
func (f *Fake) File(v shelf.Values, data []byte) int {
	id := f.Shelf.Add(Documents, v)
	uuid := "u" + strconv.Itoa(id)
	f.mu.Lock()
	f.bytes[uuid] = data
	f.mu.Unlock()
	f.Shelf.Change(id, shelf.Values{"size": len(data), "latest_document_version": map[string]any{"uuid": uuid, "version_number": 1, "fully_uploaded": true}})
	return id
}

// Bytes are those of a document; nil when it is not all there.
func (f *Fake) Bytes(id int) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.bytes["u"+strconv.Itoa(id)]
}

// download is GET /documents/{id}/download.json.
func (f *Fake) download(id int) answer {
	t, found := f.Shelf.Get(Documents, id)
	if !found || !uploaded(t) {
		return missing()
	}
	return answer{http.StatusSeeOther, nil, http.Header{"Location": {f.Place + "/u" + strconv.Itoa(id) + "?sig=get"}}}
}

// pdf is GET /bills/{id}.pdf.
func (f *Fake) pdf(id int) answer {
	if _, found := f.Shelf.Get(Bills, id); !found {
		return missing()
	}
	return answer{http.StatusOK, []byte("%PDF-1.4 of " + strconv.Itoa(id)), http.Header{"Content-Type": {"application/pdf"}}}
}

func (f *Fake) storage(w http.ResponseWriter, r *http.Request) {
	uuid, sig := r.PathValue("uuid"), r.URL.Query().Get("sig")
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case r.Header.Get("Authorization") != "":
		http.Error(w, "Only one auth mechanism allowed", http.StatusBadRequest)
	case r.Method == http.MethodPut && sig == "put" && r.Header.Get("X-Amz-Server-Side-Encryption") == "AES256" && r.ContentLength > 0:
		data, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "IncompleteBody", http.StatusBadRequest)
			return
		}
		f.bytes[uuid] = data
	case r.Method == http.MethodGet && sig == "get" && f.bytes[uuid] != nil:
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", "attachment")
		_, _ = w.Write(f.bytes[uuid])
	default:
		http.Error(w, "SignatureDoesNotMatch", http.StatusForbidden)
	}
}
