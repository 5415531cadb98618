package portaltest

import (
	"net/http"
	"reflect"

	"portico/portal/session"
	"portico/sync/access"
)

// Stand is what stands in for a page: it is told the page's name, and the scope
// of who asks, which is zero where nobody in an account does.
type Stand func(name string) func(w http.ResponseWriter, r *http.Request, s access.Scope) error

// Fill puts a stand-in behind every door of a struct of handlers, and of the
// structs in it. Streams, which are of another kind, stay as they are.
func Fill(pages any, stand Stand) { fill(reflect.ValueOf(pages).Elem(), stand) }

func fill(v reflect.Value, stand Stand) {
	for i := range v.NumField() {
		field, page := v.Field(i), stand(v.Type().Field(i).Name)
		switch field.Interface().(type) {
		case session.Page:
			field.Set(reflect.ValueOf(session.Page(page)))
		case session.Open:
			field.Set(reflect.ValueOf(session.Open(func(w http.ResponseWriter, r *http.Request) error { return page(w, r, access.Scope{}) })))
		case session.Personal:
			field.Set(reflect.ValueOf(session.Personal(func(w http.ResponseWriter, r *http.Request, _ access.Session) error {
				return page(w, r, access.Scope{})
			})))
		default:
			if field.Kind() == reflect.Struct {
				fill(field, stand)
			}
		}
	}
}
