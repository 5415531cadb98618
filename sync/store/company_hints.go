package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"portico/sync/fault"
	"portico/sync/record"
)

// hintsMost is how many contacts of companies are looked at for one page.
const hintsMost = 2000

// ContactDomains lists, for companies that wait for their match, the domains of
// their contacts' addresses as the source has them.
func (y *System) ContactDomains(ctx context.Context, c record.ConnectionID, keys []string) (map[string][]string, error) {
	out := map[string][]string{}
	if len(keys) == 0 {
		return out, nil
	}
	var rows []struct {
		Company string
		Record  []byte
	}
	err := y.db.Find(ctx, &rows, "SELECT company, record FROM staging WHERE connection_id = ? AND kind = ? AND company IN (?) ORDER BY company, external_id LIMIT ?",
		c, record.KindContact, bun.List(keys), hintsMost)
	for _, r := range rows {
		var rec record.Record
		if json.Unmarshal(r.Record, &rec) != nil {
			continue // it is promoted or set aside elsewhere; here it is only a hint
		}
		if contact, ok := rec.Body.(record.Contact); ok {
			out[r.Company] = withDomain(out[r.Company], contact.Email)
		}
	}
	return out, fault.At("read the domains of contacts", err)
}

// MemberDomains lists the domains of the addresses of each account's members.
func (y *System) MemberDomains(ctx context.Context) (map[record.AccountID][]string, error) {
	var rows []struct {
		AccountID record.AccountID
		Email     string
	}
	err := y.db.Find(ctx, &rows, "SELECT m.account_id, u.email FROM memberships m JOIN users u ON u.id = m.user_id ORDER BY m.account_id, u.email")
	out := map[record.AccountID][]string{}
	for _, r := range rows {
		out[r.AccountID] = withDomain(out[r.AccountID], r.Email)
	}
	return out, fault.At("read the domains of members", err)
}

func withDomain(list []string, email string) []string {
	_, domain, ok := strings.Cut(strings.ToLower(email), "@")
	if !ok || domain == "" || slices.Contains(list, domain) {
		return list
	}
	return append(list, domain)
}
