package ui

import (
	"html"
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// body is a message made safe to show: what was written now, and what it quotes
// of earlier messages.
type body struct {
	now, quoted string // HTML
}

// newBody makes a message safe. HTML is reduced to text structure and links: no
// pictures (they report who reads), no ids, classes or styles, no forms, nothing
// that runs. Links leave without telling where from.
func newBody(source, text string) body {
	if strings.TrimSpace(source) == "" {
		return textBody(text)
	}
	b, ok := htmlBody(policy().Sanitize(source))
	if !ok {
		return textBody(bluemonday.StrictPolicy().Sanitize(source))
	}
	if b.now == "" && b.quoted == "" {
		return textBody(text)
	}
	return b
}

var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "div", "hr", "b", "strong", "i", "em", "u", "s", "del", "ins", "sub", "sup", "small",
		"ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "code", "kbd", "samp",
		"table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th",
		"h1", "h2", "h3", "h4", "h5", "h6")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("dir").Matching(regexp.MustCompile(`^(?:ltr|rtl|auto)$`)).OnElements("p", "div", "li", "blockquote")
	p.AllowAttrs("colspan", "rowspan").Matching(regexp.MustCompile(`^[1-9][0-9]?$`)).OnElements("td", "th")
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowRelativeURLs(false)
	p.RequireParseableURLs(true)
	return p
})

var (
	address = regexp.MustCompile(`https?://[^\s<>"']+`)
	wrote   = regexp.MustCompile(`(?i)^-{3,} ?(original message|forwarded message|ursprüngliche nachricht)`)
)

// prose keeps line breaks and makes addresses links; nothing counts as quoted.
func prose(text string) string {
	return paragraphs(strings.Split(strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n"), "\n"))
}

// textBody keeps line breaks, makes addresses links and folds what is quoted.
func textBody(text string) body {
	lines := strings.Split(strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n"), "\n")
	cut := quoteStart(lines)
	return body{now: paragraphs(lines[:cut]), quoted: paragraphs(lines[cut:])}
}

// quoteStart is the line at which everything that follows is quoted mail; the
// number of lines when nothing is, or when there would be nothing before it.
func quoteStart(lines []string) int {
	for i, line := range lines {
		if i > 0 && wrote.MatchString(line) {
			return i
		}
	}
	cut := len(lines)
	for cut > 0 && (strings.HasPrefix(lines[cut-1], ">") || strings.TrimSpace(lines[cut-1]) == "") {
		cut--
	}
	if cut == len(lines) || strings.TrimSpace(strings.Join(lines[cut:], "")) == "" {
		return len(lines)
	}
	if cut > 0 && strings.HasSuffix(strings.TrimSpace(lines[cut-1]), ":") { // "On 17 November Marek wrote:"
		cut--
	}
	if strings.TrimSpace(strings.Join(lines[:cut], "")) == "" {
		return len(lines)
	}
	return cut
}

// paragraphs writes lines as paragraphs, parted at empty lines.
func paragraphs(lines []string) string {
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	if text == "" {
		return ""
	}
	var out strings.Builder
	for part := range strings.SplitSeq(text, "\n\n") {
		if part = strings.Trim(part, "\n"); part == "" {
			continue
		}
		out.WriteString("<p>" + strings.ReplaceAll(linked(part), "\n", "<br>") + "</p>")
	}
	return out.String()
}

// linked escapes text and makes web addresses links; a full stop or bracket that
// ends the sentence is no part of them.
func linked(text string) string {
	var out strings.Builder
	for {
		at := address.FindStringIndex(text)
		if at == nil {
			out.WriteString(html.EscapeString(text))
			return out.String()
		}
		url := strings.TrimRight(text[at[0]:at[1]], ".,;:!?")
		if strings.HasSuffix(url, ")") && !strings.Contains(url, "(") {
			url = strings.TrimRight(url, ")")
		}
		safe := html.EscapeString(url)
		out.WriteString(html.EscapeString(text[:at[0]]))
		out.WriteString(`<a href="` + safe + `" rel="` + linkRel + `">` + safe + `</a>`)
		text = text[at[0]+len(url):]
	}
}

// linkRel cuts every tie to the page that a link leaves.
const linkRel = "noopener noreferrer nofollow"
