package settings_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"portico/portal/admin/settings"
	"portico/sync/access"
	"portico/sync/fault"
)

// texts is where the legal texts are, in memory.
type texts struct {
	state settings.State[settings.Legal]
	saved []settings.Legal
}

func (l *texts) Legal(context.Context) (settings.State[settings.Legal], error) { return l.state, nil }

func (l *texts) LegalAt(_ context.Context, version int) (settings.Legal, error) {
	return map[int]settings.Legal{1: {Terms: "https://halden.example/old"}}[version], nil
}

func (l *texts) SaveLegal(_ context.Context, _ access.Scope, seen int, v settings.Legal) error {
	if seen != l.state.Version {
		return fault.New(fault.Conflict, "Somebody else was first.")
	}
	l.saved = append(l.saved, v)
	return nil
}

func TestLegalTextsAreNamedByWholeAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post(w.pages.SaveLegal, http.StatusSeeOther, url.Values{"version": {"0"}, "terms": {"https://halden.example/terms"}, "privacy": {""}})
	if len(w.texts.saved) != 1 || w.texts.saved[0] != (settings.Legal{Terms: "https://halden.example/terms"}) {
		t.Errorf("%+v", w.texts.saved)
	}
	for _, bad := range []string{"javascript:alert(1)", "halden.example/terms", "data:text/html,x", "ftp://halden.example"} {
		w.post(w.pages.SaveLegal, http.StatusUnprocessableEntity, url.Values{"version": {"0"}, "privacy": {bad}, "terms": {"https://halden.example/terms"}}).
			Want("#privacy-error", 1).Want("input[name=terms][value='https://halden.example/terms']", 1)
	}
	if len(w.texts.saved) != 1 {
		t.Error("something wrong was saved")
	}
}

func TestLegalTextsThatSomebodyElseSavedAreCompared(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.texts.state = settings.State[settings.Legal]{Value: settings.Legal{Terms: "https://halden.example/new"}, Version: 2, By: "Lena"}
	w.post(w.pages.SaveLegal, http.StatusConflict, url.Values{"version": {"1"}, "terms": {"https://halden.example/old"}, "privacy": {"https://halden.example/privacy"}}).
		Want("[data-part=clash]", 1).Want("input[name=version][value='2']", 1).Want("input[name=terms][value='https://halden.example/new']", 1).
		Want("input[name=privacy][value='https://halden.example/privacy']", 1)
	w.get(w.pages.Legal, settings.LegalPath).Want("form input[type=url]", 3)
}
