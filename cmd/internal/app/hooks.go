package app

import (
	"context"

	"portico/sync/fault"
	"portico/sync/record"
	"portico/sync/store"
	"portico/sync/vault"
)

// learned keeps what a system tells by itself about how its webhooks are signed.
func (a *App) learned(sys *store.System) func(context.Context, record.ConnectionID, string, string) (bool, error) {
	return func(ctx context.Context, id record.ConnectionID, field, text string) (bool, error) {
		box, err := a.vault.Seal(place(id, field), vault.NewSecret(text))
		if err != nil {
			return false, fault.At("seal "+field, err)
		}
		return sys.LearnSecret(ctx, id, field, []byte(box))
	}
}
