package app

import (
	"portico/portal"
	"portico/portal/calendar"
	"portico/portal/contracts"
	"portico/portal/ui"
)

// worked adds the pages of what is agreed, planned and delivered beside requests.
func (a *App) worked(to *portal.Pages, d desk, frame ui.Framer) {
	days := calendar.New(calendar.Options{Records: d, Frame: frame})
	agreed := contracts.New(contracts.Options{Records: d, Frame: frame})
	to.Work = portal.Work{
		Calendar: days.List, Event: days.Show,
		Contracts: agreed.List, Contract: agreed.Show,
	}
}
