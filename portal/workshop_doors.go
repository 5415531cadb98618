package portal

import (
	"net/http"

	"portico/portal/session"
)

// Workshop are the handlers of what administrators do to a connection that runs.
type Workshop struct {
	Mapping, MappingFile     session.Page // what was decided, as a file
	MappingLook, MappingTake session.Page
	Record, RecordRead       session.Page // one record, read anew
	Schedule, ScheduleSave   session.Page // when it is read
}

// workshopDoors are for administrators.
func workshopDoors(p Workshop) []door {
	const get, post = http.MethodGet, http.MethodPost
	return []door{
		{get, "/admin/connections/{id}/mapping", admin, p.Mapping},
		{get, "/admin/connections/{id}/mapping/file", admin, p.MappingFile},
		{post, "/admin/connections/{id}/mapping/look", admin, p.MappingLook},
		{post, "/admin/connections/{id}/mapping/take", admin, p.MappingTake},
		{get, "/admin/connections/{id}/record", admin, p.Record},
		{post, "/admin/connections/{id}/record", admin, p.RecordRead},
		{get, "/admin/connections/{id}/schedule", admin, p.Schedule},
		{post, "/admin/connections/{id}/schedule", admin, p.ScheduleSave},
	}
}
