package invoices

import (
	"net/http"
	"slices"

	"portico/portal/ui"
	"portico/sync/access"
	"portico/sync/record"
)

// account is what is open in one currency, bill by bill.
type account struct {
	record.Sum
	Bills   []bill // to be paid, by date
	Credits []bill // that can still be used
}

// statementView is everything that the statement shows.
type statementView struct {
	Chrome   *ui.Chrome
	Accounts []account
	More     bool // older bills were not read
	Sources  []record.Stamp
	Down     []ui.Down
}

// Statement serves what is open now, by currency and bill by bill, to be printed:
// GET /a/{account}/invoices/statement. It adds up what sources say is left.
func (p *Pages) Statement(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	all, err := p.shelf(r.Context(), s, c.Today())
	if err != nil {
		return err
	}
	c.Title = c.T("statement.title")
	return ui.Show(w, r, http.StatusOK, statementPage(statementView{Chrome: c, Accounts: accounts(c, all), More: all.more,
		Sources: sources(all.fresh), Down: ui.DownOf(all.fresh)}))
}

// StatementCSV serves the same as CSV: GET /a/{account}/invoices/statement.csv.
func (p *Pages) StatementCSV(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, err := p.o.Frame(r, s)
	if err != nil {
		return err
	}
	all, err := p.shelf(r.Context(), s, c.Today())
	if err != nil {
		return err
	}
	var listed []bill
	for _, a := range accounts(c, all) {
		listed = append(append(listed, a.Bills...), a.Credits...)
	}
	return ui.WriteCSV(w, "statement.csv", heads(c), exported(c, listed))
}

// accounts part what is open by currency. No two are ever added together.
func accounts(c *ui.Chrome, all shelf) []account {
	open := chosen(all.bills, filter{View: "open"}, c.Today())
	var out []account
	for _, s := range all.sums {
		a := account{Sum: s}
		for _, b := range open {
			if b.Currency == s.Currency {
				a.Bills = append(a.Bills, b)
			}
		}
		for _, b := range all.bills {
			if b.Currency == s.Currency && b.Credit && b.Left.Sign() > 0 {
				a.Credits = append(a.Credits, b)
			}
		}
		out = append(out, a)
	}
	return out
}

// sources are the systems that bring invoices, each with what is furthest behind.
func sources(fresh []record.Freshness) []record.Stamp {
	var out []record.Stamp
	for _, f := range fresh {
		if slices.ContainsFunc(out, func(s record.Stamp) bool { return s.Connection == f.Connection }) {
			continue
		}
		own := slices.DeleteFunc(slices.Clone(fresh), func(o record.Freshness) bool { return o.Connection != f.Connection })
		out = append(out, ui.StampOf(own))
	}
	return out
}
