package app

import (
	"context"

	"portico/cmd/internal/provider"
	"portico/portal"
	"portico/sync/store"
	"portico/sync/vault"
)

// secondStep is how second steps of sign-ins are kept: sealed, by person.
func (a *App) secondStep(sys *store.System, firm *provider.Provider) portal.Second {
	at := func(place string) vault.Place { return vault.Place{Purpose: "second step", Field: place} }
	return portal.Second{
		Steps: sys, Enrolment: sys, Demands: firm.StaffSecondStep,
		Seal: func(place, text string) (string, error) { return a.vault.Seal(at(place), vault.NewSecret(text)) },
		Open: func(place, sealed string) (string, error) {
			text, err := a.vault.Open(at(place), sealed)
			return text.Reveal(), err
		},
	}
}

// ResetSecondStep takes somebody's second step away, ends their sessions and tells
// them by mail.
func (a *App) ResetSecondStep(ctx context.Context, email string) error {
	sys, err := a.system(ctx)
	if err != nil {
		return err
	}
	u, _, err := sys.UserByEmail(ctx, email)
	if err != nil {
		return err
	}
	if err := sys.EndSecondStep(ctx, u.ID, ""); err != nil {
		return err
	}
	a.letters(sys, func() {}).SecondStep(u, false, a.now())
	return nil
}
