package engine_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"portico/sync/action"
	"portico/sync/remote"
)

// sending is the desk with a reply whose files are uploaded first, for a person who
// is made where nobody knows them.
var sending = strings.Replace(deskWith(untold), "streams:\n", `actions:
  ticket.reply:
    label: Reply
    timeout: 9s
    grace: 9s
    send:
      before:
        - name: person
          when: action.mark == ""
          request: {method: POST, path: /people, body: '{"mail": action.email}'}
          value: body.id
        - name: uploads
          each: files
          request: {method: POST, path: /uploads, query: {name: "{file.name}"}, form: {folder: "of {action.external}"}}
          PART
          value: body.token
      request: {method: POST, path: "/ticket/{action.external}", body: '{"text": action.text, "by": person, "uploads": uploads}'}
      reference: string(body.id)
    confirm:
      streams: [tickets]
      holds: "false"
streams:
`, 1)

// request is what arrived.
type request struct{ path, kind, body string }

// replying carries out a reply with two files against a system that refuses a path.
func replying(t *testing.T, text, mark, refused string) (remote.Outcome, []request) {
	t.Helper()
	var got []request
	conn := serve(t, func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		got = append(got, request{r.URL.RequestURI(), r.Header.Get("Content-Type"), string(data)})
		if strings.HasPrefix(r.URL.Path, refused) {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"id": "p1", "token": "t" + r.URL.Query().Get("name")})
	})
	c := load(t, text)
	a := action.Action{Kind: action.TicketReply, External: "7", Mark: mark, Actor: action.Actor{Email: "ada@nordwind.example"}, Input: action.Input{Text: "Hello",
		Files: []action.File{{ID: "one", Name: "a.txt", ContentType: "text/plain", Size: 3}, {ID: "two", Name: `b".txt`, ContentType: "image/png", Size: 3}}}}
	if _, out := c.Prepare(t.Context(), conn, a); out.Verdict != remote.Done {
		return out, got
	}
	return c.Act(t.Context(), conn, a), got
}

func paths(list []request) (out []string) {
	for _, r := range list {
		out = append(out, r.path)
	}
	return out
}

func TestWhatAWriteRefersToIsMadeBeforeIt(t *testing.T) {
	t.Parallel()
	raw := strings.Replace(sending, "          PART\n", "", 1)
	out, got := replying(t, raw, "", "/nothing")
	if want := []string{"/people", "/uploads?name=a.txt", "/uploads?name=b%22.txt", "/ticket/7"}; out.Verdict != remote.Done || !slices.Equal(paths(got), want) {
		t.Fatalf("%+v after %q", out, paths(got))
	}
	if up := got[1]; up.kind != "text/plain" || up.body != "one" {
		t.Errorf("the first file arrived as %+v", up)
	}
	if body := got[3].body; body != `{"by":"p1","text":"Hello","uploads":["ta.txt","tb\".txt"]}` {
		t.Errorf("the write is %s", body)
	}
	if _, got := replying(t, raw, "known", "/nothing"); slices.Contains(paths(got), "/people") || !strings.Contains(got[2].body, `"by":null`) {
		t.Errorf("the person is known, and %q was asked", paths(got))
	}
}

func TestAFileGoesAsAPartOfAForm(t *testing.T) {
	t.Parallel()
	out, got := replying(t, strings.Replace(sending, "PART", "part: file", 1), "known", "/nothing")
	if out.Verdict != remote.Done || !strings.HasPrefix(got[1].kind, "multipart/form-data; boundary=") {
		t.Fatalf("%+v, %+v", out, got)
	}
	for _, part := range []string{`name="folder"` + "\r\n\r\nof 7\r\n", `name="file"; filename="b%22.txt"`, "Content-Type: image/png\r\n\r\ntwo\r\n"} {
		if !strings.Contains(got[1].body, part) {
			t.Errorf("%q is not in %q", part, got[1].body)
		}
	}
}

func TestAWriteWhoseFirstStepFailsIsNotSent(t *testing.T) {
	t.Parallel()
	raw := strings.Replace(sending, "          PART\n", "", 1)
	for _, refused := range []string{"/people", "/uploads"} {
		out, got := replying(t, raw, "", refused)
		if out.Verdict != remote.Retry || slices.Contains(paths(got), "/ticket/7") {
			t.Errorf("%s failed: %s, asked %q", refused, out.Verdict, paths(got))
		}
	}
}

func TestFilesThatASystemCannotTakeAreRefusedAndNotDropped(t *testing.T) {
	t.Parallel()
	text := sending[:strings.Index(sending, "        - name: uploads")] + sending[strings.Index(sending, "      request: {method: POST, path: \"/ticket/"):]
	out, got := replying(t, strings.Replace(text, `, "uploads": uploads`, "", 1), "", "/nothing")
	if out.Verdict != remote.Rejected || !strings.Contains(out.Reason, "files") || len(got) > 0 {
		t.Errorf("%+v, asked %q", out, paths(got))
	}
}
