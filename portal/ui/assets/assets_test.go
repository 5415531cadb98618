package assets_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"portico/portal/ui/assets"
)

func built(t *testing.T) *assets.Set {
	t.Helper()
	return load(t, fstest.MapFS{
		"manifest.json":  {Data: []byte(`{"app.css":"app.abc.css","app.js":"app.def.js"}`)},
		"sprite.svg":     {Data: []byte(`<symbol id="i-home"></symbol>`)},
		"app.abc.css":    {Data: []byte("plain")},
		"app.abc.css.br": {Data: []byte("brotli")},
		"app.abc.css.gz": {Data: []byte("gzip")},
		"app.def.js":     {Data: []byte("script")},
	})
}

func load(t *testing.T, files fs.FS) *assets.Set {
	t.Helper()
	set, err := assets.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func get(set *assets.Set, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	set.ServeHTTP(w, r)
	return w
}

func TestNegotiatesEncoding(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string][2]string{
		"gzip, deflate, br":         {"br", "brotli"},
		"gzip":                      {"gzip", "gzip"},
		"br;q=0, gzip;q=0.5":        {"gzip", "gzip"},
		"*":                         {"br", "brotli"},
		"*;q=0":                     {"", "plain"},
		"":                          {"", "plain"},
		"identity":                  {"", "plain"},
		"br;q=nonsense, gzip; q=.1": {"gzip", "gzip"},
	} {
		w := get(built(t), "/assets/app.abc.css", "Accept-Encoding", accept)
		if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != want[0] || w.Body.String() != want[1] {
			t.Errorf("%q: %d %q %q, want %v", accept, w.Code, w.Header().Get("Content-Encoding"), w.Body, want)
		}
		if w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: no Vary", accept)
		}
	}
}

func TestKeptForEverAndRevalidated(t *testing.T) {
	t.Parallel()
	first := get(built(t), "/assets/app.abc.css", "Accept-Encoding", "br")
	if got := first.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("Cache-Control %q", got)
	}
	if got := first.Header().Get("Content-Type"); got != "text/css; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	tag := first.Header().Get("ETag")
	if again := get(built(t), "/assets/app.abc.css", "Accept-Encoding", "br", "If-None-Match", tag); again.Code != http.StatusNotModified {
		t.Errorf("with its ETag: %d", again.Code)
	}
	if plain := get(built(t), "/assets/app.abc.css", "If-None-Match", tag); plain.Code != http.StatusOK {
		t.Errorf("another form must have another ETag: %d", plain.Code)
	}
}

func TestFallsBackToWhatWasBuilt(t *testing.T) {
	t.Parallel()
	w := get(built(t), "/assets/app.def.js", "Accept-Encoding", "br, gzip")
	if w.Body.String() != "script" || w.Header().Get("Content-Encoding") != "" {
		t.Errorf("%q %q", w.Body, w.Header().Get("Content-Encoding"))
	}
}

func TestOnlyTheManifestIsServed(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/assets/", "/assets/manifest.json", "/assets/sprite.svg", "/assets/app.abc.css.br", "/assets/../assets.go", "/assets/nothing.css"} {
		if w := get(built(t), path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/assets/app.abc.css", nil)
	w := httptest.NewRecorder()
	built(t).ServeHTTP(w, r)
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d %q", w.Code, w.Header().Get("Allow"))
	}
}

func TestUnbuiltSaysHowToBuild(t *testing.T) {
	t.Parallel()
	set := load(t, fstest.MapFS{"placeholder.txt": {Data: []byte("x")}})
	if set.Built() {
		t.Error("an empty folder counts as built")
	}
	w := get(set, set.Path("app.css"))
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "make assets") {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestBrokenManifestIsAnError(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]fstest.MapFS{
		"not JSON":  {"manifest.json": {Data: []byte("{")}},
		"no sprite": {"manifest.json": {Data: []byte("{}")}},
	} {
		if _, err := assets.Load(files); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// The folder itself, when it was built: names agree, the first page stays small.
func TestOwnBuild(t *testing.T) {
	t.Parallel()
	if !assets.Built() {
		if got := assets.Path("app.css"); got != "/assets/app.css" {
			t.Errorf("path without a build: %s", got)
		}
		return
	}
	total := int64(len(assets.Sprite()))
	for _, logical := range []string{"app.css", "app.js"} {
		name := strings.TrimPrefix(assets.Path(logical), assets.Prefix)
		info, err := os.Stat("dist/" + name + ".gz")
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	if total > 100_000 {
		t.Errorf("styles, script and icons are %d bytes compressed: too much for a first page of 120 kB", total)
	}
}
