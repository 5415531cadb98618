package connections_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"portico/sync/record"
)

// words gives the world a dictionary of three statuses.
func (w *world) words() {
	w.detail.Connector = "desk"
	w.meanings = []record.Meaning{
		{Kind: record.KindTicket, Raw: "open", State: record.StateOpen, Label: "In progress", Turn: record.TurnProvider, Guessed: true},
		{Kind: record.KindTicket, Raw: "stalled", State: record.StateWaiting, Label: "Your turn", Turn: record.TurnClient},
		{Kind: record.KindTicket, Raw: "odd", State: record.StateUnmapped, Label: "In progress", Turn: record.TurnProvider, Guessed: true},
	}
}

const brought = `{"format": "portico dictionary 1", "connector": "desk", "name": "Other desk", "statuses": [
{"kind": "ticket", "raw": "open", "state": "open", "label": "We work on it", "explanation": "", "turn": "provider"},
{"kind": "ticket", "raw": "stalled", "state": "waiting", "label": "Your turn", "explanation": "", "turn": "client"},
{"kind": "ticket", "raw": "<b>new</b>", "state": "new", "label": "Received", "explanation": "", "turn": "provider"}]}`

func TestADictionaryIsAFileWithoutAnythingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.words()
	rec, err := w.do(w.pages.WordsFile, get(), w.id)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Format   string
		Statuses []map[string]string
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &file); err != nil || file.Format != "portico dictionary 1" || len(file.Statuses) != 2 {
		t.Errorf("%s (%v)", rec.Body, err)
	}
	if !strings.HasPrefix(rec.Header().Get("Content-Disposition"), "attachment") {
		t.Error("it is shown and not saved")
	}
}

func TestAFileIsLookedAtBeforeItChangesAnything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.words()
	page, _ := w.post(w.pages.WordsLook, w.id, http.StatusOK, url.Values{"text": {brought}})
	page.Want("main tbody tr", 1).WantText("main tbody tr", "We work on it").WantText("[data-part=same]", "1 status means the same").
		WantText("[data-part=unknown]", "<b>new</b>").WantText("[data-part=missing]", "odd").WantText("main form button", "Change 1 status")
	if len(w.saved) > 0 {
		t.Errorf("a look saved %+v", w.saved)
	}
	form := url.Values{"text": {brought}, "seen": {"another"}}
	page, _ = w.post(w.pages.WordsTake, w.id, http.StatusConflict, form)
	page.WantText("[data-part=problems]", "while you were looking")
	if len(w.saved) > 0 {
		t.Errorf("what nobody has seen was changed: %+v", w.saved)
	}
	look := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(url.Values{"text": {brought}}.Encode()))
	look.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec, err := w.do(w.pages.WordsLook, look, w.id)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(rec.Body.String(), `name="seen" value="`)
	form.Set("seen", rest[:strings.IndexByte(rest, '"')])
	_, to := w.post(w.pages.WordsTake, w.id, http.StatusSeeOther, form)
	if !strings.HasSuffix(to, "/statuses?done=dictionary") || len(w.saved) != 2 || w.saved[0] != w.meanings[0] || w.saved[1].Label != "We work on it" {
		t.Errorf("leads to %s, saved %+v", to, w.saved)
	}
}

func TestAWrongFileIsRefusedInWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "Choose a file", "not json": "no dictionary of Portico", `{"format": "other"}`: "no dictionary of Portico", brought + "x": "no dictionary of Portico",
		strings.Replace(brought, `"desk"`, `"crm"`, 1):                     "another kind of system",
		strings.Replace(brought, `"state": "open"`, `"state": "eaten"`, 1): "means something that there is not",
		strings.Replace(brought, `"We work on it"`, `""`, 1):               "missing, or too long",
	} {
		w := newWorld(t)
		w.words()
		page, _ := w.post(w.pages.WordsLook, w.id, http.StatusUnprocessableEntity, url.Values{"text": {text}})
		page.WantText("[data-part=refused]", want)
		if len(w.saved) > 0 {
			t.Errorf("%q saved %+v", text, w.saved)
		}
	}
}
