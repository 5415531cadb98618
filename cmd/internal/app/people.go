package app

import (
	"context"
	"strings"

	"portico/portal/signin/password"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store"
)

// Accounts lists every client company.
func (a *App) Accounts(ctx context.Context) ([]record.AccountInfo, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return nil, err
	}
	return sys.AllAccounts(ctx)
}

// AddAccount makes a hidden account, a branch of parent unless that is "".
func (a *App) AddAccount(ctx context.Context, name, parent string) (record.AccountInfo, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return record.AccountInfo{}, err
	}
	var above record.AccountInfo
	if parent != "" {
		if above, err = accountNamed(ctx, sys, parent); err != nil {
			return record.AccountInfo{}, err
		}
	}
	return addAccount(ctx, sys, name, above.ID)
}

func addAccount(ctx context.Context, sys *store.System, name string, parent record.AccountID) (record.AccountInfo, error) {
	info := record.AccountInfo{ID: record.NewAccountID(), Name: strings.TrimSpace(name), Parent: parent, Launch: record.LaunchHidden}
	return info, sys.CreateAccount(ctx, info)
}

// Launch moves an account to a step of the quiet launch.
func (a *App) Launch(ctx context.Context, name string, step record.Launch) (record.AccountInfo, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return record.AccountInfo{}, err
	}
	info, err := accountNamed(ctx, sys, name)
	if err != nil {
		return info, err
	}
	info.Launch = step
	return info, sys.Launch(ctx, info.ID, step)
}

// accountNamed finds an account by its id or its name.
func accountNamed(ctx context.Context, sys *store.System, name string) (record.AccountInfo, error) {
	all, err := sys.AllAccounts(ctx)
	if err != nil {
		return record.AccountInfo{}, err
	}
	var found []record.AccountInfo
	for _, info := range all {
		if info.ID.String() == name || strings.EqualFold(info.Name, name) {
			found = append(found, info)
		}
	}
	switch len(found) {
	case 0:
		return record.AccountInfo{}, fault.Newf(fault.NotFound, "There is no account %q. `portico account list` names them.", name)
	case 1:
		return found[0], nil
	default:
		return record.AccountInfo{}, fault.Newf(fault.Conflict, "%d accounts are named %q. Use the id instead.", len(found), name)
	}
}

// Users lists everybody who can sign in.
func (a *App) Users(ctx context.Context) ([]access.User, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return nil, err
	}
	return sys.Users(ctx)
}

// AddUser makes a user who is staff (u.Staff set) or a member of an account. A
// member who exists already is given the further account instead, and keeps name
// and password; such a user is returned with the time of creation.
func (a *App) AddUser(ctx context.Context, u access.User, account string, role access.Role, plain string) (access.User, error) {
	sys, err := a.system(ctx)
	if err != nil {
		return u, err
	}
	u.ID = access.NewUserID()
	var in record.AccountInfo
	if u.Staff == "" {
		if in, err = accountNamed(ctx, sys, account); err != nil {
			return u, err
		}
	}
	have, _, err := sys.UserByEmail(ctx, u.Email)
	if err == nil && u.Staff == "" && have.Staff == "" {
		return have, sys.AddMember(ctx, in.ID, have.ID, role)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return u, err
	}
	hash, err := a.hash(ctx, plain, u)
	if err != nil {
		return u, err
	}
	if err := sys.CreateUser(ctx, u, hash); err != nil {
		return u, err
	}
	if u.Staff != "" {
		return u, nil
	}
	return u, sys.AddMember(ctx, in.ID, u.ID, role)
}

// DisableUser ends every session of the user and refuses new ones.
func (a *App) DisableUser(ctx context.Context, email string) error {
	sys, err := a.system(ctx)
	if err != nil {
		return err
	}
	u, _, err := sys.UserByEmail(ctx, email)
	if err != nil {
		return err
	}
	return sys.DisableUser(ctx, u.ID, true)
}

// SetPassword replaces the password and ends every session of the user.
func (a *App) SetPassword(ctx context.Context, email, plain string) error {
	sys, err := a.system(ctx)
	if err != nil {
		return err
	}
	u, _, err := sys.UserByEmail(ctx, email)
	if err != nil {
		return err
	}
	hash, err := a.hash(ctx, plain, u)
	if err != nil {
		return err
	}
	return sys.SetPassword(ctx, u.ID, hash)
}

// hash applies the same rules as the pages do.
func (a *App) hash(ctx context.Context, plain string, u access.User) (string, error) {
	if err := password.Check(plain, u.Name, u.Email, a.cfg.Provider.Name); err != nil {
		return "", err
	}
	return password.Hash(ctx, plain)
}
