package requesttracker

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

func (a *attachment) kind() string { return "attachment" }
func (a *attachment) key() any     { return a.ID }

func (a *attachment) order(column string) any {
	switch column {
	case "id":
		return a.ID
	case "Created":
		return a.Created
	}
	return nil
}

func (a *attachment) field(c *call, name, prefix string) any {
	switch name {
	case "id":
		return a.ID
	case "Filename":
		return a.Filename
	case "ContentType":
		return a.ContentType
	case "ContentLength":
		return strconv.Itoa(len(a.Content))
	case "TransactionId":
		return strconv.Itoa(a.Transaction)
	case "Subject":
		return a.Subject
	case "MessageId":
		return a.MessageID
	case "Headers":
		return a.Headers
	case "Created":
		return stamp(a.Created)
	case "Creator":
		return c.person(a.Creator, prefix)
	case "Content":
		return decoded(a.Content)
	}
	return ""
}

// decoded is a body as a list shows it: text as text, other bytes one by one.
func decoded(content []byte) string {
	if utf8.Valid(content) {
		return string(content)
	}
	runes := make([]rune, len(content))
	for i, b := range content {
		runes[i] = rune(b)
	}
	return string(runes)
}

// attachmentsIn lists the parts of transactions. The field Parent breaks the
// original, seen live on 5.0.3.
func (c *call) attachmentsIn(of []*transaction) answer {
	if slices.Contains(split(c.r.URL.Query().Get("fields")), "Parent") {
		return answer{Status: http.StatusInternalServerError}
	}
	var rows []*attachment
	for _, tx := range of {
		if c.seesTransaction(tx) {
			rows = append(rows, c.parts[tx.ID]...)
		}
	}
	slices.SortFunc(rows, func(a, b *attachment) int { return a.ID - b.ID })
	return list(c, rows, false)
}

// attachments searches the parts of every transaction.
func (c *call) attachments([]string) answer {
	lines, asked, bad := c.limits()
	if bad.Status != 0 {
		return bad
	}
	var rows []*attachment
	for _, a := range c.db.Attachments {
		if asked && fits(lines, a.column) && c.seesTransaction(c.transactionByID(strconv.Itoa(a.Transaction))) {
			rows = append(rows, a)
		}
	}
	return list(c, rows, false)
}

// column is the value of a column as the database holds it, for a JSON search.
func (a *attachment) column(field string) (string, bool) {
	switch field {
	case "id":
		return strconv.Itoa(a.ID), true
	case "TransactionId":
		return strconv.Itoa(a.Transaction), true
	case "Parent":
		return strconv.Itoa(a.Parent), true
	case "ContentType":
		return a.ContentType, true
	case "Filename":
		return a.Filename, true
	case "Subject":
		return a.Subject, true
	case "MessageId":
		return a.MessageID, true
	}
	return "", false
}

func (c *call) ticketAttachments(v []string) answer {
	t := c.target(v[0])
	if t == nil || !c.seesTicket(t) {
		return list(c, []*attachment{}, false)
	}
	return c.attachmentsIn(c.historyOf(onTicket, t.ID))
}

func (c *call) transactionAttachments(v []string) answer {
	tx := c.transactionByID(v[0])
	if tx == nil {
		return refuse(http.StatusInternalServerError, "Internal Server Error")
	}
	return c.attachmentsIn([]*transaction{tx})
}

// attachment reads one part, its bytes in base64.
func (c *call) attachment(v []string) answer {
	id, err := strconv.Atoi(v[0])
	i, found := slices.BinarySearchFunc(c.db.Attachments, id, func(a *attachment, id int) int { return a.ID - id })
	if err != nil || !found {
		return refuse(http.StatusInternalServerError, "Internal Server Error")
	}
	a := c.db.Attachments[i]
	if tx := c.transactionByID(strconv.Itoa(a.Transaction)); tx == nil || !c.seesTransaction(tx) {
		return refuse(http.StatusForbidden, "Forbidden")
	}
	var parent any = "0"
	if a.Parent != 0 {
		parent = c.stub("attachment", a.Parent)
	}
	return answer{Body: fields{
		"id": a.ID, "Filename": a.Filename, "ContentType": a.ContentType, "Subject": a.Subject, "MessageId": a.MessageID,
		"Headers": a.Headers, "Created": stamp(a.Created), "Creator": c.person(a.Creator, "fields[Creator]"),
		"TransactionId": c.stub("transaction", a.Transaction), "Parent": parent, "Content": base64Lines(a.Content),
		"_hyperlinks": []any{fields{"ref": "self", "type": "attachment", "id": a.ID, "_url": c.url("/attachment/" + v[0])}},
	}}
}

// base64Lines encodes in lines of 76 characters (RFC 2045, 6.8).
func base64Lines(content []byte) string {
	var b strings.Builder
	for line := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString(content)), 76) {
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.String()
}
