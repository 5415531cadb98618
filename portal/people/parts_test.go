package people_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"portico/portal/portaltest/htmlcheck"
	"portico/sync/access"
	"portico/sync/fault"
)

// crowd is a list of so many people; every seventh has a role of their own.
func crowd(n int) string {
	var out strings.Builder
	out.WriteString("name,address,role\n")
	for i := range n {
		role := ""
		if i%7 == 0 {
			role = "finance"
		}
		fmt.Fprintf(&out, "\"Person, %d\",p%d@x.example,%s\n", i, i, role)
	}
	return out.String()
}

// filled is the form that sends a part, as a browser without JavaScript posts it.
func filled(t *testing.T, body string) url.Values {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	out := url.Values{}
	read(doc, "", false, out)
	return out
}

func read(n *html.Node, name string, inside bool, out url.Values) {
	at := map[string]string{}
	for _, a := range n.Attr {
		at[a.Key] = a.Val
	}
	_, checked := at["checked"]
	_, selected := at["selected"]
	switch {
	case n.Data == "form":
		inside = strings.HasSuffix(at["action"], "/many/send")
	case n.Data == "select":
		name = at["name"]
	case !inside:
	case n.Data == "option" && selected:
		out.Add(name, at["value"])
	case n.Data == "input" && (at["type"] == "hidden" || checked):
		out.Add(at["name"], at["value"])
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		read(c, name, inside, out)
	}
}

func TestAThousandAreSentInParts(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	a := w.bring(t, p, crowd(1000)+"not an address,x,\n")
	form, invited, keys := filled(t, a.Body.String()), map[string]access.Role{}, map[string]bool{}
	for part := 1; part <= 5; part++ {
		if said := fmt.Sprintf("Part %d of 5.", part); !strings.Contains(a.Body.String(), said) || len(form["pick"]) != 200 || len(form["role"]) != 200 {
			t.Fatalf("it does not say %q, or asks about %d", said, len(form["pick"]))
		}
		first := run(t, p.Send, upload(t, w.base()+"/many/send", nil, form), w.as(access.Owner))
		asked := w.asked
		again := run(t, p.Send, upload(t, w.base()+"/many/send", nil, form), w.as(access.Owner)) // pressed twice
		if filled(t, first.Body.String()).Encode() != filled(t, again.Body.String()).Encode() || first.Header().Get("Location") != again.Header().Get("Location") || fmt.Sprint(asked) != fmt.Sprint(w.asked) {
			t.Fatalf("part %d leads elsewhere the second time", part)
		}
		for _, who := range asked {
			if _, twice := invited[who.Email]; twice {
				t.Errorf("%s is in two parts", who.Email)
			}
			invited[who.Email] = who.Role
		}
		keys[w.key] = true
		a, form = again, filled(t, again.Body.String())
	}
	if a.Header().Get("Location") != w.base()+"?done=invited" || len(keys) != 1 || len(invited) != 1000 {
		t.Errorf("%d, %d keys, %d invited", a.Code, len(keys), len(invited))
	}
	for i := range 1000 {
		want := access.Approver // the usual of this list
		if i%7 == 0 {
			want = access.Finance
		}
		if got := invited[fmt.Sprintf("p%d@x.example", i)]; got != want {
			t.Fatalf("person %d is %q", i, got)
		}
	}
}

func TestAPartThatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	form := filled(t, w.bring(t, p, crowd(450)).Body.String())
	form["pick"], form["role"][5] = form["pick"][:150], "owner"
	w.refuse = fault.New(fault.Limited, "Go on tomorrow.")
	a := run(t, p.Send, upload(t, w.base()+"/many/send", nil, form), w.as(access.Owner))
	if a.Code != http.StatusTooManyRequests || !strings.Contains(a.Body.String(), "Go on tomorrow.") || !strings.Contains(a.Body.String(), "Part 1 of 3.") {
		t.Errorf("%d", a.Code)
	}
	if again := filled(t, a.Body.String()); again.Encode() != form.Encode() {
		t.Error("the form is another than the one that was sent")
	}
	w.refuse, form["pick"] = nil, nil // leave the whole part out
	w.asked = nil
	a = run(t, p.Send, upload(t, w.base()+"/many/send", nil, form), w.as(access.Owner))
	if w.asked != nil || !strings.Contains(a.Body.String(), "Part 2 of 3.") {
		t.Errorf("%d, %d invited", a.Code, len(w.asked))
	}
}

func TestWhoIsLeftOutIsNamedBesideTheNextPart(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	form := filled(t, w.bring(t, p, crowd(250)).Body.String())
	w.why = access.IsStaff
	a := run(t, p.Send, upload(t, w.base()+"/many/send", nil, form), w.as(access.Owner))
	htmlcheck.Read(t, a.Body.String()).Want("[data-part=refused] li", 200).Want("[data-part=refused] details li", 180).Want("tbody tr", 50).Want("input[name=rest]", 0)
}

func TestLinesThatWaitAreCheckedAgain(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	for _, rest := range []string{"x", `[{"e":"no address","r":"finance"}]`, `[{"e":"a@x.example","r":"admin"}]`, `[{"e":"a@x.example","a":"` + strings.Repeat("x", 201) + `","r":"finance"}]`,
		"[" + strings.Repeat(`{"e":"a@x.example","r":"finance"},`, access.InvitesInList) + `{"e":"a@x.example","r":"finance"}]`} {
		form := url.Values{"key": {"k"}, "rest": {rest}}
		if err := p.Send(httptest.NewRecorder(), upload(t, w.base()+"/many/send", nil, form), w.as(access.Owner)); !fault.Is(err, fault.Invalid) || w.asked != nil {
			t.Errorf("%.40s: %v", rest, err)
		}
	}
	long := "name,address\n"
	for i := range 1900 { // a backslash takes two bytes while it waits
		long += strings.Repeat(`\`, 190) + fmt.Sprintf("%d,%s%d@x.example\n", i, strings.Repeat("a", 50), i)
	}
	if a := w.bring(t, p, long); a.Code != http.StatusRequestEntityTooLarge || !strings.Contains(a.Body.String(), "Split it") {
		t.Errorf("a list that fits into no form: %d", a.Code)
	}
}

func TestAllContactsAreTaken(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	for i := range 450 {
		w.contacts = append(w.contacts, access.Contact{Name: fmt.Sprintf("Mia %d", i), Email: fmt.Sprintf("mia%d@x.example", i)})
	}
	w.contacts = append(w.contacts, access.Contact{Name: "Leo", Email: "leo@x.example"})
	s := w.as(access.Owner)
	at := htmlcheck.Read(t, run(t, p.Many, request("GET", w.base()+"/many?q=mia", nil), s).Body.String())
	at.Want("input[name=pick]", 200).Want("button[name=all]", 1).Want(`form[action="`+w.base()+`/many?q=mia"]`, 1)
	a := run(t, p.Read, upload(t, w.base()+"/many?q=mia", nil, url.Values{"role": {"finance"}, "all": {"1"}}), s)
	if htmlcheck.Read(t, a.Body.String()).Want("tbody tr", 200).Want("option[value=finance][selected]", 200); !strings.Contains(a.Body.String(), "250 people wait") {
		t.Error("it does not say how many wait")
	}
}

func TestAPastedListIsNotLost(t *testing.T) {
	t.Parallel()
	w, p := newWorld()
	a := run(t, p.Read, upload(t, w.base()+"/many", nil, url.Values{"text": {"first,last\nLeo,Sommer"}}), w.as(access.Owner))
	if a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), "first,last\nLeo,Sommer</textarea>") {
		t.Errorf("%d", a.Code)
	}
}
