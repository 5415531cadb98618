// Package portaltest lets tests use the portal as a browser does: a client that
// keeps cookies and sends what browsers send, checks of a page by selector, and
// people, accounts and sessions in memory in place of the store.
package portaltest

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// People are users, accounts, sessions, reset links and attempts in memory. It
// fulfils every store interface of session and signin, and is safe for
// concurrent use.
type People struct {
	mu       sync.Mutex
	users    map[string]*person
	accounts map[record.AccountID]record.AccountInfo
	sessions map[[32]byte]access.Session
	resets   map[[32]byte]reset
	mailed   map[string]access.MailedSignIn // by user
	attempts map[string][]time.Time
	demands  atomic.Bool // a second step of staff
}

type person struct {
	access.User
	hash     string
	roles    map[record.AccountID]access.Role
	assigned []record.AccountID
	second   access.SecondStep
	recovery [][32]byte
}

type reset struct {
	user    string
	expires time.Time
	used    bool
}

// NewPeople returns an empty world.
func NewPeople() *People {
	return &People{
		users: map[string]*person{}, accounts: map[record.AccountID]record.AccountInfo{},
		sessions: map[[32]byte]access.Session{}, resets: map[[32]byte]reset{}, mailed: map[string]access.MailedSignIn{}, attempts: map[string][]time.Time{},
	}
}

// AddAccount adds a client company at a launch step.
func (p *People) AddAccount(name string, launch record.Launch) record.AccountID {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := record.NewAccountID()
	p.accounts[id] = record.AccountInfo{ID: id, Name: name, Launch: launch}
	return id
}

// AddUser adds somebody; hash is the stored password, or "" for none.
func (p *People) AddUser(name, email string, role access.Role, hash string) access.User {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := access.User{ID: access.NewUserID(), Name: name, Email: email, Staff: role}
	p.users[u.ID] = &person{User: u, hash: hash, roles: map[record.AccountID]access.Role{}}
	return u
}

// Add adds a user who is made elsewhere; hash is the stored password.
func (p *People) Add(u access.User, hash string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users[u.ID] = &person{User: u, hash: hash, roles: map[record.AccountID]access.Role{}}
}

// Join gives a user a role in an account; an empty role takes it away.
func (p *People) Join(user string, account record.AccountID, role access.Role) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if role == "" {
		delete(p.users[user].roles, account)
		return
	}
	p.users[user].roles[account] = role
}

// Assign lets a staff member see an account.
func (p *People) Assign(user string, account record.AccountID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users[user].assigned = append(p.users[user].assigned, account)
}

// Disable switches a user off.
func (p *People) Disable(user string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users[user].Disabled = true
}

// Launch moves an account to a step of the quiet launch.
func (p *People) Launch(account record.AccountID, step record.Launch) {
	p.mu.Lock()
	defer p.mu.Unlock()
	info := p.accounts[account]
	info.Launch = step
	p.accounts[account] = info
}

// LastSeen is when any session of the user was last used.
func (p *People) LastSeen(user string) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	var last time.Time
	for _, s := range p.sessions {
		if s.User.ID == user && s.LastSeen.After(last) {
			last = s.LastSeen
		}
	}
	return last
}

// Sessions counts the sessions that are stored.
func (p *People) Sessions() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.sessions)
}

// StartSession implements session.Sessions.
func (p *People) StartSession(_ context.Context, token [32]byte, s access.Session) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sessions[token] = s
	return nil
}

// SessionByToken finds a session and counts it as used. It leaves the limits to the caller.
func (p *People) SessionByToken(ctx context.Context, token [32]byte, now time.Time) (access.Session, error) {
	found, err := p.PeekSession(ctx, token, now)
	if err != nil {
		return found, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.sessions[token]
	s.LastSeen = now
	p.sessions[token] = s
	return found, nil
}

// PeekSession is SessionByToken that does not count.
func (p *People) PeekSession(_ context.Context, token [32]byte, _ time.Time) (access.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.sessions[token]
	if !ok || p.users[s.User.ID].Epoch != s.User.Epoch {
		return access.Session{}, fault.New(fault.Unauthenticated, "Please sign in.")
	}
	s.User = p.users[s.User.ID].User
	return s, nil
}

// Enter implements session.Sessions.
func (p *People) Enter(ctx context.Context, token [32]byte, account record.AccountID, now time.Time, used bool) (access.Session, access.Membership, error) {
	find := p.PeekSession
	if used {
		find = p.SessionByToken
	}
	s, err := find(ctx, token, now)
	if err != nil {
		return s, access.Membership{}, err
	}
	m, err := p.MembershipIn(ctx, s.User.ID, account)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	all, _ := p.Memberships(ctx, s.User.ID)
	s.Several = m.User != "" && len(all) > 1
	return s, m, err
}

// EndSession implements session.Sessions.
func (p *People) EndSession(_ context.Context, token [32]byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sessions, token)
	return nil
}

// MembershipIn is the place of a user in an account.
func (p *People) MembershipIn(_ context.Context, user string, account record.AccountID) (access.Membership, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u, ok := p.users[user]
	if !ok || u.roles[account] == "" {
		return access.Membership{}, missing()
	}
	return access.Membership{User: user, Account: p.accounts[account], Role: u.roles[account]}, nil
}

// AccountInfo implements session.People.
func (p *People) AccountInfo(_ context.Context, account record.AccountID) (record.AccountInfo, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	info, ok := p.accounts[account]
	if !ok {
		return info, missing()
	}
	return info, nil
}

// MemberIn implements session.People.
func (p *People) MemberIn(_ context.Context, user string, account record.AccountID) (access.User, access.Role, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u, ok := p.users[user]
	if !ok || u.roles[account] == "" || u.Disabled || u.Staff != "" {
		return access.User{}, "", missing()
	}
	return u.User, u.roles[account], nil
}

// Look lets every session of somebody look at an account as a member.
func (p *People) Look(staff string, look access.Look) {
	p.mu.Lock()
	defer p.mu.Unlock()
	look.Name = p.users[look.User].Name
	for token, s := range p.sessions {
		if s.User.ID == staff {
			s.Look = look
			p.sessions[token] = s
		}
	}
}

// StaffAccounts implements session.People.
func (p *People) StaffAccounts(_ context.Context, user string) ([]record.AccountID, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.users[user].assigned), nil
}

func missing() error { return fault.New(fault.NotFound, "There is nothing here.") }

// CheapHash stores a password at a cost that is only fit for tests.
func CheapHash(password string) string {
	salt := []byte("salt of the tests")
	key := argon2.IDKey([]byte(password), salt, 1, 8, 1, 32)
	return fmt.Sprintf("$argon2id$v=%d$m=8,t=1,p=1$%s$%s", argon2.Version,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}
