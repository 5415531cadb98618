package app

import (
	"portico/portal"
	"portico/portal/calendar"
	"portico/portal/contracts"
	"portico/portal/documents"
	"portico/portal/projects"
	"portico/portal/ui"
)

// worked adds the pages of what is agreed, planned and delivered beside requests.
func (a *App) worked(to *portal.Pages, d desk, files library, frame ui.Framer) {
	days := calendar.New(calendar.Options{Records: d, Actions: d, Able: a.able(d.sys), Frame: frame})
	agreed := contracts.New(contracts.Options{Records: d, Frame: frame})
	planned := projects.New(projects.Options{Records: d, Frame: frame})
	shared := documents.New(documents.Options{Records: d, Files: files, Uploads: a.files, Actions: d, Able: a.able(d.sys), Frame: frame})
	to.Work = portal.Work{
		Calendar: days.List, Event: days.Show, EventAcknowledge: days.Acknowledge,
		Contracts: agreed.List, Contract: agreed.Show,
		Projects: planned.List, Project: planned.Show,
		Documents: shared.List, Document: shared.File, DocumentUpload: shared.Upload,
	}
}
