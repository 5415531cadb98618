package xero

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"portico/connectors/vendorfake/shelf"
)

// Cents is an amount, which Xero writes with two decimals.
type Cents int

// MarshalJSON implements json.Marshaler.
func (c Cents) MarshalJSON() ([]byte, error) {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Appendf(nil, "%s%d.%02d", sign, c/100, c%100), nil
}

// Date is how Xero writes a moment, and a date as its midnight.
func Date(at time.Time) string { return fmt.Sprintf("/Date(%d+0000)/", at.UnixMilli()) }

// show is a thing as the API words it; whole has what only pages and single things have.
func (f *Fake) show(t shelf.Thing, whole bool) map[string]any {
	out := map[string]any{idNames[t.Kind]: ID(t.ID)}
	if t.Kind != Repeating {
		out["UpdatedDateUTC"] = Date(t.Updated)
	}
	for name, v := range t.Values {
		if name == "LineItems" && !whole {
			continue
		}
		out[name] = v
	}
	switch t.Kind {
	case Invoices:
		out["Payments"] = f.paymentsOf(t.ID)
		out["HasAttachments"] = len(f.Shelf.All(Attachments, func(a shelf.Thing) bool { return a.Values["of"] == t.ID })) > 0
	case Payments:
		out["Invoice"] = f.paid(t)
		delete(out, "of")
	}
	return out
}

// paymentsOf lists the payments of an invoice as the invoice names them.
func (f *Fake) paymentsOf(invoice int) []any {
	out := []any{}
	for _, p := range f.Shelf.All(Payments, func(p shelf.Thing) bool { return p.Values["of"] == invoice && p.Values["Status"] == "AUTHORISED" }) {
		out = append(out, map[string]any{"PaymentID": ID(p.ID), "Date": p.Values["Date"], "Amount": p.Values["Amount"]})
	}
	return out
}

// paid is the invoice of a payment, as the payment names it.
func (f *Fake) paid(p shelf.Thing) map[string]any {
	id, _ := p.Values["of"].(int)
	t, _ := f.Shelf.Get(Invoices, id)
	return map[string]any{"InvoiceID": ID(id), "Type": t.Values["Type"], "InvoiceNumber": t.Values["InvoiceNumber"],
		"CurrencyCode": t.Values["CurrencyCode"], "Contact": t.Values["Contact"]}
}

func (f *Fake) attached(kind, id string) answer {
	files := []any{}
	for _, t := range f.Shelf.All(Attachments, func(t shelf.Thing) bool { return t.Values["of"] == Number(id) && t.Values["kind"] == kind }) {
		files = append(files, map[string]any{"AttachmentID": ID(t.ID), "FileName": t.Values["FileName"], "MimeType": t.Values["MimeType"],
			"ContentLength": len(fmt.Sprint(t.Values["content"])), "IncludeOnline": t.Values["IncludeOnline"]})
	}
	return ok(map[string]any{Attachments: files})
}

func (f *Fake) attachment(w http.ResponseWriter, path []string) {
	t, found := f.Shelf.Get(Attachments, Number(path[3]))
	if !found || t.Values["of"] != Number(path[1]) {
		fail(http.StatusNotFound, "The resource you're looking for cannot be found").write(w)
		return
	}
	w.Header().Set("Content-Type", fmt.Sprint(t.Values["MimeType"]))
	_, _ = fmt.Fprint(w, t.Values["content"])
}

// answer is what goes back.
type answer struct {
	status int
	body   []byte
}

func ok(v map[string]any) answer {
	v["Status"] = "OK"
	body, err := json.Marshal(v)
	if err != nil {
		return fail(http.StatusInternalServerError, err.Error())
	}
	return answer{http.StatusOK, body}
}

func fail(status int, message string) answer {
	body, _ := json.Marshal(map[string]any{"ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred",
		"Elements": []any{map[string]any{"ValidationErrors": []any{map[string]any{"Message": message}}}}}) // texts can be encoded
	return answer{status, body}
}

func plainly(w http.ResponseWriter, status int, title, detail string) {
	body, _ := json.Marshal(map[string]any{"Title": title, "Status": status, "Detail": detail}) // texts can be encoded
	answer{status, body}.write(w)
}

func (a answer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// member is what stands at a path of members with dots between them.
func member(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}
