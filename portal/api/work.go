package api

import (
	"net/http"
	"time"

	"portico/sync/apikey"
	"portico/sync/record"
)

// Project is work with an end.
type Project struct {
	ID     string `json:"id" format:"uuid"`
	Number string `json:"number,omitempty"`
	Name   string `json:"name"`
	Status
	Text    string    `json:"text,omitempty"`
	Manager Person    `json:"manager,omitzero"`
	Start   string    `json:"start,omitempty" format:"date"`
	Due     string    `json:"due,omitempty" format:"date"`
	Done    string    `json:"done,omitempty" doc:"Percent, exact decimal text."`
	Updated time.Time `json:"updated_at,omitzero" doc:"By the source's clock."`
	Customs
	Fact
}

// Document is a file that is shared with a client.
type Document struct {
	ID       string    `json:"id" format:"uuid"`
	Name     string    `json:"name"`
	Folder   string    `json:"folder,omitempty" doc:"Names from the top, joined by slashes."`
	Type     string    `json:"content_type,omitempty"`
	Size     int64     `json:"size,omitempty" doc:"Bytes; missing when the source does not tell."`
	Revision string    `json:"revision,omitempty" doc:"As people call it."`
	Project  string    `json:"project_source_id,omitempty" doc:"The source's id of its project."`
	Author   Person    `json:"author,omitzero"`
	Created  time.Time `json:"created_at,omitzero"`
	Updated  time.Time `json:"updated_at,omitzero" doc:"By the source's clock."`
	Fact
}

// Event is something with a place in a calendar.
type Event struct {
	ID    string `json:"id" format:"uuid"`
	Title string `json:"title"`
	Text  string `json:"text,omitempty"`
	Type  string `json:"type,omitempty" doc:"In the source's words: a calendar, a category."`
	Status
	Location     string    `json:"location,omitempty"`
	Start        time.Time `json:"start" doc:"Of a whole day: midnight UTC, and that day everywhere."`
	End          time.Time `json:"end,omitzero" doc:"The moment, or the day, after its last."`
	AllDay       bool      `json:"all_day"`
	Zone         string    `json:"zone,omitempty" doc:"IANA name of where it was entered."`
	Acknowledged bool      `json:"acknowledged" doc:"A client has confirmed it, as the source knows."`
	Updated      time.Time `json:"updated_at,omitzero" doc:"By the source's clock."`
	Customs
	Fact
}

type projectList struct {
	Projects []Project `json:"projects"`
	Next     string    `json:"next,omitempty" format:"uri" doc:"Address of the next page; missing on the last."`
}

type documentList struct {
	Documents []Document `json:"documents"`
	Next      string     `json:"next,omitempty" format:"uri" doc:"Address of the next page; missing on the last."`
}

type eventList struct {
	Events []Event `json:"events"`
	Next   string  `json:"next,omitempty" format:"uri" doc:"Address of the next page; missing on the last."`
}

func (a *API) workDoors() []Door {
	return []Door{
		{Method: http.MethodGet, Path: inAccount + "/projects", Scope: apikey.ProjectsRead, Name: "listProjects", Summary: "List projects",
			Text: "The newest change first.", Query: stateQuery{}, Status: http.StatusOK, Out: projectList{}, handle: a.listProjects},
		{Method: http.MethodGet, Path: inAccount + "/projects/{project}", Scope: apikey.ProjectsRead, Name: "readProject", Summary: "Read a project",
			Status: http.StatusOK, Out: Project{}, handle: a.readProject},
		{Method: http.MethodGet, Path: inAccount + "/documents", Scope: apikey.DocumentsRead, Name: "listDocuments", Summary: "List documents",
			Text: "The newest change first.", Query: recordQuery{}, Status: http.StatusOK, Out: documentList{}, handle: a.listDocuments},
		{Method: http.MethodGet, Path: inAccount + "/documents/{document}", Scope: apikey.DocumentsRead, Name: "readDocument", Summary: "Read what is known of a document",
			Status: http.StatusOK, Out: Document{}, handle: a.readDocument},
		{Method: http.MethodGet, Path: inAccount + "/documents/{document}/content", Scope: apikey.DocumentsRead, Name: "downloadDocument", Summary: "Download a document",
			Text: "The bytes are fetched from the source when they are first asked for.", Status: http.StatusOK, Out: Bytes{}, handle: a.downloadDocument},
		{Method: http.MethodGet, Path: inAccount + "/events", Scope: apikey.EventsRead, Name: "listEvents", Summary: "List events",
			Text: "The one that begins last comes first.", Query: stateQuery{}, Status: http.StatusOK, Out: eventList{}, handle: a.listEvents},
		{Method: http.MethodGet, Path: inAccount + "/events/{event}", Scope: apikey.EventsRead, Name: "readEvent", Summary: "Read an event",
			Status: http.StatusOK, Out: Event{}, handle: a.readEvent},
	}
}

func (a *API) projectOf(d record.Detail) (Project, error) {
	b, err := bodyAs[record.Project](d)
	return Project{ID: d.ID.String(), Number: b.Number, Name: b.Name, Status: statusOf(d.Row), Text: b.Text, Manager: Person(b.Manager), Start: dayOf(b.Start),
		Due: dayOf(b.Due), Done: string(b.Done), Customs: customsOf(d), Updated: d.Updated.UTC(), Fact: a.fact(d.Stamp)}, err
}

func (a *API) documentOf(d record.Detail) (Document, error) {
	b, err := bodyAs[record.Document](d)
	return Document{ID: d.ID.String(), Name: b.Name, Folder: b.Folder, Type: b.ContentType, Size: b.Size, Revision: b.Revision, Project: b.Project,
		Author: Person(b.Author), Created: d.Created.UTC(), Updated: d.Updated.UTC(), Fact: a.fact(d.Stamp)}, err
}

func (a *API) eventOf(d record.Detail) (Event, error) {
	b, err := bodyAs[record.Event](d)
	return Event{ID: d.ID.String(), Title: b.Title, Text: b.Text, Type: b.Type, Status: statusOf(d.Row), Location: b.Location, Start: b.Start.UTC(), End: b.End.UTC(),
		AllDay: b.AllDay, Zone: b.Zone, Acknowledged: b.Acknowledged, Customs: customsOf(d), Updated: d.Updated.UTC(), Fact: a.fact(d.Stamp)}, err
}

func (a *API) listProjects(r *http.Request, c Caller) (any, error) {
	var q stateQuery
	if err := asked(r, &q); err != nil {
		return nil, err
	}
	list, next, err := listWhole(a, r, c, q.paging, q.of(record.KindProject), a.projectOf)
	return projectList{list, next}, err
}

func (a *API) readProject(r *http.Request, c Caller) (any, error) {
	d, _, err := readOne[record.Project](a, r, c, "project")
	if err != nil {
		return nil, err
	}
	return a.projectOf(d)
}

func (a *API) listDocuments(r *http.Request, c Caller) (any, error) {
	var q recordQuery
	if err := asked(r, &q); err != nil {
		return nil, err
	}
	list, next, err := listWhole(a, r, c, q.paging, q.of(record.KindDocument), a.documentOf)
	return documentList{list, next}, err
}

func (a *API) readDocument(r *http.Request, c Caller) (any, error) {
	d, _, err := readOne[record.Document](a, r, c, "document")
	if err != nil {
		return nil, err
	}
	return a.documentOf(d)
}

func (a *API) downloadDocument(r *http.Request, c Caller) (any, error) {
	d, body, err := readOne[record.Document](a, r, c, "document")
	if err != nil {
		return nil, err
	}
	return a.open(r, c, d, body.Name)
}

func (a *API) listEvents(r *http.Request, c Caller) (any, error) {
	var q stateQuery
	if err := asked(r, &q); err != nil {
		return nil, err
	}
	list, next, err := listWhole(a, r, c, q.paging, q.of(record.KindEvent), a.eventOf)
	return eventList{list, next}, err
}

func (a *API) readEvent(r *http.Request, c Caller) (any, error) {
	d, _, err := readOne[record.Event](a, r, c, "event")
	if err != nil {
		return nil, err
	}
	return a.eventOf(d)
}
