package portaltest

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"portico/portal"
	"portico/sync/access"
	"portico/sync/fault"
	"portico/sync/record"
)

// UserByEmail implements signin.Users.
func (p *People) UserByEmail(_ context.Context, email string) (access.User, string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, u := range p.users {
		if u.Email == email {
			return u.User, u.hash, nil
		}
	}
	return access.User{}, "", missing()
}

// SetPassword implements signin.Users.
func (p *People) SetPassword(_ context.Context, user, hash string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users[user].hash = hash
	p.users[user].Epoch++
	return nil
}

// Memberships implements signin.Users.
func (p *People) Memberships(_ context.Context, user string) ([]access.Membership, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []access.Membership
	for id, role := range p.users[user].roles {
		if p.accounts[id].Launch == record.LaunchInvited {
			out = append(out, access.Membership{User: user, Account: p.accounts[id], Role: role})
		}
	}
	slices.SortFunc(out, func(a, b access.Membership) int { return strings.Compare(a.Account.Name, b.Account.Name) })
	return out, nil
}

// StartReset implements signin.Resets.
func (p *People) StartReset(_ context.Context, token [32]byte, user string, expires time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resets[token] = reset{user: user, expires: expires}
	return nil
}

// PeekReset implements signin.Resets.
func (p *People) PeekReset(_ context.Context, token [32]byte, now time.Time) (access.User, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r, ok := p.resets[token]
	if !ok || r.used || !now.Before(r.expires) {
		return access.User{}, fault.New(fault.NotFound, "This link was used already or has expired.")
	}
	return p.users[r.user].User, nil
}

// UseReset implements signin.Resets.
func (p *People) UseReset(ctx context.Context, token [32]byte, now time.Time) (string, error) {
	u, err := p.PeekReset(ctx, token, now)
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.resets[token]
	if r.used {
		return "", missing()
	}
	r.used = true
	p.resets[token] = r
	return u.ID, nil
}

// StartMailedSignIn implements signin.Mailed.
func (p *People) StartMailedSignIn(_ context.Context, m access.MailedSignIn) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mailed[m.User] = m
	return nil
}

// PeekMailedSignIn implements signin.Mailed.
func (p *People) PeekMailedSignIn(_ context.Context, link [32]byte, now time.Time) (access.User, error) {
	return p.mailedOf(func(m access.MailedSignIn) bool { return m.Link == link }, now, false)
}

// UseMailedLink implements signin.Mailed.
func (p *People) UseMailedLink(_ context.Context, link [32]byte, now time.Time) (access.User, error) {
	return p.mailedOf(func(m access.MailedSignIn) bool { return m.Link == link }, now, true)
}

// UseMailedCode implements signin.Mailed.
func (p *People) UseMailedCode(_ context.Context, code [32]byte, now time.Time) (access.User, error) {
	return p.mailedOf(func(m access.MailedSignIn) bool { return m.Code == code }, now, true)
}

func (p *People) mailedOf(is func(access.MailedSignIn) bool, now time.Time, use bool) (access.User, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for user, m := range p.mailed {
		if !is(m) || !now.Before(m.Expires) || p.users[user].Disabled {
			continue
		}
		if use {
			delete(p.mailed, user)
		}
		return p.users[user].User, nil
	}
	return access.User{}, missing()
}

// SessionsOf implements signin.Own.
func (p *People) SessionsOf(_ context.Context, user string) ([]access.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []access.Session
	for _, s := range p.sessions {
		if s.User.ID == user && s.User.Epoch == p.users[user].Epoch {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b access.Session) int { return b.LastSeen.Compare(a.LastSeen) })
	return out, nil
}

// EndSessionOf implements signin.Own.
func (p *People) EndSessionOf(_ context.Context, user, id string) error {
	if p.endWhere(func(s access.Session) bool { return s.User.ID == user && s.ID == id }) == 0 {
		return missing()
	}
	return nil
}

// EndOtherSessions implements signin.Own.
func (p *People) EndOtherSessions(_ context.Context, user, keep string) error {
	p.endWhere(func(s access.Session) bool { return s.User.ID == user && s.ID != keep })
	return nil
}

func (p *People) endWhere(ends func(access.Session) bool) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for token, s := range p.sessions {
		if ends(s) {
			delete(p.sessions, token)
			n++
		}
	}
	return n
}

// SaveProfile implements signin.Own.
func (p *People) SaveProfile(_ context.Context, user, name, zone string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users[user].Name, p.users[user].Zone = name, zone
	return nil
}

// SecondStep implements signin.Steps.
func (p *People) SecondStep(_ context.Context, user string) (access.SecondStep, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.users[user]
	u.second.Codes = len(u.recovery)
	return u.second, nil
}

// UseStep implements signin.Steps.
func (p *People) UseStep(_ context.Context, user string, step int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if u := p.users[user]; u.second.Last < step {
		u.second.Last = step
		return nil
	}
	return fault.New(fault.Conflict, "This code was used already.")
}

// UseRecoveryCode implements signin.Steps.
func (p *People) UseRecoveryCode(_ context.Context, user string, code [32]byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.users[user]
	if i := slices.Index(u.recovery, code); i >= 0 {
		u.recovery = slices.Delete(u.recovery, i, i+1)
		return nil
	}
	return missing()
}

// StartSecondStep implements signin.Enrolment.
func (p *People) StartSecondStep(ctx context.Context, user string, s access.SecondStep, codes [][32]byte, keep string) error {
	p.mu.Lock()
	u := p.users[user]
	u.second, u.recovery, u.SecondStep = s, slices.Clone(codes), true
	p.mu.Unlock()
	return p.EndOtherSessions(ctx, user, keep)
}

// NewRecoveryCodes implements signin.Enrolment.
func (p *People) NewRecoveryCodes(_ context.Context, user string, codes [][32]byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users[user].recovery = slices.Clone(codes)
	return nil
}

// EndSecondStep implements signin.Enrolment.
func (p *People) EndSecondStep(_ context.Context, user, _ string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.users[user]
	if !u.SecondStep {
		return missing()
	}
	u.second, u.recovery, u.SecondStep = access.SecondStep{}, nil, false
	return nil
}

// CountAttempts implements signin.Attempts.
func (p *People) CountAttempts(_ context.Context, key string, since time.Time) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, at := range p.attempts[key] {
		if at.After(since) {
			n++
		}
	}
	return n, nil
}

// NoteAttempt implements signin.Attempts.
func (p *People) NoteAttempt(_ context.Context, key string, at time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attempts[key] = append(p.attempts[key], at)
	return nil
}

// ClearAttempts implements signin.Attempts.
func (p *People) ClearAttempts(_ context.Context, key string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.attempts, key)
	return nil
}

// Letter is one mail that Mailbox took.
type Letter struct {
	User access.User
	Link string // of a reset or a sign-in; "" for a notice that the password changed
	Code string // of a sign-in
	Step string // "on" or "off": what became of a second step
}

// Mailbox implements signin.Mailer and hands every mail to the test.
type Mailbox chan Letter

// PasswordReset implements signin.Mailer.
func (m Mailbox) PasswordReset(u access.User, link string, _ time.Duration) {
	m <- Letter{User: u, Link: link}
}

// PasswordChanged implements signin.Mailer.
func (m Mailbox) PasswordChanged(u access.User, _ time.Time) { m <- Letter{User: u} }

// SignIn implements signin.Mailer.
func (m Mailbox) SignIn(u access.User, link, code string, _ time.Duration) {
	m <- Letter{User: u, Link: link, Code: code}
}

// SecondStep implements signin.Mailer.
func (m Mailbox) SecondStep(u access.User, on bool, _ time.Time) {
	m <- Letter{User: u, Step: map[bool]string{true: "on", false: "off"}[on]}
}

// Second keeps second steps with people, and seals by writing the place before the text.
func Second(p *People) portal.Second {
	return portal.Second{
		Steps: p, Enrolment: p, Demands: func(context.Context) bool { return p.demands.Load() },
		Seal: func(place, text string) (string, error) {
			return base64.RawURLEncoding.EncodeToString([]byte(place + "\n" + text)), nil
		},
		Open: func(place, sealed string) (string, error) {
			all, err := base64.RawURLEncoding.DecodeString(sealed)
			text, ok := strings.CutPrefix(string(all), place+"\n")
			if err != nil || !ok {
				return "", fault.New(fault.Broken, "Sealed for another place.")
			}
			return text, nil
		},
	}
}

// DemandSecondStep says that staff may not go without a second step.
func (p *People) DemandSecondStep() { p.demands.Store(true) }
