package app

import (
	"portico/portal"
	"portico/portal/admin/connections/reread"
	"portico/portal/admin/connections/timetable"
	"portico/portal/admin/connections/transfer"
	"portico/portal/ui"
	"portico/sync/store"
)

// tooling adds the pages of what administrators do to a connection that runs.
func (a *App) tooling(to *portal.Pages, sys *store.System, frame ui.Framer) {
	f := fitter{a, sys}
	files := transfer.New(transfer.Options{Carry: carrier{f}, Frame: frame})
	records := reread.New(reread.Options{Read: rereader{carrier{f}}, Frame: frame})
	times := timetable.New(timetable.Options{Choose: timetables{carrier{f}}, Frame: frame, Zone: a.zone()})
	to.Workshop = portal.Workshop{
		Record: records.Show, RecordRead: records.Read,
		Schedule: times.Show, ScheduleSave: times.Save,
		Mapping: files.Show, MappingFile: files.Export, MappingLook: files.Look, MappingTake: files.Take,
	}
}
