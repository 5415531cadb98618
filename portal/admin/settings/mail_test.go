package settings_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/portal/admin/settings"
	"portico/sync/fault"
)

func filled() url.Values {
	return url.Values{"version": {"0"}, "host": {"SMTP.halden.example"}, "port": {"587"}, "tls": {"starttls"}, "user": {"portal"},
		"password": {"hunter2"}, "from": {"portal@halden.example"}, "from_name": {"Halden"}}
}

func with(name, value string) url.Values {
	f := filled()
	f.Set(name, value)
	return f
}

func TestThePageSaysHowMailLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(w.pages.Mail, "/admin/mail").WantText("[data-tone=attn]", "No mail server").Want(`.po-nav [aria-current="page"][href="/admin/mail"]`, 1)
	w.mail.state = settings.MailState{State: settings.State[settings.Mail]{Value: settings.Mail{Host: "smtp.halden.example"}, Version: 3, By: "Marek", At: now.Add(-time.Hour)},
		Password: settings.Password{Set: true, Since: now.Add(-48 * time.Hour)}}
	p := w.get(w.pages.Mail, "/admin/mail?done=saved").WantText(".po-facts", "Mails leave through smtp.halden.example").WantText(".po-facts", "Saved by Marek 1 h ago")
	p.WantText("#password-hint", "Typed 2 days ago and never shown").WantText(".po-toast", "Saved").Want(`input[name=version][value="3"]`, 1)
	w.mail.state.Password.Lost = true
	w.get(w.pages.Mail, "/admin/mail").WantText("[data-tone=bad]", "belongs to another server")
}

func TestWhatTheConfigurationDecidesCannotBeChangedHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mail.state.Value.Host = "mail.lan"
	w.mail.state.Fixed = map[string]string{"host": "portico.yaml:12", "password": "PORTICO_SMTP_PASSWORD"}
	p := w.get(w.pages.Mail, "/admin/mail")
	p.Want("input[name=host], input[name=password]", 0).WantText("[data-part=fixed]:first-child", "mail.lan").WantText("[data-part=fixed]", "portico.yaml:12")
	w.post(w.pages.SaveMail, http.StatusSeeOther, filled())
	if got := w.mail.saved[0].Mail.Host; got != "mail.lan" {
		t.Errorf("saved %s", got)
	}
}

func TestMistakesKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	for field, value := range map[string]string{"port": "many", "from": "nobody", "tls": "perhaps", "host": "a b", "from_name": strings.Repeat("x", 81)} {
		w := newWorld(t)
		p := w.post(w.pages.SaveMail, http.StatusUnprocessableEntity, with(field, value)).Want("#"+field+"-error", 1).Want("[aria-invalid], select.is-invalid", 1)
		if field != "host" {
			p.Want(`input[name=host][value="smtp.halden.example"]`, 1).Want(`input[name=sealed][value="sealed-smtp.halden.example"]`, 1).WantText("#password-hint", "held for you, sealed")
		}
		if len(w.mail.saved) > 0 {
			t.Errorf("%s: saved", field)
		}
	}
	w := newWorld(t)
	w.post(w.pages.SaveMail, http.StatusUnprocessableEntity, with("from", "")).WantText("#from-error", "a mail server is named")
	w.mail.err = fault.New(fault.Invalid, "Please correct what is marked.").Field("password", "Type the password again.")
	w.post(w.pages.SaveMail, http.StatusUnprocessableEntity, filled()).WantText("#password-error", "again").Want(`input[name=sealed][value=""]`, 1)
}

func TestATestIsSentBeforeAnythingIsSaved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.post(w.pages.TryMail, http.StatusOK, filled()).WantText("[data-part=test]", "smtp.halden.example took the mail").WantText("[data-part=test]", "amara@halden.example")
	p.Want(`input[name=sealed][value="sealed-smtp.halden.example"]`, 1)
	if len(w.mail.saved) > 0 || w.mail.tried[0].Typed != "hunter2" {
		t.Errorf("%+v", w.mail)
	}
	w.mail.err = fault.New(fault.Unavailable, "mail.x:587 does not accept user and password.")
	w.post(w.pages.TryMail, http.StatusOK, filled()).WantText("[data-part=test][role=alert]", "does not accept user and password").Want(`input[name=user][value="portal"]`, 1)
	w.post(w.pages.TryMail, http.StatusUnprocessableEntity, with("host", "")).WantText("#host-error", "to try")
}

func TestWhoSavesSecondLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base := settings.Mail{Host: "old.example", Port: 587, TLS: "starttls", User: "portal", From: "portal@halden.example", FromName: "Old"}
	theirs := base
	theirs.Port, theirs.FromName, theirs.TLS = 465, "Theirs", "tls"
	w.mail.versions[1] = base
	w.mail.state.State = settings.State[settings.Mail]{Value: theirs, Version: 2, By: "Marek", At: now}
	mine := with("version", "1")
	mine.Set("host", "new.example")
	mine.Set("from_name", "Mine")
	p := w.post(w.pages.SaveMail, http.StatusConflict, mine)
	p.WantText("[data-part=clash]", "Marek saved this page").Want("[data-part=clash] tbody tr", 3).WantText("[data-part=clash]", "Old Theirs Mine")
	p.Want(`input[name=host][value="new.example"]`, 1).Want(`input[name=port][value="465"]`, 1).Want(`input[name=from_name][value="Mine"]`, 1)
	p.Want(`input[name=version][value="2"]`, 1).Want(`input[name=sealed][value="sealed-new.example"]`, 1)
}

func TestRecordsAreAskedForOnlyOnDemand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(w.pages.Mail, "/admin/mail")
	w.post(w.pages.TryMail, http.StatusOK, filled())
	if len(w.asked) > 0 {
		t.Fatalf("asked for %v", w.asked)
	}
	w.txt["halden.example"] = []string{"google-site-verification=x", "v=spf1 include:_spf.halden.example -all"}
	w.txt["_dmarc.halden.example"] = []string{"v=DMARC1; p=none; rua=mailto:x@halden.example"}
	p := w.post(w.pages.CheckRecords, http.StatusOK, filled())
	p.WantText(".po-records", "v=spf1 include").WantText(".po-records [data-tone=good]", "Published").WantText(".po-records [data-tone=live]", "only watching")
	for from, asks := range map[string]int{"root@localhost": 0, "a@[192.0.2.1]": 0, "a@192.0.2.1": 0, "x@other.example": 2} {
		w.asked = nil
		status := http.StatusUnprocessableEntity
		if asks > 0 {
			status = http.StatusOK
		}
		p := w.post(w.pages.CheckRecords, status, with("from", from))
		if len(w.asked) != asks {
			t.Errorf("%s: asked for %v", from, w.asked)
		}
		if asks > 0 {
			p.WantText(".po-records", "None is published")
		}
	}
	w.txt["offline"] = []string{}
	w.post(w.pages.CheckRecords, http.StatusOK, with("from", "x@other.example")).WantText(".po-records", "The resolver gave no answer")
}

func TestRecordsAreJudged(t *testing.T) {
	t.Parallel()
	for want, c := range map[string][2][]string{
		"receivers ignore them all": {{"v=spf1 -all", "V=SPF1 ~all"}, nil},
		"lets anybody send":         {{"v=spf1 +all"}, nil},
		"Published":                 {nil, {"v=DMARC1;p=reject"}},
	} {
		w := newWorld(t)
		w.txt["halden.example"], w.txt["_dmarc.halden.example"] = c[0], c[1]
		w.post(w.pages.CheckRecords, http.StatusOK, filled()).WantText(".po-records", want)
	}
}
