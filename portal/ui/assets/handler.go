package assets

import (
	"bytes"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// encodings are the stored forms, best first.
var encodings = []struct{ token, suffix string }{{"br", ".br"}, {"gzip", ".gz"}, {"", ""}}

// Handler serves the assets of this program below Prefix.
func Handler() http.Handler { return own() }

// ServeHTTP implements http.Handler: GET and HEAD of the names in the manifest.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, Prefix)
	if _, ok := s.logical[name]; !ok {
		s.missing(w)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	for _, e := range encodings {
		if e.token != "" && !accepts(r.Header.Get("Accept-Encoding"), e.token) {
			continue
		}
		data, err := fs.ReadFile(s.files, name+e.suffix)
		if err != nil {
			continue // a form that was not built: the next one will do
		}
		send(w, r, name, e.token, data)
		return
	}
	s.missing(w)
}

func send(w http.ResponseWriter, r *http.Request, name, encoding string, data []byte) {
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	tag := name
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
		tag += "-" + encoding // each form is its own representation (RFC 9110 §8.8.3.3)
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

func (s *Set) missing(w http.ResponseWriter) {
	text := "Not Found"
	if !s.Built() {
		text = HowToBuild
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, text, http.StatusNotFound)
}

// accepts reads Accept-Encoding (RFC 9110 §12.5.3): a coding is welcome when it
// is named, or * is, with a weight above zero.
func accepts(header, token string) bool {
	star := false
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(part, ";")
		coding = strings.ToLower(strings.TrimSpace(coding))
		welcome := weight(params) > 0
		switch coding {
		case token:
			return welcome
		case "*":
			star = welcome
		}
	}
	return star
}

func weight(params string) float64 {
	name, value, found := strings.Cut(params, "=")
	if !found || strings.TrimSpace(name) != "q" {
		return 1
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil {
		return 0
	}
	return q
}
