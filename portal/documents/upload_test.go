package documents_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"portico/portal/documents"
	"portico/portal/portaltest/htmlcheck"
	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/fault"
	"portico/sync/record"
)

var shelf = record.NewConnectionID()

func (a *account) fresh() []record.Freshness {
	return []record.Freshness{{Connection: shelf, System: "Files", Kinds: []record.Kind{record.KindDocument}, ReadAt: now, Limit: time.Hour}}
}

func (a *account) pages(frame ui.Framer) *documents.Pages {
	return documents.New(documents.Options{Records: a, Files: a, Uploads: a, Actions: a, Frame: frame, Able: func(_ context.Context, c record.ConnectionID, k action.Kind) bool {
		return !a.cannot && c == shelf && k == action.DocumentUpload
	}})
}

// Keep refuses empty files, and forgets what breaks off, as the store does.
func (a *account) Keep(_ context.Context, name string, r io.Reader) (action.File, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return action.File{}, fault.Wrap(fault.Invalid, "receive file", err)
	}
	if len(data) == 0 {
		return action.File{}, fault.New(fault.Invalid, "This file is empty.")
	}
	if a.kept == nil {
		a.kept = map[string]string{}
	}
	sum := sha256.Sum256(data)
	f := action.File{ID: uuid.NewString(), Name: name, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
	a.kept[f.ID] = string(data)
	return f, nil
}

func (a *account) Drop(_ context.Context, id string) error {
	delete(a.kept, id)
	return nil
}

// Submit makes one action of one key.
func (a *account) Submit(_ context.Context, _ access.Scope, d action.Draft) (action.Action, error) {
	for i, first := range a.drafts {
		if first.Key == d.Key {
			return a.asked[i], nil
		}
	}
	act := action.Action{ID: action.NewID(), Account: a.id, Kind: d.Kind, Connection: d.Connection, Input: d.Input, State: action.Recorded, Recorded: now, Actor: action.Actor{User: "u1"}}
	a.drafts, a.asked = append(a.drafts, d), append(a.asked, act)
	return act, nil
}

func (a *account) ActionsOn(context.Context, access.Scope, record.AccountID, record.ID) ([]action.Action, error) {
	return a.asked, nil
}

const key = "0192d1b0-0000-7000-8000-000000000001"

// form posts a folder and files: "folder|name=bytes|name=bytes"; without an end
// when it breaks off.
func (a *account) form(what string) *http.Request {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	parts := strings.Split(what, "|")
	_ = w.WriteField("key", key)
	_ = w.WriteField("in", parts[0])
	whole := true
	for _, part := range parts[1:] {
		if whole = part != "cut"; !whole {
			break
		}
		name, content, _ := strings.Cut(part, "=")
		to, err := w.CreateFormFile("file", name)
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(to, content)
	}
	if whole {
		_ = w.Close()
	}
	r := httptest.NewRequest(http.MethodPost, "/", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

func upload(p *documents.Pages) handler { return p.Upload }

func TestAFileIsBroughtOnceToWhereTheReaderIs(t *testing.T) {
	t.Parallel()
	a := &account{id: record.NewAccountID()}
	a.add("Plans", "old.pdf")
	htmlcheck.Read(t, a.ask(t, list, "/?in=Plans", "").Body.String()).Want("#upload form", 1).WantText("#upload", "It goes to Files, folder Plans").WantText("#upload", "at most 25 MB")
	for range 2 { // the same form again is the same upload
		w := a.ask(t, upload, "POST /Plans/|floor.pdf=the bytes", "")
		if w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Location"), "/documents?in=Plans#progress-"+a.asked[0].ID.String()) {
			t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
		}
	}
	if len(a.drafts) != 1 || len(a.kept) != 1 {
		t.Fatalf("%d uploads, %d files kept", len(a.drafts), len(a.kept))
	}
	d := a.drafts[0]
	if d.Connection != shelf || d.Input.Fields[action.FieldFolder] != "Plans" || len(d.Input.Files) != 1 || a.kept[d.Input.Files[0].ID] != "the bytes" || action.CheckInput(d.Kind, d.Input) != nil {
		t.Errorf("asked for %+v", d)
	}
	htmlcheck.Read(t, a.ask(t, list, "/?in=Plans", "").Body.String()).WantText("#progress", "floor.pdf").WantText("#progress", "sha256 "+d.Input.Files[0].SHA256)
}

func TestWhatIsNotOneWholeFileLeavesNothing(t *testing.T) {
	t.Parallel()
	for body, why := range map[string]string{"Plans": "Choose a file.", "Plans|a.txt=1|b.txt=2": "One file at a time.", "Plans|a.txt=": "This file is empty.", "Plans|a.txt=half|cut": ""} {
		a := &account{id: record.NewAccountID()}
		a.add("Plans", "old.pdf")
		frame := ui.NewFramer(ui.FrameOptions{Provider: ui.Provider{Name: "Halden IT"}, Accounts: a, Zone: time.UTC, Now: func() time.Time { return now }})
		w := httptest.NewRecorder()
		err := a.pages(frame).Upload(w, a.form(body), owner(a))
		if err == nil && w.Code != http.StatusUnprocessableEntity || err != nil && !fault.Is(err, fault.Invalid) || len(a.drafts) != 0 || len(a.kept) != 0 {
			t.Errorf("%q: %d %v, %d kept", body, w.Code, err, len(a.kept))
		}
		if why != "" {
			htmlcheck.Read(t, w.Body.String()).WantText("#file-error", why).Want("#upload[open]", 1)
		}
	}
}

func TestNothingIsBroughtWhereNothingIsTaken(t *testing.T) {
	t.Parallel()
	a := &account{id: record.NewAccountID(), cannot: true}
	a.add("", "old.pdf")
	htmlcheck.Read(t, a.ask(t, list, "/", "").Body.String()).Want("#upload", 0)
	if w := a.ask(t, upload, "POST |a.txt=1", ""); w.Code != http.StatusUnprocessableEntity || len(a.drafts) != 0 || len(a.kept) != 0 {
		t.Errorf("%d, %d asked, %d kept", w.Code, len(a.drafts), len(a.kept))
	}
}
