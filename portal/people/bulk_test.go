package people_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"portico/portal/people"
	"portico/portal/portaltest/htmlcheck"
	"portico/sync/access"
	"portico/sync/fault"
)

// upload posts a file and fields as a browser does.
func upload(t *testing.T, path string, file []byte, fields url.Values) *http.Request {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, values := range fields {
		for _, v := range values {
			if err := m.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	part, err := m.CreateFormFile("file", "people.csv")
	if err == nil {
		_, err = part.Write(file)
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return r
}

func (w *world) bring(t *testing.T, p *people.Pages, file string) *httptest.ResponseRecorder {
	t.Helper()
	a := run(t, p.Read, upload(t, w.base()+"/many", []byte(file), url.Values{"role": {"approver"}}), w.as(access.Owner))
	if w.asked != nil {
		t.Fatal("somebody was invited before the review")
	}
	return a
}

func TestAListIsReviewedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	w.invited = []access.Invitation{{Email: "open@nordwind.example", State: access.InvitationSent}, {Email: "over@nordwind.example", State: access.InvitationExpired}}
	a := w.bring(t, p, "\ufeffE-Mail;Name;Role\r\nMia@Nordwind.example;Mia Sommer;finance\r\n\r\nleo@nordwind.example;Leo;\r\nopen@nordwind.example;;\r\nover@nordwind.example;;boss\r\n"+
		"mia@nordwind.example;Mia again;\r\n;Nobody;\r\nnot an address;X;\r\n=cmd|' /C calc'!A0@x.example;X;\r\nok@nordwind.example;=1+1;\r\n")
	at := htmlcheck.Read(t, a.Body.String())
	at.Want("tbody tr", 2).Want("input[name=pick][checked]", 2).Want("input[name=email][value='mia@nordwind.example']", 1).Want("select[name=role] option[value=finance][selected]", 1).
		Want("select[name=role] option[value=approver][selected]", 1).Want("[data-part=refused] li", 7)
	body := a.Body.String()
	for _, said := range []string{"Line 4: Leo &lt;b&gt; has access already", "Line 5: open@nordwind.example has an invitation", "Line 6: There is no role “boss”", "Line 7: mia@nordwind.example stands in line 2 already",
		"Line 8: There is no address", "Line 9: “not an address” is not a mail address", "Line 10: A cell begins like a formula", "Line 11: A cell begins like a formula"} {
		if !strings.Contains(strings.Join(strings.Fields(body), " "), said) {
			t.Errorf("it does not say %q", said)
		}
	}
}

func TestListsOfEveryShape(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		want string
		rows int
	}{
		"without titles":   {"Leo Sommer, l@x.example, finance\n", "Leo Sommer", 1},
		"in another order": {"owner\tl@x.example\tLeo Sommer", "Leo Sommer", 1},
		"addresses only":   {"a@x.example\nb@x.example", "b@x.example", 2},
		"Windows-1252":     {"name,address\nJ\xfcrgen \x84Gr\xf6\xdfe\x93,j@x.example\n", "Jürgen „Größe“", 1},
		"quoted":           {"\"Sommer, Leo\",l@x.example", "Sommer, Leo", 1},
	} {
		w, p := newWorld()
		a := w.bring(t, p, c.file)
		if htmlcheck.Read(t, a.Body.String()).Want("tbody tr", c.rows); !strings.Contains(a.Body.String(), c.want) {
			t.Errorf("%s: it does not name %s", name, c.want)
		}
		if latin := strings.Contains(a.Body.String(), "Read as Windows-1252"); latin != (name == "Windows-1252") {
			t.Errorf("%s: Latin-1 is %v", name, latin)
		}
	}
	var long strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&long, "Person %d,p%d@x.example,finance\n", i, i)
	}
	for name, c := range map[string]struct{ file, want string }{
		"5,000 people":   {long.String(), "names 5,000 people"},
		"other columns":  {"first,last,phone\nLeo,Sommer,123\n", "No column holds mail addresses"},
		"only titles":    {"name,address\n", "names 0 people"},
		"a workbook":     {"PK\x03\x04\x00\x00@", "not a text file"},
		"nothing at all": {"", "Choose somebody, or bring a list"},
	} {
		w, p := newWorld()
		if a := w.bring(t, p, c.file); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), c.want) {
			t.Errorf("%s: %d, and not %q", name, a.Code, c.want)
		}
	}
	w, p := newWorld()
	if a := w.bring(t, p, strings.Repeat("x", 1<<20+1)); a.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", a.Code)
	}
}

func TestContactsArePicked(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	w.contacts = []access.Contact{{Name: "Mia", Email: "mia@x.example"}, {Name: "Mia", Email: "mia@x.example", Connection: "another"}, {Name: "Off", Email: "off@x.example", Disabled: true}, {Name: "Leo", Email: "leo@x.example", Member: true}}
	s := w.as(access.Owner)
	htmlcheck.Read(t, run(t, p.Many, request("GET", w.base()+"/many", nil), s).Body.String()).Want("input[name=pick]", 1)
	htmlcheck.Read(t, run(t, p.Many, request("GET", w.base()+"/many?q=zoe", nil), s).Body.String()).Want("input[name=pick]", 0)
	a := run(t, p.Read, upload(t, w.base()+"/many", nil, url.Values{"role": {"finance"}, "pick": {"mia@x.example", "off@x.example", "eve@x.example"}}), s)
	htmlcheck.Read(t, a.Body.String()).Want("tbody tr", 1).Want("option[value=finance][selected]", 1)
}

func TestWhoWasReviewedIsInvitedOnce(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	s := w.as(access.Owner)
	form := url.Values{"key": {"k"}, "email": {"a@x.example", "b@x.example", "c@x.example"}, "name": {"", "B", "C"}, "role": {"finance", "owner", "approver"}, "pick": {"0", "2"}}
	a := run(t, p.Send, request("POST", w.base()+"/many/send", form), s)
	if a.Header().Get("Location") != w.base()+"?done=invited" || w.key != "k" || len(w.asked) != 2 || w.asked[1] != (access.Invitee{Email: "c@x.example", Name: "C", Role: access.Approver}) {
		t.Errorf("%d %+v", a.Code, w.asked)
	}
	w.why = access.IsStaff
	a = run(t, p.Send, request("POST", w.base()+"/many/send", form), s)
	if a.Code != http.StatusOK || !strings.Contains(a.Body.String(), "0 people are invited") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	htmlcheck.Read(t, a.Body.String()).Want("[data-part=refused] li", 2).Want("main form", 0)
	form["pick"] = []string{"7"}
	if err := p.Send(httptest.NewRecorder(), request("POST", w.base(), form), s); !fault.Is(err, fault.Invalid) {
		t.Errorf("outside the lists: %v", err)
	}
	form["pick"], form["name"] = []string{"0"}, []string{"A"}
	if err := p.Send(httptest.NewRecorder(), request("POST", w.base(), form), s); !fault.Is(err, fault.Invalid) {
		t.Errorf("lists of other lengths: %v", err)
	}
}
