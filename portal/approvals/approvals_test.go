package approvals_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"portico/sync/access"
	"portico/sync/action"
	"portico/sync/approval"
)

func decision(answer, reason string, version string) url.Values {
	return url.Values{"key": {uuid.NewString()}, "version": {version}, "answer": {answer}, "reason": {reason}}
}

func TestThePageShowsExactlyWhatIsDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.get("", w.path("/"+w.asked[0].ID.String())).Want(http.StatusOK)
	p.WantText("h1", "14 hand scanners").WantText(".po-crumb", "APR-1, version 2").WantText(".po-doc", "Fourteen <b>pieces</b>.").WantText(".po-doc td", "scanner").WantText(".po-doc td.num", "14").WantText(".po-doc", "quote.csv")
	p.WantText(".po-rail", "You, Jonas Weber or another owner of the account; one is enough").WantText(".po-rail .po-diff", "Twelve pieces.").WantText(".po-fresh", strings.Repeat("cd", 32)).WantText(".po-fresh", w.asked[0].Newest().Digest())
	p.WantText(".po-decide .btn-primary", "Approve").WantText(".po-rail", "We record your name, the time and the document’s fingerprint.")
	w.get("staff", w.path("/"+w.asked[0].ID.String())).Want(http.StatusOK).WantNo(".po-decide").WantText("h2#tools", "Change what is asked").WantText("[aria-labelledby=mails]", "Jonas Weber version 2 sent")
	w.get("approver", w.path("/"+w.asked[0].ID.String())).Want(http.StatusOK).WantNo(".po-decide").WantText("#decision", "Somebody else was asked to decide this.")
	for _, missing := range []string{"/" + approval.NewID().String(), "/nonsense"} {
		w.get("", w.path(missing)).Want(http.StatusNotFound)
	}
	list := w.get("", w.path("")).Want(http.StatusOK)
	list.WantText("#waiting", "Waiting for a decision").WantText(".po-list", "from Marek Dvořák yesterday version 2 Request #48213").WantText(".po-nav a[aria-current]", "Approvals1")
}

func TestADecisionCarriesWhatWasSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := w.path("/" + w.asked[0].ID.String())
	for _, refused := range []url.Values{decision("declined", " ", "2"), decision("changes", "", "2"), decision("maybe", "x", "2"), decision("approved", "", "0"), {"answer": {"approved"}}} {
		w.post("", at+"/decide", refused).Want(http.StatusUnprocessableEntity)
	}
	w.post("", at+"/decide", decision("declined", "", "2")).WantText(".po-error", "Say why")
	w.post("", at+"/decide", decision("changes", "Only ten, please.", "2")).WantTo(at + "#decision")
	if len(w.answers) != 1 || w.answers[0].State != approval.Changes || w.answers[0].Version != 2 ||
		!strings.Contains(w.answers[0].Words, "You decide on exactly this version.") || !strings.Contains(w.answers[0].Words, "[Ask for changes]") {
		t.Errorf("decided %+v", w.answers)
	}
	p := w.get("", at).Want(http.StatusOK).WantNo(".po-decide")
	p.WantText("#decision", "Changes asked").WantText("#decision", "by Ines Albrecht, signed in").WantText("#decision .po-kept", "Only ten, please.")
}

// TestWhoIsLateIsToldWhoWasFaster keeps what they typed.
func TestWhoIsLateIsToldWhoWasFaster(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := w.path("/" + w.asked[0].ID.String())
	w.asked[0].State, w.asked[0].Decision = approval.Approved, &approval.Decision{State: approval.Approved, Version: 2, By: jonas, Way: approval.Link, At: now}
	p := w.post("", at+"/decide", decision("declined", "Far too dear.", "2")).Want(http.StatusConflict)
	p.WantText("[data-part=late]", "Jonas Weber has decided this already.").WantText("[data-part=late] .po-kept", "Far too dear.").WantText("#decision", "by Jonas Weber, with the link from the mail")
	if w.changed() != 0 {
		t.Error("a late decision changed something")
	}
}

func TestAStaleDecisionIsAskedAgainWithTheDifference(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := w.path("/" + w.asked[0].ID.String())
	p := w.post("", at+"/decide", decision("declined", "Too many.", "1")).Want(http.StatusConflict)
	p.WantText("[data-part=stale]", "You saw version 1.").WantText("[data-part=stale] del", "12 hand scanners").WantText("[data-part=stale] ins", "14 hand scanners").WantText("[data-part=stale]", "Marek Dvořák says: Two more for hall 4.")
	if got := p.Find("#reason").Text(); got != "Too many." {
		t.Errorf("what was typed is %q", got)
	}
	if v, _ := p.Find("form input[name=version]").First().Attr("value"); v != "2" || w.changed() != 0 {
		t.Errorf("asks about version %q after %d changes", v, w.changed())
	}
}

// TestAScannerDecidesNothing opens a link as mail scanners do: every address and
// every method that reads, and everything on the page that leads somewhere.
func TestAScannerDecidesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, purpose := range []http.Header{nil, {"Purpose": {"prefetch"}}, {"Sec-Purpose": {"prefetch;prerender"}}} {
		b := w.site.Browser()
		for _, method := range []string{http.MethodHead, http.MethodGet} {
			got := b.Do(method, "/decide?t="+token, nil, purpose).Want(http.StatusSeeOther)
			to := got.Header.Get("Location")
			if strings.Contains(to, token) || got.Header.Get("Referrer-Policy") != "no-referrer" || got.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("leads to %s with %v", to, got.Header)
			}
			p := b.Do(method, to, nil, purpose).Want(http.StatusOK)
			if strings.Contains(p.Body, token) {
				t.Error("the token is in the page")
			}
			if method == http.MethodHead {
				continue
			}
			for _, a := range p.Find("a[href], img[src], link[href]").EachIter() {
				href, ok := a.Attr("href")
				if !ok {
					href, _ = a.Attr("src")
				}
				if strings.HasPrefix(href, "/decide") {
					b.Do(http.MethodGet, href, nil, purpose).Want(http.StatusOK)
				}
			}
		}
	}
	if w.changed() != 0 || w.asked[0].State != approval.Open {
		t.Errorf("a scanner decided: %+v", w.asked[0])
	}
}

func TestAForwardedLinkSaysWhoseItIsAndOpensNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.site.Browser()
	at := b.Get("/decide?t=" + token).Want(http.StatusSeeOther).Header.Get("Location")
	p := b.Get(at).Want(http.StatusOK)
	p.WantText("[data-part=whose]", "This link is Jonas Weber’s, for Nordwind.").WantText("h1", "14 hand scanners").WantNo(".po-nav").WantNo(`a[href*="/tickets"]`)
	if saved := b.Get(at + "/file").Want(http.StatusOK); saved.Body != w.kept["f1"] || !strings.Contains(saved.Header.Get("Content-Disposition"), "quote.csv") {
		t.Errorf("the file is %q", saved.Body)
	}
	for _, stranger := range []string{at, at + "/file", "/decide/" + string(approval.NewLinkID()), "/decide/x"} {
		if got := w.site.Browser().Get(stranger); got.Status == http.StatusOK {
			t.Errorf("%s opens without the token", stranger)
		}
	}
	w.site.Browser().Get("/decide?t=guess").Want(http.StatusGone)
	w.site.Browser().Post(at, decision("approved", "", "2")).Want(http.StatusGone)
	b.Post(at, decision("approved", "", "2")).WantTo(at + "#decision")
	if got := w.asked[0].Decision; got == nil || got.By.User != "u-jonas" || got.Way != approval.Link {
		t.Errorf("decided %+v", got)
	}
	b.Get(at).Want(http.StatusOK).WantNo(".po-decide").WantText("#decision", "by Jonas Weber, with the link from the mail")
	late := b.Post(at, decision("declined", "Wait!", "2")).Want(http.StatusConflict)
	late.WantText("[data-part=late]", "Jonas Weber has decided this already.").WantText(".po-kept", "Wait!")
}

func TestALinkShowsNothingAfterItsDateAndAsksToSignInWhereThatIsThePolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.asked[0].SignIn = true
	b := w.site.Browser()
	at := b.Get("/decide?t=" + token).Header.Get("Location")
	b.Get(at).Want(http.StatusOK).WantNo(".po-decide").WantText("#decision", "To decide this, sign in.").WantText(`#decision a[href^="/signin?next="]`, "Sign in")
	b.Post(at, decision("approved", "", "2")).Want(http.StatusForbidden)
	w.asked[0].SignIn, w.link.Version = false, 1
	b.Get(at).Want(http.StatusOK).WantNo(".po-decide").WantText("[data-part=stale]", "The mail about the new version has a link of its own.")
	w.link.Version, w.link.Expires = 2, now.Add(-time.Minute)
	over := b.Get(at).Want(http.StatusOK)
	over.WantText("h1", "The date of this link has passed")
	if strings.Contains(over.Body, "hand scanners") {
		t.Error("an ended link shows what is asked")
	}
	b.Get(at + "/file").Want(http.StatusNotFound)
}

func TestStaffAskWithAFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.asked[0].Ticket.String()
	w.get("staff", w.path("/new?ticket="+ticket)).Want(http.StatusOK).WantText("form", "About request #48213, Scanners.").WantText("fieldset", "Ines Albrecht · owner")
	fields := map[string]string{"key": uuid.NewString(), "ticket": ticket, "title": "Scanners", "text": "Order?", "people": "u-jonas", "roles": "owner", "due": "2026-11-23", "remind": "2"}
	w.upload(t, w.path(""), fields, "file", "quote.txt", "14 scanners").WantTo(w.path("/" + w.asked[0].ID.String()))
	if len(w.drafts) != 1 {
		t.Fatalf("%d drafts", len(w.drafts))
	}
	d := w.drafts[0]
	due := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	if d.Ticket.String() != ticket || len(d.People) != 1 || d.People[0] != jonas || len(d.Roles) != 1 || d.Roles[0] != access.Owner || d.File == nil || d.File.Name != "quote.txt" || !d.Due.Equal(due) || !d.Remind.Equal(due.AddDate(0, 0, -2)) {
		t.Errorf("asked %+v", d)
	}
	fields["people"], fields["roles"], fields["key"] = "u-stranger", "finance", uuid.NewString()
	w.upload(t, w.path(""), fields, "file", "quote.txt", "x").Want(http.StatusUnprocessableEntity).WantText(".po-who-asks", "Choose who may decide.")
	if got := w.files(); len(got) != 2 {
		t.Errorf("a refused form leaves %v", got)
	}
}

func TestStaffReviseWithdrawAndRecordACall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := w.path("/" + w.asked[0].ID.String())
	version := map[string]string{"key": uuid.NewString(), "base": "1", "title": "Scanners", "text": "Order ten?", "note": "fewer"}
	w.upload(t, at+"/versions", version, "", "", "").Want(http.StatusConflict).WantText("[data-part=problems]", "changed meanwhile").WantText("#v-text", "Order ten?")
	version["base"] = "2"
	w.upload(t, at+"/versions", version, "", "", "").WantTo(at)
	call := url.Values{"key": {uuid.NewString()}, "version": {"2"}, "by": {"u-ines"}, "answer": {"approved"}, "said": {"2026-11-19T08:30"}, "note": {""}}
	w.post("staff", at+"/call", call).Want(http.StatusUnprocessableEntity)
	call.Set("note", "Called back.")
	call.Set("by", "u-stranger")
	w.post("staff", at+"/call", call).Want(http.StatusUnprocessableEntity).WantText(".po-tool", "Called back.")
	call.Set("by", "u-ines")
	w.post("staff", at+"/call", call).WantTo(at + "#decision")
	if len(w.calls) != 1 || w.calls[0].By != ines || !w.calls[0].Said.Equal(time.Date(2026, 11, 19, 8, 30, 0, 0, time.UTC)) {
		t.Errorf("recorded %+v", w.calls)
	}
	w.get("", at).Want(http.StatusOK).WantText("#decision", "by Ines Albrecht by phone, written down by Marek Dvořák").WantText("#decision", "Not what you said?")
	w.post("staff", at+"/withdraw", nil).WantTo(at)
	w.asked[0].Decision = nil
	w.get("", at).Want(http.StatusOK).WantNo(".po-decide").WantText("#decision", "Halden IT has taken this question back.")
}

func TestPicturesAreDrawnAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 4000, 1000)), nil); err != nil {
		t.Fatal(err)
	}
	w.kept["photo"] = photo.String() + "<script>alert(1)</script>"
	w.kept["liar"] = "\x89PNG\r\n\x1a\nno picture"
	v := &w.asked[0].Versions[1]
	at := w.path("/" + w.asked[0].ID.String())
	v.File = &action.File{ID: "photo", Name: "hall.jpg", ContentType: "image/jpeg", Size: int64(photo.Len())}
	w.get("", at).Want(http.StatusOK).WantText("#file", "hall.jpg")
	got := w.get("", at+"/files/2/picture").Want(http.StatusOK)
	drawn, err := png.Decode(strings.NewReader(got.Body))
	if err != nil || got.Header.Get("Content-Type") != "image/png" || strings.Contains(got.Body, "script") || drawn.Bounds().Dx() > 1600 {
		t.Errorf("%v, %v", got.Header, err)
	}
	v.File = &action.File{ID: "liar", Name: "liar.png", ContentType: "image/png", Size: 20}
	w.get("", at+"/files/2/picture").Want(http.StatusNotFound)
	w.get("", at+"/files/1/picture").Want(http.StatusNotFound)
	for _, n := range []string{"0", "3", "x"} {
		w.get("", at+"/files/"+n).Want(http.StatusNotFound)
	}
	pdf := w.get("", at+"/files/1").Want(http.StatusOK)
	if pdf.Body != "%PDF-1.7" || !strings.Contains(pdf.Header.Get("Content-Security-Policy"), "sandbox") || pdf.Header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("the older file is %q, %v", pdf.Body, pdf.Header)
	}
}
