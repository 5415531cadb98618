package store

import (
	"cmp"
	"context"

	"github.com/goccy/go-json"
	"github.com/uptrace/bun"

	"portico/sync/fault"
	"portico/sync/likeness"
	"portico/sync/record"
	"portico/sync/store/internal/scoped"
)

// hintsMost is how many companies and contacts of a connection are looked at for one
// page.
const hintsMost = 20_000

// CompanyMarks tells what is known of companies that wait for their match, by their
// keys: what the source says of them, and where the mail of their contacts goes.
func (y *System) CompanyMarks(ctx context.Context, c record.ConnectionID, keys []string) (map[string]likeness.Marks, error) {
	out := map[string]likeness.Marks{}
	if len(keys) == 0 {
		return out, nil
	}
	return out, y.readMarks(ctx, out, "connection_id = ? AND kind IN (?) AND company IN (?)", c, hinting, bun.List(keys))
}

// hinting are the kinds that say something of a company.
var hinting = bun.List([]record.Kind{record.KindAccount, record.KindContact})

// waitingMarks is CompanyMarks for everything of a connection that waits.
func (y *System) waitingMarks(ctx context.Context, c record.ConnectionID) (map[string]likeness.Marks, error) {
	out := map[string]likeness.Marks{}
	return out, y.readMarks(ctx, out, "connection_id = ? AND kind IN (?)", c, hinting)
}

func (y *System) readMarks(ctx context.Context, out map[string]likeness.Marks, where string, args ...any) error {
	var rows []struct {
		Company string
		Record  []byte
	}
	err := y.db.Find(ctx, &rows, "SELECT company, record FROM staging WHERE "+where+" ORDER BY kind, external_id LIMIT ?", append(args, hintsMost)...)
	for _, r := range rows {
		var rec record.Record
		if json.Unmarshal(r.Record, &rec) != nil {
			continue // it is promoted or set aside elsewhere; here it is only a hint
		}
		switch body := rec.Body.(type) {
		case record.Account:
			out[r.Company] = out[r.Company].Add(likeness.MarksOf(body))
		case record.Contact:
			out[r.Company] = out[r.Company].Add(likeness.Marks{Domains: []string{likeness.Domain(body.Email)}})
		}
	}
	return fault.At("read what is known of companies", err)
}

// KnownAccounts lists every account by name with what tells it from others: what
// connected systems say of it, and where the mail of its contacts and members goes.
func (y *System) KnownAccounts(ctx context.Context) ([]likeness.Known, error) {
	list, err := y.AllAccounts(ctx)
	if err != nil {
		return nil, err
	}
	out, at := make([]likeness.Known, len(list)), make(map[record.AccountID]int, len(list))
	for i, a := range list {
		out[i].AccountInfo, at[a.ID] = a, i
	}
	add := func(account record.AccountID, m likeness.Marks) {
		if i, ok := at[account]; ok {
			out[i].Marks = out[i].Add(m)
		}
	}
	var bodies []struct {
		AccountID record.AccountID
		Body      []byte
	}
	// By account, because that is what the index of records begins with.
	err = y.db.Find(ctx, &bodies, scoped.System+"SELECT r.account_id, r.body FROM accounts a JOIN records r ON r.account_id = a.id AND r.kind = ? ORDER BY r.account_id, r.id", record.KindAccount)
	if err != nil {
		return nil, fault.At("read what sources say of accounts", err)
	}
	for _, b := range bodies {
		body, err := record.DecodeBody(record.KindAccount, b.Body)
		if account, ok := body.(record.Account); ok && err == nil {
			add(b.AccountID, likeness.MarksOf(account))
		}
	}
	var domains []struct {
		AccountID record.AccountID
		Domain    string
	}
	err = y.db.Find(ctx, &domains, scoped.System+"SELECT DISTINCT r.account_id, "+domainOf(y.db.Dialect(), "r.person")+
		" AS domain FROM accounts a JOIN records r ON r.account_id = a.id AND r.kind = ? UNION SELECT DISTINCT m.account_id, "+
		domainOf(y.db.Dialect(), "u.email")+" FROM memberships m JOIN users u ON u.id = m.user_id ORDER BY 1, 2", record.KindContact)
	for _, d := range domains {
		add(d.AccountID, likeness.Marks{Domains: []string{likeness.Domain(d.Domain)}})
	}
	return out, fault.At("read the domains of accounts", err)
}

// domainOf is what follows the @ of an address, as SQL.
func domainOf(d scoped.Dialect, column string) string {
	if d == scoped.SQLite {
		return "CASE WHEN instr(" + column + ", '@') > 0 THEN lower(substr(" + column + ", instr(" + column + ", '@') + 1)) ELSE '' END"
	}
	return "lower(split_part(" + column + ", '@', 2))"
}

// WaitingCompanies lists every company that nobody has matched, with what is known of it.
func (y *System) WaitingCompanies(ctx context.Context) ([]likeness.Waiting, error) {
	var rows []struct {
		ConnectionID      record.ConnectionID
		System, Key, Name string
		Waiting           int
	}
	err := y.db.Find(ctx, &rows, scoped.System+`SELECT c.connection_id, n.name AS system, c.key, c.name,
		(SELECT count(*) FROM staging s WHERE s.connection_id = c.connection_id AND s.company = c.key) AS waiting
		FROM companies c JOIN connections n ON n.id = c.connection_id WHERE c.account_id IS NULL ORDER BY n.name, c.connection_id, c.name, c.key`)
	if err != nil {
		return nil, fault.At("list companies that wait", err)
	}
	out := make([]likeness.Waiting, len(rows))
	known := map[record.ConnectionID]map[string]likeness.Marks{}
	for i, r := range rows {
		marks, ok := known[r.ConnectionID]
		if !ok {
			if marks, err = y.waitingMarks(ctx, r.ConnectionID); err != nil {
				return nil, err
			}
			known[r.ConnectionID] = marks
		}
		out[i] = likeness.Waiting{Connection: r.ConnectionID, System: r.System, Key: r.Key, Records: r.Waiting,
			Company: likeness.Company{Name: cmp.Or(r.Name, r.Key), Marks: marks[r.Key]}}
	}
	return out, nil
}
