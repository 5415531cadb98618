package ready

import (
	"net/netip"
	"net/url"
	"strings"
	"time"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/record"
)

// How old what is called done may be.
const (
	backupFor = 7 * 24 * time.Hour
	mailFor   = 7 * 24 * time.Hour
)

// connections is where they are looked after.
const connections = "/admin/connections"

// checks are the lines, in the order in which they are best done.
func checks(c *ui.Chrome, f Facts, records []Record, looked bool) []check {
	out := []check{address(c, f), mailServer(c, f), mailLeft(c, f)}
	out = append(out, published(c, f, records, looked)...)
	return append(out, backup(c, f), companies(c, f), hidden(c, f), fresh(c, f), legal(c, f), pilot(c, f))
}

// line makes a check of its words; key names them.
func line(c *ui.Chrome, key string, state State, text string) check {
	return check{Title: c.T("ready." + key), State: state, Text: text}
}

func (k check) to(c *ui.Chrome, href, word string) check {
	k.Href, k.Link = href, c.T(word)
	return k
}

// address judges the public address. Whether the certificate is good, whoever
// reads this page by https has seen already.
func address(c *ui.Chrome, f Facts) check {
	u, err := url.Parse(f.BaseURL)
	switch {
	case err != nil || u.Hostname() == "":
		return line(c, "address", Unknown, c.T("ready.address.unknown"))
	case local(u.Hostname()):
		return line(c, "address", ToDo, c.T("ready.address.local", f.BaseURL))
	case u.Scheme != "https":
		return line(c, "address", ToDo, c.T("ready.address.plain", f.BaseURL))
	default:
		return line(c, "address", Done, c.T("ready.address.done", f.BaseURL))
	}
}

func local(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || host == "localhost" || !strings.Contains(host, ".")
}

func mailServer(c *ui.Chrome, f Facts) check {
	k := line(c, "mail", Done, c.T("ready.mail.done", f.Server))
	if f.Server == "" {
		k = line(c, "mail", ToDo, c.T("ready.mail.todo"))
	}
	return k.to(c, "/admin/mail", "nav.mail")
}

// mailLeft asks for a mail that a server took, be it a test or any other.
func mailLeft(c *ui.Chrome, f Facts) check {
	k := line(c, "test", ToDo, c.T("ready.test.todo"))
	switch {
	case f.Server == "":
	case f.GivenUp > 0:
		k = line(c, "test", ToDo, c.N("ready.test.failed", f.GivenUp))
	case f.Tested:
		k = line(c, "test", Done, c.T("ready.test.done"))
	case !f.Mailed.IsZero() && c.Now.Sub(f.Mailed) <= mailFor:
		k = line(c, "test", Done, c.T("ready.test.left", c.Ago(f.Mailed)))
	}
	return k.to(c, "/admin/mail", "ready.test.link")
}

// published judges what the domain of the sender says. It is asked for when
// somebody presses the button only.
func published(c *ui.Chrome, f Facts, records []Record, looked bool) []check {
	dkim := line(c, "dkim", Unknown, c.T("ready.dkim.unknown")).to(c, "/admin/mail", "nav.mail")
	if f.Server == "" || f.From == "" {
		return []check{line(c, "records", ToDo, c.T("ready.records.sender")).to(c, "/admin/mail", "nav.mail"), dkim}
	}
	if len(records) == 0 {
		said := c.T("ready.records.unknown")
		if looked {
			said = c.T("ready.records.none", f.From)
		}
		k := line(c, "records", Unknown, said)
		k.Look = true
		return []check{k, dkim}
	}
	var out []check
	for _, r := range records {
		k := check{Title: r.Name, Text: r.Text, State: r.State}
		out = append(out, k.to(c, "/admin/mail", "nav.mail"))
	}
	return append(out, dkim)
}

func backup(c *ui.Chrome, f Facts) check {
	switch {
	case f.Backup.IsZero():
		return line(c, "backup", ToDo, c.T("ready.backup.todo"))
	case c.Now.Sub(f.Backup) > backupFor:
		return line(c, "backup", ToDo, c.T("ready.backup.old", c.Ago(f.Backup)))
	default:
		return line(c, "backup", Done, c.T("ready.backup.done", c.Ago(f.Backup)))
	}
}

func companies(c *ui.Chrome, f Facts) check {
	k := line(c, "companies", Done, c.T("ready.companies.done"))
	switch {
	case len(f.Streams) == 0:
		k = line(c, "companies", ToDo, c.T("ready.connections.none"))
	case f.Unmatched > 0:
		k = line(c, "companies", ToDo, c.N("ready.companies.todo", f.Unmatched))
	}
	return k.to(c, connections, "nav.connections")
}

// hidden says what nobody can see: records without an account, accounts that are
// closed. Neither has to be nothing; somebody has to have looked at it.
func hidden(c *ui.Chrome, f Facts) check {
	closed := 0
	for _, a := range f.Accounts {
		if a.Launch == record.LaunchHidden {
			closed++
		}
	}
	text := c.N("ready.hidden.accounts", closed) + " " + c.N("ready.hidden.records", f.Waiting)
	if f.Waiting > 0 {
		return line(c, "hidden", ToDo, text)
	}
	return line(c, "hidden", Done, text)
}

func fresh(c *ui.Chrome, f Facts) check {
	var stale []string
	for _, s := range f.Streams {
		if !s.Fresh(c.Now) {
			stale = append(stale, s.Connection+" ("+s.Stream+")")
		}
	}
	k := line(c, "fresh", Done, c.N("ready.fresh.done", len(f.Streams)))
	switch {
	case len(f.Streams) == 0:
		k = line(c, "fresh", ToDo, c.T("ready.connections.none"))
	case len(stale) > 0:
		k = line(c, "fresh", ToDo, c.T("ready.fresh.todo", c.List(stale)))
	}
	return k.to(c, connections, "nav.connections")
}

func legal(c *ui.Chrome, f Facts) check {
	k := line(c, "legal", Done, c.T("ready.legal.done"))
	if !f.Terms || !f.Privacy {
		k = line(c, "legal", ToDo, c.T("ready.legal.todo"))
	}
	return k.to(c, "/admin/legal", "nav.legal")
}

// pilot asks for one account whose people have been here, before the others.
func pilot(c *ui.Chrome, f Facts) check {
	var opened, came []string
	for _, a := range f.Accounts {
		if a.Launch != record.LaunchInvited {
			continue
		}
		opened = append(opened, a.Name)
		if a.Came > 0 {
			came = append(came, a.Name)
		}
	}
	switch {
	case len(came) > 0:
		return line(c, "pilot", Done, c.T("ready.pilot.done", came[0])).to(c, "#accounts", "ready.accounts")
	case len(opened) > 0:
		return line(c, "pilot", ToDo, c.T("ready.pilot.waits", opened[0])).to(c, "#accounts", "ready.accounts")
	default:
		return line(c, "pilot", ToDo, c.T("ready.pilot.todo")).to(c, "#accounts", "ready.accounts")
	}
}

// status is a state by a word and a shape.
func status(c *ui.Chrome, s State) (string, ui.Tone) {
	switch s {
	case Done:
		return c.T("ready.state.done"), ui.Good
	case ToDo:
		return c.T("ready.state.todo"), ui.Attn
	default:
		return c.T("ready.state.unknown"), ui.Neutral
	}
}

// left counts the lines that are not done.
func (v view) left() int {
	n := 0
	for _, k := range v.Checks {
		if k.State != Done {
			n++
		}
	}
	return n
}

// missing says what an account lacks before it is opened; "" for nothing.
func missing(c *ui.Chrome, a access.AccountReadiness) string {
	var out []string
	if a.Companies == 0 {
		out = append(out, c.T("ready.account.company"))
	}
	if a.Owners == 0 && a.Prepared == 0 {
		out = append(out, c.T("ready.account.owner"))
	}
	return c.List(out)
}

// opening is what the button says that opens an account to its people.
func opening(c *ui.Chrome, a access.AccountReadiness) string {
	if a.Prepared == 0 {
		return c.T("ready.open.quiet")
	}
	return c.N("ready.open", a.Prepared)
}
