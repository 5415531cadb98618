package ui

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlBody tidies sanitised HTML: headings become paragraphs (a message must not
// stand in the page's outline), links are marked, and the mail that is quoted at
// the end is parted from what was written now. It fails when the HTML is nested
// deeper than can be read.
func htmlBody(clean string) (body, bool) {
	context := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(clean), context)
	if err != nil {
		return body{}, false
	}
	for _, n := range nodes {
		tidy(n)
	}
	nodes = unwrap(nodes)
	cut := foldAt(nodes)
	now, err := write(nodes[:cut])
	if err != nil {
		return body{}, false
	}
	quoted, err := write(nodes[cut:])
	return body{now: now, quoted: quoted}, err == nil
}

func tidy(n *html.Node) {
	for d := range n.Descendants() {
		tidyOne(d)
	}
	tidyOne(n)
}

func tidyOne(n *html.Node) {
	if n.Type != html.ElementNode {
		return
	}
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		n.Data, n.DataAtom = "p", atom.P
	case atom.A:
		href := ""
		for _, a := range n.Attr {
			if a.Key == "href" {
				href = a.Val
			}
		}
		n.Attr = []html.Attribute{{Key: "href", Val: href}, {Key: "rel", Val: linkRel}}
	}
}

// unwrap goes through divs that hold the whole message.
func unwrap(nodes []*html.Node) []*html.Node {
	for {
		var only *html.Node
		count := 0
		for _, n := range nodes {
			if !blank(n) {
				only, count = n, count+1
			}
		}
		if count != 1 || only.DataAtom != atom.Div {
			return nodes
		}
		nodes = nil
		for c := range only.ChildNodes() {
			nodes = append(nodes, c)
		}
	}
}

// foldAt is where the quoted mail at the end begins: a blockquote after which
// nothing was written, with the line that introduces it. It is the number of
// nodes when there is none, or when nothing would be left before it.
func foldAt(nodes []*html.Node) int {
	cut := len(nodes)
	for cut > 0 && (blank(nodes[cut-1]) || quotes(nodes[cut-1])) {
		cut--
	}
	for cut < len(nodes) && blank(nodes[cut]) {
		cut++
	}
	if cut == len(nodes) {
		return cut
	}
	for before := cut - 1; before >= 0; before-- {
		if blank(nodes[before]) {
			continue
		}
		if line := strings.TrimSpace(content(nodes[before])); len(line) < 300 && strings.HasSuffix(line, ":") {
			cut = before
		}
		break
	}
	for _, n := range nodes[:cut] {
		if !blank(n) {
			return cut
		}
	}
	return len(nodes)
}

// quotes reports whether a node is a quotation, or a box that ends with one and
// holds no more than the line that introduces it.
func quotes(n *html.Node) bool {
	if n.DataAtom == atom.Blockquote {
		return true
	}
	if n.DataAtom != atom.Div {
		return false
	}
	own, quoted := "", false
	for c := range n.ChildNodes() {
		if c.DataAtom == atom.Blockquote {
			quoted = true
		} else {
			own += content(c)
		}
	}
	own = strings.TrimSpace(own)
	return quoted && (own == "" || len(own) < 300 && strings.HasSuffix(own, ":"))
}

func blank(n *html.Node) bool { return n.DataAtom != atom.Hr && strings.TrimSpace(content(n)) == "" }

func content(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out.WriteString(d.Data)
		}
	}
	return out.String()
}

func write(nodes []*html.Node) (string, error) {
	var out strings.Builder
	for _, n := range nodes {
		if err := html.Render(&out, n); err != nil {
			return "", err
		}
	}
	if text := strings.TrimSpace(out.String()); text != "" {
		return text, nil
	}
	return "", nil
}
