package tour_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"portico/portal/tour"
	"portico/sync/fault"
)

const asked = "From: Halden IT <portal@halden.example>\r\nTo: \"Ines Albrecht\" <ines@nordwind.example>\r\n" +
	"Subject: =?UTF-8?q?Scanner_f=C3=BCr_Halle_3?=\r\nDate: Sun, 22 Nov 2026 08:59:00 +0000\r\n" +
	"MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
	"Please decide <b>today</b>:\r\n" + base + "/decide?token=3Dabc\r\nhttps://elsewhere.example/\r\n" +
	"--b\r\nContent-Type: text/html\r\n\r\n<p>never shown</p>\r\n--b--\r\n"

func TestAMailIsShownAsText(t *testing.T) {
	t.Parallel()
	box := fstest.MapFS{"2-approval.eml": {Data: []byte(asked)}, "1-plain.eml": {Data: []byte("Subject: Older\r\nTo: x@y.example\r\n\r\nHello\r\n")}, "key.txt": {Data: []byte("secret")}}
	p := open(t, &story{}, box)
	list, err := serve(p.Mails, httptest.NewRequest(http.MethodGet, tour.MailsPath, nil))
	if err != nil {
		t.Fatal(err)
	}
	newest, older := strings.Index(list.Body.String(), "Scanner für Halle 3"), strings.Index(list.Body.String(), "Older")
	if newest < 0 || older < newest {
		t.Errorf("the newest mail is not first: %s", list.Body)
	}
	r := httptest.NewRequest(http.MethodGet, tour.MailsPath+"/2-approval.eml", nil)
	r.SetPathValue("mail", "2-approval.eml")
	w, err := serve(p.Mail, r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Ines Albrecht &lt;ines@nordwind.example&gt;", "decide &lt;b&gt;today&lt;/b&gt;", `<a href="` + base + `/decide?token=abc">`, "<p>https://elsewhere.example/</p>"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the mail does not show %s", want)
		}
	}
	if strings.Contains(w.Body.String(), "never shown") {
		t.Error("the other form of the mail is shown, too")
	}
}

func TestOnlyMailsAreOpened(t *testing.T) {
	t.Parallel()
	p := open(t, &story{}, fstest.MapFS{"key.txt": {Data: []byte("secret")}})
	for _, name := range []string{"key.txt", "../key.txt", "none.eml", ""} {
		r := httptest.NewRequest(http.MethodGet, tour.MailsPath+"/x", nil)
		r.SetPathValue("mail", name)
		if _, err := serve(p.Mail, r); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestABoxWithoutMailsHelps(t *testing.T) {
	t.Parallel()
	w, err := serve(open(t, &story{}, fstest.MapFS{}).Mails, httptest.NewRequest(http.MethodGet, tour.MailsPath, nil))
	if err != nil || !strings.Contains(w.Body.String(), "No mail yet") {
		t.Errorf("%v: %s", err, w.Body)
	}
}
