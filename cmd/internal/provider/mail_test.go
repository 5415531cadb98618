package provider_test

import (
	"strings"
	"testing"
	"time"

	"portico/cmd/internal/provider"
	"portico/portal/admin/settings"
	"portico/sync/access"
	"portico/sync/access/grant"
	"portico/sync/fault"
	"portico/sync/notify"
)

var typed = settings.Mail{Host: "smtp.halden.example", Port: 587, TLS: "starttls", User: "portal", From: "portal@halden.example", FromName: "Halden"}

func server(t *testing.T, p *provider.Provider) notify.Server {
	t.Helper()
	s, err := p.Server(t.Context())
	must(t, err)
	return s
}

func TestWhatIsSavedHoldsEverywhereWithinSeconds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara := w.admin(t, "Amara")
	here, there := w.process(t), w.process(t)
	if s := server(t, there); s.Host != "" {
		t.Fatalf("before any save: %v", s)
	}
	must(t, here.SaveMail(t.Context(), amara, settings.MailChange{Mail: typed, Typed: "hunter2"}))
	want := notify.Server{Host: typed.Host, Port: 587, TLS: "starttls", User: "portal", Password: "hunter2", From: typed.From, FromName: "Halden"}
	if got := server(t, here); got != want {
		t.Errorf("here: %+v", got)
	}
	w.pass(2 * time.Second)
	if got := server(t, there); got != want {
		t.Errorf("there: %+v", got)
	}
	w.away = true
	w.pass(time.Hour)
	if got := server(t, there); got != want {
		t.Errorf("while the database is away: %+v", got)
	}
	if _, err := w.process(t).Server(t.Context()); err == nil {
		t.Error("a process that knows nothing yet sends by settings that nobody made")
	}
}

func TestThePasswordIsSealedAndHasAnAge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara, p := w.admin(t, "Amara"), w.process(t)
	must(t, p.SaveMail(t.Context(), amara, settings.MailChange{Mail: typed, Typed: "hunter2"}))
	saved, err := w.store.System().Setting(t.Context(), "mail")
	must(t, err)
	if strings.Contains(string(saved.Value), "hunter2") {
		t.Errorf("stored in clear: %s", saved.Value)
	}
	since := w.clock()
	w.pass(time.Hour)
	changed := typed
	changed.FromName = "Halden IT"
	must(t, p.SaveMail(t.Context(), amara, settings.MailChange{Seen: 1, Mail: changed}))
	got, err := p.Mail(t.Context())
	must(t, err)
	if !got.Password.Set || !got.Password.Since.Equal(since) || got.Password.Lost || got.By != "Amara" || got.Value != changed {
		t.Errorf("%+v", got)
	}
	if s := server(t, p); s.Password != "hunter2" {
		t.Error("an empty field forgot the password")
	}
}

func TestAPasswordGoesOnlyWhereItBelongs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara, p := w.admin(t, "Amara"), w.process(t)
	must(t, p.SaveMail(t.Context(), amara, settings.MailChange{Mail: typed, Typed: "hunter2"}))
	for name, change := range map[string]func(*settings.Mail){
		"host": func(m *settings.Mail) { m.Host = "smtp.evil.example" }, "port": func(m *settings.Mail) { m.Port = 25 },
		"tls": func(m *settings.Mail) { m.TLS = "none" }, "user": func(m *settings.Mail) { m.User = "other" },
	} {
		m := typed
		change(&m)
		c := settings.MailChange{Seen: 1, Mail: m}
		for what, err := range map[string]error{"tried": p.TryMail(t.Context(), amara, c), "saved": p.SaveMail(t.Context(), amara, c)} {
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Fields(err)["password"], "again") {
				t.Errorf("%s with another %s: %v", what, name, err)
			}
		}
	}
	if len(w.tests) > 0 {
		t.Errorf("it was sent: %+v", w.tests)
	}
	// The configuration names another server later: the kept password stays behind.
	other := w.process(t, "PORTICO_SMTP_HOST=smtp.other.example", "PORTICO_SMTP_USER=portal", "PORTICO_SMTP_FROM=a@b.example")
	if s := server(t, other); s.Host != "smtp.other.example" || s.Password != "" {
		t.Errorf("%+v", s)
	}
	// And the configuration's password never goes to a server that a page names.
	leaky := w.process(t, "PORTICO_SMTP_PASSWORD=from-the-environment")
	if s := server(t, leaky); s.Password != "hunter2" {
		t.Errorf("%+v", s)
	}
}

func TestATypedPasswordGoesThroughTheBrowserSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara, marek, p := w.admin(t, "Amara"), w.admin(t, "Marek"), w.process(t)
	sealed := p.SealPassword(amara, settings.MailChange{Mail: typed, Typed: "hunter2"})
	if sealed == "" || strings.Contains(sealed, "hunter2") {
		t.Fatalf("sealed as %q", sealed)
	}
	c := settings.MailChange{Mail: typed, Sealed: sealed}
	must(t, p.TryMail(t.Context(), amara, c))
	if w.tests[0].Password != "hunter2" || w.to[0] != "amara@halden.example" {
		t.Errorf("%+v to %s", w.tests[0], w.to[0])
	}
	if err := p.SaveMail(t.Context(), marek, c); !fault.Is(err, fault.Invalid) {
		t.Errorf("somebody else used it: %v", err)
	}
	elsewhere := c
	elsewhere.Mail.Host = "smtp.evil.example"
	if err := p.TryMail(t.Context(), amara, elsewhere); !fault.Is(err, fault.Invalid) || p.SealPassword(amara, elsewhere) != "" {
		t.Errorf("it was used for another server: %v", err)
	}
	must(t, p.SaveMail(t.Context(), amara, c))
	if s := server(t, p); s.Password != "hunter2" {
		t.Errorf("%+v", s)
	}
}

func TestTheConfigurationDecidesAndSaysWhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara := w.admin(t, "Amara")
	p := w.process(t, "PORTICO_SMTP_HOST=mail.lan", "PORTICO_SMTP_FROM=portal@mail.lan", "PORTICO_SMTP_PASSWORD=secret", "PORTICO_SMTP_USER=u")
	evil := typed
	evil.Host = "smtp.evil.example"
	must(t, p.SaveMail(t.Context(), amara, settings.MailChange{Mail: evil, Typed: "x"}))
	got, err := p.Mail(t.Context())
	must(t, err)
	for field, place := range map[string]string{"host": "PORTICO_SMTP_HOST", "password": "PORTICO_SMTP_PASSWORD", "tls": "PORTICO_SMTP_HOST", "from": "PORTICO_SMTP_FROM", "from_name": ""} {
		if got.Fixed[field] != place {
			t.Errorf("%s is decided by %q, want %q", field, got.Fixed[field], place)
		}
	}
	if got.Value.Host != "mail.lan" || got.Value.FromName != "Halden" || !got.Password.Set {
		t.Errorf("%+v", got)
	}
	if s := server(t, p); s.Host != "mail.lan" || s.Password != "secret" || s.From != "portal@mail.lan" {
		t.Errorf("%+v", s)
	}
	must(t, p.TryMail(t.Context(), amara, settings.MailChange{Seen: 1, Mail: evil, Typed: "x"}))
	if w.tests[0].Host != "mail.lan" || w.tests[0].Password != "secret" {
		t.Errorf("tried %+v", w.tests[0])
	}
}

func TestWhoSavesSecondIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara, marek, p := w.admin(t, "Amara"), w.admin(t, "Marek"), w.process(t)
	must(t, p.SaveMail(t.Context(), amara, settings.MailChange{Mail: typed}))
	if err := p.SaveMail(t.Context(), marek, settings.MailChange{Mail: typed}); !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
	if at, err := p.MailAt(t.Context(), 1); err != nil || at != typed {
		t.Errorf("%+v %v", at, err)
	}
	if at, err := p.MailAt(t.Context(), 0); err != nil || at != (settings.Mail{}) {
		t.Errorf("%+v %v", at, err)
	}
}

func TestTestsAreCountedAndOnlyForAdministrators(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	amara, p := w.admin(t, "Amara"), w.process(t)
	c := settings.MailChange{Mail: typed, Typed: "x"}
	manager := grant.Staff(grant.User{ID: "m"}, access.Manager, nil)
	if p.TryMail(t.Context(), manager, c) == nil || p.SaveMail(t.Context(), manager, c) == nil {
		t.Error("a manager may")
	}
	for range 10 {
		must(t, p.TryMail(t.Context(), amara, c))
	}
	if err := p.TryMail(t.Context(), amara, c); !fault.Is(err, fault.Limited) {
		t.Errorf("the eleventh: %v", err)
	}
	w.pass(11 * time.Minute)
	must(t, p.TryMail(t.Context(), amara, c))
}
