package reread

import "portico/portal/ui"

// headline is what came of it in one line.
func headline(v view, r Result) string {
	switch {
	case !r.Found && len(r.Rejects) > 0:
		return v.Chrome.T("reread.rejected")
	case !r.Found:
		return v.Chrome.T("reread.missing", v.Connection.Name)
	case r.Was == nil:
		return v.Chrome.T("reread.new")
	case len(changes(r.Was, r.Is)) == 0:
		return v.Chrome.T("reread.same")
	default:
		return v.Chrome.T("reread.changed")
	}
}

func columns(v view) []ui.Column {
	return []ui.Column{{Label: v.Chrome.T("reread.field")}, {Label: v.Chrome.T("reread.was")}, {Label: v.Chrome.T("reread.now")}}
}
