package api

import (
	"net/http"
	"slices"
	"strings"

	"portico/sync/apikey"
	"portico/sync/record"
)

// Account is a client company.
type Account struct {
	ID     string `json:"id" format:"uuid"`
	Name   string `json:"name"`
	Parent string `json:"parent,omitempty" format:"uuid" doc:"The company that this one is a branch of."`
	Launch string `json:"launch" enum:"hidden,preview,invited" doc:"How far the account is open: to administrators only, to staff, or to its members."`
}

// Accounts is a page of them.
type accountList struct {
	Accounts []Account `json:"accounts"`
	Next     string    `json:"next,omitempty" format:"uri" doc:"Address of the next page; missing on the last."`
}

func (a *API) accountDoors() []Door {
	return []Door{
		{Method: http.MethodGet, Path: "/accounts", Scope: apikey.AccountsRead, Name: "listAccounts", Summary: "List accounts",
			Text:  "Client companies that the key reaches, by name. A key reaches hidden ones, too: an administrator made it.",
			Query: paging{}, Status: http.StatusOK, Out: accountList{}, handle: a.listAccounts},
		{Method: http.MethodGet, Path: inAccount, Scope: apikey.AccountsRead, Name: "readAccount", Summary: "Read an account",
			Status: http.StatusOK, Out: Account{}, handle: a.readAccount},
	}
}

func accountOf(i record.AccountInfo) Account {
	out := Account{ID: i.ID.String(), Name: i.Name, Launch: string(i.Launch)}
	if !i.Parent.IsZero() {
		out.Parent = i.Parent.String()
	}
	return out
}

func (a *API) listAccounts(r *http.Request, c Caller) (any, error) {
	var q paging
	if err := asked(r, &q); err != nil {
		return nil, err
	}
	after, err := a.after(r, c, q.Cursor)
	if err != nil {
		return nil, err
	}
	all, err := a.o.Accounts.AllAccounts(r.Context())
	if err != nil {
		return nil, err
	}
	place := func(i record.AccountInfo) string { return strings.ToLower(i.Name) + "\n" + i.ID.String() }
	all = slices.DeleteFunc(slices.Clone(all), func(i record.AccountInfo) bool { return !c.Key.Reaches(i.ID) || place(i) <= after })
	slices.SortFunc(all, func(x, y record.AccountInfo) int { return strings.Compare(place(x), place(y)) })
	out := accountList{Accounts: []Account{}}
	for i, info := range all {
		if i == q.size() {
			out.Next = a.next(r, c, place(all[i-1]))
			break
		}
		out.Accounts = append(out.Accounts, accountOf(info))
	}
	return out, nil
}

func (a *API) readAccount(r *http.Request, c Caller) (any, error) {
	if err := asked(r, &struct{}{}); err != nil {
		return nil, err
	}
	info, err := a.o.Accounts.AccountInfo(r.Context(), c.Account)
	return accountOf(info), err
}
