package requesttracker

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"portico/connectors/vendorfake/requesttracker/ticketsql"
)

func (tx *transaction) kind() string { return "transaction" }
func (tx *transaction) key() any     { return tx.ID }

func (tx *transaction) order(column string) any {
	switch column {
	case "id":
		return tx.ID
	case "Created":
		return tx.Created
	case "Type":
		return tx.Type
	case "ObjectId":
		return tx.ObjectID
	}
	return nil
}

func (tx *transaction) field(c *call, name, prefix string) any {
	switch name {
	case "id":
		return tx.ID
	case "Type":
		return tx.Type
	case "ObjectType":
		return tx.ObjectType
	case "ObjectId":
		return strconv.Itoa(tx.ObjectID)
	case "Creator":
		return c.person(tx.Creator, prefix)
	case "Created":
		return stamp(tx.Created)
	case "Field":
		return tx.Field
	case "OldValue":
		return tx.Old
	case "NewValue":
		return tx.New
	case "Data":
		return tx.Data
	case "TimeTaken":
		return strconv.Itoa(tx.TimeTaken)
	}
	return "" // also Object: a list does not tell it
}

// Text implements ticketsql.Row.
func (tx *transaction) Text(field string) []string {
	switch field {
	case "id":
		return []string{strconv.Itoa(tx.ID)}
	case "objecttype":
		return []string{tx.ObjectType}
	case "objectid":
		return []string{strconv.Itoa(tx.ObjectID)}
	case "type":
		return []string{tx.Type}
	case "creator":
		return []string{tx.Creator}
	case "field":
		return []string{tx.Field}
	case "oldvalue":
		return []string{tx.Old}
	case "newvalue":
		return []string{tx.New}
	}
	return nil
}

// Date implements ticketsql.Row.
func (tx *transaction) Date(string) time.Time { return tx.Created }

var transactionSchema = ticketsql.Schema{
	"id": ticketsql.Number, "objectid": ticketsql.Number, "objecttype": ticketsql.Text, "type": ticketsql.Text,
	"creator": ticketsql.Text, "field": ticketsql.Text, "oldvalue": ticketsql.Text, "newvalue": ticketsql.Text, "created": ticketsql.Date,
}

// transactions lists transactions of every object; it never tells how many.
func (c *call) transactions([]string) answer {
	text := c.r.URL.Query().Get("query")
	if text == "" {
		return list(c, []*transaction{}, false)
	}
	q, err := ticketsql.Parse(text, transactionSchema, c.zone)
	if err != nil {
		return c.badQuery(err)
	}
	var rows []*transaction
	for _, tx := range c.db.Transactions {
		if q.Match(tx) && c.seesTransaction(tx) {
			rows = append(rows, tx)
		}
	}
	return list(c, rows, false)
}

// historyOf returns the transactions of an object and of what was merged into
// it, oldest first.
func (f *Fake) historyOf(kind string, id int) []*transaction {
	out := slices.Clone(f.history[objectKey{kind, id}])
	if kind == onTicket {
		for _, t := range f.db.Tickets {
			if t.Effective == id && t.ID != id {
				out = append(out, f.history[objectKey{kind, t.ID}]...)
			}
		}
	}
	slices.SortFunc(out, func(a, b *transaction) int { return a.ID - b.ID })
	return out
}

// objectHistory lists the transactions of one ticket or asset; of one that
// does not exist, none.
func (c *call) objectHistory(v []string) answer {
	id, err := strconv.Atoi(v[1])
	if err != nil {
		return notFound()
	}
	kind := onAsset
	if v[0] == "ticket" {
		kind = onTicket
		if t := c.target(v[1]); t != nil {
			id = t.ID
		}
	}
	rows := slices.DeleteFunc(c.historyOf(kind, id), func(tx *transaction) bool { return !c.seesTransaction(tx) })
	return list(c, rows, false)
}

// transaction reads one; one that does not exist breaks the original.
func (c *call) transaction(v []string) answer {
	tx := c.transactionByID(v[0])
	switch {
	case tx == nil:
		return refuse(http.StatusInternalServerError, "Internal Server Error")
	case !c.seesTransaction(tx):
		return refuse(http.StatusForbidden, "Forbidden")
	}
	links := []any{fields{"ref": "self", "type": "transaction", "id": tx.ID, "_url": c.url("/transaction/" + v[0])}}
	for _, a := range c.parts[tx.ID] {
		links = append(links, fields{"ref": "attachment", "_url": c.url("/attachment/" + strconv.Itoa(a.ID))})
	}
	object := "asset"
	if tx.ObjectType == onTicket {
		object = "ticket"
	}
	out := fields{
		"id": tx.ID, "Type": tx.Type, "Created": stamp(tx.Created), "TimeTaken": strconv.Itoa(tx.TimeTaken),
		"Creator": c.person(tx.Creator, "fields[Creator]"), "Object": c.stub(object, tx.ObjectID), "_hyperlinks": links,
	}
	for name, value := range map[string]string{"Field": tx.Field, "OldValue": tx.Old, "NewValue": tx.New, "Data": tx.Data} {
		if value != "" {
			out[name] = value
		}
	}
	return answer{Body: out}
}

func (f *Fake) transactionByID(id string) *transaction {
	n, err := strconv.Atoi(id)
	if err != nil {
		return nil
	}
	i, found := slices.BinarySearchFunc(f.db.Transactions, n, func(tx *transaction, id int) int { return tx.ID - id })
	if !found {
		return nil
	}
	return f.db.Transactions[i]
}
