package settings_test

import (
	"bytes"
	"context"
	"image/color"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portico/portal/admin/settings"
	"portico/portal/portaltest/htmlcheck"
	"portico/sync/access"
	"portico/sync/fault"
)

// appearing is how the provider appears, in memory.
type appearing struct {
	state    settings.State[settings.Branding]
	versions map[int]settings.Branding
	saved    []settings.BrandingChange
}

func (a *appearing) Branding(context.Context) (settings.State[settings.Branding], error) {
	return a.state, nil
}

func (a *appearing) BrandingAt(_ context.Context, version int) (settings.Branding, error) {
	return a.versions[version], nil
}

func (a *appearing) SaveBranding(_ context.Context, _ access.Scope, c settings.BrandingChange) error {
	if c.Seen != a.state.Version {
		return fault.New(fault.Conflict, "Somebody else was first.")
	}
	a.saved = append(a.saved, c)
	return nil
}

// send posts the form with a file of so many bytes, or none.
func (w *world) send(h handler, status int, fields map[string]string, file io.Reader) htmlcheck.Page {
	w.t.Helper()
	read, write := io.Pipe()
	form := multipart.NewWriter(write)
	go func() {
		for name, value := range fields {
			_ = form.WriteField(name, value)
		}
		part, _ := form.CreateFormFile("logo", map[bool]string{true: "logo.png"}[file != nil])
		if file != nil {
			_, _ = io.Copy(part, file)
		}
		_ = form.Close()
		_ = write.Close()
	}()
	r := httptest.NewRequest(http.MethodPost, "/", read)
	r.Header.Set("Content-Type", form.FormDataContentType())
	rec, err := w.do(h, r)
	if err != nil {
		w.t.Fatal(err)
	}
	if rec.Code != status {
		w.t.Fatalf("status %d, want %d\n%.2000s", rec.Code, status, rec.Body)
	}
	if status == http.StatusSeeOther {
		return htmlcheck.Page{}
	}
	return htmlcheck.Read(w.t, rec.Body.String())
}

func fields(name, colour, version string) map[string]string {
	return map[string]string{"name": name, "colour": colour, "version": version}
}

func branded(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.look.state.Value = settings.Branding{Name: "Halden IT", Colour: "#0f5c63"}
	return w
}

func TestBrandingIsSavedAsItWasTyped(t *testing.T) {
	t.Parallel()
	w := branded(t)
	w.send(w.pages.SaveBranding, http.StatusSeeOther, fields(" Halden & Sons ", "FFD400", "0"), bytes.NewReader(drawn(t, 300, 90, color.Black)))
	got := w.look.saved[0].Branding
	if got.Name != "Halden & Sons" || got.Colour != "#ffd400" || settings.CheckLogo(got.Logo) != nil || len(got.Logo) == 0 {
		t.Errorf("%+v", got)
	}
	w.look.state.Value = got
	w.send(w.pages.SaveBranding, http.StatusSeeOther, fields("H", "#abc", "0"), nil)
	if next := w.look.saved[1].Branding; next.Colour != "#aabbcc" || !bytes.Equal(next.Logo, got.Logo) {
		t.Error("a form without a file lost the logo")
	}
	remove := fields("H", "#abc", "0")
	remove["remove"] = "1"
	w.send(w.pages.SaveBranding, http.StatusSeeOther, remove, nil)
	if next := w.look.saved[2].Branding; next.Logo != nil {
		t.Error("the logo is still there")
	}
}

func TestALogoThatIsTooLargeIsRefusedWhileItArrives(t *testing.T) {
	t.Parallel()
	w := branded(t)
	endless := io.LimitReader(repeat("\x89PNG\r\n\x1a\n"), 40<<20)
	p := w.send(w.pages.SaveBranding, http.StatusRequestEntityTooLarge, fields("New name", "#123456", "0"), endless)
	p.WantText("#logo-error", "at most 1 MB").Want(`input[name=name][value="New name"]`, 1).Want(`input[name=colour][value="#123456"]`, 1)
	script := strings.NewReader("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
	w.send(w.pages.SaveBranding, http.StatusUnprocessableEntity, fields("New name", "#123456", "0"), script).WantText("#logo-error", "can carry a program").Want("img", 0)
	if len(w.look.saved) > 0 {
		t.Error("something was saved")
	}
}

// repeat is a reader that never ends.
type repeat string

func (r repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r[i%len(r)]
	}
	return len(p), nil
}

func TestAGoodLogoOutlivesTheMistakeOfAnotherField(t *testing.T) {
	t.Parallel()
	w := branded(t)
	p := w.send(w.pages.SaveBranding, http.StatusUnprocessableEntity, fields("", "mauve", "0"), bytes.NewReader(drawn(t, 300, 90, color.Black)))
	p.WantText("#name-error", "needed").WantText("#colour-error", "not a colour").WantText(".po-shown", "not saved yet").Want(`input[name=colour][value="#mauve"]`, 1)
	held := fields("Halden", "#123456", "0")
	held["held"] = p.Find("input[name=held]").AttrOr("value", "")
	w.send(w.pages.SaveBranding, http.StatusSeeOther, held, nil)
	if got := w.look.saved[0].Branding.Logo; settings.CheckLogo(got) != nil || len(got) == 0 {
		t.Error("the logo was lost")
	}
	held["held"] = "PHN2Zz48c2NyaXB0Pg==" // a browser sends what it likes
	w.send(w.pages.SaveBranding, http.StatusSeeOther, held, nil)
	if got := w.look.saved[1].Branding.Logo; got != nil {
		t.Errorf("kept %q", got)
	}
}

func TestAPreviewSavesNothingAndSaysHowTheColourFares(t *testing.T) {
	t.Parallel()
	w := branded(t)
	w.get(w.pages.Branding, "/admin/branding").WantText("#shades", "wear #0f5c63 itself").Want(".po-sample[data-bs-theme=light]", 1).Want(".po-sample[data-bs-theme=dark]", 1)
	p := w.send(w.pages.PreviewBranding, http.StatusOK, fields("Halden", "#ffd400", "0"), nil)
	p.WantText("#shades", "#ffd400 alone has 1.2 to 1 here").Want(`#shades link[href="/admin/branding/sample.css?colour=%23ffd400"]`, 1).WantText(".po-specimen", "Halden")
	if len(w.look.saved) > 0 {
		t.Error("it was saved")
	}
	rec, err := w.do(w.pages.SampleSheet, httptest.NewRequest(http.MethodGet, "/x?colour=%23ffd400", nil))
	if err != nil || !strings.HasPrefix(rec.Body.String(), ".po-sample{--po-brand:light-dark(") || rec.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%v %s", err, rec.Body)
	}
	if _, err := w.do(w.pages.SampleSheet, httptest.NewRequest(http.MethodGet, "/x?colour=%23fff}body{x", nil)); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
	if rec, err := w.do(w.pages.Sample, httptest.NewRequest(http.MethodGet, "/x?colour=%23ff", nil)); err != nil || rec.Code != http.StatusNoContent {
		t.Errorf("half a colour: %v %d", err, rec.Code)
	}
	if rec, err := w.do(w.pages.Sample, httptest.NewRequest(http.MethodGet, "/x?colour=FFF", nil)); err != nil || !strings.Contains(rec.Body.String(), "the darker") {
		t.Errorf("%v %s", err, rec.Body)
	}
}

func TestBrandingThatTwoSave(t *testing.T) {
	t.Parallel()
	w := branded(t)
	w.look.versions = map[int]settings.Branding{1: {Name: "Old", Colour: "#111111"}}
	w.look.state = settings.State[settings.Branding]{Value: settings.Branding{Name: "Theirs", Colour: "#222222"}, Version: 2, By: "Marek", At: now}
	p := w.send(w.pages.SaveBranding, http.StatusConflict, fields("Mine", "#111111", "1"), bytes.NewReader(drawn(t, 300, 90, color.Black)))
	p.WantText("[data-part=clash]", "Marek saved this page").Want(`input[name=name][value="Mine"]`, 1).Want(`input[name=colour][value="#222222"]`, 1)
	p.Want("input[name=held][value^=iVBOR]", 1).Want(`input[name=version][value="2"]`, 1)
}

func TestBrandingOfTheConfiguration(t *testing.T) {
	t.Parallel()
	w := branded(t)
	w.look.state.Fixed = map[string]string{"colour": "portico.yaml:7"}
	w.get(w.pages.Branding, "/admin/branding").Want("input[name=colour]", 0).WantText("[data-part=fixed]", "portico.yaml:7")
	w.send(w.pages.SaveBranding, http.StatusSeeOther, map[string]string{"name": "Halden", "version": "0"}, nil)
	if got := w.look.saved[0].Branding; got.Colour != "#0f5c63" || got.Name != "Halden" {
		t.Errorf("%+v", got)
	}
}
