// Package htmlcheck reads a page as a browser would and holds it to the rules
// that every page keeps: nothing that a strict content security policy forbids,
// every field with a label, every reference with its target.
package htmlcheck

import (
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

// Page is a parsed page or part of one.
type Page struct {
	t testing.TB
	*goquery.Document
}

// Read parses a page and reports every broken rule as an error of the test.
func Read(t testing.TB, source string) Page {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(source))
	if err != nil {
		t.Fatalf("the page cannot be read: %v", err)
	}
	p := Page{t, doc}
	p.safe()
	p.named()
	p.joined()
	if strings.Contains(source, "<html") {
		p.whole()
	}
	return p
}

// Text returns the text below a selector with its white space made plain; blocks
// are parted by a space, as they are for the eye.
func (p Page) Text(selector string) string {
	var out strings.Builder
	for _, n := range p.Find(selector).Nodes {
		spell(&out, n)
		out.WriteString(" ")
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

var block = map[string]bool{
	"address": true, "blockquote": true, "br": true, "button": true, "dd": true, "details": true, "div": true, "dl": true, "dt": true, "form": true,
	"h1": true, "h2": true, "h3": true, "header": true, "label": true, "li": true, "ol": true, "option": true, "p": true, "pre": true,
	"section": true, "small": true, "summary": true, "table": true, "td": true, "th": true, "tr": true, "ul": true,
}

func spell(out *strings.Builder, n *html.Node) {
	switch n.Type {
	case html.TextNode:
		out.WriteString(n.Data)
	case html.ElementNode:
		if block[n.Data] {
			out.WriteString(" ")
			defer out.WriteString(" ")
		}
		for c := range n.ChildNodes() {
			spell(out, c)
		}
	}
}

// Want fails unless exactly n elements match.
func (p Page) Want(selector string, n int) Page {
	p.t.Helper()
	if got := p.Find(selector).Length(); got != n {
		p.t.Errorf("%d of %q, want %d", got, selector, n)
	}
	return p
}

// WantText fails unless the text below the selector holds part.
func (p Page) WantText(selector, part string) Page {
	p.t.Helper()
	if got := p.Text(selector); !strings.Contains(got, part) {
		p.t.Errorf("%q says %q, want %q in it", selector, got, part)
	}
	return p
}

var scheme = regexp.MustCompile(`(?i)^\s*(javascript|data|vbscript|file):`)

// safe refuses styles, scripts, handlers and addresses that run something.
func (p Page) safe() {
	p.t.Helper()
	for _, n := range p.Find("*").Nodes {
		for _, a := range n.Attr {
			switch key := strings.ToLower(a.Key); {
			case key == "style" || strings.HasPrefix(key, "on") || key == "srcdoc":
				p.t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			case n.Data == "img" && key == "src" && strings.HasPrefix(a.Val, "data:image/png;base64,"):
				// A picture in the page itself runs nothing.
			case (key == "href" || key == "src" || key == "action" || key == "formaction") && scheme.MatchString(a.Val):
				p.t.Errorf("<%s> leads to %q", n.Data, a.Val)
			}
		}
		if n.Data == "style" || n.Data == "script" && n.FirstChild != nil {
			p.t.Errorf("<%s> holds %q", n.Data, goquery.NewDocumentFromNode(n).Text())
		}
	}
	p.Find("iframe, object, embed, base, meta[http-equiv]").Each(func(_ int, s *goquery.Selection) {
		p.t.Errorf("<%s> has no place in a page", goquery.NodeName(s))
	})
}

// named wants a name on everything that has to be told apart without seeing it.
func (p Page) named() {
	p.t.Helper()
	p.Find("img:not([alt])").Each(func(int, *goquery.Selection) { p.t.Error("a picture has no alt") })
	p.Find("svg:not([aria-hidden]):not([aria-label])").Each(func(int, *goquery.Selection) { p.t.Error("a drawing is neither hidden nor named") })
	p.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("id")
		if p.label(id) == "" {
			p.t.Errorf("the field %q (%s) has no label", s.AttrOr("name", ""), id)
		}
	})
	p.Find("button, a, summary").Each(func(_ int, s *goquery.Selection) {
		if strings.TrimSpace(s.Text()) == "" && s.Find("img[alt]").Length() == 0 {
			p.t.Errorf("a <%s> has no words: %v", goquery.NodeName(s), s.Nodes[0].Attr)
		}
	})
	p.Find("form").Each(func(_ int, s *goquery.Selection) {
		if m := strings.ToLower(s.AttrOr("method", "get")); m != "get" && m != "post" {
			p.t.Errorf("a form has the method %q", m)
		}
	})
}

func (p Page) label(id string) string {
	text := ""
	p.Find("label").Each(func(_ int, s *goquery.Selection) {
		if id != "" && s.AttrOr("for", "") == id {
			text += strings.TrimSpace(s.Text())
		}
	})
	return text
}

// joined wants every id once, and every reference to one to lead somewhere.
func (p Page) joined() {
	p.t.Helper()
	ids := map[string]int{}
	p.Find("[id]").Each(func(_ int, s *goquery.Selection) { ids[s.AttrOr("id", "")]++ })
	for id, n := range ids {
		if n > 1 {
			p.t.Errorf("the id %q stands %d times", id, n)
		}
	}
	for _, attribute := range []string{"for", "aria-labelledby", "aria-describedby", "data-copy"} {
		p.Find("[" + attribute + "]").Each(func(_ int, s *goquery.Selection) {
			for id := range strings.FieldsSeq(s.AttrOr(attribute, "")) {
				if ids[id] == 0 {
					p.t.Errorf("%s=%q leads nowhere", attribute, id)
				}
			}
		})
	}
}

// whole wants what a page has and a part has not.
func (p Page) whole() {
	p.t.Helper()
	if p.Find("html").AttrOr("lang", "") == "" {
		p.t.Error("the page has no language")
	}
	if strings.TrimSpace(p.Find("title").Text()) == "" {
		p.t.Error("the page has no title")
	}
	if n := p.Find("main").Length(); n != 1 {
		p.t.Errorf("the page has %d main parts", n)
	}
	if n := p.Find("h1").Length(); n != 1 {
		p.t.Errorf("the page has %d h1", n)
	}
	last := 0
	p.Find("h1, h2, h3, h4, h5, h6").Each(func(_ int, s *goquery.Selection) {
		level := int(s.Nodes[0].Data[1] - '0')
		if last > 0 && level > last+1 {
			p.t.Errorf("the heading %q jumps from level %d to %d", strings.TrimSpace(s.Text()), last, level)
		}
		last = level
	})
	if n := p.Nodes[0].FirstChild; n == nil || n.Type != html.DoctypeNode {
		p.t.Error("the page has no doctype")
	}
}
