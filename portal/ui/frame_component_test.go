package ui_test

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"portico/portal/ui"
)

// frame is a whole page with one heading, as a page draws it.
type frame struct {
	c     *ui.Chrome
	title string
}

func (f frame) Render(ctx context.Context, w io.Writer) error {
	return ui.Layout(f.c).Render(templ.WithChildren(ctx, ui.Head(nil, f.title, nil)), w)
}
