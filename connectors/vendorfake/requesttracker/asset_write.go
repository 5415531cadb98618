package requesttracker

import (
	"fmt"
	"net/http"
	"strconv"
)

// createAsset makes an asset.
func (c *call) createAsset([]string) answer {
	in, _, bad := c.decode()
	if bad.Status != 0 {
		return bad
	}
	status, name := or(plain(in["Status"]), "new"), plain(in["Catalog"])
	catalog := find(c.db.Catalogs, func(n *named) bool { return n.Name == name || strconv.Itoa(n.ID) == name })
	switch {
	case name == "":
		return refuse(http.StatusBadRequest, "Invalid Catalog")
	case catalog == nil || !c.staff():
		return refuse(http.StatusForbidden, "Permission Denied")
	case !validAsset(status):
		return refuse(http.StatusBadRequest, fmt.Sprintf("Status '%s' isn't a valid status for assets.", status))
	}
	wanted, _ := in["CustomFields"].(fields)
	for name := range wanted { // a ticket would drop it, an asset is refused
		if c.fieldOf(name, "RT::Catalog-RT::Asset") == nil {
			return refuse(http.StatusBadRequest, "Couldn't add custom field value on create: Custom field "+name+" not found")
		}
	}
	a := &asset{
		ID: len(c.db.Assets) + 1, Catalog: catalog.ID, Name: plain(in["Name"]), Description: plain(in["Description"]), Status: status,
		Owner: nobody, HeldBy: c.logins(in["HeldBy"]), Creator: c.user.Name, Fields: map[string]string{}, Created: c.now(),
	}
	c.presetFields(a.Fields, in["CustomFields"], "RT::Catalog-RT::Asset")
	c.db.Assets = append(c.db.Assets, a)
	c.record(transaction{ObjectType: onAsset, ObjectID: a.ID, Type: "Create", Creator: c.user.Name, Created: a.Created})
	return created(c, "asset", a.ID)
}

// updateAsset changes an asset; the answer is as honest as updateTicket's.
func (c *call) updateAsset(v []string) answer {
	id, _ := strconv.Atoi(v[0])
	a := c.assetByID(id)
	switch {
	case a == nil:
		return refuse(http.StatusNotFound, "Resource does not exist; use POST to create")
	case !c.staff():
		return refuse(http.StatusForbidden, "Forbidden")
	}
	if stop, done := c.preconditions(c.etag(onAsset, a.ID)); done {
		return stop
	}
	in, _, bad := c.decode()
	if bad.Status != 0 {
		return bad
	}
	results := []string{}
	say := func(format string, args ...any) {
		results = append(results, fmt.Sprintf("Asset %s: ", a.Name)+fmt.Sprintf(format, args...))
	}
	for _, f := range []struct {
		name string
		at   *string
	}{{"Description", &a.Description}, {"Name", &a.Name}} {
		value, there := in[f.name]
		if old := *f.at; there && plain(value) != old {
			*f.at = plain(value)
			c.record(transaction{ObjectType: onAsset, ObjectID: a.ID, Type: "Set", Field: f.name, Old: old, New: *f.at, Creator: c.user.Name, Created: c.now()})
			say("%s changed from '%s' to '%s'", f.name, old, *f.at)
		}
	}
	switch status, old := plain(in["Status"]), a.Status; {
	case status == "" || status == old:
	case !validAsset(status):
		say("Status '%s' isn't a valid status for this asset.", status)
	case status == "deleted":
		say("You can't change status from '%s' to '%s'.", old, status)
	default:
		c.setAssetStatus(a, status, c.user.Name)
		say("Status changed from '%s' to '%s'", old, status)
	}
	of := transaction{ObjectType: onAsset, ObjectID: a.ID}
	return answer{Body: append(results, c.changeFields(a.Fields, in["CustomFields"], "RT::Catalog-RT::Asset", of)...)}
}
