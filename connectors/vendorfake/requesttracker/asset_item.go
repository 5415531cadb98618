package requesttracker

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"portico/connectors/vendorfake/requesttracker/ticketsql"
)

func (a *asset) kind() string { return "asset" }
func (a *asset) key() any     { return a.ID }

func (a *asset) order(column string) any {
	switch column {
	case "id":
		return a.ID
	case "Name":
		return a.Name
	case "Status":
		return a.Status
	case "Created":
		return a.Created
	case "LastUpdated":
		return a.Updated
	}
	return nil
}

func (a *asset) field(c *call, name, prefix string) any {
	switch name {
	case "id":
		return a.ID
	case "Name":
		return a.Name
	case "Description":
		return a.Description
	case "Status":
		return a.Status
	case "Created":
		return stamp(a.Created)
	case "LastUpdated":
		return stamp(a.Updated)
	case "Catalog":
		return c.expand(c.catalogByID(a.Catalog), prefix)
	case "Creator":
		return c.person(a.Creator, prefix)
	case "LastUpdatedBy":
		return c.person(a.UpdatedBy, prefix)
	case "CustomFields":
		return c.customFieldsOf(a.Fields, "RT::Catalog-RT::Asset")
	case "_hyperlinks":
		return c.assetLinks(a)
	}
	switch {
	case strings.HasPrefix(name, "Owner"):
		return c.person(a.Owner, prefix)
	case strings.HasPrefix(name, "HeldBy"):
		return c.people(a.HeldBy, prefix)
	case strings.HasPrefix(name, "Contact"):
		return []any{}
	}
	return ""
}

type assetRow struct {
	*Fake
	*asset
}

// Date implements ticketsql.Row.
func (r assetRow) Date(field string) time.Time {
	if field == "created" {
		return r.Created
	}
	return r.Updated
}

// Text implements ticketsql.Row.
func (r assetRow) Text(field string) []string {
	switch field {
	case "id":
		return []string{strconv.Itoa(r.ID)}
	case "name":
		return []string{r.Name}
	case "description":
		return []string{r.Description}
	case "status":
		return []string{r.asset.Status}
	case "catalog":
		return []string{r.catalogByID(r.Catalog).Name, strconv.Itoa(r.Catalog)}
	}
	return fieldValue(r.Fields, field)
}

var assetSchema = ticketsql.Schema{
	"id": ticketsql.Number, "name": ticketsql.Text, "description": ticketsql.Text, "status": ticketsql.Text,
	"catalog": ticketsql.Text, "created": ticketsql.Date, "lastupdated": ticketsql.Date,
}

// assets lists assets, by a query or by a JSON search.
func (c *call) assets([]string) answer {
	lines, asked, bad := c.limits()
	if bad.Status != 0 {
		return bad
	}
	match := func(a *asset) bool { return asked && fits(lines, a.column) }
	if text := c.r.URL.Query().Get("query"); text != "" && !strings.HasPrefix(text, "[") {
		q, err := ticketsql.Parse(text, assetSchema, c.zone)
		if err != nil {
			return refuse(http.StatusBadRequest, "No dispatch method for class '' at /usr/share/request-tracker5/lib/RT/Assets.pm line 1631.\n")
		}
		match = func(a *asset) bool { return q.Match(assetRow{c.Fake, a}) }
	}
	var rows []*asset
	for _, a := range c.db.Assets {
		if c.staff() && a.Status != "deleted" && match(a) {
			rows = append(rows, a)
		}
	}
	return list(c, rows, c.staff())
}

// column is the value of a column as the database holds it, for a JSON search.
func (a *asset) column(field string) (string, bool) {
	switch field {
	case "id":
		return strconv.Itoa(a.ID), true
	case "Name":
		return a.Name, true
	case "Description":
		return a.Description, true
	case "Status":
		return a.Status, true
	case "Catalog":
		return strconv.Itoa(a.Catalog), true
	case "Created":
		return a.Created.Format(time.DateTime), true
	case "LastUpdated":
		return a.Updated.Format(time.DateTime), true
	}
	if name, ok := strings.CutPrefix(field, "CF."); ok {
		return a.Fields[strings.Trim(name, "{}")], true
	}
	return "", false
}

// asset reads one asset.
func (c *call) asset(v []string) answer {
	id, _ := strconv.Atoi(v[0])
	a := c.assetByID(id)
	switch {
	case a == nil:
		return notFound()
	case !c.staff():
		return refuse(http.StatusForbidden, "Forbidden")
	}
	etag := c.etag(onAsset, a.ID)
	if stop, done := c.preconditions(etag); done {
		return stop
	}
	out := fields{}
	for _, name := range []string{
		"id", "Name", "Description", "Status", "Created", "LastUpdated", "Catalog", "Creator", "LastUpdatedBy",
		"CustomFields", "_hyperlinks", "Owner", "HeldBy", "Contact",
	} {
		out[name] = a.field(c, name, "fields["+name+"]")
	}
	return answer{Header: map[string]string{"ETag": fmt.Sprintf("%q", etag), "Last-Modified": stamp(a.Updated)}, Body: out}
}
