package rules

import (
	"portico/portal/ui"
	"portico/sync/visibility"
)

// sentence says what a rule hides.
func sentence(c *ui.Chrome, r visibility.Rule) string {
	return c.T("visibility.rule."+string(r.Kind), r.System, c.T("visibility.field."+r.Field), r.Value)
}

func sources(v view) []ui.Option {
	out := make([]ui.Option, len(v.Sources))
	for i, s := range v.Sources {
		out[i] = ui.Option{Value: s.ID.String(), Label: s.Name}
	}
	return out
}

func abouts(c *ui.Chrome) []ui.Option {
	var out []ui.Option
	for _, k := range visibility.Kinds {
		for _, f := range visibility.Fields(k) {
			out = append(out, ui.Option{Value: string(k) + "." + f, Label: c.T("visibility.kind."+string(k), c.T("visibility.field."+f))})
		}
	}
	return out
}

// effect says in one sentence what a change would do.
func effect(c *ui.Chrome, p visibility.Preview) string {
	switch {
	case p.Hides == 0 && p.Shows == 0:
		return c.T("visibility.effect.none")
	case p.Shows == 0:
		return c.N("visibility.effect.hides", p.Hides, c.N("visibility.accounts", p.Accounts))
	case p.Hides == 0:
		return c.N("visibility.effect.shows", p.Shows, c.N("visibility.accounts", p.Accounts))
	default:
		return c.N("visibility.effect.hides", p.Hides, c.N("visibility.accounts", p.Accounts)) + " " + c.N("visibility.effect.shows", p.Shows, c.N("visibility.accounts", p.Accounts))
	}
}

// told says what one step of an explanation found.
func told(c *ui.Chrome, s visibility.Step) string {
	key := "visibility.step." + s.What
	if !s.Passed {
		key += ".not"
	}
	return c.T(key, s.Detail)
}

func stepTone(s visibility.Step) ui.Tone {
	if s.Passed {
		return ui.Good
	}
	return ui.Bad
}

func stepWord(c *ui.Chrome, s visibility.Step) string {
	if s.Passed {
		return c.T("visibility.yes")
	}
	return c.T("visibility.no")
}
