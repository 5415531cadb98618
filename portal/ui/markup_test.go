package ui_test

import (
	"strings"
	"testing"

	"github.com/a-h/templ"

	"portico/portal/ui"
)

// TestMarkupEscapesAsTemplatesDo compares with what the generator's code uses.
func TestMarkupEscapesAsTemplatesDo(t *testing.T) {
	t.Parallel()
	texts := []string{"", "plain", `<script>alert("1 & 2")</script>`, "it's", "&amp;", "<", "ü>’\x00é", strings.Repeat("a&", 3000)}
	var got, want strings.Builder
	err := ui.Rows(texts, func(m *ui.Markup, text *string) {
		m.Raw("<p>")
		m.Text(*text)
		m.Raw("</p>")
	}).Render(t.Context(), &got)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		want.WriteString("<p>" + templ.EscapeString(text) + "</p>")
	}
	if got.String() != want.String() {
		t.Errorf("%.300q", got.String())
	}
}
