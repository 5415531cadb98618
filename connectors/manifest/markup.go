package manifest

import (
	"html"
	"regexp"
	"strings"
)

var (
	lineBreak = regexp.MustCompile(`(?i)<br\s*/?>`)
	anyTag    = regexp.MustCompile(`<[^>]*>`)
)

// markup makes HTML of plain text, for systems whose entries are HTML.
func markup(args ...any) (any, error) {
	return strings.ReplaceAll(html.EscapeString(args[0].(string)), "\n", "<br>"), nil
}

// unmarkup is markup undone, also where the system has put its own elements around
// what it was given. It is for finding our own lines again, not for showing what
// people wrote: of their elements nothing is left.
func unmarkup(args ...any) (any, error) {
	text, _ := args[0].(string)
	text = anyTag.ReplaceAllString(lineBreak.ReplaceAllString(text, "\n"), "")
	return html.UnescapeString(text), nil
}
