package quickbooks

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"portico/connectors/vendorfake/shelf"
)

// longest is how long a request id and a payment's number may be.
const (
	longestRequest = 50
	longestNumber  = 21
)

// write makes a payment or changes an estimate. A request id that was seen is answered
// with the first result.
func (f *Fake) write(r *http.Request, kind string) answer {
	var asked map[string]any
	if json.NewDecoder(r.Body).Decode(&asked) != nil {
		return fault(http.StatusBadRequest, "2000", "The body is not JSON")
	}
	id := r.URL.Query().Get("requestid")
	if len(id) > longestRequest {
		return fault(http.StatusBadRequest, "2050", "The request id is too long")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if first, found := f.kept[id]; found {
		return first
	}
	var a answer
	switch kind {
	case Payments:
		a = f.pay(asked)
	case Estimates:
		a = f.decide(asked)
	default:
		return fault(http.StatusBadRequest, "500", "Unsupported Operation")
	}
	if id != "" && a.status == http.StatusOK {
		f.kept[id] = a
	}
	return a
}

// pay receives a payment of one invoice.
func (f *Fake) pay(asked map[string]any) answer {
	total, _ := asked["TotalAmt"].(float64)
	number, _ := asked["PaymentRefNum"].(string)
	date, _ := asked["TxnDate"].(string)
	_, err := time.Parse(time.DateOnly, date)
	customer, _ := asked["CustomerRef"].(map[string]any)
	var line struct {
		Line []struct {
			LinkedTxn []struct {
				ID   string `json:"TxnId"`
				Type string `json:"TxnType"`
			}
		}
	}
	data, _ := json.Marshal(asked) // it was decoded
	_ = json.Unmarshal(data, &line)
	if err != nil || total <= 0 || len(number) > longestNumber || len(line.Line) != 1 || len(line.Line[0].LinkedTxn) != 1 || line.Line[0].LinkedTxn[0].Type != Invoices {
		return fault(http.StatusBadRequest, "6000", "A business validation error has occurred")
	}
	id, _ := strconv.Atoi(line.Line[0].LinkedTxn[0].ID)
	invoice, found := f.Shelf.Get(Invoices, id)
	balance, _ := invoice.Values["Balance"].(float64)
	of, _ := invoice.Values["CustomerRef"].(map[string]any)
	switch {
	case !found:
		return fault(http.StatusBadRequest, "610", "Object Not Found")
	case customer["value"] != of["value"]:
		return fault(http.StatusBadRequest, "6000", "The customer is not that of the invoice")
	case total > balance:
		return fault(http.StatusBadRequest, "6000", "The amount is more than is open")
	}
	v := shelf.Values{}
	for name, value := range asked {
		v[name] = value
	}
	made := f.Shelf.Add(Payments, v)
	f.Change(Invoices, id, shelf.Values{"Balance": balance - total})
	t, _ := f.Shelf.Get(Payments, made)
	return ok(map[string]any{Payments: show(t)})
}

// decide changes an estimate sparsely: only members that are named, and only of the
// version that is named.
func (f *Fake) decide(asked map[string]any) answer {
	id, _ := strconv.Atoi(fmt.Sprint(asked["Id"]))
	t, found := f.Shelf.Get(Estimates, id)
	status, _ := asked["TxnStatus"].(string)
	switch {
	case !found:
		return fault(http.StatusBadRequest, "610", "Object Not Found")
	case asked["sparse"] != true:
		return fault(http.StatusBadRequest, "6000", "What is not named would be emptied")
	case asked["SyncToken"] != strconv.Itoa(version(t)):
		return fault(http.StatusBadRequest, "5010", "Stale Object Error")
	case !slices.Contains([]string{"Pending", "Accepted", "Closed", "Rejected"}, status):
		return fault(http.StatusBadRequest, "6000", "A business validation error has occurred")
	}
	f.Change(Estimates, id, shelf.Values{"TxnStatus": status})
	f.Shelf.Add(decided, shelf.Values{"estimate": id, "to": status})
	t, _ = f.Shelf.Get(Estimates, id)
	return ok(map[string]any{Estimates: show(t)})
}

// decided is the kind under which decisions are counted.
const decided = "decided"

// Decided counts how often an estimate was given a state.
func (f *Fake) Decided(estimate int, to string) int {
	return len(f.Shelf.All(decided, func(t shelf.Thing) bool { return t.Values["estimate"] == estimate && t.Values["to"] == to }))
}

// Received counts the payments with a number.
func (f *Fake) Received(number string) int {
	return len(f.Shelf.All(Payments, func(t shelf.Thing) bool { return t.Values["PaymentRefNum"] == number }))
}
