package tour_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"portico/portal/tour"
	"portico/portal/ui"
	"portico/sync/fault"
)

// story is a demonstration that only remembers what was asked of it.
type story struct {
	standing tour.Standing
	did      []string
	proof    tour.Proof
}

func (s *story) Standing(context.Context) (tour.Standing, error) { return s.standing, nil }
func (s *story) Prove(context.Context) (tour.Proof, error)       { return s.proof, nil }
func (s *story) Reset()                                          { s.did = append(s.did, "reset") }

func (s *story) HelpDesk(run bool) {
	s.did = append(s.did, map[bool]string{true: "start", false: "stop"}[run])
}

func (s *story) Mistake(context.Context) error {
	s.did = append(s.did, "mistake")
	return nil
}

const base = "http://127.0.0.1:8080"

func open(t *testing.T, s *story, mails fs.FS) *tour.Pages {
	t.Helper()
	frame := ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Now: func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }}
	p, err := tour.New(tour.Options{Story: s, Mails: mails, BaseURL: base, Frame: frame.Plain,
		People: []tour.Person{{Token: "t1", Name: "Ines"}, {Token: "t2", Name: "Jonas"}, {Token: "t3", Name: "Owen"}, {Token: "t4", Name: "Amara"}}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func serve(h func(http.ResponseWriter, *http.Request) error, r *http.Request) (*httptest.ResponseRecorder, error) {
	w := httptest.NewRecorder()
	err := h(w, r)
	return w, err
}

func do(p *tour.Pages, step string) (*httptest.ResponseRecorder, error) {
	r := httptest.NewRequest(http.MethodPost, tour.Path, strings.NewReader(url.Values{"do": {step}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return serve(p.Do, r)
}

func TestStepsDoWhatTheySay(t *testing.T) {
	t.Parallel()
	s := &story{}
	p := open(t, s, fstest.MapFS{})
	for _, step := range []string{"stop", "start", "mistake"} {
		if w, err := do(p, step); err != nil || w.Code != http.StatusSeeOther {
			t.Errorf("%s: %d, %v", step, w.Code, err)
		}
	}
	if _, err := serve(p.Reset, httptest.NewRequest(http.MethodPost, "/demo/reset", nil)); err != nil {
		t.Error(err)
	}
	if got := strings.Join(s.did, " "); got != "stop start mistake reset" {
		t.Errorf("the story did %q", got)
	}
	if _, err := do(p, "sudo"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a step that does not exist: %v", err)
	}
}

func TestThePageSaysWhatHasBecomeOfEachStep(t *testing.T) {
	t.Parallel()
	s := &story{standing: tour.Standing{HelpDesk: false, Waiting: 2, Question: tour.Thread{Title: "Scanners", Settled: true},
		Stranger: tour.Thread{Title: "Harbour Lane"}, Wrong: tour.Thread{Title: "Vale & Harbour", Href: "/a/x/"}}}
	w, err := serve(open(t, s, fstest.MapFS{}).Show, httptest.NewRequest(http.MethodGet, tour.Path, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"The help desk is stopped", "2 things are on their way", "Decided", "Harbour Lane stands with Vale &amp; Harbour", "Repair it as Amara", "0 mails"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestWhatTheVerifierSaysIsShown(t *testing.T) {
	t.Parallel()
	s := &story{proof: tour.Proof{Entries: 41, Changed: "entry 20 was changed"}}
	for want, good := range map[string]error{"41 entries, whole and signed": nil, "entry 3 is missing": errors.New("entry 3 is missing")} {
		s.proof.Good = good
		w, err := do(open(t, s, fstest.MapFS{}), "prove")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(w.Body.String(), want) || !strings.Contains(w.Body.String(), "entry 20 was changed") {
			t.Errorf("%q is not shown: %s", want, w.Body)
		}
	}
}
