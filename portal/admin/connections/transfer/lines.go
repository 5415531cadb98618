package transfer

import (
	"portico/portal/admin/connections/parts"
	"portico/portal/ui"
	"portico/sync/authority"
	"portico/sync/mapping"
	"portico/sync/record"
)

// mostShown is how many lines of a part are shown; what is beyond is counted.
const mostShown = 300

// line is a line of a file as the page shows it.
type line struct {
	Outcome    mapping.Outcome
	What, Kind string
	Was, Is    string
	Why        mapping.Why
}

// part is what a file says of one subject: the lines that change something or are
// left out, and how many are the same.
type part struct {
	Word  string
	Lines []line
	More  int
	Same  int
}

// partsOf puts a plan into words; subjects that the file does not speak of are left out.
func partsOf(c *ui.Chrome, p mapping.Plan) []part {
	var out []part
	for _, one := range []part{settings(p), statuses(c, p), companies(p), choices(c, p)} {
		if len(one.Lines)+one.Same == 0 {
			continue
		}
		if len(one.Lines) > mostShown {
			one.More = len(one.Lines) - mostShown
			one.Lines = one.Lines[:mostShown]
		}
		out = append(out, one)
	}
	return out
}

func (p *part) add(l line) {
	if l.Outcome == mapping.Same {
		p.Same++
		return
	}
	p.Lines = append(p.Lines, l)
}

func settings(p mapping.Plan) part {
	out := part{Word: "mapping.settings"}
	for _, s := range p.Settings {
		out.add(line{Outcome: s.Outcome, What: s.Field.Label, Was: s.Was, Is: s.Is, Why: s.Why})
	}
	return out
}

func statuses(c *ui.Chrome, p mapping.Plan) part {
	out := part{Word: "mapping.statuses"}
	for _, s := range p.Statuses {
		l := line{Outcome: s.Outcome, What: s.Is.Raw, Kind: parts.Kind(c, s.Is.Kind), Is: meaning(c, s.Is)}
		if s.Outcome == mapping.Changed {
			l.Was = meaning(c, s.Was)
		}
		out.add(l)
	}
	return out
}

// meaning is a row of the dictionary in one line.
func meaning(c *ui.Chrome, m record.Meaning) string {
	if m.State == record.StateUnmapped {
		return c.T("connections.statuses.unmapped")
	}
	text := m.Label + " · " + parts.State(c, m.State) + " · " + parts.Turn(c, m.Turn)
	if m.Explanation != "" {
		text += " · " + m.Explanation
	}
	if m.Guessed {
		text += " · " + c.T("connections.statuses.guess")
	}
	return text
}

func companies(p mapping.Plan) part {
	out := part{Word: "mapping.companies"}
	for _, m := range p.Companies {
		out.add(line{Outcome: m.Outcome, What: m.Name, Kind: m.Key, Is: m.Account.Name, Why: m.Why})
	}
	return out
}

func choices(c *ui.Chrome, p mapping.Plan) part {
	out := part{Word: "mapping.authorities"}
	for _, x := range p.Choices {
		l := line{Outcome: x.Outcome, What: parts.Kind(c, x.Is.Kind), Kind: x.With, Why: x.Why}
		if x.Outcome != mapping.Left {
			l.Is = believed(c, x.Is)
		}
		if x.Was != nil {
			l.Was = believed(c, *x.Was)
		}
		out.add(l)
	}
	return out
}

func believed(c *ui.Chrome, r authority.Rule) string {
	return c.T("mapping.believed", r.AuthorityName) + " · " + c.T("mapping.alone."+string(r.Alone), r.OtherName)
}

func columns(c *ui.Chrome, word string) []ui.Column {
	return []ui.Column{{Label: c.T(word + ".what")}, {Label: c.T("dictionary.now")}, {Label: c.T("dictionary.file")}, {Label: c.T("mapping.happens")}}
}

// counted says how many lines come to what.
func counted(c *ui.Chrome, o mapping.Outcome, n int) string {
	word := "mapping.count." + string(o)
	return c.N(word, n)
}

// tone tells what changes from what does not.
func tone(o mapping.Outcome) ui.Tone {
	switch o {
	case mapping.Created:
		return ui.Good
	case mapping.Changed:
		return ui.Live
	default:
		return ui.Neutral
	}
}

// none stands where there is no value.
func none(c *ui.Chrome, text string) string {
	if text == "" {
		return c.T("mapping.none")
	}
	return text
}
