package hubspot

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"portico/connectors/vendorfake/shelf"
)

// list gives objects in the order of their numbers, archived or not.
func (f *Fake) list(r *http.Request) (int, any) {
	q := r.URL.Query()
	size := number(q.Get("limit"))
	if size < 1 || size > batch {
		return http.StatusBadRequest, refusal("VALIDATION_ERROR", "limit must be between 1 and 100")
	}
	after, archived := number(q.Get("after")), q.Get("archived") == "true"
	found := f.Shelf.All(r.PathValue("kind"), func(t shelf.Thing) bool { return t.Gone == archived && t.ID > after })
	out := map[string]any{}
	if len(found) > size {
		found = found[:size]
		out["paging"] = map[string]any{"next": map[string]any{"after": strconv.Itoa(found[size-1].ID)}}
	}
	out["results"] = shown(found, names(q.Get("properties")))
	return http.StatusOK, out
}

func shown(list []shelf.Thing, properties []string) []any {
	out := []any{}
	for _, t := range list {
		out = append(out, show(t, properties))
	}
	return out
}

type question struct {
	FilterGroups []struct {
		Filters []struct{ PropertyName, Operator, Value string }
	}
	Sorts      []string
	Properties []string
	Limit      int
	After      string
}

// search gives what changed since a time, in the order of change.
func (f *Fake) search(r *http.Request) (int, any) {
	kind, in := r.PathValue("kind"), question{}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || len(in.FilterGroups) != 1 || len(in.FilterGroups[0].Filters) != 1 || in.Limit < 1 || in.Limit > 200 {
		return http.StatusBadRequest, refusal("VALIDATION_ERROR", "Invalid input JSON")
	}
	filter, sorted := in.FilterGroups[0].Filters[0], struct{ PropertyName, Direction string }{}
	if len(in.Sorts) != 1 || json.Unmarshal([]byte(in.Sorts[0]), &sorted) != nil || sorted.PropertyName != modified(kind) || sorted.Direction != "ASCENDING" {
		return http.StatusBadRequest, refusal("VALIDATION_ERROR", "This fake sorts by the time of change only")
	}
	since, err := strconv.ParseInt(filter.Value, 10, 64)
	if err != nil || filter.PropertyName != modified(kind) || filter.Operator != "GTE" {
		return http.StatusBadRequest, refusal("VALIDATION_ERROR", "A time is milliseconds since the epoch")
	}
	from := number(in.After)
	if from+in.Limit > f.Cap {
		return http.StatusBadRequest, refusal("VALIDATION_ERROR", "A search gives so many results and no more")
	}
	indexed := f.clock().Add(-Lag)
	found := f.Shelf.All(kind, func(t shelf.Thing) bool {
		return !t.Gone && t.Updated.UnixMilli() >= since && !t.Updated.After(indexed)
	})
	slices.SortStableFunc(found, func(a, b shelf.Thing) int {
		return cmp.Or(a.Updated.Truncate(time.Millisecond).Compare(b.Updated.Truncate(time.Millisecond)), cmp.Compare(a.ID, b.ID))
	})
	out := map[string]any{"total": len(found)}
	end := min(len(found), from+in.Limit)
	if end < len(found) {
		out["paging"] = map[string]any{"next": map[string]any{"after": strconv.Itoa(end)}}
	}
	out["results"] = shown(found[min(from, len(found)):end], in.Properties)
	return http.StatusOK, out
}

type reading struct {
	IDProperty string `json:"idProperty"`
	Inputs     []struct{ ID string }
	Properties []string
}

// asked reads a batch; nil when it is too large.
func asked(r *http.Request, most int) *reading {
	in := &reading{}
	if err := json.NewDecoder(r.Body).Decode(in); err != nil || len(in.Inputs) == 0 || len(in.Inputs) > most {
		return nil
	}
	return in
}

// read gives some objects; those that are not there are left out.
func (f *Fake) read(r *http.Request) (int, any) {
	in := asked(r, batch)
	if in == nil {
		return http.StatusBadRequest, refusal("VALIDATION_ERROR", "A batch has 1 to 100 inputs")
	}
	found := []shelf.Thing{}
	for _, one := range in.Inputs {
		found = append(found, f.Shelf.All(r.PathValue("kind"), func(t shelf.Thing) bool {
			return !t.Gone && (in.IDProperty == "" && t.ID == number(one.ID) || in.IDProperty != "" && t.Values[in.IDProperty] == one.ID)
		})...)
	}
	status := http.StatusOK
	if len(found) < len(in.Inputs) {
		status = http.StatusMultiStatus
	}
	return status, map[string]any{"status": "COMPLETE", "results": shown(found, in.Properties)}
}

func (f *Fake) one(r *http.Request) (int, any) {
	t, found := f.Shelf.Get(r.PathValue("kind"), number(r.PathValue("id")))
	if !found || t.Gone {
		return http.StatusNotFound, refusal("OBJECT_NOT_FOUND", "Not found")
	}
	return http.StatusOK, show(t, names(r.URL.Query().Get("properties")))
}

// linked says what some objects belong to.
func (f *Fake) linked(r *http.Request) (int, any) {
	in := asked(r, 1000)
	if in == nil {
		return http.StatusBadRequest, refusal("VALIDATION_ERROR", "A batch has 1 to 1000 inputs")
	}
	results := []any{}
	for _, one := range in.Inputs {
		to := []any{}
		for _, l := range f.Shelf.All(links, func(l shelf.Thing) bool {
			return l.Values["from_kind"] == r.PathValue("from") && l.Values["to_kind"] == r.PathValue("to") && l.Values["from"] == number(one.ID)
		}) {
			to = append(to, map[string]any{"toObjectId": l.Values["to"], "associationTypes": []any{map[string]any{"category": "HUBSPOT_DEFINED", "typeId": 1, "label": l.Values["label"]}}})
		}
		if len(to) > 0 {
			results = append(results, map[string]any{"from": map[string]any{"id": one.ID}, "to": to})
		}
	}
	return http.StatusOK, map[string]any{"status": "COMPLETE", "results": results}
}
